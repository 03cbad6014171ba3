"""night: makes a photograph taken by day look as if it was taken at night.

Source: written for this project. A net on pretrained features predicts a curve for every place of a small picture, instead of
drawing the picture. It first learns nights that are drawn by rule (`nightfall.py`), with a second net for the way back (cycles after
Zhu et al. 2017), and then a short adversarial phase compares its nights with real ones.

The two domains are lists of pictures, each of which was looked at. Night: outdoors and dark, with lamps, the moon, stars or the
last blue of dusk. Day: outdoors in daylight with visible sky. Brightness alone cannot decide: four fifths of the dark pictures
are stages, studios, rooms and leaves, and a lit city may be as light as an overcast day. Captions do not help either. Only if
none of the listed pictures is available, brightness decides.
"""
import json
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from .. import degradations as d
from .. import nightfall, portuguese
from ..data import Pictures, atomic_write, load_outdoors
from . import Generator

NIGHTS = """
base/budgie_ 0015 0021 0023 0025 0027
base/cid22_ 0011 0041 0045 0058 0072 0073 0085 0126 0127 0136
base/elementary_ 0001 0024 0029 0035
life/ 0069 0279 0290 0311 0437 0459 0875 1017 1023
"""
DAYS = """
base/budgie_ 0009 0012 0020 0022
base/cid22_ 0000 0008 0015 0017 0029 0030 0063 0067 0077 0081 0093 0102 0110 0121
base/clic_ 0006 0012 0019 0023
base/elementary_ 0013 0017
life/ 0026 0028 0155 0247 0252 0261 0272 0274 0286 0302 0306 0326 0354 0356 0373 0396 0401 0426 0429 0438 0439 0440 0447
life/ 0457 0469 0472 0475 0476 0477 0478 0480 0489 0493 0494 0511 0520 0521 0539 0546 0555 0564 0572 0644 0689 0790 0791
life/ 0797 0808 0809 0810 0817 0825 0827 0829 0832 0837 0840 0862 0863 0867 0869 0870 0872 0873 0874 0876 0877 0894
life/ 0902 0945
"""
NEITHER = ("congress", "portrait", "flower")
LIMITS = (
    "The night is invented, not measured. The sky becomes dark blue whatever it was, and windows that are lit are guesses; most stay "
    "dark. No star, moon or street lamp is drawn. Beaches and white walls stay greyish, pale walls may be taken for sky, and halos "
    "remain where sky and ground meet. The way back gives a day, but not the one that was."
)
CYCLE, ANCHOR, SMOOTH = 0.5, 1.0, 0.06  # weights of the way back, of the drawn night, and of even curves
LAMPS = 10.0  # how much more light places count, because windows are few and small
BACK_EVERY = 4  # steps between two that train the way back before the adversarial phase


def light_of(picture):
    """(mean luma, of the top third, of the rest, 98th percentile, roughness of the top third) of uint8 [H, W, 3], 0..1."""
    luma = cv2.resize(picture, (48, 48), interpolation=cv2.INTER_AREA).astype(np.float32) @ d.LUMA / 255
    top, rest = luma[:16], luma[16:]
    rough = np.abs(np.diff(top, axis=1)).mean() + np.abs(np.diff(top, axis=0)).mean()
    return luma.mean(), top.mean(), rest.mean(), np.percentile(luma, 98), rough


def listed(pictures, names):
    """Indices of the listed pictures. names: lines with a prefix below `train/` and numbers."""
    lines = [line.split() for line in names.strip().splitlines()]
    wanted = {f"train/{prefix}{number}.webp" for prefix, *numbers in lines for number in numbers}
    return [i for i, name in enumerate(pictures.names) if name in wanted]


def by_light(pictures):
    """(day, night): indices of pictures chosen by brightness; at least the lightest and the darkest one."""
    candidates = [i for i, group in enumerate(pictures.groups) if group not in NEITHER]
    lights = {i: light_of(pictures[i]) for i in candidates or range(len(pictures))}
    day = [i for i, (mean, top, rest, _, rough) in lights.items() if mean > 0.36 and top > max(0.5, rest) and rough < 0.06]
    night = [i for i, (mean, top, _, high, _) in lights.items() if mean < 0.26 and top < 0.25 and high > 0.4]
    ordered = sorted(lights, key=lambda i: lights[i][0])
    return day or ordered[-1:], night or ordered[:1]


def domains(pictures):
    """(day, night): indices of the pictures of each kind or, if there are none of one kind, of pictures chosen by brightness."""
    of = lambda kind: [i for i, group in enumerate(pictures.groups) if group == kind]
    day, night = listed(pictures, DAYS) + of("day"), listed(pictures, NIGHTS) + of("night")
    return (day, night) if day and night else by_light(pictures)


def chosen(pictures, outdoors):
    """Only the pictures of both domains and a few of neither, in memory of their own. outdoors: more of them, of `data.load_outdoors`."""
    others = [i for i, group in enumerate(pictures.groups) if group in NEITHER][::16]
    few = pictures.subset(sorted(sum(domains(pictures), []) + others))
    own = Pictures.from_arrays([few[i] for i in range(len(few))])
    both = [{**entry, "offset": moved["offset"]} for entry, moved in zip(few.entries, own.entries)]
    return Pictures(own.flat, both) + outdoors


def split(pictures):
    """(trained on, held out): every fifth picture of each list and kind is held out."""
    held = set()
    for kind in domains(pictures):
        for where in ("train/night", ""):
            of = [i for i in kind if pictures.names[i].startswith("train/night") == bool(where)]
            held |= set(of[4::5])
    keep = [i for i in range(len(pictures)) if i not in held]
    return pictures.subset(keep), pictures.subset(sorted(held) or keep)


class Sampler:
    """Most of a picture by day, the night drawn from it, and most of a real night. Returns uint8 [3, S, S] of each."""

    def __init__(self, pictures, crop):
        self.pictures, self.crop = pictures, crop
        day, self.nights = domains(pictures)
        others = [i for i, group in enumerate(pictures.groups) if group in NEITHER and i not in day]
        self.drawn = [self.draw(pictures[i], with_sky) for with_sky, of in ((True, day), (False, others)) for i in of]
        self.days = len(day)

    def draw(self, picture, with_sky):
        """uint8 [H, W, 6]: a small picture by day and by night."""
        scale = max(nightfall.SIDE / max(picture.shape[:2]), (self.crop + 1) / min(picture.shape[:2]))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        night, _ = nightfall.night_of(small.astype(np.float32) / 255, with_sky)
        return np.concatenate([small, np.round(night * 255).astype(np.uint8)], 2)

    def __call__(self, rng):
        # One in eight is no view of outdoors.
        few = self.days if rng.random() < 0.875 or len(self.drawn) == self.days else 0
        both = self.drawn[int(rng.integers(few)) if few else int(rng.integers(self.days, len(self.drawn)))]
        night = self.pictures[self.nights[int(rng.integers(len(self.nights)))]]
        return tuple(np.ascontiguousarray(each.transpose(2, 0, 1)) for each in (*np.split(self.crop_of(rng, both), 2, 2), self.crop_of(rng, night)))

    def crop_of(self, rng, picture):
        """uint8 [S, S, C]: a square window of at least two thirds of the shorter side, stretched a little."""
        height, width = picture.shape[:2]
        share = rng.uniform(0.66, 1.0)
        high = min(height, round(share * min(height, width) * rng.uniform(0.9, 1.1)))
        wide = min(width, round(share * min(height, width) * rng.uniform(0.9, 1.1)))
        # Skies are at the top, so windows are rarely without it.
        top = int(rng.integers(height - high + 1) * rng.random() ** 0.5)
        left = int(rng.integers(width - wide + 1))
        window = np.ascontiguousarray(picture[top : top + high, left : left + wide])
        return np.dstack([cv2.resize(part, (self.crop, self.crop), interpolation=cv2.INTER_AREA) for part in np.split(window, window.shape[2] // 3, 2)])


def unlike(made, wanted):
    """Mean difference of two batches of pictures, more where lamps are and at edges."""
    weight = 1 + LAMPS * (wanted.amax(1, keepdim=True) - 0.4).clamp(min=0)
    made, wanted = ((x.clamp(min=0) + 0.01).sqrt() for x in (made, wanted))  # the eye sees differences in the dark
    flat = (weight * (made - wanted).abs()).mean()
    edges = sum((m - w).abs().mean() for m, w in zip(slopes(made), slopes(wanted)))
    return flat + edges


def slopes(x):
    """Differences of neighbours across and down."""
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def uneven(curve, picture):
    """How much a curve changes where the picture does not: detail comes from the picture, so that curves can be enlarged."""
    luma = picture.mean(1, keepdim=True)
    return sum((c.abs() * torch.exp(-12 * p.abs())).mean() for c, p in zip(slopes(curve), slopes(luma)))


class Spec(Generator):
    """Specification of the night generator."""

    id = "night"
    crop, batch, rate, reuse, gan_share = 160, 8, 3e-3, 5.0, 0.25
    betas = (0.8, 0.99)
    ema = 0.99
    held_size = 24
    upright = True
    outdoors = Pictures(np.zeros(0, np.uint8), [])
    folder = None
    steps = 0

    def load(self, data):
        self.outdoors = load_outdoors(data)
        self.folder = Path(data) / "perceptual"

    def split(self, pictures):
        return split(chosen(pictures, self.outdoors))

    def build(self):
        from ..networks import DayAndNight

        return DayAndNight()

    def begin(self, net):
        if self.folder is not None and (self.folder / "squeezenet1_1_caffe_features_nchw_fp32.npz").exists():
            for each in (net.there, net.back):
                if float(each.trunk.conv1.weight.abs().max()) < 0.4:  # untrained
                    each.trunk.load_pretrained(self.folder)
        for each in (net.there, net.back):  # it recognises enough as it is, and a step takes half the time
            each.trunk.requires_grad_(False)

    def groups(self, net):
        return [{"params": [p for p in net.parameters() if p.requires_grad], "factor": 1.0}]

    def exported(self, net):
        return net.there

    def discriminator(self):
        from ..networks import PatchDiscriminator

        return PatchDiscriminator(3, 24)

    def rules(self):
        from ..adversarial import Settings

        return Settings(loss="hinge", weight=0.02, matching=0.0, rate=4e-4, augment=True)

    def sampler(self, pictures, overlays):
        return Sampler(pictures, self.crop)

    def to_tensors(self, arrays, device):
        day, drawn, night = (torch.from_numpy(np.ascontiguousarray(a)).to(device).float() / 255 for a in arrays)
        return day, drawn, night

    def trained_on(self, pictures, overlays):
        return (pictures,)

    def generate(self, net, tensors):
        from ..networks import apply_curve

        return apply_curve(tensors[0], net(tensors[0])).clamp(0, 1)

    def truth(self, tensors):
        return tensors[1]

    def parts(self, net, tensors, back=False):
        """(nights of days, loss): like the drawn nights, with even curves, and days again on the way back."""
        from ..networks import apply_curve

        day, drawn, _ = tensors
        if net.training:  # the same night, however the photograph is exposed
            n = len(day)
            gamma = torch.exp((torch.rand(n, 1, 1, 1, device=day.device) - 0.5) * 0.5)
            colour = 0.7 + 0.6 * torch.rand(n, 1, 1, 1, device=day.device)
            luma = day.mean(1, keepdim=True)
            day = (luma + colour * (day - luma)).clamp(1e-4, 1) ** gamma
        curve = net(day)
        made = apply_curve(day, curve)
        loss = unlike(made, drawn) + SMOOTH * uneven(curve, day)
        self.steps += net.training
        if back or not net.training or self.steps % BACK_EVERY == 0:
            net.back.mixed = net.mixed
            again = apply_curve(made, net.back(made))
            loss = loss + CYCLE * (again - day).abs().mean()
        return made, loss

    def loss(self, net, tensors):
        _, loss = self.parts(net, tensors)
        return loss, {"loss": float(loss.detach())}

    def adversarial_parts(self, net, tensors, lpips):
        made, loss = self.parts(net, tensors, back=True)
        return made, made, tensors[2], ANCHOR * loss

    def measure(self, net, tensors):
        from ..networks import apply_curve

        day, drawn, night = tensors
        with torch.no_grad():
            made = torch.cat([self.generate(net, (part,)) for part in day.split(8)])
            net.back.mixed = False
            again = torch.cat([apply_curve(part, net.back(part)).clamp(0, 1) for part in made.split(8)])
        psnr = lambda a, b: float((-10 * torch.log10((a - b).pow(2).mean((1, 2, 3)) + 1e-10)).mean())
        light = {"light": float(made.mean()), "light_drawn": float(drawn.mean()), "light_night": float(night.mean())}
        like = psnr(made, drawn)
        return {"like_drawn": like, "cycle": psnr(again, day), **light, "score": like}

    def card(self):
        return {
            "name": "Night",
            "task": "style",
            "variant": "night",
            "version": "0.1.0",
            "description": "Makes a night of a photograph taken by day. It looks at a small copy of the whole picture, recognises "
            "sky and houses, and returns three gains and three offsets for every place, which are enlarged along the "
            "edges of the large picture and applied to it.",
            "input": {"name": "image", "layout": "nchw", "channels": "rgb", "range": [0, 1], "multiple": 16, "fixed": None},
            "output": {
                "name": "curve",
                "channels": ["gain red", "gain green", "gain blue", "offset red", "offset green", "offset blue"],
                "range": [-1, 13],
                "scale": 1,
            },
            "tile": 320,
            "halo": 0,
            "extraInputs": [],
            "thresholds": None,
            "limits": LIMITS,
        }

    def export_beside(self, net, folder):
        texts = portuguese.NIGHT
        style = {
            "id": "night",
            "name": "Night",
            "artist": "",
            "work": "Night",
            "year": None,
            "source": "learnt from photographs, see card.json",
            "description": "Another light: a dark blue sky and a cool ground. The light of windows and lamps is invented.",
            "translations": {"pt-BR": {"work": texts["work"], "description": texts["description"]}},
            "code": [],
        }
        atomic_write(Path(folder) / "presets.json", lambda path: path.write_text(json.dumps([style], indent=2, ensure_ascii=False) + "\n"))
        return {"presets": "presets.json"}

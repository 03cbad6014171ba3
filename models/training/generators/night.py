"""night: makes a photograph taken by day look as if it was taken at night.

Source: written for this project. CycleGAN (Zhu et al. 2017: least squares, cycle 10, identity 5, image pool) of two nets
that predict a curve for every place of a small picture instead of drawing the picture.

The two domains are lists of pictures, each of which was looked at. Night: outdoors and dark, with lamps, the moon, stars or the
last blue of dusk. Day: outdoors in daylight with visible sky. Brightness alone cannot decide: four fifths of the dark pictures
are stages, studios, rooms and leaves, and a lit city may be as light as an overcast day. Captions do not help either. Only if
none of the listed pictures is available, brightness decides.
"""
import cv2
import numpy as np
import torch

from .. import degradations as d
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
CYCLE, IDENTITY = 10.0, 5.0


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
    """(day, night): indices of the listed pictures or, if either list has none, of pictures chosen by brightness."""
    day, night = listed(pictures, DAYS), listed(pictures, NIGHTS)
    return (day, night) if day and night else by_light(pictures)


class Sampler:
    """Most of a picture of each domain. Returns uint8 (day [3, S, S], night [3, S, S])."""

    def __init__(self, pictures, crop):
        self.pictures, self.crop = pictures, crop
        self.domains = domains(pictures)

    def __call__(self, rng):
        crops = []
        for indices in self.domains:
            picture = self.pictures[indices[int(rng.integers(len(indices)))]]
            least = self.crop / min(picture.shape[:2])
            rgb = d.random_crop(rng, picture, self.crop, (least, max(least, min(1.0, 1.5 * least))))
            crops.append(np.ascontiguousarray(np.round(rgb * 255).astype(np.uint8).transpose(2, 0, 1)))
        return tuple(crops)


class Spec(Generator):
    """Specification of the night generator."""

    id = "night"
    crop, batch, rate, reuse, gan_share = 128, 4, 8e-3, 2.0, 1.0
    betas = (0.5, 0.99)
    upright = True

    def build(self):
        from ..networks import CycleNet

        return CycleNet()

    def exported(self, net):
        return net.there

    def discriminator(self):
        from ..networks import PairDiscriminator

        return PairDiscriminator()

    def rules(self):
        from ..adversarial import Settings

        return Settings(loss="least-squares", weight=2.0, matching=0.0, rate=1e-3, augment=False, pool=50)

    def sampler(self, pictures, overlays):
        return Sampler(pictures, self.crop)

    def to_tensors(self, arrays, device):
        return tuple(torch.from_numpy(np.ascontiguousarray(a)).to(device).float() / 255 for a in arrays)

    def trained_on(self, pictures, overlays):
        return (pictures.subset(sum(domains(pictures), [])),)

    def generate(self, net, tensors):
        from ..networks import apply_curve

        return apply_curve(tensors[0], net.there(tensors[0])).clamp(0, 1)

    def truth(self, tensors):
        return tensors[1]

    def adversarial_parts(self, net, tensors, lpips):
        """(generated nights, generated nights and days, real nights and days, cycle and identity losses)."""
        from ..networks import apply_curve

        day, night = tensors
        made_night, made_day = apply_curve(day, net.there(day)), apply_curve(night, net.back(night))
        again = [(apply_curve(made_night, net.back(made_night)), day), (apply_curve(made_day, net.there(made_day)), night)]
        same = [(apply_curve(night, net.there(night)), night), (apply_curve(day, net.back(day)), day)]
        l1 = lambda pairs: sum((a - b).abs().mean() for a, b in pairs)
        loss = CYCLE * l1(again) + IDENTITY * l1(same)
        return made_night, torch.cat([made_night, made_day], 1), torch.cat([night, day], 1), loss

    def measure(self, net, tensors):
        from ..networks import apply_curve

        day, night = tensors
        with torch.no_grad():
            made = self.generate(net, tensors)
            error = (apply_curve(made, net.back(made)).clamp(0, 1) - day).pow(2).mean((1, 2, 3))
        cycle = float((-10 * torch.log10(error + 1e-10)).mean())
        light = {"light": float(made.mean()), "light_night": float(night.mean()), "light_day": float(day.mean())}
        return {"cycle": cycle, **light, "score": cycle}

    def card(self):
        return {
            "name": "Night",
            "task": "style",
            "variant": "night",
            "version": "0.1.0",
            "description": "Darkens a photograph taken by day as if it were night. It looks at a small copy of the "
            "whole picture and returns three gains and three offsets for every place, which are enlarged and "
            "applied to the large picture.",
            "input": {"name": "image", "layout": "nchw", "channels": "rgb", "range": [0, 1], "multiple": 8, "fixed": None},
            "output": {
                "name": "curve",
                "channels": ["gain red", "gain green", "gain blue", "offset red", "offset green", "offset blue"],
                "range": [-1, 13],
                "scale": 1,
            },
            "tile": 256,
            "halo": 0,
            "extraInputs": [],
            "thresholds": None,
            "limits": "It changes the light of a place and draws nothing: no lamp is lit and no star appears. "
            "Borders between light and dark are soft, because the curve is computed on a small picture.",
        }

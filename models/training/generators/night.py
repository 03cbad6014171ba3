"""night: a photograph taken by day as if it had been taken by night.

Source: written for this project. CycleGAN (Zhu et al. 2017: least squares, cycle 10, identity 5, image pool) of two nets
that predict a curve for every place of a small picture instead of drawing the picture.

The two domains come out of the training photographs by their light alone. Night: dark as a whole and at its top, where a
sky would be, but with a light somewhere. Day: light as a whole, and its top third lighter than the rest and smooth.
Portraits before a backdrop and single flowers are in neither.
"""
import cv2
import numpy as np
import torch

from .. import degradations as d
from . import Generator

NEITHER = ("congress", "portrait", "flower")
CYCLE, IDENTITY = 10.0, 5.0


def light_of(picture):
    """(mean luma, of the top third, of the rest, 98th percentile, roughness of the top third) of uint8 [H, W, 3], 0..1."""
    luma = cv2.resize(picture, (48, 48), interpolation=cv2.INTER_AREA).astype(np.float32) @ d.LUMA / 255
    top, rest = luma[:16], luma[16:]
    rough = np.abs(np.diff(top, axis=1)).mean() + np.abs(np.diff(top, axis=0)).mean()
    return luma.mean(), top.mean(), rest.mean(), np.percentile(luma, 98), rough


def domains(pictures):
    """(day, night): indices of the pictures of each; at least the lightest and the darkest one."""
    candidates = [i for i, group in enumerate(pictures.groups) if group not in NEITHER]
    lights = {i: light_of(pictures[i]) for i in candidates or range(len(pictures))}
    day = [i for i, (mean, top, rest, _, rough) in lights.items() if mean > 0.36 and top > max(0.5, rest) and rough < 0.06]
    night = [i for i, (mean, top, _, high, _) in lights.items() if mean < 0.26 and top < 0.25 and high > 0.4]
    by_light = sorted(lights, key=lambda i: lights[i][0])
    return day or by_light[-1:], night or by_light[:1]


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
        return (pictures,)

    def generate(self, net, tensors):
        from ..networks import apply_curve

        return apply_curve(tensors[0], net.there(tensors[0])).clamp(0, 1)

    def truth(self, tensors):
        return tensors[1]

    def adversarial_parts(self, net, tensors, lpips):
        """(made nights, nights and days made, nights and days taken, cycle and identity losses)."""
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
            "description": "Darkens a photograph taken by day as if it were night. It looks at the picture small and whole, and "
            "answers with three gains and three offsets for every place, which the large picture takes enlarged.",
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
            "limits": "It changes the light of a place and draws nothing: no lamp is lit and no star appears. Borders between light "
            "and dark are soft, since the curve is made on a small picture.",
        }

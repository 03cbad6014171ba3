"""fading: how much of each dye a colour photo has kept, and how much stain it has got.

Source: written for this project. Photographs fade by random figures while it trains; almost half stay as they are, because a
sound photo must be left alone.
"""
import cv2
import numpy as np
import torch

from ..fading_net import SIDE, FadingNet, delta_e94, faded, lab, unfaded
from . import Generator

SOUND = 0.45  # share of samples that have not faded
COLOURLESS = 4.0  # a picture with a smaller mean chroma is not trained on: the product corrects it by other rules
SAMPLED = 640  # pixels of a photo that the loss looks at
HARM = 3.0  # weight of making a photo worse than it was
CLEAN_CHANGE = 0.5  # allowed mean change of sound photos, in delta E
VALUES = tuple(f"{figure} {dye}" for figure in ("kept", "stain") for dye in ("cyan", "magenta", "yellow")) + ("error before", "error after", "change")


class Sampler:
    """Parts of photographs, squeezed into squares, sometimes with the white border of a print. Returns uint8 (rgb [3, S, S],)."""

    def __init__(self, pictures, side=SIDE):
        self.pictures, self.side = pictures, side

    def __call__(self, rng):
        for _ in range(20):
            picture = self.pictures[int(rng.integers(len(self.pictures)))]
            height, width = (int(length * rng.uniform(0.5, 1.0)) for length in picture.shape[:2])
            top, left = int(rng.integers(0, picture.shape[0] - height + 1)), int(rng.integers(0, picture.shape[1] - width + 1))
            part = np.ascontiguousarray(picture[top : top + height, left : left + width])
            rgb = cv2.resize(part, (self.side, self.side), interpolation=cv2.INTER_AREA)
            small = cv2.cvtColor(cv2.resize(rgb, (16, 16), interpolation=cv2.INTER_AREA).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
            if np.hypot(small[..., 1], small[..., 2]).mean() > COLOURLESS:
                break
        if rng.random() < 0.15:
            edge = int(rng.integers(3, self.side // 8))
            paper = int(rng.integers(238, 254))
            bordered = np.full_like(rgb, paper)
            bordered[edge:-edge, edge:-edge] = cv2.resize(rgb, (self.side - 2 * edge,) * 2, interpolation=cv2.INTER_AREA)
            rgb = bordered
        return (np.ascontiguousarray(rgb.transpose(2, 0, 1)),)


def random_fading(count, device="cpu"):
    """(kept [count, 3], stain [count, 3]) to train on; `SOUND` of them are 1 and 0."""
    uniform = lambda low, high, *size: low + (high - low) * torch.rand(*size, device=device)
    normal = lambda spread: spread * torch.randn(count, 3, device=device)
    choose = lambda chance, one, other: torch.where(torch.rand(count, 1, device=device) < chance, one, other)
    kept = choose(0.5, uniform(0.38, 1.0, count, 3), (uniform(0.4, 1.0, count, 1) + normal(0.13)).clamp(0.35, 1.0))
    stain = choose(0.5, uniform(0.0, 0.3, count, 3), (uniform(0.0, 0.15, count, 1) + normal(0.04)).clamp(0.0, 0.3))
    mild = torch.rand(count, 1, device=device) < 0.2
    kept, stain = torch.where(mild, 1 - 0.3 * (1 - kept), kept), torch.where(mild, 0.3 * stain, stain)
    sound = torch.rand(count, 1, device=device) < SOUND
    return torch.where(sound, torch.ones_like(kept), kept), torch.where(sound, torch.zeros_like(stain), stain)


class Spec(Generator):
    """Specification of the fading estimate."""

    id = "fading"
    crop, batch, rate, reuse = SIDE, 48, 2e-3, 1.0
    upright = True
    decay, ema = 0.02, 0.995
    held_size = 256

    def build(self):
        return FadingNet()

    def sampler(self, pictures, overlays):
        return Sampler(pictures, self.crop)

    def to_tensors(self, arrays, device):
        """(the photo as found, as it was), RGB [N, 3, S, S] 0..1: faded, grainy and rounded as in a file."""
        truth = torch.from_numpy(np.ascontiguousarray(arrays[0])).to(device).float() / 255
        kept, stain = random_fading(len(truth), device)
        found = faded(truth, kept, stain)
        grain = 0.02 * torch.rand(len(truth), 1, 1, 1, device=device) * (torch.rand(len(truth), 1, 1, 1, device=device) < 0.5)
        return torch.round((found + grain * torch.randn_like(found)).clamp(0, 1) * 255) / 255, truth

    def errors(self, net, tensors, pixels=None):
        """(error after the correction [N], error before [N], expected errors [N, 2]), in delta E."""
        found, truth = (x.flatten(2) if pixels is None else x.flatten(2)[:, :, pixels] for x in tensors)
        kept, stain, expected = net.figures(tensors[0])
        wanted = lab(truth)
        after = delta_e94(lab(unfaded(found, kept, stain)), wanted).mean(1)
        return after, delta_e94(lab(found), wanted).mean(1), expected

    def loss(self, net, tensors):
        if (net.spread == 1).all():  # the units of the features, from the first batch
            with torch.no_grad():
                features = net.features(tensors[0])
                net.mean.copy_(features.mean(0))
                net.spread.copy_(features.std(0) + 1e-2)
        pixels = torch.randint(tensors[0][0, 0].numel(), (SAMPLED,), device=tensors[0].device)
        after, before, expected = self.errors(net, tensors, pixels)
        harm = (after - before).clamp(min=0)
        told = (expected - torch.stack([before, after.detach()], 1)).abs().mean()
        loss = after.mean() + HARM * harm.mean() + 0.1 * told
        return loss, {"loss": float(after.mean().detach())}

    def measure(self, net, tensors):
        with torch.no_grad():
            after, before, expected = self.errors(net, tensors)
        has_faded = before > 0.5
        result = {
            "before": float(before[has_faded].mean()),
            "after": float(after[has_faded].mean()),
            "sound": float(after[~has_faded].mean()) if (~has_faded).any() else 0.0,
        }
        return {**result, "score": -result["after"] - result["sound"]}

    def card(self):
        return {
            "name": "Fading",
            "task": "fading",
            "version": "0.1.0",
            "description": "Estimates how a colour photo has faded: the share of its density that each dye (cyan, magenta, "
            "yellow) has kept, and the stain over each. The step for faded tones undoes it.",
            "input": {"name": "image", "channels": "rgb", "range": [0, 1], "longest": 144},
            "output": {"name": "figures", "values": list(VALUES)},
            "thresholds": {"perhaps": 6.0, "certain": 10.0},
            "limits": self.limits,
        }

    limits = (
        "On photographs faded by the model that it learnt, the correction removes 58 % of the colour error on Kodak and 50 % on "
        "CID22, and nearly as much where dyes also mix (56 % and 49 %). Where each channel has a bent curve, which it never saw, it "
        "removes only 17 % and 37 %, and makes a few pictures worse. By itself it leaves sound photographs alone: of 45 it "
        "changes one clearly, by a delta E of 1.5. A photo so faded that it looks like a sepia print is taken for one. It sees no shapes, so a photograph of one colour, or a foggy one, can look "
        "faded. It knows no local fading, such as pale edges. Old autochromes and hand-coloured prints, which have other dyes, "
        "become clearer, but nobody knows their true colours. Trained on a processor for 45 minutes."
    )

    def inputs(self, net, height, width, share=0.0):
        return {"image": torch.rand(1, 3, height, width)}

    def axes(self):
        return {"image": {0: "n", 2: "h", 3: "w"}, "figures": {0: "n"}}

"""damage-detector: where a print is creased, scratched, stained or flaked.

Source: written for this project.
"""
import numpy as np
import torch

from .. import degradations as d
from ..data import DataError, Pairs
from . import Generator


class Sampler:
    """Luma crops of aged prints with the visible damage, and as many that only look damaged.

    Returns uint8 (luma [1, S, S], label [2, S, S] lines and blobs, judged [1, S, S]).
    """

    def __init__(self, pictures, overlays, crop, damaged=0.62):
        self.pictures, self.crop, self.damaged = pictures, crop, damaged
        self.overlays = d.Overlays(overlays) if overlays is not None else None

    def __call__(self, rng):
        picture = self.pictures[int(rng.integers(len(self.pictures)))]
        damaged = rng.random() < self.damaged
        if not damaged and rng.random() < 0.35:  # an untouched photograph as it is
            luma = d.random_crop(rng, picture, self.crop, (0.7, 1.3)) @ d.LUMA
            return self._pack(luma, np.zeros((2,) + luma.shape, np.uint8), np.ones(luma.shape, np.uint8))
        luma = d.to_luma(rng, d.random_crop(rng, picture, self.crop, (0.4, 1.5)))
        if rng.random() < 0.03:
            luma, _ = d.halftone(rng, luma)
        for _ in range(int(rng.random() < 0.42) + int(rng.random() < 0.2)):
            luma, _ = d.draw_innocent(rng, luma)
        luma, _ = d.age(rng, luma.astype(np.float32))
        label = np.zeros((2,) + luma.shape, np.uint8)
        ignore = np.zeros(luma.shape, np.uint8)
        noise = 0.0 if rng.random() < 0.4 else d.log_uniform(rng, 0.002, 0.022)
        if damaged:
            clean = luma
            luma, truth, _ = d.damage_luma(rng, clean, self.overlays)
            if rng.random() < 0.5:
                sigma = d.log_uniform(rng, 0.3, 1.0)
                clean, luma = d.blur(rng, clean, sigma)[0], d.blur(rng, luma, sigma)[0]
            if rng.random() < 0.3:
                low, high = rng.uniform(0, 0.2), rng.uniform(0.75, 1)
                clean, luma = low + (high - low) * clean, low + (high - low) * luma
            label, ignore = d.visible_truth(clean, luma, truth, noise)
        if noise:
            luma, _ = d.sensor_noise(rng, luma, noise)
        for _ in range(int(rng.random() < 0.65) + int(rng.random() < 0.2)):
            luma, _ = d.jpeg(rng, luma)
        return self._pack(luma, label, 1 - ignore)

    @staticmethod
    def _pack(luma, label, judged):
        pixels = np.round(np.clip(luma, 0, 1) * 255).astype(np.uint8)
        return pixels[None], label, judged[None]


class PairSampler:
    """Windows of the product's own pairs, most of them where there is damage, some of the clean pictures.

    Returns what `Sampler` returns; what the mask leaves open is not judged.
    """

    def __init__(self, pairs, crop, damaged=0.8):
        self.pairs, self.crop, self.damaged = pairs, crop, damaged

    def __call__(self, rng):
        clean, damaged, mask = self.pairs[int(rng.integers(len(self.pairs)))]
        if min(mask.shape) < self.crop:
            raise DataError(f"pairs of {min(mask.shape)} pixels are too small for --crop {self.crop}")
        places = rng.integers(0, np.array(mask.shape) - self.crop + 1, (4, 2))
        windows = [(slice(y, y + self.crop), slice(x, x + self.crop)) for y, x in places]
        if rng.random() >= self.damaged:
            luma = clean[windows[0]].astype(np.float32) / 255 @ d.LUMA
            return Sampler._pack(luma, np.zeros((2,) + luma.shape, np.uint8), np.ones(luma.shape, np.uint8))
        window = max(windows[: 1 + 3 * int(rng.random() < 0.7)], key=lambda w: int((mask[w] > Pairs.UNSURE).sum()))
        marked = mask[window]
        label = np.stack([marked == Pairs.LINE, marked == Pairs.AREA]).astype(np.uint8)
        return Sampler._pack(damaged[window].astype(np.float32) / 255 @ d.LUMA, label, (marked != Pairs.UNSURE).astype(np.uint8))


def detection_scores(chance, label, judged, threshold, tolerance=2):
    """Counts for precision and recall with a tolerance in pixels.

    chance [N, 1, H, W] 0..1; label, judged [N, 1, H, W] 0 or 1. A found pixel is right when damage
    lies within `tolerance`; a damaged pixel is recalled when one was found within it.
    Returns (right found, found, recalled, damaged) as floats.
    """
    pool = lambda x: torch.nn.functional.max_pool2d(x, 2 * tolerance + 1, 1, tolerance)
    found = (chance > threshold).float()
    near = pool(label)
    countable = found * torch.clamp(judged + near, max=1)
    return (
        float((countable * near).sum()),
        float(countable.sum()),
        float((label * pool(found)).sum()),
        float(label.sum()),
    )


def f_score(counts):
    """(F1, precision, recall) from the summed counts of `detection_scores`."""
    right, found, recalled, damaged = counts
    precision, recall = right / max(found, 1), recalled / max(damaged, 1)
    return 2 * precision * recall / max(precision + recall, 1e-9), precision, recall


class Spec(Generator):
    """Specification of the damage detector."""

    id = "damage-detector"
    crop, batch, rate, reuse = 128, 16, 2e-3, 2.0

    def build(self):
        from ..networks import DamageNet

        return DamageNet()

    def sampler(self, pictures, overlays):
        return Sampler(pictures, overlays, self.crop)

    def pair_sampler(self, pairs):
        return PairSampler(pairs, self.crop)

    def to_tensors(self, arrays, device):
        luma, label, judged = (torch.from_numpy(np.ascontiguousarray(a)).to(device) for a in arrays)
        return luma.float() / 255, label.float(), judged.float()

    def loss(self, net, tensors):
        from ..losses import segmentation_loss

        luma, label, judged = tensors
        loss = segmentation_loss(net.logits(luma), label, judged)
        return loss, {"loss": float(loss.detach())}

    def measure(self, net, tensors):
        luma, label, judged = tensors
        with torch.no_grad():
            chance = net(luma)
        clean = (label.sum((1, 2, 3)) == 0).float().view(-1, 1, 1, 1)
        result, score = {}, 0.0
        for i, name in enumerate(("lines", "blobs")):
            best = (0.0, 0.0, 0.0, 0.0)
            for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
                counts = detection_scores(chance[:, i : i + 1], label[:, i : i + 1], judged, threshold)
                best = max(best, (*f_score(counts), threshold))
            result.update({f"{name}_f1": best[0], f"{name}_precision": best[1], f"{name}_recall": best[2], f"{name}_at": best[3]})
            false = ((chance[:, i : i + 1] > 0.5).float() * clean).sum() / max(float(clean.sum()) * luma[0, 0].numel(), 1)
            result[f"{name}_false"] = float(false)
            score += best[0]
        return {**result, "score": score / 2}

    def card(self):
        return {
            "name": "Damage detector",
            "task": "detect",
            "version": "0.2.0",
            "description": "Finds creases, scratches, hairs and tears (lines) and stains, dust and flakes (blobs) "
            "in a scanned photograph. It looks at brightness alone.",
            "input": {"name": "luma", "layout": "nchw", "channels": "luma", "range": [0, 1], "multiple": 16, "fixed": None},
            "output": {"name": "damage", "channels": ["lines", "blobs"], "range": [0, 1], "scale": 1},
            "tile": 640,
            "halo": 96,
            "extraInputs": [],
            "thresholds": {"lines": 0.5, "blobs": 0.5},
            "limits": "Its aim is an F1 of 0.80 on drawn damage; it reaches 0.61 on plain and 0.45 on hard. Trained on drawn and overlaid damage, on a processor, for two and a half hours. It finds about a third of "
            "hard synthetic damage at its cautious default and half of what is plain; bright creases and scratches of real "
            "prints more reliably. Faint scratches, powdery dirt, stains wider than about 30 pixels and worn borders are missed; "
            "ropes, bows, braid, roof edges and cracks in wood can be taken for damage. The mask is a proposal to be looked at.",
        }

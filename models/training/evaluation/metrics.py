"""PSNR, structural similarity and counts of detection; the same as bench/evaluate/metrics.ts.

Source: written for this project. Pictures are uint8 [H, W, 3]; masks uint8 [H, W] of 0 and 1.
"""
import cv2
import numpy as np


def psnr(a, b, mask=None):
    """PSNR in dB over all samples, or over the pixels where mask is 1. Also takes float32 levels."""
    square = ((a.astype(np.float64) - b.astype(np.float64)) / 255) ** 2
    return float(-10 * np.log10((square if mask is None else square[mask > 0]).mean() + 1e-10))


def ssim(a, b):
    """Mean structural similarity (Wang et al. 2004: Gaussian window of 11, sigma 1.5, wholly inside), mean of the channels."""
    window = cv2.getGaussianKernel(11, 1.5)
    smooth = lambda x: cv2.sepFilter2D(x, -1, window, window)[5:-5, 5:-5]
    a, b = a.astype(np.float64), b.astype(np.float64)
    p, q = smooth(a), smooth(b)
    aa, bb, ab = smooth(a * a) - p * p, smooth(b * b) - q * q, smooth(a * b) - p * q
    return float((((2 * p * q + 6.5025) * (2 * ab + 58.5225)) / ((p * p + q * q + 6.5025) * (aa + bb + 58.5225))).mean())


def detection(found, label, judged):
    """Counts [right, found, recalled, damaged] at a tolerance of 2 px in rows and columns: float64 [4]."""
    widen = lambda mask: cv2.dilate(mask, np.ones((5, 5), np.uint8))
    near = widen(label)
    counted = (found > 0) & ((judged > 0) | (near > 0))
    return np.array([(counted & (near > 0)).sum(), counted.sum(), (label * widen(found)).sum(), label.sum()], np.float64)


def scores(counts):
    """{'F1', 'precision', 'recall'} of summed counts."""
    right, found, recalled, total = counts
    precision, recall = right / max(found, 1), recalled / max(total, 1)
    return {"F1": float(2 * precision * recall / max(precision + recall, 1e-9)), "precision": float(precision), "recall": float(recall)}


def colourfulness(picture):
    """Colourfulness after Hasler and Süsstrunk (2003), in levels."""
    red, green, blue = (picture[..., i].astype(np.float64) for i in range(3))
    first, second = red - green, (red + green) / 2 - blue
    return float(np.hypot(first.std(), second.std()) + 0.3 * np.hypot(first.mean(), second.mean()))


def manifold(real, made, k=3):
    """{'precision', 'recall', 'diversity'} of two sets of features [N, D] (Kynkäänniemi et al. 2019).

    precision: share of generated samples within the distance of a real one to its k-th neighbour; recall: the same with
    the roles swapped; diversity: mean distance of two generated samples divided by that of two real ones.
    """
    real, made = (np.asarray(each, np.float64) for each in (real, made))
    distances = lambda a, b: np.sqrt(np.maximum((a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * a @ b.T, 0))
    own = {"real": distances(real, real), "made": distances(made, made)}
    reach = {name: np.sort(d, 1)[:, min(k, len(d) - 1)] for name, d in own.items()}
    between = distances(real, made)
    spread = lambda d: d.sum() / max(1, d.size - len(d))
    return {
        "precision": float((between <= reach["real"][:, None]).any(0).mean()),
        "recall": float((between <= reach["made"][None]).any(1).mean()),
        "diversity": float(spread(own["made"]) / max(spread(own["real"]), 1e-9)),
    }

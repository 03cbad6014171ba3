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


def to_lab(picture):
    """CIELAB (D65) [N, 3] of uint8 [H, W, 3]."""
    x = picture.reshape(-1, 3) / 255
    light = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    xyz = light @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def ciede2000(one, other):
    """Mean CIEDE2000 difference of two uint8 pictures [H, W, 3] (Sharma, Wu and Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = to_lab(one).T, to_lab(other).T
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    grey = c1 * c2 == 0
    turn = h2 - h1
    turn = np.where(grey, 0, turn - 360 * np.sign(turn) * (np.abs(turn) > 180))
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)
    l, c, total = (l1 + l2) / 2, (c1 + c2) / 2, h1 + h2
    h = np.where(grey, total, np.where(np.abs(h1 - h2) <= 180, total / 2, np.where(total < 360, total + 360, total - 360) / 2))
    cos = lambda degrees: np.cos(np.radians(degrees))
    t = 1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.2 * cos(4 * h - 63)
    rotation = -np.sin(np.radians(60 * np.exp(-(((h - 275) / 25) ** 2)))) * 2 * np.sqrt(c**7 / (c**7 + 25.0**7))
    sl, sc, sh = 1 + 0.015 * (l - 50) ** 2 / np.sqrt(20 + (l - 50) ** 2), 1 + 0.045 * c, 1 + 0.015 * c * t
    return float(np.sqrt(np.maximum((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rotation * (dc / sc) * (dh / sh), 0)).mean())

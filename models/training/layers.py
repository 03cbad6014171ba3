"""A stock of real damage: how much darker or lighter it is than what should be there, cut from places with a smooth ground.

Source: written for this project. Cut from glass plates (`plates.py`) and from hand-marked photographs (`real.py`), to be
turned, scaled and laid on other pictures.
"""
import cv2
import numpy as np

from .degradations import log_uniform
from .real import AREAS, DAMAGE, LINES, LOSSES

LIFT = 10.0  # levels added before ratios are taken, so that black ground has one as well
LARGEST = 224  # pixels of a side of a layer
ROUGHEST = 9.0  # levels: how uneven the ground round a layer may be


class Layer:
    """ratio: float32 [h, w], what is there over what should be; alpha: float32 [h, w] 0..1; bit: its class."""

    def __init__(self, ratio, alpha, bit):
        self.ratio, self.alpha, self.bit = ratio.astype(np.float16), (alpha * 255).astype(np.uint8), bit


def _cut(seen, ground, mask, bits, smallest):
    """Layers of one grey picture. seen, ground: float32 [H, W] levels; mask: uint8 0/1; bits: label of each pixel."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    slope = np.abs(ground - cv2.GaussianBlur(ground, (0, 0), 3))
    found = []
    for i in range(1, count):
        x, y, w, h, area = stats[i]
        if area < smallest or max(w, h) > LARGEST:
            continue
        margin = 4
        t, l = max(0, y - margin), max(0, x - margin)
        b, r = min(mask.shape[0], y + h + margin), min(mask.shape[1], x + w + margin)
        own = (labels[t:b, l:r] == i).astype(np.uint8)
        wide = cv2.dilate(own, np.ones((5, 5), np.uint8))
        if slope[t:b, l:r][wide > 0].mean() > ROUGHEST:
            continue
        under = ground[t:b, l:r]
        ratio = (seen[t:b, l:r] + LIFT) / (under + LIFT)
        if abs(float(np.log(ratio[own > 0]).mean())) < 0.05:
            continue
        alpha = cv2.GaussianBlur(cv2.dilate(own, np.ones((3, 3), np.uint8)).astype(np.float32), (0, 0), 0.8)
        values, counts = np.unique(bits[t:b, l:r][own > 0], return_counts=True)
        found.append(Layer(np.clip(ratio, 0.05, 12), np.clip(alpha * 1.2, 0, 1), int(values[counts.argmax()])))
    return found


def shape_class(mask):
    """LINES where a piece is long and thin, else AREAS. mask: uint8 [h, w] of 0 and 1."""
    area = float(mask.sum())
    (_, (w, h), _) = cv2.minAreaRect(np.argwhere(mask > 0)[:, ::-1].astype(np.float32))
    long = max(w, h) + 1
    return LINES if long >= 12 and area / long < 0.25 * long else AREAS


def from_plates(plates, limit=None):
    """[Layer] of prepared plates, (exposures, masks, repaired)."""
    exposures, masks, repaired = plates
    found = []
    for i in range(len(exposures)):
        mask = (masks[i] == 255).astype(np.uint8)
        if not mask.any():
            continue
        count, labels = cv2.connectedComponents(mask, connectivity=8)
        bits = np.zeros(mask.shape, np.uint8)
        for k in range(1, count):
            own = labels == k
            bits[own] = shape_class(own.astype(np.uint8))
        found += _cut(exposures[i].astype(np.float32), repaired[i].astype(np.float32), mask, bits, 5)
        if limit and len(found) >= limit:
            break
    return found


def from_real(photos):
    """[Layer] of marked photographs; the ground is filled in from around (Telea 2004)."""
    found = []
    for photo in photos:
        damage = (photo.label & DAMAGE > 0) & (photo.label != 128)
        if not damage.any():
            continue
        grey = cv2.cvtColor(photo.rgb, cv2.COLOR_RGB2GRAY)
        hole = cv2.dilate(damage.astype(np.uint8), np.ones((5, 5), np.uint8))
        ground = cv2.inpaint(grey, hole, 4, cv2.INPAINT_TELEA).astype(np.float32)
        bits = np.where(photo.label & LOSSES, LOSSES, np.where(photo.label & LINES, LINES, AREAS)).astype(np.uint8)
        found += _cut(grey.astype(np.float32), ground, damage.astype(np.uint8), bits, 5)
    return found


def lay(rng, picture, layer, clusters=1):
    """Lays a layer on a picture, float32 [H, W, 3] 0..1, in `clusters` places, turned and scaled anew in each.

    Returns (picture, alpha float32 [H, W] of what it covers).
    """
    height, width = picture.shape[:2]
    picture, covered = picture.copy(), np.zeros((height, width), np.float32)
    for _ in range(clusters):
        ratio, alpha = layer.ratio.astype(np.float32), layer.alpha.astype(np.float32) / 255
        turn = int(rng.integers(4))
        ratio, alpha = np.rot90(ratio, turn), np.rot90(alpha, turn)
        if rng.random() < 0.5:
            ratio, alpha = ratio[:, ::-1], alpha[:, ::-1]
        scale = log_uniform(rng, 0.6, 1.8)
        angle = rng.uniform(-30, 30)
        h, w = ratio.shape
        size = int(np.ceil(np.hypot(h, w) * scale)) + 2
        warp = cv2.getRotationMatrix2D((w / 2, h / 2), angle, scale)
        warp[:, 2] += size / 2 - np.float64([w / 2, h / 2])
        ratio = cv2.warpAffine(np.ascontiguousarray(ratio), warp, (size, size), borderValue=1.0)
        alpha = cv2.warpAffine(np.ascontiguousarray(alpha), warp, (size, size))
        top, left = int(rng.integers(-size // 2, height - size // 2)), int(rng.integers(-size // 2, width - size // 2))
        t, l, b, r = max(0, top), max(0, left), min(height, top + size), min(width, left + size)
        if b <= t or r <= l:
            continue
        power = rng.uniform(0.7, 1.4) * (-1 if rng.random() < 0.25 else 1)  # a negative's dust is white in the print
        part = picture[t:b, l:r]
        gain = np.clip(ratio[t - top : b - top, l - left : r - left], 0.05, 12) ** power
        a = alpha[t - top : b - top, l - left : r - left]
        lifted = (part + LIFT / 255) * gain[..., None] - LIFT / 255
        picture[t:b, l:r] = part + (np.clip(lifted, 0, 1) - part) * a[..., None]
        covered[t:b, l:r] = np.maximum(covered[t:b, l:r], a)
    return picture, covered

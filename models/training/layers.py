"""A stock of real damage to lay on other pictures: the ratio of the damaged to the true brightness.

Source: written for this project. From glass plates (`plates.py`) and hand-marked photographs (`real.py`): single pieces,
cut from places with a smooth background, and all damage of a picture together.
"""
import cv2
import numpy as np

from .degradations import log_uniform
from .real import AREAS, DAMAGE, LINES, LOSSES, UNJUDGED

LIFT = 10.0  # levels added before division, so that a black background has a ratio as well
LARGEST = 224  # pixels of a side of a layer
ROUGHEST = 9.0  # levels: how uneven the background around a layer may be
STANDS_OUT = 40.0  # levels between damage and its background from which its own tone can be used on another picture
LEAST = 2e-4  # least damaged share of a picture for a DamageMap


class Layer:
    """ratio: float32 [h, w], damaged over true brightness; alpha: float32 [h, w] 0..1; bit: the class."""

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
    """LINES if a piece is long and thin, else AREAS. mask: uint8 [h, w] of 0 and 1."""
    area = float(mask.sum())
    (_, (w, h), _) = cv2.minAreaRect(np.argwhere(mask > 0)[:, ::-1].astype(np.float32))
    long = max(w, h) + 1
    return LINES if long >= 12 and area / long < 0.25 * long else AREAS


def from_plates(plates, limit=None):
    """[Layer] from prepared plates (exposures, masks, repaired)."""
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
    """[Layer] from marked photographs."""
    found = []
    for photo in photos:
        damage = (photo.label & DAMAGE > 0) & (photo.label != 128)
        if not damage.any():
            continue
        grey = cv2.cvtColor(photo.rgb, cv2.COLOR_RGB2GRAY)
        ground = cv2.cvtColor(photo.ground, cv2.COLOR_RGB2GRAY).astype(np.float32)
        bits = np.where(photo.label & LOSSES, LOSSES, np.where(photo.label & LINES, LINES, AREAS)).astype(np.uint8)
        found += _cut(grey.astype(np.float32), ground, damage.astype(np.uint8), bits, 5)
    return found


def lay(rng, picture, layer, clusters=1):
    """Lays a layer on a picture, float32 [H, W, 3] 0..1, in `clusters` places, turned and scaled differently in each.

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
        power = rng.uniform(0.7, 1.4) * (-1 if rng.random() < 0.25 else 1)  # dust on a negative is white in the print
        part = picture[t:b, l:r]
        gain = np.clip(ratio[t - top : b - top, l - left : r - left], 0.05, 12) ** power
        a = alpha[t - top : b - top, l - left : r - left]
        lifted = (part + LIFT / 255) * gain[..., None] - LIFT / 255
        picture[t:b, l:r] = part + (np.clip(lifted, 0, 1) - part) * a[..., None]
        covered[t:b, l:r] = np.maximum(covered[t:b, l:r], a)
    return picture, covered


class DamageMap:
    """All damage of one picture. seen, ground: uint8 [H, W], the damaged and the true picture; bits: uint8 [H, W], the class
    of each damaged pixel, else 0."""

    def __init__(self, seen, ground, bits):
        self.seen, self.ground, self.bits = seen, ground, bits
        places = np.argwhere(bits > 0)
        self.places = places[:: max(1, len(places) // 500), ::-1].astype(np.float32)  # (x, y)


def maps_from_real(photos):
    """[DamageMap] of marked photographs with more than a few specks of damage."""
    found = []
    for photo in photos:
        bits = np.where(photo.label == UNJUDGED, 0, photo.label & DAMAGE).astype(np.uint8)
        if (bits > 0).mean() >= LEAST:
            grey = lambda rgb: cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
            found.append(DamageMap(grey(photo.rgb), grey(photo.ground), bits))
    return found


def map_from_plate(exposure, repaired, mask):
    """The DamageMap of a prepared exposure; None if it has no damage."""
    bits = np.zeros(mask.shape, np.uint8)
    count, pieces = cv2.connectedComponents((mask == 255).astype(np.uint8), connectivity=8)
    for k in range(1, count):
        own = pieces == k
        bits[own] = shape_class(own.astype(np.uint8))
    return DamageMap(np.asarray(exposure), np.asarray(repaired), bits) if count > 1 else None


def lay_map(rng, picture, source):
    """Lays a part of a DamageMap on a picture, float32 [H, W, 3] 0..1, turned, mirrored and scaled.

    Uses its ratio to its background or, if it stands out, its own tone. Returns (picture, {bit: opacity float32 [H, W]}).
    """
    height, width = picture.shape[:2]
    centre = source.places[int(rng.integers(len(source.places)))]
    angle, scale = rng.uniform(0, 2 * np.pi), log_uniform(rng, 0.7, 2.0)
    turn = np.float64([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    turn[:, 0] *= rng.choice([-1, 1])
    target = rng.uniform(0.1, 0.9, 2) * (width, height)
    warp = np.column_stack([turn, centre - turn @ target])
    bend = lambda plane: cv2.warpAffine(plane, warp, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    seen, ground = bend(source.seen.astype(np.float32)), bend(source.ground.astype(np.float32))
    opacity, alpha = {}, np.zeros((height, width), np.float32)
    for bit in (LINES, AREAS, LOSSES):
        mask = bend((source.bits == bit).astype(np.float32))
        if mask.any():
            opacity[bit] = mask
            alpha = np.maximum(alpha, mask)
    alpha = np.clip(cv2.GaussianBlur(cv2.dilate(alpha, np.ones((3, 3), np.uint8)), (0, 0), 0.8) * 1.2, 0, 1)
    if rng.random() < 0.4:
        alpha *= np.clip(np.abs(seen - ground) / STANDS_OUT, 0, 1)
        tint = np.float32([1, 1 - rng.uniform(0, 0.06), 1 - rng.uniform(0, 0.15)])
        laid = np.clip(seen / 255 * rng.uniform(0.8, 1.15), 0, 1)[..., None] * tint
    else:
        power = rng.uniform(0.6, 1.4) * (-1 if rng.random() < 0.25 else 1)
        gain = np.clip((seen + LIFT) / (ground + LIFT), 0.05, 12) ** power
        laid = np.clip((picture + LIFT / 255) * gain[..., None] - LIFT / 255, 0, 1)
    return (picture + (laid - picture) * alpha[..., None]).astype(np.float32), {bit: mask * alpha for bit, mask in opacity.items()}


class Stock:
    """Real damage: pieces [Layer], maps of photographs [DamageMap], and prepared plates (exposures, masks, repaired) or None."""

    def __init__(self, pieces=(), maps=(), plates=None):
        self.pieces, self.maps, self.plates = list(pieces), list(maps), plates
        self.weights = np.array([float((m.bits > 0).mean()) ** 0.5 for m in self.maps])
        if len(self.weights):
            self.weights /= self.weights.sum()

    def __len__(self):
        return len(self.pieces) + len(self.maps)

    def draw_map(self, rng):
        """The map of a photograph (more often one with more damage) or of a plate; None if the plate has no damage."""
        if self.plates is not None and (not self.maps or rng.random() < 0.3):
            exposures, masks, repaired = self.plates
            index = int(rng.integers(len(masks)))
            return map_from_plate(exposures[index], repaired[index], masks[index])
        return self.maps[int(rng.choice(len(self.maps), p=self.weights))] if self.maps else None

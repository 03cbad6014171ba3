"""damage-detector: where a print is creased, scratched, stained or torn, and what on it is writing.

Source: written for this project. Half of the samples are real photographs marked by hand, the rest glass plates,
drawn prints and clean pictures. Without a data folder it trains on drawn prints only.
"""
import hashlib
import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from .. import degradations as d
from .. import layers, negatives, plates, prints, real, scenes
from ..colours import in_full_colour
from ..data import HELD_OUT_EVERY, DataError, Pairs, cache_folder, load_pictures
from ..detector_net import THUMB, DetectorNet, any_damage
from ..evaluation.real import f_score, is_writing, pixel_counts
from . import Generator

COARSE_PIXELS = 1_000_000  # size of the whole photo in the coarse pass, as in the product
TURNING_ROOM = 1.4  # how much larger a window is before it is turned
LARGEST_GONE = 400  # pixels of the largest piece of damage that may be removed: the filling of larger ones is visible
LONGEST_THUMB = 320  # pixels: the product reduces a photo to this before its summary
SHAPES = {
    "a": dict(widths=(32, 64, 96, 128), floor=(1, 2), depth=8),
    "shallow": dict(widths=(32, 64, 96, 128), floor=(1, 2, 4), depth=4),
    "narrow": dict(widths=(24, 48, 96, 160), floor=(1, 2), depth=8),
}
BITS = (real.LINES, real.AREAS, real.LOSSES)
WRITING_CHANCE = 0.5  # probability from which a pixel is writing
FALSE_SHARE = 5e-4  # allowed share of marked pixels in clean pictures
MISTAKEN_SHARE = 0.35  # of a real photograph's windows, where the net took something sound for damage
MISTAKEN_WEIGHT = 2.0  # added to the weight of a photograph that is full of such places; the usual weight is 1 to 4
CLEAN_PICTURES = 40  # held-out pictures that measure this during training
ODDS = tuple(np.round(np.arange(-2.5, 4.01, 0.25), 2))  # thresholds to try, in log-odds
# How the threshold follows the photo, see `strictness`. All in logits but the share.
STRICTNESS = {
    "share": 0.0005, "certain": 0.5, "usual": 0.25, "per_decade": 1.5, "least": -1.25, "most": 1.5, "least_in_colour": 0.75,
    "enough": 0.04, "per_decade_after": 5,
}  # fmt: skip


def thumb_of(rgb):
    """A whole photo as the input of its summary: uint8 [THUMB, THUMB, 3]. rgb: uint8 [H, W, 3]."""
    scale = min(1.0, LONGEST_THUMB / max(rgb.shape[:2]))
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    return cv2.resize(small, (THUMB, THUMB), interpolation=cv2.INTER_LINEAR)


def resize_label(label, size):
    """A label of bits at another size (width, height). Thin lines are kept at any size."""
    out = np.zeros((size[1], size[0]), np.uint8)
    for bit in (real.UNJUDGED, real.WRITING, real.AREAS, real.LINES, real.LOSSES):
        plane = ((label & bit) > 0).astype(np.float32) if bit != real.UNJUDGED else (label == real.UNJUDGED).astype(np.float32)
        if plane.any():
            small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA if size[0] < label.shape[1] else cv2.INTER_LINEAR)
            out[small > 0.3] = bit
    return out


def window(rng, shape, side, centre=None):
    """The top left corner of a square of `side` pixels in a picture of shape (height, width), near `centre` (x, y) if given."""
    height, width = shape
    if centre is None:
        return int(rng.integers(0, height - side + 1)), int(rng.integers(0, width - side + 1))
    shift = rng.uniform(-0.4, 0.4, 2) * side
    top = int(np.clip(centre[1] + shift[1] - side / 2, 0, height - side))
    return top, int(np.clip(centre[0] + shift[0] - side / 2, 0, width - side))


def turned(rgb, label, angle, crop):
    """The middle `crop` pixels of a square turned by `angle` degrees; pixels outside the square are not judged."""
    side = label.shape[0]
    warp = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), angle, 1.0)
    warp[:, 2] -= (side - crop) / 2
    size = (crop, crop)
    rgb = cv2.warpAffine(rgb, warp, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    label = cv2.warpAffine(label, warp, size, flags=cv2.INTER_NEAREST, borderValue=real.UNJUDGED)
    return rgb, label


class Look:
    """A random change of a photo's tones, the same for a window and for the thumb."""

    def __init__(self, rng):
        draw = rng.random()
        self.grey = draw < 0.3
        self.warm = rng.uniform(0, 0.25) if draw < 0.15 else 0.0
        self.gain = rng.uniform(0.85, 1.12, 3).astype(np.float32) if rng.random() < 0.4 else np.ones(3, np.float32)
        self.gamma = d.log_uniform(rng, 0.75, 1.33) if rng.random() < 0.6 else 1.0
        self.low, self.high = (rng.uniform(0, 0.12), rng.uniform(0.85, 1.0)) if rng.random() < 0.35 else (0.0, 1.0)

    def __call__(self, picture):
        """float32 [H, W, 3] 0..1 -> the same."""
        if self.grey:
            tint = np.float32([1, 1 - self.warm * 0.5, 1 - self.warm])
            picture = (picture @ d.LUMA)[..., None] * tint
        picture = np.clip(picture * self.gain, 0, 1) ** self.gamma
        return (self.low + (self.high - self.low) * picture).astype(np.float32)


class Sampler:
    """Windows of real photographs, plates, drawn prints and clean pictures.

    Returns uint8 (rgb [3, S, S], thumb of the whole photo [3, THUMB, THUMB], label [1, S, S] with the bits of real.py).
    shares: of real photographs, plates and drawn damage; the rest is clean. Missing kinds are replaced by drawn ones.
    hard: places of the pictures, [(index, x, y)], that the net has taken for damage.
    mistaken: the same in the real photographs, [[(x, y)]] for each of them; photos with many are shown more often.
    """

    def __init__(
        self, pictures, overlays, crop, photos=(), plate_data=None, stock=None, shares=(0.40, 0.15, 0.27), hard=(), mistaken=()
    ):
        self.pictures, self.crop, self.stock = pictures, crop, stock or layers.Stock()
        self.overlays = d.Overlays(overlays) if overlays is not None else None
        self.photos, self.plates, self.shares, self.hard = list(photos), plate_data, shares, list(hard)
        self.mistaken = list(mistaken) or [[] for _ in self.photos]
        self.weights = np.array([1.0 + p.severity for p in self.photos])
        self.weights += [MISTAKEN_WEIGHT * len(places) / negatives.MOST for places in self.mistaken]
        if len(self.weights):
            self.weights /= self.weights.sum()
        self.thumbs = [thumb_of(p.rgb) for p in self.photos]
        self.places = [self._places(p) for p in self.photos]
        if plate_data is not None:
            self.marked_plates = [i for i in range(len(plate_data[1])) if (plate_data[1][i] == plates.DAMAGED).any()]

    @staticmethod
    def _places(photo):
        """(centres of pieces of damage, centres of kept regions, writing first), each [[x, y]]."""
        damage = ((photo.label & real.DAMAGE) > 0) & (photo.label != real.UNJUDGED)
        _, _, _, centres = cv2.connectedComponentsWithStats(damage.astype(np.uint8), connectivity=8)
        on = np.argwhere(damage)[:, ::-1]
        some = on[:: max(1, len(on) // 400)]  # large pieces have many places
        pieces = [*centres[1:], *some] if len(on) else []
        keep = [polygon.mean(0) for _, polygon in photo.keep]
        keep += [p.mean(0) for what, p in photo.keep if is_writing(what)] * 2
        return pieces, keep

    def __call__(self, rng):
        draw = rng.random()
        real_share, plate_share, drawn_share = self.shares
        if draw < real_share and self.photos:
            return self._real(rng)
        if real_share <= draw < real_share + plate_share and self.plates is not None and self.marked_plates:
            return self._plate(rng)
        damaged = draw < real_share + plate_share + drawn_share
        return self._drawn(rng, damaged)

    def _real(self, rng):
        index = int(rng.choice(len(self.photos), p=self.weights))
        photo = self.photos[index]
        pieces, keep = self.places[index]
        whole = photo.rgb.shape[0] * photo.rgb.shape[1]
        usual = min(1.0, (COARSE_PIXELS / whole) ** 0.5) if rng.random() < 0.7 else 1.0
        scale = usual * d.log_uniform(rng, 0.5, 1.6)
        angle = rng.uniform(-35, 35) if rng.random() < 0.5 else 0.0
        crop = round(self.crop * TURNING_ROOM) if angle else self.crop
        side = int(min(round(crop / scale), *photo.rgb.shape[:2]))
        draw = rng.random()
        centre = None
        mistaken = self.mistaken[index]
        if mistaken and draw >= 1 - MISTAKEN_SHARE:
            centre = mistaken[int(rng.integers(len(mistaken)))]
        elif draw < 0.6 and pieces:
            centre = pieces[int(rng.integers(len(pieces)))]
        elif draw < 0.8 and keep:
            centre = keep[int(rng.integers(len(keep)))]
        top, left = window(rng, photo.rgb.shape[:2], side, centre)
        part = slice(top, top + side), slice(left, left + side)
        rgb, label = self._fainter(rng, photo.rgb[part], photo.ground[part], photo.label[part])
        size = (crop, crop)
        if side != crop:
            rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if side > crop else cv2.INTER_CUBIC)
            label = resize_label(label, size)
        else:
            label = label.copy()
        if angle:
            rgb, label = turned(rgb, label, angle, self.crop)
        near = cv2.dilate(((label & real.DAMAGE > 0) & (label != real.UNJUDGED)).astype(np.uint8), np.ones((3, 3), np.uint8))
        label[(near > 0) & (label == 0)] = real.UNJUDGED  # marks are off by a pixel or two at their edges
        look = Look(rng)
        picture, thumb = look(rgb.astype(np.float32) / 255), look(self.thumbs[index].astype(np.float32) / 255)
        if rng.random() < 0.25:
            sheet = prints.Sheet(picture)
            prints.damage(rng, sheet, self.overlays, self.stock)
            more = sheet.label(0.01)
            label = np.where((label == 0) | ((more & real.DAMAGE > 0) & (more != real.UNJUDGED)), more, label)
            picture = sheet.picture
        if rng.random() < 0.4:
            picture = prints.finish(rng, picture, 0.0 if rng.random() < 0.5 else d.log_uniform(rng, 0.002, 0.02))
        return self._pack(picture, thumb, label)

    @staticmethod
    def _fainter(rng, rgb, ground, label):
        """Makes damage fainter or stronger, or removes small pieces, so that learning photographs by heart does not help.

        All uint8; ground as in RealPhoto. Returns (rgb, label).
        """
        if rng.random() < 0.5 or not (label & real.DAMAGE).any():
            return rgb, label
        strength = np.full(label.shape, rng.uniform(0.5, 1.25), np.float32)
        if rng.random() < 0.5:
            damage = ((label & real.DAMAGE > 0) & (label != real.UNJUDGED)).astype(np.uint8)
            count, pieces, stats, _ = cv2.connectedComponentsWithStats(damage, connectivity=8)
            gone = (stats[:, cv2.CC_STAT_AREA] < LARGEST_GONE) & (rng.random(count) < 0.5)
            gone[0] = False
            mask = gone[pieces]
            label = np.where(mask, 0, label).astype(np.uint8)
            strength[cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0] = 0
        changed = ground + strength[..., None] * (rgb.astype(np.float32) - ground)
        return np.round(np.clip(changed, 0, 255)).astype(np.uint8), label

    def _plate(self, rng):
        exposures, masks, _ = self.plates
        every = self.marked_plates if rng.random() < 0.8 else range(len(masks))
        index = every[int(rng.integers(len(every)))]
        grey, mask = exposures[index], masks[index]
        scale = d.log_uniform(rng, 0.9, 1.7)
        side = int(min(round(self.crop / scale), *grey.shape))
        on = np.argwhere(mask == plates.DAMAGED)
        centre = on[int(rng.integers(len(on)))][::-1] if len(on) and rng.random() < 0.7 else None
        top, left = window(rng, grey.shape, side, centre)
        part = mask[top : top + side, left : left + side]
        label = np.where(part == plates.UNJUDGED, real.UNJUDGED, 0).astype(np.uint8)
        count, pieces = cv2.connectedComponents((part == plates.DAMAGED).astype(np.uint8), connectivity=8)
        for k in range(1, count):
            own = pieces == k
            label[own] = layers.shape_class(own.astype(np.uint8))
        size = (self.crop, self.crop)
        part = grey[top : top + side, left : left + side]
        rgb = cv2.resize(part, size, interpolation=cv2.INTER_AREA if side > self.crop else cv2.INTER_CUBIC)
        label = resize_label(label, size)
        look = Look(rng)
        three = lambda x: np.repeat((x.astype(np.float32) / 255)[..., None], 3, -1)
        thumb = cv2.resize(np.ascontiguousarray(grey), (THUMB, THUMB), interpolation=cv2.INTER_AREA)
        return self._pack(look(three(rgb)), look(three(thumb)), label)

    def _hard(self, rng):
        index, x, y = self.hard[int(rng.integers(len(self.hard)))]
        picture = self.pictures[index]
        side = int(min(round(self.crop / d.log_uniform(rng, 0.7, 1.5)), *picture.shape[:2]))
        top, left = window(rng, picture.shape[:2], side, (x, y))
        part = np.ascontiguousarray(picture[top : top + side, left : left + side])
        interpolation = cv2.INTER_AREA if side > self.crop else cv2.INTER_CUBIC
        crop = cv2.resize(part, (self.crop, self.crop), interpolation=interpolation).astype(np.float32) / 255
        look = Look(rng)
        crop, thumb = look(crop), look(thumb_of(np.ascontiguousarray(picture)).astype(np.float32) / 255)
        if rng.random() < 0.5:
            crop = prints.finish(rng, crop, 0.0 if rng.random() < 0.5 else d.log_uniform(rng, 0.002, 0.02))
        return self._pack(crop, thumb, np.zeros(crop.shape[:2], np.uint8))

    def _drawn(self, rng, damaged):
        if not damaged and self.hard and rng.random() < 0.5:
            return self._hard(rng)
        picture = self.pictures[int(rng.integers(len(self.pictures)))]
        if not damaged and rng.random() < 0.35:  # an unchanged photograph
            crop = d.random_crop(rng, picture, self.crop, (0.6, 1.4))
            return self._pack(crop, thumb_of(np.ascontiguousarray(picture)).astype(np.float32) / 255, np.zeros(crop.shape[:2], np.uint8))
        side = int(round(self.crop * rng.uniform(1.0, 1.6)))
        whole = d.random_crop(rng, picture, side, (0.3, 1.2))
        scan, label = prints.draw_print(rng, whole, self.overlays, self.stock, damaged)
        top, left = window(rng, label.shape, self.crop)
        part = slice(top, top + self.crop), slice(left, left + self.crop)
        thumb = cv2.resize(scan, (THUMB, THUMB), interpolation=cv2.INTER_AREA)
        return self._pack(scan[part], thumb, label[part])

    @staticmethod
    def _pack(picture, thumb, label):
        pixels = lambda x: np.round(np.clip(x, 0, 1) * 255).astype(np.uint8).transpose(2, 0, 1)
        return pixels(picture), pixels(thumb), np.ascontiguousarray(label)[None]


class PairSampler:
    """Windows of the product's own pairs, mostly around damage, some of the clean pictures.

    Returns what `Sampler` returns; unsure pixels of the mask are not judged.
    """

    def __init__(self, pairs, crop, damaged=0.8):
        self.pairs, self.crop, self.damaged = pairs, crop, damaged

    def __call__(self, rng):
        clean, damaged, mask = self.pairs[int(rng.integers(len(self.pairs)))]
        if min(mask.shape) < self.crop:
            raise DataError(f"pairs of {min(mask.shape)} pixels are too small for --crop {self.crop}")
        places = rng.integers(0, np.array(mask.shape) - self.crop + 1, (4, 2))
        windows = [(slice(y, y + self.crop), slice(x, x + self.crop)) for y, x in places]
        whole = damaged
        if rng.random() >= self.damaged:
            marked, picture, whole = np.zeros((self.crop, self.crop), np.uint8), clean[windows[0]], clean
        else:
            chosen = max(windows[: 1 + 3 * int(rng.random() < 0.7)], key=lambda w: int((mask[w] > Pairs.UNSURE).sum()))
            marked, picture = mask[chosen], damaged[chosen]
        label = np.zeros(marked.shape, np.uint8)
        for value, bit in ((Pairs.LINE, real.LINES), (Pairs.AREA, real.AREAS), (Pairs.UNSURE, real.UNJUDGED)):
            label[marked == value] = bit
        thumb = thumb_of(np.ascontiguousarray(whole)).astype(np.float32) / 255
        return Sampler._pack(picture.astype(np.float32) / 255, thumb, label)


def detection_scores(chance, label, judged, threshold, tolerance=2):
    """Counts for precision and recall with a tolerance in pixels.

    chance [N, 1, H, W] 0..1; label, judged [N, 1, H, W] 0 or 1. A found pixel is correct if damage
    lies within `tolerance`; a damaged pixel is recalled if a pixel was found within it.
    Returns (right, found, recalled, damaged) as floats, for `evaluation.real.f_score`.
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


def soft_dice(chance, label, weight):
    """1 minus the soft overlap (Dice) of a batch; 0 if both agree. All [N, 1, H, W]."""
    both = (chance * label * weight).sum()
    return 1 - (2 * both + 50) / ((chance * weight).sum() + (label * weight).sum() + 50)


def focal(logits, label, weight, gamma=1.5, positive=2.0):
    """Focal loss (Lin et al. 2017), mean over judged pixels."""
    entropy = F.binary_cross_entropy_with_logits(logits, label, reduction="none")
    wrong = torch.exp(-entropy)
    return ((1 - wrong) ** gamma * entropy * (1 + (positive - 1) * label) * weight).sum() / weight.sum().clamp(min=1)


class Spec(Generator):
    """Specification of the damage detector."""

    id = "damage-detector"
    crop, batch, rate, reuse = 256, 8, 1.5e-3, 1.0
    held_size = 8
    # A net soon knows ninety photographs by heart, so weights are kept small and averaged over some 3,000 steps.
    decay, ema = 0.02, 0.9997
    trunk_rate = 0.13  # share of the learning rate, to change the pretrained features slowly
    shape, shapes = "a", SHAPES

    def __init__(self):
        self.photos, self.chosen, self.plates, self.stock, self.perceptual = [], [], None, layers.Stock(), None
        self.negatives, self.clean, self.scenes, self.mistaken = None, [], None, []

    def load(self, data):
        data = Path(data)
        self.perceptual = data / "perceptual"
        try:
            self.photos, self.chosen = real.load_real(data)
        except DataError as error:
            print(f"trained without real photographs: {error}", flush=True)
        try:
            trained, held = load_pictures(data).split(HELD_OUT_EVERY)
            self.scenes = scenes.load_scenes(max(1, round(len(trained) * scenes.SHARE)))
            drawn = scenes.load_scenes(max(1, round(min(CLEAN_PICTURES, len(held)) * scenes.SHARE)), scenes.HELD_FROM)
            pictures = [*list(held)[:CLEAN_PICTURES], *list(drawn)]
            pictures = [np.ascontiguousarray(picture) for picture in pictures]
            self.clean = [(picture, in_full_colour(picture)) for picture in pictures]
        except DataError:
            self.clean = []
        try:
            self.plates = plates.load_plates(data / "train/plates")
        except DataError as error:
            print(f"trained without glass plates: {error}", flush=True)
        self.stock = self._stock()

    def _stock(self):
        """Real damage to lay on other pictures. The pieces are cut once and kept in the cache."""
        names = [[p.stem, int(p.label.sum())] for p in self.photos], self.plates[0].names if self.plates else []
        key = hashlib.sha256(json.dumps([plates.VERSION, "ground in colour", names]).encode()).hexdigest()[:12]
        path = cache_folder() / f"layers-{key}.pickle"
        if not path.exists():
            cut = layers.from_real(self.photos) + (layers.from_plates(self.plates) if self.plates else [])
            temporary = path.with_suffix(".tmp")
            temporary.write_bytes(pickle.dumps(cut))
            temporary.replace(path)
        return layers.Stock(pickle.loads(path.read_bytes()), layers.maps_from_real(self.photos), self.plates)

    def further_data(self):
        rows = [("Old photographs with damage marked by hand", "MIT", len(self.photos))]
        if self.plates is not None:
            count = len(set(self.plates[0].groups))
            rows.append(("Glass plates of S. M. Prokudin-Gorskii, Library of Congress", "public domain", count))
        rows.append(("SqueezeNet 1.1, features that training began with", "MIT", 1 if self.perceptual is not None else 0))
        return [{"name": name, "licence": licence, "count": count} for name, licence, count in rows if count]

    def build(self):
        net = DetectorNet(**SHAPES[self.shape])
        if self.perceptual is not None:
            net.trunk.load_pretrained(self.perceptual)
        return net

    def data_counts(self):
        return {"real": len(self.photos), "exposures": len(self.plates[0]) if self.plates else 0, "layers": len(self.stock)}

    def groups(self, net):
        tuned = set(net.trunk.parameters())
        rest = [p for p in net.parameters() if p not in tuned]
        return [{"params": rest, "factor": 1.0}, {"params": list(net.trunk.parameters()), "factor": self.trunk_rate}]

    def _clean(self, pictures):
        """The clean pictures to train on: photographs and drawn scenes."""
        return pictures if self.scenes is None else scenes.Joined(pictures, self.scenes)

    def study(self, net, pictures):
        device = next(net.parameters()).device
        self.mistaken = [mistaken_places(net, photo, device) for photo in self.photos]
        print(f"{sum(map(len, self.mistaken))} sound places of real photographs are taken for damage", flush=True)
        pictures = self._clean(pictures)
        self.negatives = negatives.Negatives(self.id)
        if self.negatives.age() < negatives.FRESH:
            return
        rng = np.random.default_rng()

        def look(rgb):
            toned = Look(rng)(rgb.astype(np.float32) / 255)
            return damage_odds(answer(net, np.round(toned * 255).astype(np.uint8), device))

        seen = self.negatives.search(pictures, look, rng)
        print(f"looked at {seen} clean pictures for what is taken for damage", flush=True)

    def sampler(self, pictures, overlays):
        pictures = self._clean(pictures)
        hard = self.negatives.of(pictures) if self.negatives else ()
        return Sampler(pictures, overlays, self.crop, self.photos, self.plates, self.stock, hard=hard, mistaken=self.mistaken)

    def pair_sampler(self, pairs):
        return PairSampler(pairs, self.crop)

    def to_tensors(self, arrays, device):
        rgb, thumb, label = (torch.from_numpy(np.ascontiguousarray(a)).to(device) for a in arrays)
        return rgb.float() / 255, thumb.float() / 255, label

    def loss(self, net, tensors):
        rgb, thumb, label = tensors
        judged = (label != real.UNJUDGED).float()
        is_bit = lambda bit: ((label & bit) > 0).float() * judged
        each = net.class_logits(rgb, net.summary(thumb))
        damage = torch.clamp(sum(is_bit(bit) for bit in BITS), max=1)
        found = any_damage(each[:, :3])
        detection = 10 * focal(found, damage, judged) + soft_dice(torch.sigmoid(found), damage, judged)
        which = torch.cat([is_bit(bit) for bit in BITS], 1).argmax(1)
        naming = F.cross_entropy(each[:, :3], which, reduction="none")[:, None]
        naming = (naming * damage).sum() / damage.sum().clamp(min=1)
        written, letters = is_bit(real.WRITING), each[:, 3:]
        writing = 5 * focal(letters, written, judged) + 0.5 * soft_dice(torch.sigmoid(letters), written, judged)
        loss = detection + 0.15 * naming + writing
        return loss, {"loss": float(loss.detach())}

    def measure(self, net, tensors):
        """Measures on the photographs to choose on, whole, at the size of the coarse pass; without any, on held-out windows."""
        if not self.chosen:
            return self._measure_windows(net, tensors)
        device = next(net.parameters()).device
        odds = [damage_odds(answer(net, photo.rgb, device)) for photo in self.chosen]
        clean = [(damage_odds(answer(net, picture, device)), colour) for picture, colour in self.clean]
        best = best_threshold(self.chosen, odds, clean)
        found = {k: best[k] for k in ("F1", "precision", "recall", "mean F1", "at", "false")}
        return {**found, "score": (best["F1"] + best["mean F1"]) / 2}

    @staticmethod
    def _measure_windows(net, tensors):
        rgb, thumb, label = tensors
        with torch.no_grad():
            chance = net(rgb, net.summary(thumb))[:, :3].amax(1, keepdim=True)
        judged = (label != real.UNJUDGED).float()
        damage = torch.clamp(sum(((label & bit) > 0).float() for bit in BITS), max=1) * judged
        tried = [{**f_score(*detection_scores(chance, damage, judged, t / 10)), "at": t / 10} for t in range(1, 9)]
        best = max(tried, key=lambda each: each["F1"])
        return {**best, "score": best["F1"]}

    def card(self):
        return {
            "name": "Damage detector",
            "task": "detect",
            "version": "2.1.0",
            "description": "Finds creases, cracks, scratches and hairs (lines), stains, foxing, dust and lost "
            "emulsion (areas), torn corners, holes and tape (losses) in a photograph. It also recognises writing, "
            "which is left alone.",
            "input": {"name": "image", "layout": "nchw", "channels": "rgb", "range": [0, 1], "multiple": 16, "fixed": None},
            "output": {"name": "damage", "channels": ["lines", "areas", "losses", "writing"], "range": [0, 1], "scale": 1},
            "tile": 640,
            # The net sees farther, but pixels beyond change no probability by more than 0.006 (measured on photographs).
            "halo": 128,
            # Training windows end without a halo. With a mirrored one it finds a tenth less on real prints.
            "border": "nothing",
            "extraInputs": [],
            "vectorInputs": ["summary"],
            # A piece is exactly its pixels above the threshold. The net sees enough context to make pieces complete.
            "thresholds": {
                **{"lines": 0.5, "areas": 0.5, "losses": 0.5, "writing": 0.5, "seed_logits": 0, "flank_logits": 0, "needed": 0.0012},
                **{f"strictness_{name}": value for name, value in STRICTNESS.items()},
            },
            "limits": "The mask is a proposal; check it. On photographs that it was not trained on, it finds three "
            "fifths of the damaged pixels (recall 0.58, precision 0.64), three quarters of dust and spots and three fifths of "
            "the length of creases and scratches. It misses soft folds without a broken surface, faint stains and wide "
            "losses at the border. In a photograph with much damage it also marks what is only probably damage, so "
            "small details there (an earring, a gilt line) are touched more often. It can take fence wires, "
            "gaps between leaves, white cloth, brooches and joints of pavement for damage, and the rough edges of trees "
            "in drawings, which often get a proposal that they do not need.",
        }

    def inputs(self, net, height, width, share=0.0):
        image = torch.rand(1, 3, height, width)
        with torch.no_grad():
            return {"image": image, "summary": net.summary(image)}

    def axes(self):
        free = {0: "n", 2: "h", 3: "w"}
        return {"image": free, "summary": {0: "m"}, "damage": free}

    def export_beside(self, net, folder):
        """Writes summary.onnx, which describes the whole photo."""
        from ..data import atomic_write
        from ..detector_net import Summary
        from ..export import write_graph

        path = Path(folder) / "summary.onnx"
        axes = {"image": {0: "n", 2: "h", 3: "w"}, "summary": {0: "n"}}
        atomic_write(path, lambda p: write_graph(Summary(net), {"image": torch.rand(1, 3, 64, 96)}, "summary", axes, p))
        return {
            "statistics": {
                "file": path.name,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "input": "image",
                "output": "summary",
                "size": DetectorNet.SUMMARY,
                "longest": LONGEST_THUMB,
            }
        }


def logit(chance):
    """Log-odds of probabilities 0..1, limited to -9..9."""
    safe = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.log(safe / (1 - safe))


def reduced(picture, pixels):
    """A uint8 picture [H, W, 3] reduced to at most `pixels`."""
    scale = min(1.0, (pixels / (picture.shape[0] * picture.shape[1])) ** 0.5)
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if scale < 1 else picture


def planes_of(picture, device="cpu"):
    """A uint8 picture [H, W, 3] as a float tensor [1, 3, H, W] 0..1."""
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1))[None]).float().to(device) / 255


def answer(net, rgb, device="cpu"):
    """The coarse pass over a whole photo, uint8 [H, W, 3], without tiles: probabilities float32 [4, h, w]."""
    small = reduced(rgb, COARSE_PIXELS)
    height, width = small.shape[:2]
    pad = ((0, -height % 16), (0, -width % 16), (0, 0))
    padded = np.pad(small, pad, mode="symmetric" if min(height, width) < 16 else "reflect")
    with torch.no_grad():
        found = net(planes_of(padded, device), net.summary(planes_of(thumb_of(rgb), device)))
    return found[0, :, :height, :width].cpu().numpy()


def mistaken_places(net, photo, device="cpu"):
    """[(x, y)] of what the net most certainly takes for damage in a marked photograph, away from any mark."""
    odds = damage_odds(answer(net, photo.rgb, device))
    height, width = photo.label.shape
    marked = cv2.dilate((photo.label != 0).astype(np.uint8), np.ones((9, 9), np.uint8))
    # Lettering is learnt from its own label.
    small = cv2.resize(marked, odds.shape[::-1], interpolation=cv2.INTER_NEAREST)
    places = negatives.strongest(np.where(small > 0, -9.0, odds))
    return [(round(x * width / odds.shape[1]), round(y * height / odds.shape[0])) for x, y in places]


def damage_odds(chance):
    """Log-odds [H, W] of any damage; far below any threshold for writing. chance: [4, H, W]."""
    damage = chance[:3].max(0)
    return np.where((chance[3] >= WRITING_CHANCE) & (chance[3] >= damage), -9.0, logit(damage))


def strictness(odds, threshold, colour):
    """By how much the threshold is raised for a photo, in logits, from its share of certain damage.

    A photo with much certain damage has more of it, less certain; in a photo with hardly any, what is uncertain mostly
    belongs to the scene. Where more than `enough` is certain, nothing has to be found that is less so: the threshold rises again,
    up to where it is without rules. odds: [h, w]; colour: whether the photo is in full colour, which prints with damage seldom are.
    """
    rules = STRICTNESS
    certain = max(float((odds - threshold >= rules["certain"]).mean()), 1e-9)
    raised = rules["usual"] - rules["per_decade"] * np.log10(min(certain, rules["enough"]) / rules["share"])
    raised = float(np.clip(raised, rules["least_in_colour" if colour else "least"], rules["most"]))
    after = max(0.0, float(np.log10(certain / rules["enough"])))
    return min(max(raised, 0.0), raised + rules["per_decade_after"] * after)


def best_threshold(photos, odds, clean):
    """The best threshold in log-odds: it has the greatest sum of both F1 on marked photographs of all thresholds that mark no
    more than `FALSE_SHARE` of clean pictures. Each photo is measured with its own `strictness`.

    photos: [RealPhoto]; odds: [float [h, w]], at any size of each photo; clean: [(float [h, w], in full colour)].
    Returns {'at', 'F1', 'precision', 'recall', 'mean F1' (of the photographs of severity 1 to 3), 'false' (mean share marked
    of the clean pictures)}.
    """
    truths = [cv2.resize(p.truth, o.shape[::-1], interpolation=cv2.INTER_NEAREST) for p, o in zip(photos, odds)]
    best = None
    for threshold in ODDS:
        found = lambda o, colour: o - threshold > strictness(o, threshold, colour)
        false = float(np.mean([found(o, colour).mean() for o, colour in clean])) if clean else 0.0
        if false > FALSE_SHARE and threshold < max(ODDS):
            continue
        counts = np.array([pixel_counts(found(o, p.colour), truth) for p, o, truth in zip(photos, odds, truths)])
        single = [f_score(*c)["F1"] for photo, c in zip(photos, counts) if photo.severity > 0]
        tried = {"at": float(threshold), **f_score(*counts.sum(0)), "mean F1": float(np.mean(single)) if single else 0.0, "false": false}
        if best is None or tried["F1"] + tried["mean F1"] > best["F1"] + best["mean F1"]:
            best = tried
    return best

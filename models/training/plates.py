"""Glass plates with three exposures of one scene: real damage, its mask and a nearly true repair.

Source: written for this project. Data: plates of S. M. Prokudin-Gorskii, Library of Congress. Dust, scratches and lost
emulsion affect one exposure, but not the same place of the other two, so those two show what it should look like. Each
exposure keeps its own pixels; the other two are warped to it and predict it by a local linear model.
"""
import argparse
import json
import multiprocessing
import os
import sys
from pathlib import Path

import cv2
import numpy as np

from . import data as data_module

VERSION = 2
MARGIN = 0.055  # share of each side of an exposure that is left out: frames and gaps
WINDOW = 15  # pixels: window of the local linear model
ROUNDS = 3
DAMAGED, UNJUDGED = 255, 128


class PlateError(ValueError):
    """A plate that cannot be used, with the reason as its text."""


def exposures_of(plate):
    """The three exposures of a plate, uint8 [H, W], top to bottom. Raises PlateError if it is too small."""
    third = plate.shape[0] // 3
    top, left = round(third * MARGIN), round(plate.shape[1] * MARGIN)
    if third - 2 * top < 128 or plate.shape[1] - 2 * left < 128:
        raise PlateError(f"{plate.shape[1]} x {plate.shape[0]} pixels are too few for three exposures")
    return [plate[i * third + top : (i + 1) * third - top, left : plate.shape[1] - left] for i in range(3)]


def normalised_gradient(picture):
    """Edge strength, float32 [H, W], the same for a faint and a strong exposure."""
    soft = cv2.GaussianBlur(picture, (0, 0), 1.2).astype(np.float32)
    slope = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    return slope / (cv2.blur(slope, (41, 41)) + 4)


def align(fixed, moving):
    """(`moving` warped onto `fixed`, both uint8 [H, W]; the pixels that it covers, uint8 [H, W] of 0 and 1).

    Phase correlation on normalised gradients, then an affine fit, then a flow that is smoothed over 14 px.
    Raises PlateError if they do not match.
    """
    a, b = normalised_gradient(fixed), normalised_gradient(moving)
    window = cv2.createHanningWindow(a.shape[::-1], cv2.CV_32F)
    shift, _ = cv2.phaseCorrelate(a, b, window)
    warp = np.float32([[1, 0, shift[0]], [0, 1, shift[1]]])
    try:
        fit, warp = cv2.findTransformECC(
            cv2.GaussianBlur(a, (0, 0), 2), cv2.GaussianBlur(b, (0, 0), 2), warp, cv2.MOTION_AFFINE,
            (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-4), None, 1,
        )  # fmt: skip
    except cv2.error:
        raise PlateError("its exposures do not align") from None
    if fit < 0.35 or np.abs(warp[:, :2] - np.eye(2)).max() > 0.05:
        raise PlateError(f"its exposures do not align (correlation {fit:.2f})")
    size = fixed.shape[::-1]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    near = cv2.warpAffine(b, warp, size, flags=flags)
    scale = lambda x: np.clip(x * 60, 0, 255).astype(np.uint8)
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(scale(a), scale(near), None)
    flow = cv2.GaussianBlur(np.clip(flow, -4, 4), (0, 0), 14)
    y, x = np.mgrid[0 : fixed.shape[0], 0 : fixed.shape[1]].astype(np.float32)
    u, v = x + flow[..., 0], y + flow[..., 1]
    at_x = warp[0, 0] * u + warp[0, 1] * v + warp[0, 2]
    at_y = warp[1, 0] * u + warp[1, 1] * v + warp[1, 2]
    warped = cv2.remap(moving, at_x, at_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    inside = (at_x >= 1) & (at_y >= 1) & (at_x <= moving.shape[1] - 2) & (at_y <= moving.shape[0] - 2)
    return warped, inside.astype(np.uint8)


def predict(source, target, valid):
    """`target` as a local linear function of `source`, without the influence of outliers; all float32 [H, W]."""
    box = lambda x: cv2.blur(x, (WINDOW, WINDOW), borderType=cv2.BORDER_REFLECT)
    weight = valid.astype(np.float32)
    for i in range(ROUNDS):
        total = box(weight) + 1e-4
        mean_s, mean_t = box(source * weight) / total, box(target * weight) / total
        variance = box(source * source * weight) / total - mean_s * mean_s
        covariance = box(source * target * weight) / total - mean_s * mean_t
        gain = np.clip(covariance / (np.maximum(variance, 0) + 12.0), -3, 3)
        gain, offset = box(gain), box(mean_t - gain * mean_s)
        guess = gain * source + offset
        if i < ROUNDS - 1:
            error = target - guess
            spread = np.sqrt(np.maximum(box(error * error * weight) / total, 0)) + 1.5
            weight = valid / (1 + (error / spread) ** 4)
    return guess


def judge(target, others, valid):
    """Finds the damage of an exposure.

    target: uint8 [H, W]; others: the two other exposures, warped onto it; valid: uint8 [H, W], 1 where all three have pixels.
    Returns (mask uint8 [H, W] of 0, DAMAGED, UNJUDGED; repaired uint8 [H, W]: the target with the damage replaced).
    """
    valid = cv2.erode(valid, np.ones((13, 13), np.uint8), borderValue=0)  # frames reach into this margin
    target, (p, q) = target.astype(np.float32), (o.astype(np.float32) for o in others)
    one, two = predict(p, target, valid), predict(q, target, valid)
    left, right = target - one, target - two
    same = (left * right > 0) & (valid > 0)
    deviation = np.where(same, np.minimum(np.abs(left), np.abs(right)), 0)
    guess = np.where(np.abs(left) < np.abs(right), one, two)
    # A difference is not damage if grain, an edge shifted by a third of a pixel or poor predictions nearby explain it.
    quiet = np.median(np.abs(left - cv2.GaussianBlur(left, (0, 0), 2))) * 1.48
    slope = lambda x: np.hypot(cv2.Sobel(x, cv2.CV_32F, 1, 0), cv2.Sobel(x, cv2.CV_32F, 0, 1)) / 8
    edge = cv2.dilate(np.maximum(slope(cv2.GaussianBlur(one, (0, 0), 0.7)), slope(cv2.GaussianBlur(two, (0, 0), 0.7))), np.ones((3, 3)))
    usual = cv2.blur(np.minimum(np.minimum(np.abs(left), np.abs(right)), 25), (61, 61))
    need = np.maximum(5 + 3.5 * quiet + 0.9 * edge, 3 * usual + 3)
    suspect = (deviation > 0.8 * need).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(suspect, connectivity=8)
    kept = np.zeros(count, bool)
    kept[np.unique(labels[deviation > 1.25 * need])] = True
    kept[0] = False
    kept &= stats[:, cv2.CC_STAT_AREA] >= 3
    # If its outline is also in the scene, it is part of the scene in another colour.
    contrast = lambda x: slope(x) * min(3.0, float(target.std() / (x.std() + 1)))
    scene = cv2.dilate(np.maximum(contrast(p), contrast(q)), np.ones((3, 3)))
    ring = cv2.dilate(suspect, np.ones((3, 3), np.uint8)) - suspect
    around = cv2.dilate(labels.astype(np.float32), np.ones((3, 3))).astype(np.int32)[ring > 0]
    total = np.bincount(around, minlength=count) + 1e-6
    height = np.bincount(labels.ravel(), (deviation * (labels > 0)).ravel(), minlength=count) / (stats[:, cv2.CC_STAT_AREA] + 1e-6)
    shared = np.bincount(around, (scene[ring > 0] * 5 > height[around]).astype(np.float64), minlength=count) / total
    kept &= shared < 0.35
    # Clouds and smoke have soft edges; damage on the plate has sharp ones.
    sharp = np.bincount(around, slope(guess - target)[ring > 0].astype(np.float64), minlength=count) / total
    kept &= sharp > 0.2 * height
    # Where the other two disagree, or hardly anything is predicted well, the scene has moved.
    between = np.abs(p - predict(q, p, valid))
    moved = cv2.blur((between > 3 + 3.5 * quiet + 0.9 * edge).astype(np.float32), (15, 15)) > 0.3
    moved |= cv2.blur(suspect.astype(np.float32), (31, 31)) > 0.2
    sound_damage = kept[labels] & ~moved
    mask = np.zeros(target.shape, np.uint8)
    mask[(cv2.dilate(suspect, np.ones((3, 3), np.uint8)) > 0) | moved | (valid == 0)] = UNJUDGED
    mask[cv2.dilate(sound_damage.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = UNJUDGED
    mask[sound_damage] = DAMAGED
    soft = cv2.GaussianBlur(cv2.dilate(sound_damage.astype(np.float32), np.ones((5, 5))), (0, 0), 1.0)
    repaired = np.clip(target + (guess - target) * np.clip(soft * 1.5, 0, 1), 0, 255)
    return mask, np.round(repaired).astype(np.uint8)


def examine(plate):
    """[(exposure, mask, repaired)] of the aligned exposures of a plate, uint8 [H, W] each. Raises PlateError if none aligned."""
    exposures = exposures_of(plate)
    found, reason = [], None
    for i, target in enumerate(exposures):
        try:
            warped = [align(target, exposures[j]) for j in range(3) if j != i]
        except PlateError as error:
            reason = error
            continue
        valid = warped[0][1] & warped[1][1]
        mask, repaired = judge(target, [w for w, _ in warped], valid)
        # So large a damaged share means that the alignment has failed.
        if (mask == DAMAGED).mean() > 0.12 or (mask == UNJUDGED).mean() > 0.5:
            reason = PlateError("its exposures differ too much")
            continue
        found.append((target, mask, repaired))
    if not found:
        raise reason
    return found


def _examine_file(path):
    cv2.setNumThreads(1)
    plate = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if plate is None:
        return path, f"{path.name}: no picture"
    try:
        return path, examine(plate)
    except PlateError as error:
        return path, f"{path.name}: {error}"


def load_plates(folder, workers=1, log=print, limit=None):
    """(exposures, masks, repaired) as `Pictures`, made once from all plates of a folder and kept in the cache.

    Plates that do not align are logged and left out. Raises DataError if none is left.
    """
    folder = Path(folder)
    paths = sorted(folder.glob("*.webp"))[:limit]
    if not paths:
        raise data_module.DataError(f"there are no plates in {folder}")
    key = data_module.hashlib.sha256(json.dumps([VERSION, [p.name for p in paths]]).encode()).hexdigest()[:12]
    parts = [data_module.cache_folder() / f"plates-{part}-{key}.u8" for part in ("exposure", "mask", "repaired")]
    index = data_module.cache_folder() / f"plates-{key}.json"
    if not index.exists():
        temporary = [part.with_name(f".{part.name}.{os.getpid()}") for part in parts]
        files = [open(path, "wb") for path in temporary]
        entries, offset = [], 0
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            for number, (path, found) in enumerate(pool.imap(_examine_file, paths, chunksize=4)):
                if isinstance(found, str):
                    log(f"plate left out: {found}")
                    continue
                for i, arrays in enumerate(found):
                    for file, array in zip(files, arrays):
                        file.write(np.ascontiguousarray(array).tobytes())
                    entries.append({"name": f"{folder.name}/{path.name}#{i}", "group": path.stem, "licence": "public domain", "shape": list(arrays[0].shape), "offset": offset})  # fmt: skip
                    offset += arrays[0].size
                if number % 100 == 99:
                    log(f"{number + 1} of {len(paths)} plates")
        for file in files:
            file.close()
        if not entries:
            raise data_module.DataError(f"no plate in {folder} could be aligned")
        for path, part in zip(temporary, parts):
            os.replace(path, part)
        data_module.atomic_write(index, lambda p: p.write_text(json.dumps(entries)))
    entries = json.loads(index.read_text())
    return tuple(data_module.Pictures(np.memmap(part, dtype=np.uint8, mode="r"), entries) for part in parts)


def main():
    """Command line: python3 -m training.plates <folder of plates>: prepares them and prints how many are usable."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    exposures, masks, _ = load_plates(arguments.folder, arguments.workers)
    share = np.mean([(masks[i] == DAMAGED).mean() for i in range(len(masks))])
    print(f"{len(exposures)} exposures, {100 * share:.2f} % damaged")


if __name__ == "__main__":
    sys.exit(main())

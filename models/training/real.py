"""Real photographs with hand-made masks, for training the damage detector.

Source: written for this project. A folder holds `<stem>.mask.png` (0 clean, 255 damage, 128 not judged), `<stem>.json` (its
strokes, and `keep`: polygons that a repair must leave alone) and `index.tsv`; the photographs lie beside them or
in another folder. `evaluation/real.py` reads them and scores on them. Here each stroke gets its class.
"""
import re
from pathlib import Path

import cv2
import numpy as np

from .colours import in_full_colour
from .data import DataError
from .evaluation.real import RealError, is_writing, read_index, read_photograph

# Planes of a label, as bits.
LINES, AREAS, LOSSES, WRITING, UNJUDGED = 1, 2, 4, 8, 128
DAMAGE = LINES | AREAS | LOSSES

LINE_KINDS = re.compile(r"scratch|crack|crease|hair|scuff|tear|lint|mark$|streak|stain edge|edge wear", re.I)
LOSS_KINDS = re.compile(r"corner|hole|tape|torn", re.I)
AREA_KINDS = re.compile(r"stain$|spot|dust|foxing|loss|speck|tarnish|bubble|ink|crackle|emulsion$", re.I)

# Photographs of folds 0 and 1 that are never trained on: checkpoints and thresholds are chosen on them.
CHOSEN_ON = (
    "baby1920", "man1930", "faded-e", "viacarmine1900", "1890sshoeshopohio", "senecanative1908", "clean-fence", "clean-palms",
)  # fmt: skip


def kind_class(kind, shape):
    """The class of a stroke, from its kind and its list: 'lines', 'areas' or 'spots'."""
    kind = kind or ""
    if LOSS_KINDS.search(kind):
        return LOSSES
    if LINE_KINDS.search(kind):
        return LINES
    if AREA_KINDS.search(kind):
        return AREAS
    return LINES if shape == "lines" else AREAS


def stamp(entry, shape, size):
    """The pixels that a stroke covers, uint8 [H, W] of 0 and 1. size: (height, width)."""
    canvas = np.zeros(size, np.uint8)
    if shape == "lines":
        points = [np.int32(np.round(entry["points"]))]
        cv2.polylines(canvas, points, False, 1, max(1, int(round(entry.get("width", 6)))))
    elif shape == "spots":
        centre = tuple(int(round(v)) for v in entry["at"])
        cv2.circle(canvas, centre, max(1, int(round(entry.get("radius", 4)))), 1, -1)
    else:
        cv2.fillPoly(canvas, [np.int32(np.round(entry["points"]))], 1)
    return canvas


def ink_in(rgb, polygon):
    """The strokes of lettering inside a polygon: pixels that differ from their local background. uint8 [H, W] of 0 and 1."""
    region = np.zeros(rgb.shape[:2], np.uint8)
    cv2.fillPoly(region, [np.int32(np.round(polygon))], 1)
    if not region.any():
        return region
    rows, columns = np.nonzero(region.any(1))[0], np.nonzero(region.any(0))[0]
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    crop = rgb[top:bottom, left:right]
    side = max(3, min(min(crop.shape[:2]) // 2 * 2 - 1, 41))
    ground = cv2.medianBlur(np.ascontiguousarray(crop), side).astype(np.float32)
    away = np.abs(crop.astype(np.float32) - ground).max(-1)
    level = max(10.0, 0.35 * float(np.percentile(away, 95)))
    region[top:bottom, left:right] &= (away > level).astype(np.uint8)
    return region


class RealPhoto:
    """One marked photograph, made from an `evaluation.real.Photograph`.

    rgb: uint8 [H, W, 3]. truth: uint8 [H, W], the mask. label: uint8 [H, W], bits LINES, AREAS, LOSSES, WRITING, UNJUDGED.
    ground: uint8 [H, W, 3], the picture with its damage filled in from around (Telea 2004). keep: [(what, polygon)].
    severity: 0 clean to 3 badly damaged. must_repair: 'y', 'n' or '?'. colour: whether it is in full colour.
    """

    def __init__(self, photograph):
        entry, notes, mask = photograph.entry, photograph.notes, photograph.truth
        self.stem, self.severity, self.must_repair = entry.stem, entry.severity, entry.must_repair
        self.rgb, self.truth, self.colour = photograph.picture, mask, in_full_colour(photograph.picture)
        self.keep = [(each["what"], np.float32(each["points"])) for each in notes["keep"]]
        label = np.zeros(mask.shape, np.uint8)
        for shape in ("areas", "lines", "spots"):
            for entry in notes[shape]:
                covered = stamp(entry, shape, mask.shape) > 0
                label[covered & (mask == 255) & (label == 0)] = kind_class(entry["kind"], shape)
        label[(mask == 255) & (label == 0)] = AREAS
        for what, polygon in self.keep:
            if is_writing(what):
                label[(ink_in(self.rgb, polygon) > 0) & (mask != 255)] |= WRITING
        label[(mask != 0) & (mask != 255)] = UNJUDGED
        self.label = label
        damage = (label & DAMAGE > 0) & (label != UNJUDGED)
        hole = cv2.dilate(damage.astype(np.uint8), np.ones((5, 5), np.uint8))
        self.ground = cv2.inpaint(self.rgb, hole, 4, cv2.INPAINT_TELEA) if damage.any() else self.rgb


def read_marked(photos, masks, wanted=lambda entry: True, log=print):
    """The marked photographs of a folder, [RealPhoto]. Photographs that cannot be used are logged and left out.

    wanted: callable(evaluation.real.Entry) -> bool; all of the index by default.
    """
    entries, wrong = read_index(masks)
    for sentence in wrong:
        log(sentence)
    read = []
    for entry in filter(wanted, entries):
        try:
            read.append(RealPhoto(read_photograph(entry, photos, masks)))
        except RealError as error:
            log(str(error))
    return read


def load_real(data, log=print):
    """(to train on, to choose checkpoints and thresholds on): lists of RealPhoto of a data folder. Fold 2 is in neither.

    Raises DataError if the folder has no marked photographs.
    """
    data = Path(data)
    folds = read_marked(data / "eval/old", data / "eval/real", lambda entry: entry.fold in (0, 1), log)
    learn = [photo for photo in folds if photo.stem not in CHOSEN_ON]
    choose = [photo for photo in folds if photo.stem in CHOSEN_ON]
    learn += read_marked(data / "train/real", data / "train/real", log=log)
    if not learn:
        raise DataError(f"there are no marked photographs under {data}/eval/real or {data}/train/real")
    return learn, choose

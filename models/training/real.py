"""Real photographs with hand-made masks: what is damaged, of which class, and what must stay.

Source: written for this project. A folder holds `<stem>.mask.png` (0 sound, 255 damage, 128 not judged), `<stem>.json` (the
strokes behind it, and `keep`: polygons that a repair must leave alone) and `index.tsv`; the photographs lie beside them or
in another folder. See the data folder's README.
"""
import json
import re
from pathlib import Path

import cv2
import numpy as np

from .data import DataError

# Planes of a label, as bits.
LINES, AREAS, LOSSES, WRITING, UNJUDGED = 1, 2, 4, 8, 128
DAMAGE = LINES | AREAS | LOSSES

LINE_KINDS = re.compile(r"scratch|crack|crease|hair|scuff|tear|lint|mark$|streak|stain edge|edge wear", re.I)
LOSS_KINDS = re.compile(r"corner|hole|tape|torn", re.I)
AREA_KINDS = re.compile(r"stain$|spot|dust|foxing|loss|speck|tarnish|bubble|ink|crackle|emulsion$", re.I)

# What a person wrote or printed, by the words of those who marked it.
LETTERING = re.compile(
    r"hand-?writ|writing|caption|letter|number|numeral|\bsigns? |\bsign$|shop sign|inscription|title|\bdate\b|"
    r"signature|\bword\b|\btext\b|\bstamp\b|printed card|watermark|\binitials?\b|label|poster|newspaper",
    re.I,
)

# Photographs of folds 0 and 1 that are never learnt from: checkpoints and thresholds are chosen on them.
CHOSEN_ON = (
    "baby1920", "man1930", "faded-e", "viacarmine1900", "1890sshoeshopohio", "senecanative1908", "clean-fence", "clean-palms",
)  # fmt: skip


def kind_class(kind, shape):
    """The class of a stroke by its kind and by how it was drawn: 'lines', 'areas' or 'spots'."""
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
    """The strokes of lettering inside a polygon: what differs from its local ground. uint8 [H, W] of 0 and 1."""
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
    """One marked photograph.

    rgb: uint8 [H, W, 3]. label: uint8 [H, W], bits LINES, AREAS, LOSSES, WRITING, UNJUDGED. keep: [(what, polygon)].
    severity: 0 sound to 3 badly damaged. must_repair: 'y', 'n' or '?'.
    """

    def __init__(self, stem, rgb, mask, notes, severity, must_repair):
        self.stem, self.rgb, self.severity, self.must_repair = stem, rgb, severity, must_repair
        self.keep = [(each.get("what", ""), np.float32(each["points"])) for each in notes.get("keep", [])]
        label = np.zeros(mask.shape, np.uint8)
        for shape in ("areas", "lines", "spots"):
            for entry in notes.get(shape, []):
                covered = stamp(entry, shape, mask.shape) > 0
                label[covered & (mask == 255) & (label == 0)] = kind_class(entry.get("kind"), shape)
        rest = (mask == 255) & (label == 0)
        if rest.any():
            label[rest] = AREAS
        for what, polygon in self.keep:
            if LETTERING.search(what):
                label[(ink_in(rgb, polygon) > 0) & (mask != 255)] |= WRITING
        label[(mask != 0) & (mask != 255)] = UNJUDGED
        self.label = label
        self.truth = mask


def read_index(folder):
    """{stem: (severity, must_repair)} of a folder's index.tsv. Raises DataError where there is none."""
    path = Path(folder) / "index.tsv"
    if not path.exists():
        raise DataError(f"there is no index.tsv in {folder}")
    rows = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if len(cells) >= 3 and cells[0] != "stem":
            rows[cells[0]] = (int(cells[1]) if cells[1].isdigit() else 0, cells[2])
    return rows


def read_folds(folder):
    """{stem: fold} of a folder's folds.tsv; empty where there is none."""
    path = Path(folder) / "folds.tsv"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    cells = [line.split("\t") for line in lines]
    return {row[0]: int(row[1]) for row in cells if len(row) >= 2 and row[1].isdigit()}


def read_photo(stem, photos, masks, row):
    """A RealPhoto. Raises DataError, naming the file, where a part is missing or does not fit."""
    found = sorted(p for p in Path(photos).glob(f"{stem}.*") if p.stem == stem and p.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp", ".tif"))
    if not found:
        raise DataError(f"{stem}: index.tsv names it, but there is no photograph of that name")
    bgr = cv2.imread(str(found[0]), cv2.IMREAD_COLOR)
    mask = cv2.imread(str(Path(masks) / f"{stem}.mask.png"), cv2.IMREAD_GRAYSCALE)
    if bgr is None:
        raise DataError(f"{found[0].name} is no picture that can be read")
    if mask is None:
        raise DataError(f"{stem}: there is no mask that can be read")
    if mask.shape != bgr.shape[:2]:
        raise DataError(f"{stem}: the mask has {mask.shape[1]} x {mask.shape[0]} pixels, the photograph {bgr.shape[1]} x {bgr.shape[0]}")
    notes_path = Path(masks) / f"{stem}.json"
    try:
        notes = json.loads(notes_path.read_text(encoding="utf-8")) if notes_path.exists() else {}
    except ValueError:
        raise DataError(f"{notes_path.name} is not valid JSON") from None
    return RealPhoto(stem, cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), mask, notes, *row)


def read_marked(photos, masks, wanted=None, log=print):
    """The marked photographs of a folder, [RealPhoto]. What does not fit is named in the log and left out.

    wanted: callable(stem) -> bool; all of the index by default.
    """
    read = []
    for stem, row in sorted(read_index(masks).items()):
        if wanted is not None and not wanted(stem):
            continue
        try:
            read.append(read_photo(stem, photos, masks, row))
        except DataError as error:
            log(f"left out: {error}")
    return read


def load_real(data, log=print):
    """(to learn from, to choose on): lists of RealPhoto of a data folder. Fold 2 is in neither.

    Raises DataError where the folder holds no marked photographs.
    """
    data = Path(data)
    photos, masks = data / "eval/old", data / "eval/real"
    more = data / "train/real"
    learn, choose = [], []
    if (masks / "index.tsv").exists():
        folds = read_folds(masks)
        for photo in read_marked(photos, masks, lambda stem: folds.get(stem) in (0, 1), log):
            (choose if photo.stem in CHOSEN_ON else learn).append(photo)
    if (more / "index.tsv").exists():
        learn += read_marked(more, more, None, log)
    if not learn:
        raise DataError(f"there are no marked photographs under {data}/eval/real or {data}/train/real")
    return learn, choose

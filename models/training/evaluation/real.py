"""Scores a detector on real damage marked by hand; agrees with bench/evaluate/real.ts to the sixth digit.

Source: written for this project. Measured for each photograph of <data>/eval/real:

- Pixels: a found pixel is correct if damage lies within the tolerance t of it (shapes.tolerance: 3 px at 640 px of the longer
  side); a damaged pixel is recalled if a pixel was found within t. Pixels that are not judged (128) count only next to damage.
  Counts are scaled to photographs of one megapixel and summed. `F1 by photograph` is the mean of the photographs of severity
  1 to 3; it is 0 for a photograph with damage of which nothing was found.
- Lines: the found share (within t) of the length of creases, cracks, scratches, hairs and scuffs, where the mask has damage
  within t. Lines drawn as areas or spots count by their centre lines. Lengths are scaled to photographs of one megapixel.
- Specks: dust, spots, specks and bubbles drawn as spots or areas. One is found if at least half of its damaged pixels have a
  found pixel within t.
- Kept regions hurt: regions that a repair must leave alone, of which more than 1 % was found farther than t from damage.
- Writing touched: the found share of the pixels in kept regions of lettering that are farther than t from damage.

The figures are not exact to a pixel: marks are off by 1 to 2 px at their edges, and not all of the finest specks are marked.
"""
import csv
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .. import data as data_module
from . import shapes

LINES = frozenset(("crease", "crack", "scratch", "hair", "scuff"))
SPECKS = frozenset(("dust", "spot", "spots", "speck", "specks", "tarnish spot", "bubble"))
HURT = 0.01
# Recognises lettering (written, printed or painted to be read) in the descriptions of regions to keep.
LETTERING = re.compile(
    r"\b(hand-?writ\w*|writing|written|captions?|letter(s|ing|ed)?|numbers?|numerals?|signs?|signboard|signature|words?|text|stamp|"
    r"inscriptions?|title|dated?|name|initials?|printed card|calendar|watermark|copyright)\b",
    re.IGNORECASE,
)
HELD_OUT = 2  # the fold that nothing was trained on
DAMAGE, UNJUDGED = 255, 128


class RealError(ValueError):
    """A photograph cannot be measured; the message is a sentence that says why."""


@dataclass
class Entry:
    """A line of index.tsv with its fold: severity 0 to 3, must_repair y, n or ?, fold None if none is given."""

    stem: str
    severity: int
    must_repair: str
    fold: int


@dataclass
class Photograph:
    """picture: uint8 [H, W, 3] RGB; truth: uint8 [H, W], 255 damage, 128 not judged; notes: see `check_notes`."""

    entry: Entry
    picture: np.ndarray
    truth: np.ndarray
    notes: dict


# ---------------------------------------------------------------- scores of one photograph


def is_writing(what):
    """Whether a kept region is lettering, by its description."""
    return LETTERING.search(what) is not None


def score(found, truth, notes):
    """Counts of one photograph, as floats.

    found: bool [H, W]; truth: uint8 [H, W]; notes: strokes from `check_notes`. Returns {right, found, recalled,
    damaged, f1 (None: no damage), lines_found, lines, specks_found, specks, hurt, kept, writing_touched, writing}.
    """
    height, width = truth.shape
    reach = shapes.tolerance(height, width)
    damage = truth == DAMAGE
    near_damage, near_found = shapes.near(damage, reach), shapes.near(found, reach)
    stray = found & ~near_damage
    counted = _counted(found, truth, near_damage, near_found)
    area, side = 1e6 / (height * width), 1e3 / math.sqrt(height * width)
    pixels = counted / area
    line, speck = _lines(notes, damage, near_damage, near_found), _specks(notes, damage, near_found)
    hurt, writing = 0, np.zeros((height, width), bool)
    for region in notes["keep"]:
        rows, columns, inside = shapes.polygon(region["points"], height, width)
        hurt += (stray[rows, columns] & inside).sum() > HURT * max(1, inside.sum())
        if is_writing(region["what"]):
            writing[rows, columns] |= inside
    writing &= ~near_damage
    return {
        **dict(zip(("right", "found", "recalled", "damaged"), map(float, counted))),
        "f1": f_score(*pixels)["F1"] if pixels[3] else None,
        "lines_found": float(side * line[0]),
        "lines": float(side * line[1]),
        "specks_found": float(speck[0]),
        "specks": float(speck[1]),
        "hurt": float(hurt),
        "kept": float(len(notes["keep"])),
        "writing_touched": float(area * (writing & found).sum()),
        "writing": float(area * writing.sum()),
    }


def _counted(found, truth, near_damage, near_found):
    """float [4]: (right, found, recalled, damaged) pixels, scaled to one megapixel."""
    damage, judged = truth == DAMAGE, truth != UNJUDGED
    counts = [found & near_damage & judged, found & judged, damage & near_found, damage]
    return np.array([each.sum() for each in counts], np.float64) * (1e6 / truth.size)


def pixel_counts(found, truth):
    """float [4], for `f_score`: (right, found, recalled, damaged) pixels, scaled to one megapixel; see `score`."""
    reach = shapes.tolerance(*truth.shape)
    return _counted(found, truth, shapes.near(truth == DAMAGE, reach), shapes.near(found, reach))


def _drawn(notes, kinds, height, width):
    """(rows, columns, bool [h, w]) of the areas and spots of the given kinds."""
    for area in notes["areas"]:
        if area["kind"] in kinds:
            yield shapes.polygon(area["points"], height, width)
    for spot in notes["spots"]:
        if spot["kind"] in kinds:
            yield shapes.disc(spot["at"], spot["radius"], height, width)


def _lines(notes, damage, near_damage, near_found):
    """(length found, length) of the lines, in pixels."""
    found = total = 0.0
    for line in notes["lines"]:
        if line["kind"] in LINES:
            x, y, length = shapes.samples(line["points"], *damage.shape)
            length = length * near_damage[y, x]
            total += length.sum()
            found += (length * near_found[y, x]).sum()
    for rows, columns, inside in _drawn(notes, LINES, *damage.shape):
        middle = shapes.thin(inside & damage[rows, columns])
        total += middle.sum()
        found += (middle & near_found[rows, columns]).sum()
    return found, total


def _specks(notes, damage, near_found):
    """(found, all) of the specks. A marked speck without damaged pixels in the mask does not count."""
    found = total = 0
    for rows, columns, inside in _drawn(notes, SPECKS, *damage.shape):
        speck = inside & damage[rows, columns]
        size = speck.sum()
        total += size > 0
        found += size > 0 and 2 * (speck & near_found[rows, columns]).sum() >= size
    return found, total


# ---------------------------------------------------------------- scores of many


def f_score(right, found, recalled, damaged):
    """{'precision', 'recall', 'F1'} of summed counts."""
    precision, recall = right / max(found, 1), recalled / max(damaged, 1)
    return {"precision": precision, "recall": recall, "F1": 2 * precision * recall / max(precision + recall, 1e-9)}


def summary(scored):
    """The summary of [(Entry, score)]: {metric: value}, None if there is nothing to measure."""
    total = {key: sum(each[key] for _, each in scored) for key in scored[0][1] if key != "f1"}
    alone = [each["f1"] for entry, each in scored if entry.severity > 0 and each["f1"] is not None]
    share = lambda part, whole: total[part] / total[whole] if total[whole] else None
    writing = share("writing_touched", "writing")
    return {
        **{key: float(v) for key, v in f_score(*(total[k] for k in ("right", "found", "recalled", "damaged"))).items()},
        "F1 by photograph": float(np.mean(alone)) if alone else None,
        "lines found": share("lines_found", "lines"),
        "specks found": share("specks_found", "specks"),
        "kept regions hurt": total["hurt"] if total["kept"] else None,
        "writing touched": None if writing is None else 100 * writing,
    }


def groups(scored):
    """[(name, part of `scored`)]: all, the held-out fold, the folds that may be trained on; without empty parts."""
    parts = (
        (f"all {len(scored)}", scored),
        (f"fold {HELD_OUT}", [pair for pair in scored if pair[0].fold == HELD_OUT]),
        ("folds 0 and 1", [pair for pair in scored if pair[0].fold in (0, 1)]),
    )
    return [(name, part) for name, part in parts if part]


UNITS = {"writing touched": "%"}


def rows(scored):
    """Rows of the table for [(Entry, score)], as `context.row` makes them."""
    result = []
    for name, part in groups(scored):
        kept = int(sum(each["kept"] for _, each in part))
        for metric, value in summary(part).items():
            each = {"case": f"real, {name}", "metric": metric, "unit": UNITS.get(metric, ""), "data": f"{len(part)} real photographs"}
            result.append({**each, "value": value, "baselines": {}, "pictures": [value]})
            if metric == "kept regions hurt":
                result[-1].update(of=kept, data=f"{kept} kept regions of {len(part)} real photographs")
    return result


# ---------------------------------------------------------------- the folder


def read_index(folder):
    """([Entry], [sentence]) of index.tsv and folds.tsv in a folder; ([], []) if there is no index."""
    folder = Path(folder)
    if not (folder / "index.tsv").exists():
        return [], []
    folds, wrong, entries = {}, [], []
    for line in _table(folder / "folds.tsv"):
        if line[0] != "stem":
            folds[line[0]] = int(line[1]) if len(line) > 1 and line[1].isdigit() else None
    for number, line in enumerate(_table(folder / "index.tsv"), 1):
        if line[0] == "stem":
            continue
        if len(line) < 3 or line[1] not in ("0", "1", "2", "3") or line[2] not in ("y", "n", "?"):
            wrong.append(f"real/index.tsv, line {number} ({line[0]}): expected a severity from 0 to 3 and y, n or ?; left out")
            continue
        entries.append(Entry(line[0], int(line[1]), line[2], folds.get(line[0])))
    return entries, wrong


def _table(path):
    """Lines of a table, split at tabs; none if there is no such file."""
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as handle:
        return [line for line in csv.reader(handle, delimiter="\t", quoting=csv.QUOTE_NONE) if line and line[0]]


def check_notes(notes):
    """The strokes {lines, areas, spots, keep} of a JSON file's content, each a list. Raises RealError."""
    is_number = lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    is_point = lambda value: isinstance(value, list) and len(value) == 2 and all(map(is_number, value))
    is_text = lambda value: isinstance(value, str)
    is_path = lambda value: isinstance(value, list) and len(value) > 0 and all(map(is_point, value))
    wanted = {
        "lines": {"points": is_path, "kind": is_text},
        "areas": {"points": is_path, "kind": is_text},
        "spots": {"at": is_point, "radius": is_number, "kind": is_text},
        "keep": {"points": is_path, "what": is_text},
    }
    if not isinstance(notes, dict):
        raise RealError("it holds no strokes")
    checked = {}
    for name, fields in wanted.items():
        checked[name] = notes.get(name, [])
        if not isinstance(checked[name], list):
            raise RealError(f"“{name}” is no list")
        for number, stroke in enumerate(checked[name], 1):
            for field, is_right in fields.items():
                if not isinstance(stroke, dict) or not is_right(stroke.get(field)):
                    raise RealError(f"number {number} of “{name}” has no “{field}” as expected")
    return checked


def read_photograph(entry, photographs, masks):
    """Reads a Photograph and its mask from their folders. Raises RealError."""
    # The strokes may lie beside the photograph, under the same name.
    paths = sorted(p for p in Path(photographs).glob("*") if p.stem == entry.stem and p.suffix != ".json")
    if not paths:
        raise RealError(f"real/index.tsv names {entry.stem}, but there is no such photograph in {Path(photographs).name}: left out")
    picture = data_module.read_rgb(paths[0])
    if picture is None:
        raise RealError(f"{paths[0].name} cannot be read: left out")
    mask = Path(masks) / f"{entry.stem}.mask.png"
    truth = cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE) if mask.exists() else None
    if truth is None:
        raise RealError(f"{mask.name} {'cannot be read' if mask.exists() else 'is missing'}: {entry.stem} is left out")
    if truth.shape != picture.shape[:2]:
        sizes = (f"{each.shape[1]} x {each.shape[0]} px" for each in (truth, picture))
        raise RealError("{} has {}, its photograph {}: left out".format(mask.name, *sizes))
    strokes = Path(masks) / f"{entry.stem}.json"
    try:
        notes = check_notes(json.loads(strokes.read_text(encoding="utf-8")) if strokes.exists() else {})
    except (RealError, ValueError) as error:
        raise RealError(f"{strokes.name} is broken ({error}): {entry.stem} is left out") from error
    return Photograph(entry, picture, truth, notes)


def measure(detect, evaluation, limit=None, show=None):
    """Measures a detector on the photographs of <evaluation>/old and the masks of <evaluation>/real.

    detect: a function of a uint8 RGB picture [H, W, 3] that returns bool [H, W], the pixels it would repair by default.
    limit: number of photographs to use; show: called with each (Photograph, found). Returns (rows, sentences about what was
    left out and why); no rows if there is nothing to measure.
    """
    folder = Path(evaluation) / "real"
    entries, wrong = read_index(folder)
    scored = []
    for entry in entries[:limit]:
        try:
            photograph = read_photograph(entry, Path(evaluation) / "old", folder)
        except RealError as error:
            wrong.append(str(error))
            continue
        found = detect(photograph.picture)
        scored.append((entry, score(found, photograph.truth, photograph.notes)))
        if show:
            show(photograph, found)
    return (rows(scored) if scored else []), wrong

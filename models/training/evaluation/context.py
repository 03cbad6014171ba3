"""Shared by the measurements of all generators: pictures, LPIPS, and rows of the table.

Source: written for this project.
"""
from pathlib import Path

import numpy as np
import torch

from .. import data as data_module

DECIMALS = {"dB": 2, "%": 3}
LOWER_IS_BETTER = ("CIEDE2000, asked for", "CIEDE2000, by itself", "LPIPS", "false positives", "style distance", "content distance", "time")


def read_folder(folder, limit=None):
    """[(name, uint8 [H, W, 3] RGB)] of the pictures in a folder, by name; [] if there is no such folder."""
    folder = Path(folder)
    paths = sorted(p for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
    found = [(p.stem, data_module.read_rgb(p)) for p in paths[:limit]]
    return [(name, picture) for name, picture in found if picture is not None]


def centre(picture, side):
    """The middle of a picture, at most `side` pixels on each side."""
    height, width = picture.shape[:2]
    top, left = max(0, (height - side) // 2), max(0, (width - side) // 2)
    return np.ascontiguousarray(picture[top : top + side, left : left + side])


def to_planes(picture):
    """float32 [3, H, W] 0..1 from levels [H, W, 3]."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1).astype(np.float32) / 255)


def to_picture(planes):
    """uint8 [H, W, 3] from planes, clipped."""
    return np.round(np.clip(planes, 0, 1).transpose(1, 2, 0) * 255).astype(np.uint8)


class Context:
    """data: the data folder; overlays: a folder of <kind>/*.webp or None; limit: pictures per folder.

    product: the report of `npm run evaluate --json`, whose expected errors are used then, or None.
    """

    def __init__(self, data, overlays=None, limit=None, product=None):
        self.data, self.limit, self.product = Path(data), limit, product
        self.overlays = Path(overlays) if overlays else None
        self._lpips = None

    def pictures(self, name):
        return read_folder(self.data / "eval" / name, self.limit)

    def lpips(self, a, b):
        """LPIPS (squeeze) of two uint8 pictures; None without the weights."""
        if self._lpips is None:
            from ..losses import Lpips

            folder = self.data / "perceptual"
            self._lpips = Lpips(folder) if folder.is_dir() else False
        if self._lpips is False:
            return None
        with torch.no_grad():
            return float(self._lpips(*(torch.from_numpy(to_planes(x))[None] for x in (a, b))))

    def checkpoint(self, identity):
        """The kept weights of another generator to compare with; None if there are none."""
        path = Path(data_module.__file__).with_name("checkpoints") / f"{identity}.pt"
        return path if path.exists() else None

    def told(self, identity, case, index, error):
        """The error in levels that the net gets for a picture: the true one, or the one that the product measured."""
        rows = [] if self.product is None else self.product["generators"].get(identity, {}).get("rows", [])
        for row in rows:
            if row["case"] == case and row.get("told"):
                return row["told"][index]
        return error


def row(case, metric, unit, values, baselines, data):
    """A row of the table. values: one per picture; baselines: {name: one per picture}. None if not measured."""
    usual = lambda numbers: None if not numbers or numbers[0] is None else float(np.mean(numbers))
    return {
        "case": case,
        "metric": metric,
        "unit": unit,
        "data": data,
        "value": usual(values),
        "baselines": {name: usual(numbers) for name, numbers in baselines.items()},
        "pictures": values,
    }


def measured(rows):
    """The rows for the card's `measured`: rounded, each with its strongest baseline."""
    result = []
    for each in rows:
        if each["value"] is None:
            continue
        digits = DECIMALS.get(each["unit"], 4 if each["metric"] == "LPIPS" else 3)
        known = {name: value for name, value in each["baselines"].items() if value is not None}
        pick = min if each["metric"] in LOWER_IS_BETTER else max
        best = pick(known, key=known.get) if known else None
        of = "pictures" if each["metric"].endswith("proposed") else "pixels"
        if each["metric"] == "colourfulness":
            of = "the original"
        unit = f"% of {of}" if each["unit"] == "%" else each["unit"]
        result.append(
            {
                "metric": f"{each['metric']}, {each['case']}",
                "value": round(each["value"], digits),
                "unit": unit,
                "data": each["data"],
                "baseline": best and {"name": best, "value": round(known[best], digits)},
            }
        )
    return result


def show(title, rows):
    """Prints rows as a table."""
    names = list(dict.fromkeys(name for each in rows for name in each["baselines"]))
    print(f"\n{title:34}{'':18}{'generator':>12}" + "".join(f"{name:>28}" for name in names))
    for each in rows:
        digits = DECIMALS.get(each["unit"], 4 if each["metric"] == "LPIPS" else 3)
        text = lambda value: "not measured" if value is None else f"{value:.{digits}f} {each['unit']}".strip()
        if "of" in each and each["value"] is not None:  # a count and its total
            text = lambda value: f"{value:.0f} of {each['of']}"
        columns = [text(each["value"])] + [text(each["baselines"][n]) if n in each["baselines"] else "" for n in names]
        print(f"{each['case']:34}{each['metric']:18}{columns[0]:>12}" + "".join(f"{c:>28}" for c in columns[1:]))


def write_sheet(path, rows):
    """Writes rows of uint8 pictures side by side as a PNG."""
    import cv2

    height = max(picture.shape[0] for line in rows for picture in line)
    fit = lambda picture: cv2.copyMakeBorder(picture, 0, height - picture.shape[0], 0, 8, cv2.BORDER_CONSTANT, value=(38, 38, 38))
    lines = [np.hstack([fit(picture) for picture in line]) for line in rows]
    width = max(line.shape[1] for line in lines)
    lines = [cv2.copyMakeBorder(line, 0, 8, 0, width - line.shape[1], cv2.BORDER_CONSTANT, value=(38, 38, 38)) for line in lines]
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(lines), cv2.COLOR_RGB2BGR))

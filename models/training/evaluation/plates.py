"""Real damage with its truth, to fill: windows of glass plates that are never trained on.

python3 -m training.evaluation.plates --data <folder> [--out <folder>]

Source: written for this project. Of each exposure in <data>/eval/plates that has enough damage (training.plates finds it,
and the truth), the window with most of it goes into <cache>/holes: `<name>.png`, the hole
`<name>.hole.png` (0 or 255, the damage and its soft edge), the truth `<name>.truth.png`, and `holes.json`, which lists them.
The product's evaluation reads the same folder.
"""
import json
from pathlib import Path

import cv2
import numpy as np

from .. import plates
from .prepared import main, prepare

SIDE = 128  # pixels of a window
FEWEST = 12  # damaged pixels of a window
EDGE = 2  # pixels around the damage that are filled too
VERSION = 1  # of the windows; windows of another version are made again


def worst_window(exposure, mask, repaired):
    """The window with most damage, (the picture, uint8 [S, S]; the hole, uint8 [S, S] of 0 and 255; the truth, uint8 [S, S]).

    exposure, mask, repaired: uint8 [H, W] from `training.plates`. None if there is too little damage.
    """
    damage = (mask == plates.DAMAGED).astype(np.uint8)
    height, width = damage.shape
    if min(height, width) < SIDE:
        return None
    counts = cv2.boxFilter(damage.astype(np.float32), -1, (SIDE, SIDE), anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT)
    counts = counts[: height - SIDE + 1, : width - SIDE + 1]
    top, left = np.unravel_index(counts.argmax(), counts.shape)
    if counts[top, left] < FEWEST:
        return None
    part = slice(top, top + SIDE), slice(left, left + SIDE)
    hole = cv2.dilate(damage[part], np.ones((2 * EDGE + 1,) * 2, np.uint8))
    return exposure[part], 255 * hole, np.where(hole > 0, repaired[part], exposure[part])


def make(data, folder=None):
    """The folder of the windows, made if it does not exist. Raises DataError if there are no plates."""

    def fill(into):
        exposures, masks, repaired = plates.load_plates(Path(data) / "eval/plates")
        cases = []
        for i in range(len(exposures)):
            found = worst_window(exposures[i], masks[i], repaired[i])
            if found is None:
                continue
            name = f"{i:03d}"
            for suffix, image in zip(("", ".hole", ".truth"), found):
                cv2.imwrite(str(into / f"{name}{suffix}.png"), image)
            cases.append({"name": name, "plate": exposures.names[i]})
        return cases

    return prepare("holes", VERSION, fill, folder)


def read(folder, limit=None):
    """[(picture uint8 [S, S, 3], hole uint8 [S, S], truth uint8 [S, S, 3])] from a folder of `make`; [] if there is none."""
    index = Path(folder) / "holes.json"
    if not index.exists():
        return []
    grey = lambda name: cv2.imread(str(Path(folder) / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    three = lambda plane: np.repeat(plane[..., None], 3, -1)
    names = [case["name"] for case in json.loads(index.read_text())["cases"][:limit]]
    return [(three(grey(name)), grey(f"{name}.hole"), three(grey(f"{name}.truth"))) for name in names]


if __name__ == "__main__":
    main(make, __doc__.splitlines()[0])

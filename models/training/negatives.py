"""Places in clean pictures that a detector takes for damage, so that training shows them more often.

Source: written for this project, after the bootstrapping of Sung and Poggio (1998): the detector's false alarms become its
next training samples.
"""
import json
import time

import cv2
import numpy as np

from .data import atomic_write, cache_folder

DOUBTFUL = -1.0  # log-odds from which a place is used
MOST = 6  # places per picture
FRESH = 3600.0  # seconds before a new search


def strongest(odds, most=MOST):
    """[(x, y)] of the largest and most certain false alarms, the worst first. odds: float [H, W], log-odds of damage."""
    count, labels, _, _ = cv2.connectedComponentsWithStats((odds > DOUBTFUL).astype(np.uint8), connectivity=8)
    if count == 1:
        return []
    weight = np.bincount(labels.ravel(), np.maximum(odds - DOUBTFUL, 0).ravel(), minlength=count)
    weight[0] = 0
    chosen = np.argsort(weight)[::-1][: min(most, count - 1)]
    places = []
    for piece in chosen:
        y, x = np.unravel_index(np.where(labels == piece, odds, -np.inf).argmax(), odds.shape)
        places.append((int(x), int(y)))
    return places


class Negatives:
    """False alarms found so far, {picture name: [[x, y]]}, kept in the cache folder."""

    def __init__(self, name):
        self.path = cache_folder() / f"negatives-{name}.json"
        try:
            self.places = json.loads(self.path.read_text())
        except (OSError, ValueError):
            self.places = {}

    def age(self):
        """Seconds since the last search; infinite if there was none."""
        return time.time() - self.path.stat().st_mtime if self.path.exists() else float("inf")

    def search(self, pictures, look, rng, seconds=120.0):
        """Searches pictures in random order, new ones first, until the time is up; replaces the earlier results of a picture.

        look: callable(uint8 [H, W, 3]) -> log-odds float [H, W] of damage. Returns the number of pictures searched.
        """
        begin, seen = time.monotonic(), 0
        for index in sorted(rng.permutation(len(pictures)), key=lambda index: pictures.names[index] in self.places):
            if time.monotonic() - begin > seconds:
                break
            self.places[pictures.names[index]] = strongest(look(np.ascontiguousarray(pictures[index])))
            seen += 1
        atomic_write(self.path, lambda path: path.write_text(json.dumps(self.places)))
        return seen

    def of(self, pictures):
        """[(index, x, y)] of the places in these pictures."""
        return [(i, x, y) for i, name in enumerate(pictures.names) for x, y in self.places.get(name, ())]

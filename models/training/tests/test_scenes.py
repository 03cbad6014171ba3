"""Drawn scenes: repeatable, of many kinds, and part of the clean samples."""
import tempfile
import unittest
from unittest import mock

import numpy as np

from training import scenes
from training.data import Pictures
from training.negatives import Negatives


class Scenes(unittest.TestCase):
    def test_a_seed_draws_one_scene_and_others_differ(self):
        one, same, other = (scenes.draw_scene(np.random.default_rng(seed), 160) for seed in (1, 1, 2))
        np.testing.assert_array_equal(one, same)
        self.assertFalse(one.shape == other.shape and np.array_equal(one, other))
        for picture in (one, other):
            self.assertLessEqual(max(picture.shape[:2]), 160)
            self.assertGreater(np.ptp(picture.reshape(-1, 3).mean(1)), 40)

    def test_joined_collections_keep_order_and_names(self):
        arrays = [np.full((4, 4, 3), value, np.uint8) for value in range(5)]
        joined = scenes.Joined(Pictures.from_arrays(arrays[:2]), Pictures.from_arrays(arrays[2:]))
        self.assertEqual([int(joined[i][0, 0, 0]) for i in range(len(joined))], [0, 1, 2, 3, 4])
        self.assertEqual(len(joined.names), 5)

    def test_pictures_never_searched_come_first(self):
        pictures = Pictures.from_arrays([np.zeros((8, 8, 3), np.uint8)] * 6)
        seen = []

        def look(rgb):
            seen.append(rgb)
            return np.full(rgb.shape[:2], -9.0)

        with tempfile.TemporaryDirectory() as folder, mock.patch.dict("os.environ", EMULSION_TRAINING_CACHE=folder):
            found = Negatives("test")
            found.places = {name: [] for name in pictures.names[:5]}
            with mock.patch("training.negatives.time.monotonic", side_effect=[0, 0, 999]):
                self.assertEqual(found.search(pictures, look, np.random.default_rng(0)), 1)
            self.assertIn(pictures.names[5], found.places)


if __name__ == "__main__":
    unittest.main()

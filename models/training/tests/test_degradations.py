"""Ageing and drawings: the same seed gives the same picture, within range."""
import unittest

import numpy as np

from training import data
from training import degradations as d
from training.generators.damage_detector import Sampler as DamageSampler
from training.generators.inpainter import Sampler as HoleSampler

PICTURES = data.procedural_pictures(4, 160)
OVERLAYS = data.procedural_overlays(2)
STEPS = (d.fade, d.tint, d.grain, d.sensor_noise, d.blur, d.halftone, d.jpeg, d.rescale)
DRAWN = (d.draw_crease, d.draw_scratches, d.draw_specks, d.draw_flake)


def picture(channels=3):
    rgb = PICTURES[0][:96, :96].astype(np.float32) / 255
    return rgb if channels == 3 else rgb @ d.LUMA


class SameSeed(unittest.TestCase):
    def test_every_step_repeats_and_reports_its_parameters(self):
        for step in STEPS:
            with self.subTest(step.__name__):
                first, kept = step(np.random.default_rng(4), picture())
                second, again = step(np.random.default_rng(4), picture())
                np.testing.assert_array_equal(first, second)
                self.assertEqual(kept, again)
                self.assertTrue(kept)
                self.assertEqual(first.shape, (96, 96, 3))
                self.assertTrue(np.isfinite(first).all())

    def test_samplers_repeat(self):
        for sampler in (DamageSampler(PICTURES, OVERLAYS, 64), HoleSampler(PICTURES, OVERLAYS, 64)):
            for seed in range(12):
                first, second = sampler(np.random.default_rng(seed)), sampler(np.random.default_rng(seed))
                for a, b in zip(first, second):
                    np.testing.assert_array_equal(a, b)
                    self.assertEqual(a.dtype, np.uint8)
            self.assertFalse(all(np.array_equal(a, b) for a, b in zip(sampler(np.random.default_rng(1)), sampler(np.random.default_rng(2)))))

    def test_another_seed_gives_another_picture(self):
        first, _ = d.grain(np.random.default_rng(1), picture())
        second, _ = d.grain(np.random.default_rng(2), picture())
        self.assertGreater(np.abs(first - second).max(), 0)


class Drawings(unittest.TestCase):
    def test_innocent_drawings_stay_in_range(self):
        for seed in range(40):
            drawn, kept = d.draw_innocent(np.random.default_rng(seed), picture(1))
            self.assertEqual(drawn.shape, (96, 96))
            self.assertTrue(np.isfinite(drawn).all())
            self.assertIn("innocent", kept)

    def test_drawn_opacities_are_between_nothing_and_everything(self):
        for draw in DRAWN:
            for seed in range(8):
                opacity, kept = draw(np.random.default_rng(seed), (64, 80))
                self.assertEqual(opacity.shape, (64, 80))
                self.assertGreaterEqual(float(opacity.min()), 0)
                self.assertLessEqual(float(opacity.max()), 1)
                self.assertIn("kind", kept)

    def test_holes_have_the_coverage_asked_for(self):
        shares = [d.draw_hole(np.random.default_rng(s), (96, 96), None, 0.1)[0].mean() for s in range(20)]
        self.assertTrue(all(0 < s <= 0.51 for s in shares))
        self.assertGreater(np.mean(shares), 0.08)


if __name__ == "__main__":
    unittest.main()

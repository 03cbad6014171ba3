"""Tests of the fading estimate: its colour arithmetic, its samples, its training and its evaluation."""
import unittest

import numpy as np
import torch

from training.evaluation import metrics, protocol
from training.evaluation.generators import fading as evaluation
from training.fading_net import DEEPEST, SIDE, component, delta_e94, density, faded, lab, unfaded
from training.generators.fading import VALUES, Sampler, Spec, random_fading


def pictures(count, size=160, seed=1):
    """Smooth colour pictures, uint8 [size, size, 3]."""
    rng = np.random.default_rng(seed)
    grid = np.linspace(0, 6, size)
    made = []
    for _ in range(count):
        waves = [np.sin(grid[:, None] * rng.uniform(0.5, 3) + grid[None] * rng.uniform(0.5, 3) + rng.uniform(0, 6)) for _ in range(3)]
        made.append(np.round(127 + 120 * np.stack(waves, -1)).astype(np.uint8))
    return made


class Arithmetic(unittest.TestCase):
    def test_density_and_component_are_inverse(self):
        values = torch.linspace(0, 1, 101)
        torch.testing.assert_close(component(density(values)), values, atol=2e-4, rtol=0)
        self.assertAlmostEqual(float(density(torch.tensor(0.0))), DEEPEST, places=3)
        self.assertAlmostEqual(float(density(torch.tensor(1.0))), 0, places=5)

    def test_fading_is_undone_by_the_same_figures(self):
        rgb = torch.rand(2, 3, 8, 8)
        kept, stain = torch.tensor([[0.5, 0.7, 0.9], [1, 0.4, 0.6]]), torch.tensor([[0.1, 0, 0.05], [0, 0.2, 0.1]])
        found = faded(rgb, kept, stain)
        self.assertGreater(float((found - rgb).abs().mean()), 0.05)
        torch.testing.assert_close(unfaded(found, kept, stain), rgb, atol=2e-3, rtol=0)

    def test_colours_and_their_difference_are_those_of_the_evaluation(self):
        picture = pictures(1)[0]
        planes = torch.from_numpy(picture.reshape(-1, 3).T.copy()).float()[None] / 255
        np.testing.assert_allclose(lab(planes)[0].T.numpy(), metrics.to_lab(picture), atol=0.05)
        other = lab(planes * 0.9)
        self.assertAlmostEqual(float(delta_e94(other, other).max()), 0, delta=0.04)
        torch.testing.assert_close(delta_e94(other, lab(planes)), delta_e94(lab(planes), other))


class Samples(unittest.TestCase):
    def test_almost_half_have_not_faded_and_the_others_within_bounds(self):
        torch.manual_seed(1)
        kept, stain = random_fading(4000)
        sound = (kept == 1).all(1) & (stain == 0).all(1)
        self.assertAlmostEqual(float(sound.float().mean()), 0.45, delta=0.03)
        self.assertGreaterEqual(float(kept.min()), 0.3499)
        self.assertLessEqual(float(kept.max()), 1)
        self.assertGreaterEqual(float(stain.min()), 0)
        self.assertLessEqual(float(stain.max()), 0.3001)

    def test_pictures_without_colours_are_passed_over(self):
        grey = [np.repeat(picture[..., :1], 3, -1) for picture in pictures(3)]
        coloured = pictures(1, seed=9)
        sampler = Sampler([*grey, *coloured])
        rng = np.random.default_rng(2)
        for _ in range(8):
            (sample,) = sampler(rng)
            self.assertEqual(sample.shape, (3, SIDE, SIDE))
            self.assertGreater(int(np.abs(sample[0].astype(int) - sample[2]).max()), 30)


class Net(unittest.TestCase):
    def test_it_gives_all_figures_for_any_size(self):
        net = Spec().build().eval()
        for height, width in ((1, 1), (7, 300), (112, 112)):
            with torch.no_grad():
                found = net(torch.rand(1, 3, height, width))
            self.assertEqual(found.shape, (1, len(VALUES)))
            self.assertTrue(bool(torch.isfinite(found).all()))
            self.assertTrue(bool((found[:, :3] <= 1).all() and (found >= 0).all()))

    def test_training_reduces_the_error_of_faded_pictures(self):
        torch.manual_seed(3)
        spec, rng = Spec(), np.random.default_rng(4)
        net, sampler = spec.build(), Sampler(pictures(12))
        draw = lambda count: spec.to_tensors((np.stack([sampler(rng)[0] for _ in range(count)]),), torch.device("cpu"))
        held = draw(48)
        optimiser = torch.optim.Adam(net.parameters(), 3e-3)
        spec.loss(net, held)  # sets the units of the features
        first = spec.measure(net, held)
        for _ in range(60):
            loss, _ = spec.loss(net, draw(24))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        last = spec.measure(net, held)
        self.assertLess(last["after"], 0.7 * first["before"])
        self.assertLess(last["sound"], 3)


class Evaluation(unittest.TestCase):
    def test_true_figures_restore_a_faded_picture_and_strength_0_keeps_it(self):
        picture = pictures(1)[0]
        kept, stain = np.array([0.6, 0.8, 0.7]), np.array([0.05, 0.0, 0.1])
        rgb = torch.from_numpy(picture.transpose(2, 0, 1).copy()).float()[None] / 255
        found = faded(rgb, torch.from_numpy(kept).float()[None], torch.from_numpy(stain).float()[None])
        found = np.round(found[0].numpy().transpose(1, 2, 0) * 255).astype(np.uint8)
        figures = np.concatenate([kept, stain, [20, 2, 18]])
        self.assertGreater(metrics.ciede2000(found, picture), 5)
        self.assertLess(metrics.ciede2000(evaluation.corrected(found, figures, 1.0), picture), 1.5)
        self.assertIs(evaluation.corrected(found, figures, 0.0), found)

    def test_certainty_rises_between_the_thresholds(self):
        card = {"thresholds": {"perhaps": 6, "certain": 10}}
        at = lambda before, change=40: evaluation.certainty([1, 1, 1, 0, 0, 0, before, 1, change], card)
        self.assertEqual([at(3), at(6), at(8), at(10), at(30)], [0, 0, 0.5, 1, 1])
        self.assertEqual([at(30, 3), at(30, 8)], [0, 0.5])

    def test_each_way_of_fading_changes_a_picture_clearly(self):
        picture = pictures(1)[0]
        for kind in protocol.FADINGS:
            self.assertGreater(metrics.ciede2000(picture, protocol.faded(picture, kind, 3)), 3)


if __name__ == "__main__":
    unittest.main()

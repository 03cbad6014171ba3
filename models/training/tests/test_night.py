"""Night: the choice of its training pictures, and properties of its curves."""
import unittest

import numpy as np
import torch

from training import data
from training.generators import find
from training.generators.night import DAYS, NIGHTS, Sampler, domains
from training.networks import CurveNet, CycleNet, apply_curve

torch.set_num_threads(1)


def scene(sky, ground, light=None):
    """uint8 [96, 96, 3] with a sky over the ground, and a lamp."""
    picture = np.full((96, 96, 3), ground, np.uint8)
    picture[:40] = sky
    if light:
        picture[50:70, 40:60] = light
    return picture


class Domains(unittest.TestCase):
    def test_are_told_by_their_light_where_none_is_listed(self):
        pictures = [scene(210, 120), scene(20, 30, 250), scene(20, 30), scene(120, 200), scene(215, 90), scene(210, 120)]
        groups = ["life"] * 5 + ["portrait"]
        day, night = domains(data.Pictures.from_arrays(pictures, groups))
        self.assertEqual((day, night), ([0, 4], [1]))

    def test_are_the_listed_pictures_however_light_they_are(self):
        unnamed = data.Pictures.from_arrays([scene(210, 120), scene(20, 30, 250)] * 2)
        named = lambda *names: data.Pictures(unnamed.flat, [{**e, "name": f"train/{n}.webp"} for e, n in zip(unnamed.entries, names)])
        pictures = named("life/0155", "life/0150", "base/budgie_0023", "life/0297")
        self.assertEqual(domains(pictures), ([0], [2]))
        self.assertEqual(find("night").trained_on(pictures, None)[0].names, [pictures.names[0], pictures.names[2]])
        self.assertEqual(domains(named("life/0155", "life/0150", "base/budgie_0024", "life/0297")), ([0, 2], [1, 3]))

    def test_no_picture_is_listed_twice(self):
        names = [line.split()[0] + number for line in (DAYS + NIGHTS).split("\n") if line for number in line.split()[1:]]
        self.assertEqual(len(names), len(set(names)))

    def test_a_sample_has_one_of_each(self):
        day, night = Sampler(data.Pictures.from_arrays([scene(20, 30, 250), scene(210, 120)]), 32)(np.random.default_rng(1))
        self.assertEqual(day.shape, (3, 32, 32))
        self.assertGreater(day.mean(), 2 * night.mean())


class Curves(unittest.TestCase):
    def test_training_starts_with_less_light_that_comes_back(self):
        torch.manual_seed(1)
        net, x = CycleNet(8, gain=0.5), torch.rand(2, 3, 40, 56)
        with torch.no_grad():
            night = apply_curve(x, net(x))
            again = apply_curve(night, net.back(night))
        self.assertAlmostEqual(float(night.mean() / x.mean()), 0.5, delta=0.15)
        self.assertLess(float((again - x).abs().mean()), 0.3 * float((night - x).abs().mean()))

    def test_each_place_knows_the_whole_picture(self):
        net, x = CurveNet(8), torch.rand(1, 3, 128, 128)
        torch.nn.init.normal_(net.head.weight)
        before = net(x)
        x[..., :8, :8] = 1
        self.assertGreater(float((net(x) - before)[..., 120:, 120:].abs().max()), 0)

    def test_the_losses_see_a_net_that_does_not_undo_the_other(self):
        torch.manual_seed(2)
        spec, x = find("night"), (torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32))
        net = CycleNet(8, gain=1)
        before = float(spec.adversarial_parts(net, x, None)[3])
        torch.nn.init.constant_(net.there.head.bias, -0.3)
        made, fake, real, loss = spec.adversarial_parts(net, x, None)
        self.assertGreater(float(loss), 2 * before)
        self.assertLess(float(made.mean()), float(x[0].mean()) - 0.1)
        self.assertEqual(fake.shape, real.shape)


if __name__ == "__main__":
    unittest.main()

"""The synthesiser of damage: what it draws depends on its inputs alone, and grows from a smaller one."""
import unittest

import numpy as np
import torch

from training import data
from training.generators import find
from training.generators.damage_synthesiser import Sampler
from training.networks import DamageSynthesiser, OverlayDiscriminator, double, grow

torch.set_num_threads(1)
OVERLAYS = data.procedural_overlays(2)


def lively(side=32):
    """A net that draws more than noise of a level or two."""
    torch.manual_seed(3)
    net = DamageSynthesiser(side)
    for layer in net.draw:
        torch.nn.init.normal_(layer.weight, std=0.3)
    for layer in (*net.first, *net.second):
        torch.nn.init.ones_(layer.noise)
    return net.eval()


class Synthesiser(unittest.TestCase):
    def test_is_told_by_its_latent_and_its_noise(self):
        net = lively()
        z, noise = torch.randn(2, net.LATENT), torch.randn(2, net.noise_size)
        with torch.no_grad():
            made = net(z, noise)
            self.assertEqual(made.shape, (2, 1, 32, 32))
            self.assertTrue(bool(((made >= 0) & (made <= 1)).all()))
            torch.testing.assert_close(made, net(z, noise))
            torch.testing.assert_close(made[:1], net(z[:1], noise[:1]), atol=1e-5, rtol=1e-4)
            self.assertGreater(float((net(z.flip(0), noise) - made).abs().mean()), 0.01)
            self.assertGreater(float((net(z, noise.flip(0)) - made).abs().mean()), 0.01)

    def test_a_code_may_change_between_levels(self):
        net = lively()
        z, noise = torch.randn(2, net.LATENT), torch.randn(1, net.noise_size)
        with torch.no_grad():
            one, other = (net.code(each[None]) for each in z)
            levels = len(net.levels)
            mixed = net.synthesise([one] + [other] * (levels - 1), noise)
            for pure in (one, other):
                self.assertGreater(float((mixed - net.synthesise([pure] * levels, noise)).abs().mean()), 1e-3)

    def test_a_net_of_a_smaller_side_is_part_of_one_of_a_larger(self):
        small, large = lively(32), DamageSynthesiser(64).eval()
        grow(large, small.state_dict())
        torch.nn.init.zeros_(large.draw[-1].weight)
        torch.nn.init.zeros_(large.draw[-1].bias)
        beyond = lambda overlay: overlay.clamp(0, 1) + 10 * (overlay - overlay.clamp(0, 1))  # as it was before it was held back
        z, noise = torch.randn(2, small.LATENT), torch.randn(2, large.noise_size)
        with torch.no_grad():
            low = beyond(small.synthesise([small.code(z)] * 3, noise[:, : small.noise_size]))
            high = beyond(large.synthesise([large.code(z)] * 4, noise))
        torch.testing.assert_close(high, double(low), atol=1e-4, rtol=1e-3)

    def test_a_larger_discriminator_begins_with_what_the_smaller_one_saw(self):
        torch.manual_seed(4)
        small, large = OverlayDiscriminator(32), OverlayDiscriminator(64)
        for layer in small.down:
            torch.nn.init.normal_(layer.weight, std=0.05)
        grow(large, small.state_dict())
        x = torch.rand(3, 1, 64, 64)
        with torch.no_grad():
            torch.testing.assert_close(large(x)[0], small(torch.nn.functional.avg_pool2d(x, 2))[0], atol=1e-5, rtol=1e-4)

    def test_its_gradient_penalty_has_a_gradient(self):
        net, x = OverlayDiscriminator(32), torch.rand(4, 1, 32, 32, requires_grad=True)
        slope = torch.autograd.grad(net(x)[0].sum(), x, create_graph=True)[0]
        slope.pow(2).sum().backward()
        self.assertGreater(float(net.enter[0].weight.grad.abs().sum()), 0)

    def test_every_kind_of_damage_is_shown_equally_often(self):
        uneven = OVERLAYS.subset([0] + [i for i, g in enumerate(OVERLAYS.groups) if g == "stain"] * 20)
        sample = Sampler(uneven, 32)
        first = [bool((sample(np.random.default_rng(i))[0] > 0).mean() < 0.2) for i in range(60)]
        self.assertEqual(sample(np.random.default_rng(1))[0].shape, (1, 32, 32))
        self.assertEqual(len(sample.kinds), 2)
        self.assertGreater(sum(first), 15)

    def test_a_batch_that_is_drawn_depends_on_the_seed(self):
        net, spec = lively(), find("damage-synthesiser")
        with torch.no_grad():
            torch.testing.assert_close(spec.draw(net, 3, seed=1), spec.draw(net, 3, seed=1))
            self.assertGreater(float((spec.draw(net, 3, seed=1) - spec.draw(net, 3, seed=2)).abs().mean()), 1e-3)


if __name__ == "__main__":
    unittest.main()

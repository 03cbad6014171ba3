"""The synthesiser of damage: its output depends only on its inputs, its background is black, its lines are lines."""
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from training import data
from training.adversarial import Game
from training.export import node_parity, parity_cases, to_onnx
from training.generators import find
from training.generators.damage_synthesiser import Sampler
from training.networks import DamageSynthesiser, OverlayDiscriminator, Within, distance, haar, unshuffle

torch.set_num_threads(1)
OVERLAYS = data.procedural_overlays(2)


def lively():
    """A net that draws clearly visible damage."""
    torch.manual_seed(3)
    net = DamageSynthesiser()
    for layer in (net.coarse, net.fine):
        torch.nn.init.normal_(layer.weight, std=0.3)
    return net.eval()


def pairs(count, seed=0):
    """(z, noise) for `count` overlays."""
    random = torch.Generator().manual_seed(seed)
    return [torch.randn(count, size, generator=random) for size in (DamageSynthesiser.LATENT, lively().noise_size)]


class Synthesiser(unittest.TestCase):
    def test_is_told_by_its_latent_and_its_noise(self):
        net, (z, noise) = lively(), pairs(2)
        with torch.no_grad():
            made = net(z, noise)
            self.assertEqual(made.shape, (2, 1, 128, 128))
            self.assertTrue(bool(((made >= 0) & (made <= 1)).all()))
            torch.testing.assert_close(made, net(z, noise))
            torch.testing.assert_close(made[:1], net(z[:1], noise[:1]), atol=1e-3, rtol=0)
            self.assertGreater(float((net(z.flip(0), noise) - made).abs().mean()), 0.01)
            self.assertGreater(float((net(z, noise.flip(0)) - made).abs().mean()), 0.01)

    def test_the_greatest_of_the_first_numbers_chooses_the_kind(self):
        net, (z, noise) = lively(), pairs(1)
        draws = lambda changed: net(changed, noise)
        with torch.no_grad():
            one, louder, other = (z.clone() for _ in range(3))
            one[:, 4], louder[:, 4], other[:, 7] = 5, 9, 5
            torch.testing.assert_close(draws(one), draws(louder))
            self.assertGreater(float((draws(one) - draws(other)).abs().mean()), 1e-3)
            self.assertEqual(net.chosen(other).argmax().item(), 7)

    def test_every_kind_is_chosen_as_often_as_another(self):
        chosen = lively().chosen(torch.randn(4000, DamageSynthesiser.LATENT, generator=torch.Generator().manual_seed(1)))
        self.assertTrue(bool((chosen.sum(1) == 1).all()))
        self.assertLess(float((chosen.mean(0) - 0.1).abs().max()), 0.03)

    def test_a_code_may_change_between_levels(self):
        net, (z, noise) = lively(), pairs(2)
        with torch.no_grad():
            one, other = (net.code(each[None]) for each in z)
            levels = len(net.levels)
            mixed = net.synthesise([one] + [other] * (levels - 1), noise[:1])
            for pure in (one, other):
                self.assertGreater(float((mixed - net.synthesise([pure] * levels, noise[:1])).abs().mean()), 1e-3)

    def test_truncated_codes_lie_nearer_to_what_is_usual(self):
        net, (z, noise) = lively(), pairs(12)
        z[:, 2] = 9  # all of one kind
        with torch.no_grad():
            whole = net(z, noise)
            net.truncate(1.0)
            torch.testing.assert_close(net(z, noise), whole, atol=1e-4, rtol=1e-3)
            net.truncate(0.0)
            alike = net(z, noise[:1].expand(12, -1))
        self.assertLess(float(alike.std(0).max()), 1e-4)

    def test_the_exported_graph_draws_what_the_net_draws(self):
        spec, net = find("damage-synthesiser"), lively()
        net.truncate(0.8)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "generator.onnx"
            to_onnx(spec, net, path)
            self.assertLess(path.stat().st_size, 8 << 20)
            difference = node_parity(path, parity_cases(spec, net), "overlay")
        if difference is None:
            self.skipTest("onnxruntime-node is not installed")
        self.assertLess(difference, 1e-3)

    def test_its_card_says_what_its_graph_takes(self):
        card, net = find("damage-synthesiser").card(), DamageSynthesiser()
        self.assertEqual([each["size"] for each in card["inputs"]], [net.LATENT, net.noise_size])
        self.assertEqual(card["output"]["side"], net.side)

    def test_a_batch_that_is_drawn_depends_on_the_seed(self):
        net, spec = lively(), find("damage-synthesiser")
        with torch.no_grad():
            torch.testing.assert_close(spec.draw(net, 3, seed=1), spec.draw(net, 3, seed=1))
            self.assertGreater(float((spec.draw(net, 3, seed=1) - spec.draw(net, 3, seed=2)).abs().mean()), 1e-3)


class Parts(unittest.TestCase):
    def test_what_was_clamped_can_only_come_back(self):
        x = torch.tensor([-0.5, -0.5, 0.5, 1.5, 1.5], requires_grad=True)
        inside = Within.apply(x)
        self.assertEqual(inside.tolist(), [0, 0, 0.5, 1, 1])
        inside.backward(torch.tensor([1.0, -1.0, 1.0, 1.0, -1.0]))
        self.assertEqual(x.grad.tolist(), [0, -1, 1, 1, 0])

    def test_a_field_tells_how_far_its_zeros_are_however_steep_it_is(self):
        y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
        away = x * 0.6 + y * 0.8 - 20
        for slope in (0.2, 5.0):
            found = distance((slope * away)[None, None])[0, 0]
            torch.testing.assert_close(found[1:-1, 1:-1], 2 * away[1:-1, 1:-1], atol=1e-2, rtol=1e-2)
        self.assertTrue(bool(torch.isfinite(distance(torch.zeros(1, 1, 8, 8))).all()))

    def test_specks_are_as_frequent_at_every_size(self):
        noise = torch.randn(4, 1, 128, 128, generator=torch.Generator().manual_seed(2))
        made = lively().speckle(noise)[..., 4:-4, 4:-4]
        for plane in made.unbind(1):
            self.assertAlmostEqual(float(plane.std()), 1, delta=0.03)
        near, far = ((plane[:, :, 1:] * plane[:, :, :-1]).mean() for plane in made.unbind(1))
        self.assertLess(float(near) + 0.1, float(far))

    def test_bands_become_the_overlay_that_they_are_of(self):
        overlay = torch.rand(2, 1, 16, 16)
        bands = F.conv2d(unshuffle(overlay), haar())
        torch.testing.assert_close(F.pixel_shuffle(F.conv2d(bands, haar()), 2), overlay)
        torch.testing.assert_close(bands[:, :1], F.avg_pool2d(overlay, 2) * 2)


class Discriminator(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(4)
        self.net = OverlayDiscriminator()

    @staticmethod
    def seen(overlay, *kinds):
        return torch.cat([overlay, torch.tensor(kinds).float().view(-1, 1, 1, 1).expand_as(overlay)], 1)

    def test_its_gradient_penalty_has_a_gradient_and_none_for_the_kind(self):
        x = self.seen(torch.rand(3, 1, 128, 128), 1, 1, 8).requires_grad_(True)
        slope = torch.autograd.grad(self.net(x)[0].sum(), x, create_graph=True)[0]
        self.assertEqual(float(slope[:, 1].abs().max()), 0)
        slope.pow(2).sum().backward()
        self.assertGreater(float(self.net.enter.weight.grad.abs().sum()), 0)

    def test_the_kind_changes_its_judgement(self):
        overlay = torch.rand(1, 1, 128, 128)
        with torch.no_grad():
            self.assertNotEqual(float(self.net(self.seen(overlay, 1))[0]), float(self.net(self.seen(overlay, 2))[0]))

    def test_it_compares_overlays_with_those_of_their_kind_alone(self):
        overlay, stranger = torch.rand(2, 1, 128, 128), torch.rand(1, 1, 128, 128)
        score = lambda *kinds: self.net(self.seen(torch.cat([overlay, stranger]), *kinds))[0][:2]
        with torch.no_grad():
            pair = self.net(self.seen(overlay, 3, 3))[0]
            torch.testing.assert_close(score(3, 3, 5), pair, atol=1e-4, rtol=1e-4)
            self.assertGreater(float((score(3, 3, 3) - pair).abs().max()), 1e-4)


class Training(unittest.TestCase):
    def test_every_kind_of_damage_is_shown_equally_often(self):
        uneven = OVERLAYS.subset([0] + [i for i, g in enumerate(OVERLAYS.groups) if g == "stain"] * 20)
        sample = Sampler(uneven, 32)
        shown = [sample(np.random.default_rng(i)) for i in range(60)]
        self.assertEqual(shown[0][0].shape, (1, 32, 32))
        self.assertEqual({int(kind) for _, kind in shown}, {0, 1})
        self.assertGreater(sum(int(kind) == 0 for _, kind in shown), 15)

    def test_nothing_of_what_fills_the_middle_is_cut_away(self):
        overlay = np.zeros((200, 200), np.uint8)
        overlay[70:130, 90:110] = 255
        sample = Sampler(data.Pictures.from_arrays([overlay], ["dots"]), 100)
        for i in range(30):
            made = sample(np.random.default_rng(i))[0][0]
            self.assertEqual(int(made[[0, -1]].max()) + int(made[:, [0, -1]].max()), 0)
            self.assertGreaterEqual(int((made > 128).sum()), 60 * 20 / 4 * 0.9)

    def test_a_step_teaches_both_nets_and_shows_overlays_of_the_kinds_that_came(self):
        torch.manual_seed(5)
        spec, net = find("damage-synthesiser"), lively().train()
        game = Game(spec.discriminator(), spec.rules())
        tensors = torch.rand(3, 1, 128, 128), torch.tensor([2.0, 2.0, 9.0]).view(3, 1, 1, 1)
        _, fake, real, loss = spec.adversarial_parts(net, tensors, None)
        self.assertEqual(fake[:, 1, 5, 5].tolist(), [2, 2, 9])
        torch.testing.assert_close(real[:, :1], tensors[0])
        self.assertTrue(bool(((fake[:, 0] >= 0) & (fake[:, 0] <= 1)).all()))
        game.discriminate(real, fake)
        (loss + game.judge(fake, real)).backward()
        for name, parameter in net.named_parameters():
            self.assertGreater(float(parameter.grad.abs().sum()), 0, name)

    def test_overlays_of_another_size_are_refused(self):
        spec = find("damage-synthesiser")
        spec.crop = 64
        with self.assertRaises(ValueError):
            spec.build()


if __name__ == "__main__":
    unittest.main()

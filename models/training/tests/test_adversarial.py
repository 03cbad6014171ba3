"""The checks of adversarial training: the tests provoke collapses, which must be noticed."""
import unittest

import torch
import torch.nn as nn

from training.adversarial import (
    BestByLpips,
    CollapseError,
    Ema,
    Game,
    ImagePool,
    Settings,
    diff_augment,
    discriminator_loss,
    diversity,
    generator_loss,
)
from training.networks import PatchDiscriminator

torch.set_num_threads(1)


class Linear(nn.Module):
    """A discriminator that sees the mean brightness."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor([1.0, 0.0]))

    def forward(self, x):
        return self.scale[0] * x.mean((1, 2, 3)) + self.scale[1], [x]


class Collapse(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)

    def test_a_discriminator_that_always_wins_ends_the_run(self):
        # the generator has no learning rate, so the discriminator wins
        game = Game(PatchDiscriminator(3, 8), Settings(rate=5e-3, augment=False, win_steps=15))
        generator = nn.Conv2d(3, 3, 1)
        with self.assertRaises(CollapseError) as caught:
            for _ in range(400):
                real = torch.rand(4, 3, 32, 32) * 0.1 + 0.9
                fake = generator(torch.zeros(4, 3, 32, 32)) * 0.01
                game.discriminate(real, fake)
        self.assertEqual(caught.exception.reason, "discriminator")
        self.assertIn("D(real) - D(fake)", str(caught.exception))
        self.assertGreater(game.log["d_real"], game.log["d_fake"])

    def test_a_generator_that_paints_one_picture_is_caught(self):
        # with only the adversarial loss, a bias is enough to fool this discriminator
        game = Game(Linear(), Settings(augment=False, matching=0.0, weight=1.0, rate=0.05))
        generator = nn.Conv2d(3, 3, 1)
        optimiser = torch.optim.Adam(generator.parameters(), lr=0.05)
        with self.assertRaises(CollapseError) as caught:
            for _ in range(300):
                real = torch.rand(8, 3, 16, 16) * torch.rand(8, 1, 1, 1)
                fake = torch.sigmoid(generator(real) * 4)
                game.discriminate(real, fake)
                loss = game.judge(fake, real) + 0.5 * fake.std(0).mean()
                optimiser.zero_grad()
                loss.backward()
                game.watch(loss, generator)
                optimiser.step()
                game.check_diversity(fake, real)
        self.assertEqual(caught.exception.reason, "diversity")

    def test_values_that_are_not_finite_are_caught_on_both_sides(self):
        game = Game(PatchDiscriminator(3, 8), Settings(augment=False))
        good, bad = torch.rand(2, 3, 32, 32), torch.full((2, 3, 32, 32), float("nan"))
        with self.assertRaises(CollapseError) as caught:
            game.discriminate(good, bad)
        self.assertEqual(caught.exception.reason, "not-finite")
        with self.assertRaises(CollapseError):
            game.watch(torch.tensor(float("inf")), nn.Conv2d(1, 1, 1))
        with self.assertRaises(CollapseError):
            game.check_diversity(bad, good)

    def test_a_healthy_game_goes_on(self):
        for kind, r1 in (("hinge", 0.0), ("non-saturating", 1.0), ("least-squares", 0.0)):
            game = Game(PatchDiscriminator(3, 8), Settings(loss=kind, r1=r1, r1_every=2))
            for _ in range(5):
                real = torch.rand(4, 3, 32, 32)
                game.discriminate(real, (real + 0.02 * torch.randn_like(real)).clamp(0, 1))
            self.assertEqual(set(game.log), {"d_real", "d_fake", "d_grad"})

    def test_every_loss_is_least_where_each_side_wants_it(self):
        good, bad = torch.full((2, 1), 3.0), torch.full((2, 1), -3.0)
        for kind in ("hinge", "non-saturating", "least-squares"):
            right = (torch.ones(2, 1), torch.zeros(2, 1)) if kind == "least-squares" else (good, bad)
            self.assertLess(float(discriminator_loss(kind, *right)), float(discriminator_loss(kind, bad, good)))
            self.assertLess(float(generator_loss(kind, right[0])), float(generator_loss(kind, right[1])))

    def test_early_pictures_may_be_alike(self):
        game = Game(PatchDiscriminator(3, 8), Settings(diversity_from=2))
        alike, real = torch.zeros(4, 3, 8, 8), torch.rand(4, 3, 8, 8)
        game.check_diversity(alike, real)
        game.steps = 2
        with self.assertRaises(CollapseError):
            game.check_diversity(alike, real)

    def test_the_discriminators_rate_follows_only_where_it_is_told_to(self):
        for follows, rate in ((True, 1e-4), (False, 4e-4)):
            game = Game(Linear(), Settings(rate=4e-4, follows=follows))
            game.follow(0.25)
            self.assertAlmostEqual(game.optimiser.param_groups[0]["lr"], rate)

    def test_an_unknown_loss_is_refused(self):
        with self.assertRaises(ValueError):
            discriminator_loss("wgan", torch.zeros(1), torch.zeros(1))


class Tools(unittest.TestCase):
    def test_the_average_follows_the_net(self):
        net = nn.Conv2d(1, 1, 1)
        ema = Ema(net, 0.9)
        with torch.no_grad():
            net.weight.fill_(3.0)
        for _ in range(200):
            ema.update(net)
        self.assertAlmostEqual(float(ema.net.weight), 3.0, places=3)

    def test_augmentation_passes_gradients_and_keeps_the_shape(self):
        x = torch.rand(4, 4, 32, 32, requires_grad=True)
        y = diff_augment(x)
        y.sum().backward()
        self.assertEqual(y.shape, x.shape)
        self.assertGreater(float(x.grad.abs().sum()), 0)

    def test_the_pool_shows_earlier_pictures_again(self):
        torch.manual_seed(1)
        pool, seen = ImagePool(4), []
        for i in range(40):
            seen += [(i, int(v)) for v in pool.exchange(torch.full((2, 1, 2, 2), float(i)))[:, 0, 0, 0]]
        again = [now - then for now, then in seen]
        self.assertEqual(len(pool.kept), 4)
        self.assertGreaterEqual(min(again), 0)
        self.assertGreater(max(again), 3)
        self.assertGreater(sum(a == 0 for a in again), 20)

    def test_diversity_of_equal_pictures_is_nothing(self):
        self.assertEqual(diversity(torch.ones(4, 3, 8, 8)), 0)
        self.assertGreater(diversity(torch.rand(4, 3, 8, 8)), 0.1)

    def test_training_stops_when_lpips_no_longer_falls(self):
        net, judge = nn.Conv2d(1, 1, 1), BestByLpips(patience=2)
        self.assertFalse(judge.update(0.5, net))
        kept = float(judge.state["weight"])
        with torch.no_grad():
            net.weight.add_(1)
        self.assertFalse(judge.update(0.6, net))
        self.assertTrue(judge.update(0.55, net))
        self.assertEqual(judge.best, 0.5)
        self.assertEqual(float(judge.state["weight"]), kept)


if __name__ == "__main__":
    unittest.main()

"""Each generator: its properties before training, a few steps, a resumed run, and its export."""
import json
import math
import os
import signal
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch

from training import calibrate, data, export
from training.device_degradations import TO_YCC, mix
from training.generators import find
from training.colour_net import HintedColourNet
from training.generators.coloriser import revealed, scattered, to_rgb
from training.generators.upscaler_x2_crisp import spoil
from training.detector_net import CLASSES, DetectorNet, any_damage
from training.networks import InpaintNet, Residual, RestoreNet, UpscaleNet, grow, pull_push, receptive_radius, top_hats
from training.resampling import resample
from training.tests.made_data import made_data
from training.train import Run, long_rate, learning_rate, low_precision_pays, save_atomic

torch.set_num_threads(1)
IDENTITIES = (
    "coloriser",
    "damage-detector",
    "damage-synthesiser",
    "fading",
    "inpainter",
    "night",
    "restorer",
    "style",
    "upscaler-x2",
    "upscaler-x2-crisp",
    "upscaler-x4",
    "upscaler-x4-crisp",
)
PICTURES, OVERLAYS = data.procedural_pictures(6, 160), data.procedural_overlays(2)


class Operators(unittest.TestCase):
    def test_pull_push_keeps_what_is_known_and_fills_the_rest(self):
        rgb = torch.rand(2, 3, 64, 96)
        known = (torch.rand(2, 1, 64, 96) > 0.4).float()
        filled = pull_push(rgb, known)
        torch.testing.assert_close(filled * known, rgb * known)
        self.assertTrue(bool((filled >= -1e-4).all() and (filled <= 1.0001).all()))

    def test_pull_push_continues_a_flat_tone(self):
        known = torch.ones(1, 1, 64, 64)
        known[..., 10:50, 10:50] = 0
        filled = pull_push(torch.full((1, 3, 64, 64), 0.6), known)
        self.assertLess(float((filled - 0.6).abs().max()), 1e-3)

    def test_pull_push_without_anything_known_is_finite(self):
        self.assertTrue(bool(torch.isfinite(pull_push(torch.rand(1, 3, 32, 32), torch.zeros(1, 1, 32, 32))).all()))

    def test_a_thin_bright_line_is_a_white_top_hat(self):
        x = torch.full((1, 1, 32, 32), 0.3)
        x[..., 16, :] = 0.9
        white, black = top_hats(x, 5)[0]
        self.assertAlmostEqual(float(white[16, 16]), 0.6, places=5)
        self.assertEqual(float(black.abs().max()), 0)


class Told(torch.nn.Module):
    """A detector that gets the same summary for every photo."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, image):
        return self.net.class_logits(image, torch.zeros(1, DetectorNet.SUMMARY, dtype=image.dtype))


class Detector(unittest.TestCase):
    def test_it_sees_256_pixels_and_more(self):
        torch.manual_seed(1)
        net = DetectorNet((8, 8, 8, 8), (1, 2))
        torch.nn.init.normal_(net.head.weight)
        self.assertGreater(receptive_radius(Told(net), 3, 352, 2), 128)

    def test_an_untrained_net_finds_nothing(self):
        for seed in range(6):
            torch.manual_seed(seed)
            net = DetectorNet((8, 8, 8, 8)).eval()
            image = torch.rand(1, 3, 64, 64)
            with torch.no_grad():
                chance = net(image, net.summary(image))
            self.assertEqual(chance.shape, (1, len(CLASSES), 64, 64))
            self.assertLess(float(chance.max()), 0.2)

    def test_the_strongest_class_has_the_chance_of_any_damage(self):
        net = DetectorNet((8, 8, 8, 8)).eval()
        torch.nn.init.normal_(net.head.weight, std=1.0)
        image = torch.rand(1, 3, 64, 64)
        with torch.no_grad():
            told = net.summary(image)
            logits, each = net.logits(image, told), net.class_logits(image, told)
        torch.testing.assert_close(logits[:, :3].amax(1, keepdim=True), any_damage(each[:, :3]))
        self.assertTrue(torch.equal(logits[:, :3].argmax(1), each[:, :3].argmax(1)))
        torch.testing.assert_close(logits[:, 3:], each[:, 3:])

    def test_what_is_told_of_the_whole_photo_changes_the_answer(self):
        net = DetectorNet((8, 8, 8, 8)).eval()
        torch.nn.init.normal_(net.head.weight, std=1.0)
        image = torch.rand(1, 3, 64, 64)
        with torch.no_grad():
            a, b = (net.logits(image, torch.full((1, DetectorNet.SUMMARY), value)) for value in (-1.0, 1.0))
        self.assertGreater(float((a - b).abs().max()), 1e-3)

    def test_new_thresholds_keep_the_order_of_pixels(self):
        net = DetectorNet((8, 8, 8, 8)).eval()
        torch.nn.init.normal_(net.head.weight, std=1.0)
        image = torch.rand(1, 3, 64, 64)
        with torch.no_grad():
            told = net.summary(image)
            before = net(image, told)
            thresholds = {"lines": 0.3, "areas": 0.3, "losses": 0.3, "writing": 0.8, "needed": 0.002}
            self.assertEqual(export.centre_thresholds(net, thresholds), {"lines": 0.5, "areas": 0.5, "losses": 0.5, "writing": 0.5, "needed": 0.002})
            after = net(image, told)
        self.assertTrue(torch.equal(before[:, :3] > 0.3, after[:, :3] > 0.5))
        self.assertTrue(torch.equal(before[:, 3:] > 0.8, after[:, 3:] > 0.5))


class HalfPrecision(unittest.TestCase):
    def test_keeps_every_weight_finite(self):
        weights = {"weight": torch.ones(4), "running_var": torch.tensor([1.0, 81234.0]), "count": torch.tensor(7)}
        kept = export.halves(weights)
        self.assertEqual([v.dtype for v in kept.values()], [torch.float16, torch.float32, torch.int64])
        self.assertTrue(all(torch.isfinite(v).all() for v in kept.values()))


class Inpainter(unittest.TestCase):
    def image(self):
        torch.manual_seed(1)
        mask = (torch.rand(1, 1, 64, 64) < 0.2).float()
        return torch.rand(1, 3, 64, 64), mask

    def test_outside_the_hole_the_picture_is_untouched(self):
        rgb, mask = self.image()
        net = InpaintNet((8, 16), (1, 2))
        torch.nn.init.normal_(net.head.weight)
        filled = net(torch.cat([rgb, mask], 1))
        self.assertTrue(torch.equal(filled * (1 - mask), rgb * (1 - mask)))

    def test_what_the_hole_contains_is_ignored(self):
        rgb, mask = self.image()
        net = InpaintNet((8, 16), (1, 2))
        torch.nn.init.normal_(net.head.weight)
        for content in (0.0, 1.0, 1e6, float("nan")):
            other = torch.where(mask.expand_as(rgb) > 0, torch.full_like(rgb, content), rgb)
            torch.testing.assert_close(net(torch.cat([other, mask], 1)), net(torch.cat([rgb, mask], 1)))

    def test_training_starts_at_the_classic_fill(self):
        rgb, mask = self.image()
        filled = InpaintNet()(torch.cat([rgb, mask], 1))
        torch.testing.assert_close(filled, pull_push(rgb * (1 - mask), 1 - mask).clamp(0, 1))


class Restorer(unittest.TestCase):
    def test_strength_zero_returns_the_picture(self):
        net, x = RestoreNet((8, 8, 8)), torch.rand(2, 3, 64, 48)
        torch.nn.init.normal_(net.head.weight)
        self.assertTrue(torch.equal(net(x, torch.zeros(1)), x))
        self.assertFalse(torch.equal(net(x, torch.tensor([0.1])), x))

    def test_each_picture_of_a_batch_has_its_own_strength(self):
        net, x = RestoreNet((8, 8, 8)), torch.rand(2, 3, 32, 32)
        torch.nn.init.normal_(net.head.weight)
        both = net(x, torch.tensor([0.0, 0.2]))
        self.assertTrue(torch.equal(both[0], x[0]))
        torch.testing.assert_close(both[1:], net(x[1:], torch.tensor([0.2])))

    def test_the_strength_that_is_told_is_the_error_that_was_made(self):
        torch.manual_seed(4)
        degraded, clean, error, told = find("restorer").to_tensors(
            (np.stack([PICTURES[0].transpose(2, 0, 1)[:, :64, :64]] * 48),), torch.device("cpu")
        )
        torch.testing.assert_close((degraded - clean).pow(2).mean((1, 2, 3)).sqrt(), error)
        self.assertGreater(len({round(float(e), 3) for e in error}), 30)
        self.assertLess(float((told / error).log().abs().max()), 0.6)


class Upscaler(unittest.TestCase):
    def test_training_starts_at_bicubic(self):
        for scale in (2, 4):
            x = torch.rand(2, 3, 20, 28)
            inner = slice(3 * scale, -3 * scale)  # beyond the edge this net repeats the last pixel, while resampling mirrors
            wanted = resample(x, 20 * scale, 28 * scale)
            made = UpscaleNet(scale, 8, 1, consistent=False)(x)
            self.assertEqual(made.shape, wanted.shape)
            # up to the difference of the means of 9 x 9 pixels of noise
            torch.testing.assert_close(made[..., inner, inner], wanted[..., inner, inner], atol=2e-2, rtol=0)

    def test_a_consistent_one_shrinks_to_what_it_was_given(self):
        torch.manual_seed(2)
        for scale in (2, 4):
            net, x = UpscaleNet(scale, 8, 1), torch.rand(2, 3, 20, 28)
            wanted = resample(torch.rand(1, 3, 64, 64), 64 // scale, 64 // scale)
            torch.nn.init.normal_(net.head.weight, std=0.05)
            inner = slice(6, -6)
            torch.testing.assert_close(
                net.shrunk(resample(wanted, 64, 64))[..., inner, inner],
                resample(resample(wanted, 64, 64), 64 // scale, 64 // scale)[..., inner, inner], atol=1e-5, rtol=0,
            )
            off = lambda made: float((resample(made, 20, 28) - x).abs()[..., inner, inner].mean())
            consistent = off(net(x))
            net.consistent = False
            self.assertLess(consistent, 0.6 * off(net(x)))
            coarse = lambda y: torch.nn.functional.avg_pool2d(y, 9, 3)
            mean = coarse(torch.nn.functional.avg_pool2d(net(x), scale)) - coarse(x)
            self.assertLess(float(mean.abs().mean()), 0.01)

    def test_a_flat_tone_stays_flat_to_its_edges(self):
        net = UpscaleNet(4, 8, 1)
        torch.nn.init.normal_(net.head.weight)
        torch.testing.assert_close(net(torch.full((1, 3, 9, 11), 0.3)), torch.full((1, 3, 36, 44), 0.3))

    def test_the_halo_of_the_card_covers_what_a_pixel_depends_on(self):
        for identity in ("upscaler-x2", "upscaler-x4", "upscaler-x2-crisp", "upscaler-x4-crisp"):
            spec = find(identity)
            net = spec.build()
            torch.nn.init.normal_(net.head.weight)
            x = torch.rand(1, 3, 64, 64, dtype=torch.float64)
            net.double()
            base = net(x)
            x[..., 32, 32] += 1
            rows, columns = torch.nonzero((net(x) - base).abs().amax(1)[0] > 0, as_tuple=True)
            reach = max(int((v // spec.scale - 32).abs().max()) for v in (rows, columns))
            self.assertGreater(reach, 5)
            self.assertLessEqual(reach, spec.card()["halo"])

    def test_the_small_picture_is_the_large_one_shrunk(self):
        small, large = find("upscaler-x4").to_tensors((np.stack([PICTURES[0].transpose(2, 0, 1)[:, :64, :64]]),), torch.device("cpu"))
        self.assertEqual(small.shape, (1, 3, 16, 16))
        torch.testing.assert_close(small, torch.round(small * 255) / 255)
        self.assertLess(float((small - torch.nn.functional.avg_pool2d(large, 4)).abs().mean()), 0.02)


    def test_a_spoilt_picture_shows_what_the_clean_one_does(self):
        torch.manual_seed(5)
        large = torch.from_numpy(PICTURES[0].transpose(2, 0, 1)[:, :128, :128].copy())[None].float().repeat(3, 1, 1, 1) / 255
        errors = []
        for scale in (2, 4):
            for _ in range(12):
                small = spoil(large, 128 // scale)
                self.assertEqual(small.shape, (3, 3, 128 // scale, 128 // scale))
                self.assertTrue(bool(((small >= 0) & (small <= 1)).all()))
                errors.append(float((small - torch.nn.functional.avg_pool2d(large, scale)).abs().mean()))
        self.assertLess(max(errors), 0.12)
        self.assertGreater(max(errors), 1.5 * min(errors))


class Coloriser(unittest.TestCase):
    def tensors(self, count=8):
        spec = find("coloriser")
        spec.crop = 64
        sample = spec.sampler(PICTURES, None)
        arrays = np.stack([sample(np.random.default_rng(i))[0] for i in range(count)])
        return spec, spec.to_tensors((arrays,), torch.device("cpu"))

    def test_colours_leave_the_luma_and_the_gamut(self):
        torch.manual_seed(3)
        luma = torch.rand(2, 1, 20, 20)
        rgb = to_rgb(luma, torch.rand(2, 2, 20, 20) - 0.5)
        torch.testing.assert_close(mix(rgb, TO_YCC)[:, :1], luma, atol=1e-5, rtol=0)
        self.assertGreaterEqual(float(rgb.min()), -1e-6)
        self.assertLessEqual(float(rgb.max()), 1 + 1e-6)

    def test_the_truth_is_what_was_photographed(self):
        spec, tensors = self.tensors()
        aged, luma, colours, told, _ = tensors
        torch.testing.assert_close(mix(spec.truth(tensors), TO_YCC)[:, 1:], colours, atol=2e-3, rtol=0)
        self.assertEqual(told.shape, (2, 8))
        self.assertGreater(float((aged - luma).abs().mean()), 0.01)  # old prints are grey otherwise
        many = spec.to_tensors((np.repeat(PICTURES[0].transpose(2, 0, 1)[None, :, :64, :64], 400, 0),), torch.device("cpu"))
        self.assertAlmostEqual(float((many[3] == 0).float().mean()), 0.5, delta=0.06)
        self.assertAlmostEqual(float((many[4][:, 2].amax((1, 2)) == 0).float().mean()), 0.5, delta=0.08)

    def test_hints_tell_the_truth_about_their_place(self):
        torch.manual_seed(3)
        colours = torch.rand(1, 2, 8, 8).repeat_interleave(8, 2).repeat_interleave(8, 3).repeat(40, 1, 1, 1) - 0.5
        told = revealed(colours, chance=1)
        known = told[:, 2:] > 0
        self.assertTrue(bool(((told[:, :2] == 0) | known).all()))
        shares = known.float().mean((1, 2, 3))
        self.assertGreater(float(shares.max()), 4 * float(shares.min()))
        # a patch has one colour, the mean of what it covers: nowhere far from the truth, and most often it
        error = ((told[:, :2] - colours) * known).abs()
        self.assertLess(float(error[known.expand(-1, 2, -1, -1)].median()), 0.2)
        some = scattered(colours[:1], count=1, side=4)
        y, x = (int(v) for v in torch.nonzero(some[0, 2])[0])
        torch.testing.assert_close(some[0, :2, y, x], colours[0, :, y : y + 4, x : x + 4].mean((1, 2)))

    def net(self):
        torch.manual_seed(1)
        net = find("coloriser").build().eval()
        for layer in (net.chances, net.told):
            torch.nn.init.normal_(layer.weight, std=0.3)
        return net

    def test_the_net_knows_what_it_is_told_and_the_whole_picture(self):
        net = self.net()
        image, none, one = torch.rand(1, 4, 256, 256), torch.zeros(1), torch.ones(1)
        image[:, 3] = 0
        base = net(image, none, none)
        self.assertEqual(base.shape, (1, 2, 256, 256))
        self.assertGreater(float((net(image, one, none) - base).abs().max()), 1e-4)
        other = image.clone()
        other[:, 1:3] = 0  # without a hint, these say nothing
        torch.testing.assert_close(net(other, none, none), base, atol=0, rtol=0)
        image[:, 0, :16, :16] = 1
        self.assertGreater(float((net(image, none, none) - base)[..., 240:, 240:].abs().max()), 0)

    def test_a_hint_colours_its_place_and_stays_near_it(self):
        net, none = self.net(), torch.zeros(1)
        torch.nn.init.zeros_(net.similar.weight)  # untrained, everything looks the same
        with torch.no_grad():
            net.shade.fill_(0)
            net.shifts.fill_(-20)
        image = torch.rand(1, 4, 320, 320)
        image[:, 1:] = 0
        base = net(image, none, none)
        image[0, 1:, 40:48, 64:72] = torch.tensor([0.9, 0.3, 1]).view(3, 1, 1)
        moved = net(image, none, none)
        torch.testing.assert_close(moved[0, :, 42:46, 66:70].mean((1, 2)), torch.tensor([0.4, -0.2]), atol=0.12, rtol=0)
        change = (moved - base).abs().amax(1)[0]
        self.assertGreater(float(change[42:46, 66:70].mean()), 0.1)
        self.assertLess(float(change[240:].max()), 1e-3)
        # two hints of which each knows its own place
        image[0, 1:, 40:48, 264:272] = torch.tensor([0.1, 0.7, 1]).view(3, 1, 1)
        both = net(image, none, none)
        self.assertLess(float((both - moved)[0, :, 42:46, 66:70].abs().max()), 0.02)
        self.assertLess(float(both[0, 0, 42:46, 266:270].mean()), float(both[0, 0, 42:46, 66:70].mean()) - 0.3)

    def test_more_hints_than_there_are_places_for_are_reduced_to_the_largest(self):
        net, none = self.net(), torch.zeros(1)
        image = torch.full((1, 4, 320, 320), 0.5)
        image[:, 3] = 0
        image[:, 3, ::8, ::8] = 1  # 1,600 small ones
        image[0, 1:, 160:176, 160:176] = torch.tensor([0.9, 0.3, 1]).view(3, 1, 1)
        self.assertGreater(float(net(image, none, none)[0, 0, 164:172, 164:172].mean()), 0.2)

    def test_classes_are_the_nearest_colours_and_rare_ones_count_more(self):
        net = find("coloriser").build().train()
        spec = find("coloriser")
        colours = torch.tensor([0.0, 0.0]).view(1, 2, 1, 1).repeat(1, 1, 8, 8)
        right = torch.full((1, len(net.colours), 8, 8), -9.0)
        right[:, 0] = 9
        wrong = right.roll(3, 1)
        for _ in range(400):  # nothing but grey is seen
            spec.class_loss(net, right, colours)
        self.assertGreater(float(net.frequency[0]), 0.3)
        self.assertAlmostEqual(float(net.frequency.sum()), 1, places=4)
        self.assertLess(float(spec.class_loss(net, right, colours)), float(spec.class_loss(net, wrong, colours)))
        vivid = net.colours[70].view(1, 2, 1, 1).expand(1, 2, 8, 8)
        near = torch.full_like(right, -9.0)
        near[:, 70] = 9
        net.eval()
        self.assertLess(float(spec.class_loss(net, near, vivid)), float(spec.class_loss(net, right, vivid)))
        flat = torch.zeros_like(right)
        self.assertGreater(float(spec.class_loss(net, flat, vivid)), 2 * float(spec.class_loss(net, flat, colours)))

    def test_colours_are_the_sharpened_mean_of_the_chances(self):
        net = find("coloriser").build().eval()
        net.tilt.fill_(0)
        net.gain.fill_(1)
        logits = torch.full((1, len(net.colours), 4, 4), -30.0)
        logits[:, 20], logits[:, 90] = 2.0, 1.0
        net.temperature.fill_(1)
        share = 1 / (1 + math.exp(-1))
        wanted = share * net.colours[20] + (1 - share) * net.colours[90]
        torch.testing.assert_close(net.mean_colour(logits)[0, :, 0, 0], wanted, atol=1e-5, rtol=0)
        net.temperature.fill_(0.05)
        torch.testing.assert_close(net.mean_colour(logits)[0, :, 0, 0], net.colours[20], atol=1e-4, rtol=0)

    def test_calibration_brings_the_chances_to_what_is_seen(self):
        net = self.net()
        with torch.no_grad():
            net.chances.bias[40] += 1
        pictures = [PICTURES[i] for i in range(4)]

        def apart():
            logits, wanted = calibrate.seen(net, pictures)
            return float((torch.softmax(logits, 0).mean(1) - wanted.mean(1)).abs().sum())

        before = apart()
        self.assertGreater(calibrate.calibrate(net, pictures), 0.5)
        self.assertLess(apart(), 0.6 * before)
        self.assertAlmostEqual(float(net.frequency.sum()), 1, places=4)

    def test_samples_are_never_turned(self):
        make = lambda rng: (np.arange(16, dtype=np.uint8).reshape(1, 4, 4),)
        pool = data.SamplePool(make, 1, 64, workers=0, reuse=1, upright=True)
        seen = {row[0, :, 0].tobytes() for row in pool.draw()[0]} | {row[0, :, -1].tobytes() for row in pool.draw()[0]}
        self.assertEqual(seen, {bytes((0, 4, 8, 12)), bytes((3, 7, 11, 15))})


class Growth(unittest.TestCase):
    def test_a_grown_net_computes_the_same(self):
        torch.manual_seed(2)
        small, large = HintedColourNet((8, 8, 12, 12), (1,)), HintedColourNet((8, 12, 16, 16), (1, 2, 1))
        for module in small.modules():  # as after some training
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
        torch.nn.init.normal_(small.chances.weight, std=0.1)
        for net in (small, large):
            net.temperature.fill_(1)
        told = torch.zeros(1), torch.zeros(1)
        grow(large, small.state_dict())
        for seen in large.seen[1:]:
            torch.nn.init.zeros_(seen.weight)
            torch.nn.init.zeros_(seen.bias)
        x = torch.rand(1, 4, 64, 64)
        torch.testing.assert_close(large.eval()(x, *told), small.eval()(x, *told), atol=1e-3, rtol=1e-4)
        large.train()(x, *told).sum().backward()
        fresh = [m for n, m in large.named_modules() if isinstance(m, Residual) and n in ("floor.1", "floor.2")]
        self.assertTrue(all(float(m.norm2.weight.grad.abs().max()) > 0 for m in fresh))

    def test_weights_that_do_not_fit_are_refused(self):
        with self.assertRaisesRegex(ValueError, "enter.weight"):
            grow(InpaintNet((8, 8)), InpaintNet((12, 12)).state_dict())
        with self.assertRaisesRegex(ValueError, "does not fit"):
            grow(HintedColourNet((8, 8, 8, 8)), InpaintNet((8, 8)).state_dict())


class Training(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = made_data()

    @classmethod
    def tearDownClass(cls):
        cls.data.cleanup()

    def run_of(self, identity, folder, **options):
        spec = find(identity)
        spec.load(self.data.name)
        # The synthesiser draws overlays of a single size.
        spec.crop = 128 if identity == "damage-synthesiser" else 64
        settings = dict(minutes=5, seed=3, workers=0, batch=2, mixed=False, log=lambda line: None)
        return spec, Run(spec, PICTURES, OVERLAYS, folder, torch.device("cpu"), **{**settings, **options})

    def test_a_few_steps_then_resumed_then_exported(self):
        for identity in IDENTITIES:
            with self.subTest(identity), tempfile.TemporaryDirectory() as folder:
                spec, run = self.run_of(identity, folder)
                run.train(steps=3)
                self.assertEqual(run.step, 3)
                spec, again = self.run_of(identity, folder)
                self.assertEqual(again.step, 3)
                for a, b in zip(run.net.parameters(), again.net.parameters()):
                    self.assertTrue(torch.equal(a, b))
                metrics = again.train(steps=1)
                self.assertIn("score", metrics)
                net, state = export.load_weights(spec, Path(folder) / "final.pt")
                self.assertEqual(state["step"], 4)
                target = Path(folder) / spec.id
                target.mkdir()
                export.to_onnx(spec, net, target / "generator.onnx")
                card = export.write_card(spec, target, net, data.summarise(PICTURES), {"device": "test", "minutes": 0, "steps": 4, "seed": 3}, [])
                written = json.loads((target / "card.json").read_text())
                self.assertEqual(written, json.loads(json.dumps(card)))
                self.assertEqual(len(written["sha256"]), 64)
                self.assertLess((target / "generator.onnx").stat().st_size, 12_000_000)
                difference = export.node_parity(target / "generator.onnx", export.parity_cases(spec, net), card["output"]["name"])
                if difference is None:
                    print("onnxruntime-node is not installed: parity of", identity, "was not checked")
                else:
                    self.assertLess(difference, 1e-3)

    def test_every_net_with_an_adversarial_phase_goes_through_it(self):
        for identity in ("coloriser", "damage-synthesiser", "inpainter", "night", "upscaler-x2-crisp"):
            with self.subTest(identity), tempfile.TemporaryDirectory() as folder:
                spec, run = self.run_of(identity, folder)
                self.assertGreater(spec.gan_share, 0)
                run.spec.gan_share = 1.0
                self.assertIn("score", run.train(steps=2))
                made, truth = spec.generate(run.ema.net, run.held), spec.truth(run.held)
                self.assertEqual(made.shape, truth.shape)
                run.game.check_diversity(made, truth)

    def test_the_adversarial_phase_runs_and_resumes(self):
        with tempfile.TemporaryDirectory() as folder:
            _, run = self.run_of("inpainter", folder)
            run.spec.gan_share = 1.0
            run.train(steps=2)
            self.assertEqual(run.phase, "adversarial")
            self.assertTrue(set(run.game.log) >= {"d_real", "d_fake", "d_grad", "g_grad"})
            _, again = self.run_of("inpainter", folder)
            self.assertEqual(again.phase, "adversarial")
            self.assertTrue((Path(folder) / "supervised.pt").exists())
            # a larger budget continues with the same discriminator
            _, later = self.run_of("inpainter", Path(folder) / "later", start=Path(folder) / "final.pt")
            later._begin_game()
            torch.testing.assert_close(later.game.net.state_dict(), run.game.net.state_dict())

    def test_a_new_run_can_start_from_kept_weights(self):
        with tempfile.TemporaryDirectory() as folder:
            _, run = self.run_of("inpainter", Path(folder) / "a")
            run.train(steps=2)
            _, other = self.run_of("inpainter", Path(folder) / "b", start=Path(folder) / "a/final.pt")
            for a, b in zip(run.ema.net.parameters(), other.net.parameters()):
                self.assertTrue(torch.equal(a, b))
            other.train(steps=1)
            self.assertEqual(export.load_weights(run.spec, Path(folder) / "b/final.pt")[1]["step"], 3)

    def test_a_loss_that_is_not_finite_ends_the_run(self):
        from training.adversarial import CollapseError

        with tempfile.TemporaryDirectory() as folder:
            _, run = self.run_of("inpainter", folder)
            with torch.no_grad():
                run.net.head.bias.fill_(float("nan"))
            with self.assertRaises(CollapseError):
                run.train(steps=1)

    def test_checkpoints_beyond_the_limit_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(ValueError):
                save_atomic({"x": torch.zeros(5_000_000)}, Path(folder) / "big.pt")
            self.assertEqual(os.listdir(folder), [])

    def test_rates_fall_to_the_end_of_each_phase(self):
        self.assertLess(learning_rate(0.0, 1.0), learning_rate(0.02, 1.0))
        self.assertLess(learning_rate(1.0, 1.0), 0.03)
        self.assertLess(learning_rate(0.7499, 1.0, 0.25), 0.03)
        self.assertAlmostEqual(learning_rate(0.75, 1.0, 0.25), 1 / 4, places=3)

    def test_a_long_run_has_a_rate_at_any_time(self):
        self.assertLess(long_rate(0, 1.0), 0.2)
        self.assertEqual(long_rate(60, 1.0), 1.0)
        self.assertAlmostEqual(long_rate(480, 1.0), 0.5)

    def test_the_quicker_arithmetic_is_taken(self):
        import time

        cpu, words = torch.device("cpu"), "training.train.has_bfloat16"

        def work(seconds):
            until = time.process_time() + seconds
            while time.process_time() < until:
                pass

        slow_when = lambda slow: lambda mixed: work(0.02 if mixed == slow else 0.001)
        with mock.patch(words, return_value=True):
            self.assertTrue(low_precision_pays(cpu, slow_when(False)))
            self.assertFalse(low_precision_pays(cpu, slow_when(True)))
        with mock.patch(words, return_value=False):
            self.assertFalse(low_precision_pays(cpu, slow_when(False)))

    def test_a_run_that_is_killed_goes_on_from_its_last_state(self):
        """Killed at several moments, also while writing; each time the next run reads a complete state."""
        import signal
        import subprocess
        import sys
        import time

        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "EMULSION_TRAINING_CACHE": folder, "OMP_NUM_THREADS": "1"}
            runs = Path(folder) / "runs.jsonl"
            command = [sys.executable, "-m", "training.tests.long_run", str(runs)]
            reached = -1
            for wait in (0.0, 0.02, 0.07, 0.13):
                child = subprocess.Popen(command, cwd=Path(__file__).parents[2], env=environment, stdout=subprocess.PIPE, text=True)
                saved = 0
                for line in child.stdout:  # on any computer, some states are written first
                    saved += line.startswith("saved")
                    if saved == 4:
                        break
                time.sleep(wait)
                child.send_signal(signal.SIGKILL)
                child.wait()
                child.stdout.close()
                from training.train import State

                state = State(Path(folder) / "runs/restorer-long").read("cpu")
                self.assertIsNotNone(state)
                self.assertEqual(set(state), {"net", "ema", "optimiser", "run"})
                self.assertGreater(state["run"]["step"], reached)
                reached = state["run"]["step"]

    def test_an_unknown_generator_is_named(self):
        with self.assertRaisesRegex(KeyError, ", ".join(IDENTITIES)):
            find("nothing")


class Pool(unittest.TestCase):
    def test_workers_make_the_samples_that_one_process_makes(self):
        make = lambda rng: (rng.integers(0, 255, (1, 8, 8)).astype(np.uint8),)
        here = data.SamplePool(make, 5, 4, workers=0)
        there = data.SamplePool(make, 5, 4, workers=1)
        try:
            for _ in range(20):
                np.testing.assert_array_equal(here._take()[0], there._take()[0])
        finally:
            there.close()
        self.assertFalse(any(p.is_alive() for p in there.processes))

    def test_a_signal_to_all_processes_does_not_end_a_worker_within_a_sample(self):
        make = lambda rng: (rng.integers(0, 255, (1, 64, 64)).astype(np.uint8),)
        pool = data.SamplePool(make, 5, 4, workers=1)
        try:
            pool._take()
            os.kill(pool.processes[0].pid, signal.SIGTERM)
            for _ in range(200):  # more than the queue held
                pool._take()
            self.assertTrue(pool.processes[0].is_alive())
        finally:
            pool.close()
        self.assertFalse(pool.processes[0].is_alive())

    def test_the_split_survives_more_pictures(self):
        few = data.Pictures.from_arrays([np.zeros((4, 4, 3), np.uint8)] * 40)
        more = data.Pictures.from_arrays([np.zeros((4, 4, 3), np.uint8)] * 60)
        held = set(few.split(5)[1].names)
        self.assertTrue(held <= set(more.split(5)[1].names))
        self.assertFalse(held & set(few.split(5)[0].names))

    def test_a_missing_folder_is_a_plain_error(self):
        with self.assertRaises(data.DataError):
            data.load_pictures("/nonexistent")


if __name__ == "__main__":
    unittest.main()

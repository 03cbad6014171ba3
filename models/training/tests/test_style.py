"""The style generator: tiles make no difference, and only its code determines a style."""
import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from training import data, export
from training.evaluation.tiles import run
from training.generators import find
from training.generators.style import LONGEST, PRESETS, Sampler, code_of, recoloured, shrunk, statistics_of
from training.losses import gram, manner, style_distance
from training.networks import StyleNet, moments, receptive_radius, with_moments
from training.tests.made_data import STYLES, made_data

torch.set_num_threads(1)
PICTURES = data.procedural_pictures(4, 160)


class Told(torch.nn.Module):
    """A StyleNet that gets the same two vectors for every image."""

    def __init__(self, net, content, style):
        super().__init__()
        self.net, self.content, self.style = net, content, style

    def forward(self, image):
        return self.net(image, self.content.to(image.dtype), self.style.to(image.dtype))


class Style(unittest.TestCase):
    def net(self):
        torch.manual_seed(1)
        net = StyleNet((8, 8, 12), (2, 2, 1), 16).eval()
        for layer in (net.tell, net.head):
            torch.nn.init.normal_(layer.weight, std=0.5)
        return net

    def test_tiles_give_what_the_whole_picture_gives(self):
        net, card = self.net(), find("style").card()
        planes = np.random.default_rng(1).random((3, 200, 472), dtype=np.float32)
        with torch.no_grad():
            vectors = statistics_of(net, (planes * 255).astype(np.uint8).transpose(1, 2, 0)), statistics_of(net, PICTURES[1])
        tiled = run(net, planes, {**card, "tile": 264}, *vectors)
        whole = run(net, planes, {**card, "tile": 1024}, *vectors)
        self.assertGreater(float(whole.std()), 0.01)
        np.testing.assert_allclose(tiled, whole, atol=1e-3)

    def test_the_halo_of_the_card_covers_what_a_pixel_depends_on(self):
        net = StyleNet((8, 8, 8), hidden=8)
        torch.nn.init.normal_(net.head.weight)
        vectors = [net.statistics(torch.rand(1, 3, 32, 32)).detach() for _ in range(2)]
        radius = receptive_radius(Told(net, *vectors), 3, 256, 3)
        self.assertGreater(radius, 40)
        self.assertLessEqual(radius, find("style").card()["halo"])

    def test_each_picture_of_a_batch_has_its_own_style(self):
        net, images = self.net(), torch.rand(2, 3, 48, 32)
        own, styles = net.statistics(images), net.statistics(torch.rand(2, 3, 40, 40))
        with torch.no_grad():
            both = net(images, own, styles)
            torch.testing.assert_close(both[1:], net(images[1:], own[1:], styles[1:]))
            self.assertGreater(float((both[1:] - net(images[1:], own[1:], styles[:1])).abs().max()), 1e-4)

    def test_statistics_take_any_size(self):
        net = self.net()
        for height, width in ((16, 16), (37, 90), (100, 23)):
            image = torch.rand(1, 3, height, width)
            self.assertEqual(net.statistics(image).shape, (1, net.size))
            torch.testing.assert_close(net.statistics(image), net.statistics(image[:, :, : height // 8 * 8, : width // 8 * 8]))
        self.assertEqual(shrunk(np.zeros((3 * LONGEST, LONGEST, 3), np.uint8)).shape, (LONGEST, 171, 3))

    def test_moments_are_replaced_by_those_that_are_wanted(self):
        x, y = torch.randn(2, 5, 20, 20) * 3 + 1, torch.randn(2, 5, 9, 11) * 0.5 - 2
        torch.testing.assert_close(moments(with_moments(x, moments(x), moments(y))), moments(y), atol=0.02, rtol=0.02)
        torch.testing.assert_close(with_moments(x, moments(x), moments(x)), x, atol=0.1, rtol=0.02)

    def test_the_distance_of_styles_does_not_see_where_things_are(self):
        torch.manual_seed(2)
        maps = [torch.rand(2, 6, 8, 8), torch.rand(2, 4, 4, 4)]
        moved = [m.flip(3).roll(3, 2) for m in maps]
        torch.testing.assert_close(style_distance(manner(moved), manner(maps)), torch.zeros(2), atol=1e-6, rtol=0)
        self.assertGreater(float(style_distance(manner([m * 2 for m in maps]), manner(maps)).min()), 0.5)
        told = manner(maps)[1]
        torch.testing.assert_close(told, torch.cat([maps[0].mean((2, 3)), maps[0].std((2, 3))], 1), atol=1e-3, rtol=1e-3)
        each = maps[0][0].reshape(6, 64)
        torch.testing.assert_close(gram(maps[0])[0], each @ each.t() / (6 * 64))

    def test_colours_of_another_picture(self):
        one, other = (PICTURES[i].astype(np.float32) / 255 for i in range(2))
        np.testing.assert_allclose(recoloured(one, other).mean((0, 1)), other.mean((0, 1)), atol=0.05)


class Samples(unittest.TestCase):
    def test_the_styles_of_presets_are_named_and_all_others_shown(self):
        make, kinds = Sampler(PICTURES, PICTURES, 32, [0, 5]), set()
        for seed in range(60):
            content, whole, style, same, preset = make(np.random.default_rng(seed))
            self.assertEqual({a.shape for a in (content, whole, style)}, {(3, 32, 32)})
            preset = int(preset)
            self.assertIn(preset, (0, 5, Sampler.NONE))
            self.assertEqual(preset == Sampler.NONE, bool(style.any()))
            self.assertEqual(bool(same), np.array_equal(whole, style))
            kinds.add((preset, bool(same)))
        self.assertEqual(kinds, {(0, False), (5, False), (Sampler.NONE, False), (Sampler.NONE, True)})

    def test_without_presets_none_is_asked_for(self):
        make = Sampler(PICTURES, PICTURES, 32)
        self.assertEqual({int(make(np.random.default_rng(seed))[4]) for seed in range(30)}, {Sampler.NONE})


class Presets(unittest.TestCase):
    def drawn(self, folder):
        """(the generator's specification, an untrained net, a batch of 8)"""
        spec = find("style")
        spec.load(folder)
        spec.crop = 48
        torch.manual_seed(4)
        net = spec.build()
        make = spec.sampler(PICTURES, None)
        samples = [make(np.random.default_rng(seed)) for seed in range(8)]
        return spec, net, spec.to_tensors(tuple(np.stack(column) for column in zip(*samples)), "cpu")

    def test_codes_begin_as_statistics_and_are_learnt_where_they_were_asked_for(self):
        with made_data() as folder:
            spec, net, tensors = self.drawn(folder)
            spec.begin(net)
            held = spec.paintings()
            for i, identity in enumerate(PRESETS):
                wanted = statistics_of(net, held[i])[0] if i in held else torch.zeros(net.size)
                torch.testing.assert_close(net.codes[i].detach(), wanted)
            net.codes.data[min(held)] += 1
            spec.begin(net)  # learnt codes stay
            first = list(PRESETS)[min(held)]
            torch.testing.assert_close(code_of(net, first, None), statistics_of(net, held[min(held)]) + 1)
            loss, _ = spec.loss(net, tensors)
            loss.backward()
            moved = {i for i, row in enumerate(net.codes.grad) if row.any()}
            self.assertTrue(moved)
            self.assertLessEqual(moved, set(held))
            self.assertGreater(float(net.encoder.enter.weight.grad.abs().max()), 0)

    def test_a_batch_is_painted_with_codes_and_pictures_alike(self):
        with made_data() as folder:
            spec, net, (_, _, style, _, _) = self.drawn(folder)
            spec.begin(net)
            index, painting = next(iter(spec.paintings().items()))
            preset = torch.tensor([index, Sampler.NONE])
            with torch.no_grad():
                told, manners = spec.wanted(net, style[:2], preset)
                torch.testing.assert_close(told[:1], statistics_of(net, painting))
                torch.testing.assert_close(told[1:], net.statistics(style[1:2]))
                for part, own in zip(manners, spec.manners(spec.seen(style[1:2]))):
                    torch.testing.assert_close(part[1:], own)

    def test_export_writes_the_statistics_and_a_code_for_each_known_painting(self):
        with made_data() as folder, tempfile.TemporaryDirectory() as target:
            spec = find("style")
            spec.load(folder)
            net = spec.build()
            said = spec.export_beside(net, Path(target))
            presets = json.loads((Path(target) / said["presets"]).read_text())
            self.assertEqual([each["id"] for each in presets], list(STYLES[:2]))
            for each in presets:
                self.assertEqual(len(each["code"]), said["statistics"]["size"])
                self.assertTrue(each["work"] in each["name"] and each["artist"] in each["name"])
                self.assertEqual(each["description"], PRESETS[each["id"]].looks)
            picture = next(p for name, p in zip(spec.styles.names, spec.styles) if STYLES[0] in name)
            inputs = {"image": picture.transpose(2, 0, 1)[None].astype(np.float32) / 255}
            found = export.run_in_node(Path(target) / said["statistics"]["file"], inputs, "statistics")
            if found is None:
                self.skipTest("onnxruntime-node is not installed")
            np.testing.assert_allclose(found[0], presets[0]["code"], atol=1e-3)

    def test_a_folder_without_styles_is_a_plain_error(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(data.DataError):
            find("style").load(folder)


if __name__ == "__main__":
    unittest.main()

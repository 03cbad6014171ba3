"""Night: the choice of its training pictures, the nights drawn by rule, and properties of its curves."""
import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from training import data, nightfall
from training.evaluation.generators.night import darkened
from training.generators import find
from training.generators.night import DAYS, NIGHTS, Sampler, chosen, domains, split
from training.networks import DayAndNight, NightNet, apply_curve

torch.set_num_threads(1)


def scene(sky, ground, light=None):
    """uint8 [96, 96, 3] with a sky over the ground, and a lamp."""
    picture = np.full((96, 96, 3), ground, np.uint8)
    picture[:40] = sky
    if light:
        picture[50:70, 40:60] = light
    return picture


def house(side=288):
    """float32 [S, S, 3]: blue sky, a pale house with two rows of dark windows, and grass."""
    picture = np.zeros((side, side, 3), np.float32)
    picture[:] = (0.45, 0.65, 0.9)
    picture[220:] = (0.3, 0.5, 0.2)
    picture[80:240, 60:230] = (0.75, 0.72, 0.66)
    for top in (100, 150):
        for left in (80, 120, 160, 200):
            picture[top : top + 16, left : left + 11] = 0.2
    return picture


def named(pictures, *names):
    """The same pictures under other names."""
    return data.Pictures(pictures.flat, [{**e, "name": n} for e, n in zip(pictures.entries, names)])


class Domains(unittest.TestCase):
    def test_are_told_by_their_light_where_none_is_listed(self):
        pictures = [scene(210, 120), scene(20, 30, 250), scene(20, 30), scene(120, 200), scene(215, 90), scene(210, 120)]
        groups = ["life"] * 5 + ["portrait"]
        day, night = domains(data.Pictures.from_arrays(pictures, groups))
        self.assertEqual((day, night), ([0, 4], [1]))

    def test_are_the_listed_pictures_however_light_they_are(self):
        unnamed = data.Pictures.from_arrays([scene(210, 120), scene(20, 30, 250)] * 2)
        call = lambda *names: named(unnamed, *(f"train/{name}.webp" for name in names))
        self.assertEqual(domains(call("life/0155", "life/0150", "base/budgie_0023", "life/0297")), ([0], [2]))
        self.assertEqual(domains(call("life/0155", "life/0150", "base/budgie_0024", "life/0297")), ([0, 2], [1, 3]))

    def test_no_picture_is_listed_twice(self):
        names = [line.split()[0] + number for line in (DAYS + NIGHTS).split("\n") if line for number in line.split()[1:]]
        self.assertEqual(len(names), len(set(names)))

    def test_more_pictures_come_with_their_kind_and_some_of_neither(self):
        own = data.Pictures.from_arrays([scene(210, 120), scene(20, 30, 250), scene(90, 90), scene(80, 80)], ["life"] * 2 + ["portrait"] * 2)
        own = named(own, "train/life/0155.webp", "train/base/budgie_0023.webp", "train/base/portrait_1.webp", "train/base/portrait_2.webp")
        more = named(data.Pictures.from_arrays([scene(9, 9), scene(240, 240)], ["night", "day"]), "train/night/1.webp", "train/night/2.webp")
        both = chosen(own, more)
        self.assertEqual([name.split("/")[-1] for name in both.names], ["0155.webp", "budgie_0023.webp", "portrait_1.webp", "1.webp", "2.webp"])
        self.assertEqual(domains(both), ([0, 4], [1, 3]))
        np.testing.assert_array_equal(both[4], more[1])
        np.testing.assert_array_equal(both[2], own[2])

    def test_every_fifth_of_each_kind_is_never_trained_on(self):
        arrays = [scene(200, 100), scene(10, 10)] * 12
        pictures = named(data.Pictures.from_arrays(arrays, ["day", "night"] * 12), *(f"train/night/{i:02}.webp" for i in range(24)))
        train, held = split(pictures)
        self.assertEqual([len(part) for part in domains(held)], [2, 2])
        self.assertEqual([int(name[-7:-5]) for name in held.names], [8, 9, 18, 19])
        self.assertFalse(set(train.names) & set(held.names))
        self.assertEqual(len(train) + len(held), 24)

    def test_a_sample_is_a_day_its_drawn_night_and_a_real_one(self):
        make = Sampler(data.Pictures.from_arrays([scene(20, 30, 250), scene(210, 120)]), 32)
        day, drawn, night = make(np.random.default_rng(1))
        self.assertEqual([each.shape for each in (day, drawn, night)], [(3, 32, 32)] * 3)
        self.assertGreater(day.mean(), 2 * drawn.mean())
        self.assertGreater(day.mean(), 2 * night.mean())


class Drawn(unittest.TestCase):
    def test_the_sky_is_dark_blue_and_the_windows_are_lit(self):
        day = house()
        night, sky = nightfall.night_of(day)
        self.assertGreater(sky[20:60].mean(), 0.95)
        self.assertLess(sky[100:200, 70:220].mean(), 0.05)
        above, wall, window = night[20:60].mean((0, 1)), night[180:200, 70:220].mean((0, 1)), night[104:112, 83:88].mean((0, 1))
        self.assertLess(above.max(), 0.3)
        self.assertGreater(above[2], 1.5 * above[0])
        self.assertLess(float(above.mean()), float(wall.mean()) + 0.02)
        self.assertGreater(float(window[0]), 2 * float(wall.mean()))
        self.assertGreater(window[0], window[2] + 0.2)
        np.testing.assert_array_equal(nightfall.night_of(day)[0], night)

    def test_a_wood_without_houses_has_no_lamps(self):
        rng = np.random.default_rng(3)
        leaves = np.clip(rng.normal(0.35, 0.15, (200, 260, 1)), 0, 1) * np.array((0.7, 1.0, 0.5))
        self.assertEqual(float(nightfall.windows(leaves.astype(np.float32), np.zeros((200, 260), np.float32)).max()), 0)

    def test_without_a_sky_everything_is_ground(self):
        night, sky = nightfall.night_of(house(), with_sky=False)
        self.assertEqual(float(sky.max()), 0)
        self.assertTrue(np.isfinite(night).all())

    def test_black_white_and_tiny_pictures_have_a_night(self):
        for picture in (np.zeros((40, 60, 3)), np.ones((60, 40, 3)), np.full((16, 16, 3), 0.5)):
            night, _ = nightfall.night_of(picture.astype(np.float32))
            self.assertEqual(night.shape, picture.shape)
            self.assertTrue(np.isfinite(night).all())
            self.assertLess(float(night.max()), 1.001)


class Curves(unittest.TestCase):
    def test_training_starts_with_less_light_that_comes_back(self):
        torch.manual_seed(1)
        net, x = DayAndNight().eval(), torch.rand(2, 3, 48, 64)
        with torch.no_grad():
            night = apply_curve(x, net(x))
            again = apply_curve(night, net.back(night))
        self.assertAlmostEqual(float(night.mean() / x.mean()), 0.4, delta=0.15)
        self.assertLess(float((again - x).abs().mean()), 0.6 * float((night - x).abs().mean()))

    def test_each_place_knows_the_whole_picture(self):
        torch.manual_seed(1)
        net, x = NightNet((8, 8, 8, 8)).eval(), torch.rand(1, 3, 128, 128)
        torch.nn.init.normal_(net.head.weight)
        before = net(x)
        x[..., :8, :8] = 1
        self.assertGreater(float((net(x) - before)[..., 120:, 120:].abs().max()), 0)

    def test_the_losses_see_a_net_that_does_not_undo_the_other_and_one_that_is_not_like_the_rule(self):
        torch.manual_seed(2)
        spec, day = find("night"), torch.rand(2, 3, 32, 32)
        net = DayAndNight().eval()
        tensors = (day, 0.4 * day, torch.rand(2, 3, 32, 32))
        with torch.no_grad():
            made, loss = spec.parts(net, tensors)
            net.back.head.bias[12:] += 1
            self.assertGreater(float(spec.parts(net, tensors)[1]), float(loss) + 0.1)
            net.back.head.bias[12:] -= 1
            self.assertGreater(float(spec.parts(net, (day, 1 - day, tensors[2]))[1]), float(loss) + 0.2)
        self.assertEqual(made.shape, day.shape)

    def test_detail_comes_from_the_picture_and_not_from_the_curve(self):
        from training.generators.night import uneven

        flat, stepped = torch.full((1, 3, 8, 8), 0.5), torch.full((1, 3, 8, 8), 0.5)
        stepped[..., 4:] = 1
        curve = torch.zeros(1, 6, 8, 8)
        curve[..., 4:] = 1
        self.assertGreater(float(uneven(curve, flat)), 10 * float(uneven(curve, stepped)))

    def test_the_style_is_exported_beside_the_graph(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(find("night").export_beside(None, folder), {"presets": "presets.json"})
            (style,) = json.loads((Path(folder) / "presets.json").read_text())
        self.assertEqual((style["id"], style["artist"], style["code"]), ("night", "", []))
        self.assertEqual(style["translations"]["pt-BR"]["work"], "Noite")


class Judge(unittest.TestCase):
    def test_a_darkened_day_is_as_light_as_the_night(self):
        day, night = scene(210, 120), scene(30, 40)
        self.assertAlmostEqual(float(darkened(day, night).mean()), float(night.mean()), delta=3)
        np.testing.assert_array_equal(darkened(night, day), night)


if __name__ == "__main__":
    unittest.main()

"""Marked photographs, plates, layers, writing and drawn prints: the training samples of the damage detector."""
import json
import os
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import cv2
import numpy as np

from training import data, degradations, layers, negatives, plates, prints, real, writing
from training.evaluation.real import is_writing
from training.generators import damage_detector, inpainter
from training.colours import in_full_colour
from training.generators.damage_detector import STRICTNESS, Sampler, Spec, best_threshold, resize_label, strictness, thumb_of, turned

PICTURES, OVERLAYS = data.procedural_pictures(6, 200), data.procedural_overlays(2)


def scene(seed, side=180):
    """A smooth grey scene with edges, float32 [side, side] in levels."""
    grey = cv2.cvtColor(data.procedural_pictures(1, side, seed)[0], cv2.COLOR_RGB2GRAY).astype(np.float32)
    return cv2.GaussianBlur(grey, (0, 0), 1.0)


def plate_of(seed=1):
    """Three exposures of a scene below one another, with different tones and slightly moved, and specks on the first.

    Returns (plate uint8 [H, W], mask of the specks in the first exposure without its margins)."""
    rng = np.random.default_rng(seed)
    ground = scene(seed, 240)
    thirds = []
    for i, (gain, offset) in enumerate(((0.8, 30), (0.6, 60), (0.9, 10))):
        moved = cv2.warpAffine(ground, np.float32([[1, 0, i * 1.5], [0, 1, -i]]), (240, 240), borderMode=cv2.BORDER_REFLECT)
        thirds.append(np.clip(gain * moved + offset + rng.normal(0, 1.0, moved.shape), 0, 255))
    specks = np.zeros((240, 240), np.uint8)
    for x, y in ((70, 70), (120, 160), (170, 90)):
        cv2.circle(specks, (x, y), 4, 1, -1)
    thirds[0][specks > 0] = 250
    margin = round(240 * plates.MARGIN)
    return np.vstack(thirds).astype(np.uint8), specks[margin:-margin, margin:-margin]


class Plates(unittest.TestCase):
    def test_specks_of_one_exposure_are_found_and_repaired(self):
        plate, specks = plate_of()
        (target, mask, repaired), *others = plates.examine(plate)
        self.assertEqual(target.shape, specks.shape)
        found = mask == plates.DAMAGED
        self.assertGreater(found[specks > 0].mean(), 0.7)
        self.assertLess(found[cv2.dilate(specks, np.ones((7, 7))) == 0].mean(), 0.001)
        before = np.abs(target.astype(float) - 250)[specks > 0].mean()
        self.assertLess(before, 5)
        around = cv2.medianBlur(target, 21)
        self.assertLess(np.abs(repaired.astype(float) - around)[specks > 0].mean(), 0.4 * np.abs(target.astype(float) - around)[specks > 0].mean())
        self.assertTrue(all((m == plates.DAMAGED).mean() < 0.002 for _, m, _ in others))

    def test_the_inpainter_learns_to_fill_their_damage_and_not_to_draw_it(self):
        plate, specks = plate_of()
        target, mask, repaired = plates.examine(plate)[0]
        prepared = [data.Pictures.from_arrays([each]) for each in (target, mask, repaired)]
        make = inpainter.Sampler(data.Pictures.from_arrays([np.zeros((96, 96, 3), np.uint8)]), None, 96, prepared, plate_share=1.0)
        filled = 0
        for seed in range(20):
            rgb, hole, shown = make(np.random.default_rng(seed))
            self.assertEqual((rgb.shape, hole.shape, shown.shape), ((3, 96, 96), (1, 96, 96), (3, 96, 96)))
            self.assertTrue((np.abs(rgb.astype(int) - shown) > 20).any())
            filled += (hole > 0).any()
            # specks have level 250, on a darker scene
            self.assertLess((rgb > 240).mean(), 0.5 * (target > 240).mean() + 1e-3)
        self.assertEqual(filled, 20)

    def test_some_damage_remains_about_the_holes_that_the_inpainter_sees(self):
        make = inpainter.Sampler(PICTURES, OVERLAYS, 96)
        samples = [make(np.random.default_rng(seed)) for seed in range(40)]
        near = [cv2.dilate(hole[0], np.ones((17, 17), np.uint8)) > 0 for _, hole, _ in samples]
        moved = [np.abs(rgb.astype(int) - shown).max(0) for rgb, _, shown in samples]
        self.assertTrue(all(m[~n].max(initial=0) <= 1 for m, n in zip(moved, near)))
        ring = [(m > 8)[(hole[0] == 0) & n].any() for m, n, (_, hole, _) in zip(moved, near, samples)]
        self.assertTrue(10 < sum(ring) < 30)

    def test_what_does_not_align_is_refused_by_name_and_the_rest_goes_on(self):
        noise = np.random.default_rng(2).integers(0, 255, (720, 240)).astype(np.uint8)
        with self.assertRaisesRegex(plates.PlateError, "align|differ"):
            plates.examine(noise)
        with self.assertRaisesRegex(plates.PlateError, "too few"):
            plates.examine(noise[:90])
        with tempfile.TemporaryDirectory() as folder:
            cv2.imwrite(f"{folder}/0001.webp", plate_of()[0], [cv2.IMWRITE_WEBP_QUALITY, 101])
            cv2.imwrite(f"{folder}/0002.webp", noise, [cv2.IMWRITE_WEBP_QUALITY, 101])
            Path(folder, "0003.webp").write_text("no picture")
            said = []
            with unittest.mock.patch.dict("os.environ", EMULSION_TRAINING_CACHE=f"{folder}/cache"):
                exposures, masks, repaired = plates.load_plates(folder, log=said.append)
                self.assertEqual(set(exposures.groups), {"0001"})
                self.assertEqual(exposures[0].shape, masks[0].shape)
                again, _, _ = plates.load_plates(folder, log=said.append)
                np.testing.assert_array_equal(again[0], exposures[0])
            self.assertEqual(sorted(line.split(":")[1].strip() for line in said), ["0002.webp", "0003.webp"])
            with self.assertRaisesRegex(data.DataError, "no plates"):
                plates.load_plates(Path(folder) / "empty")


def write_marked(folder, stems=("print", "sound")):
    """A folder of marked photographs: a bright scratch, a dark spot, a torn corner, and a caption to keep."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, stem in enumerate(stems):
        picture = (0.4 * data.procedural_pictures(1, 160, number + 3)[0] + 70).astype(np.uint8)
        mask, notes = np.zeros((160, 160), np.uint8), {"photo": f"{stem}.png"}
        if number == 0:
            cv2.line(picture, (20, 30), (120, 60), (250, 250, 250), 2)
            cv2.line(mask, (20, 30), (120, 60), 255, 2)
            cv2.circle(picture, (100, 120), 4, (10, 10, 10), -1)
            cv2.circle(mask, (100, 120), 4, 255, -1)
            picture[:20, 140:] = 255
            mask[:20, 140:] = 255
            mask[150:, :20] = 128
            cv2.putText(picture, "Anna 1902", (20, 145), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 1, cv2.LINE_AA)
            notes |= {
                "lines": [{"points": [[20, 30], [120, 60]], "width": 4, "kind": "scratch"}],
                "spots": [{"at": [100, 120], "radius": 5, "kind": "spot"}],
                "areas": [{"points": [[139, 0], [160, 0], [160, 20], [139, 20]], "kind": "torn corner"}],
                "keep": [{"points": [[15, 125], [130, 125], [130, 150], [15, 150]], "what": "handwriting"}],
            }
        cv2.imwrite(str(folder / f"{stem}.png"), picture[..., ::-1])
        cv2.imwrite(str(folder / f"{stem}.mask.png"), mask)
        (folder / f"{stem}.json").write_text(json.dumps(notes))
        rows.append(f"{stem}\t{3 if number == 0 else 0}\t{'y' if number == 0 else 'n'}\t1%\t-\tn\t-")
    (folder / "index.tsv").write_text("\n".join(rows) + "\n")


class Marked(unittest.TestCase):
    def test_each_stroke_has_its_class_and_lettering_is_writing(self):
        with tempfile.TemporaryDirectory() as folder:
            write_marked(folder)
            printed, sound = real.read_marked(folder, folder)
        label = printed.label
        self.assertEqual(label[45, 70], real.LINES)
        self.assertEqual(label[120, 100], real.AREAS)
        self.assertEqual(label[5, 150], real.LOSSES)
        self.assertEqual(label[155, 5], real.UNJUDGED)
        written = label == real.WRITING
        self.assertGreater(written.sum(), 60)
        self.assertFalse(written[:120].any())
        self.assertLess(written[125:150, 15:130].mean(), 0.5)  # the strokes, not the whole region
        self.assertEqual((printed.severity, printed.must_repair, sound.severity), (3, "y", 0))
        self.assertFalse(sound.label.any())

    def test_kinds_as_people_name_them(self):
        wanted = {
            "crease": real.LINES, "hair": real.LINES, "edge wear": real.LINES, "stain edge": real.LINES, "dust": real.AREAS,
            "emulsion loss": real.AREAS, "tarnish spot": real.AREAS, "foxing": real.AREAS, "torn corner": real.LOSSES,
            "torn hole and rust": real.LOSSES, "pin hole": real.LOSSES,
        }  # fmt: skip
        for kind, bit in wanted.items():
            self.assertEqual(real.kind_class(kind, "areas"), bit, kind)
        self.assertEqual(real.kind_class("something new", "lines"), real.LINES)
        for what in ("handwriting", "sign TOBACCO", "shop lettering", "boat number", "printed caption", "overlaid white text"):
            self.assertTrue(is_writing(what), what)
        for what in ("lace collar", "signal post", "twigs", "designed hem", "eye with catchlight"):
            self.assertFalse(is_writing(what), what)

    def test_what_does_not_fit_is_named_and_the_rest_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            write_marked(folder, ("good", "size", "json", "nomask"))
            cv2.imwrite(f"{folder}/size.mask.png", np.zeros((10, 10), np.uint8))
            Path(folder, "json.json").write_text("{")
            Path(folder, "nomask.mask.png").unlink()
            with open(f"{folder}/index.tsv", "a") as index:
                index.write("missing\t1\ty\n")
            said = []
            read = real.read_marked(folder, folder, log=said.append)
        self.assertEqual([photo.stem for photo in read], ["good"])
        for word in ("size.mask.png has 10 x 10", "json.json is broken", "nomask.mask.png is missing", "names missing"):
            self.assertTrue(any(word in line for line in said), word)

    def test_fold_2_is_never_learnt_from(self):
        with tempfile.TemporaryDirectory() as folder:
            stems = ("learnt", "measured", real.CHOSEN_ON[0])
            write_marked(f"{folder}/eval/real", stems)
            Path(folder, "eval/old").mkdir()
            for stem in stems:
                Path(folder, f"eval/real/{stem}.png").rename(Path(folder, f"eval/old/{stem}.png"))
            Path(folder, "eval/real/folds.tsv").write_text(f"stem\tfold\nlearnt\t0\nmeasured\t2\n{stems[2]}\t1\n")
            learn, choose = real.load_real(folder)
            self.assertEqual([p.stem for p in learn], ["learnt"])
            self.assertEqual([p.stem for p in choose], [stems[2]])
        with tempfile.TemporaryDirectory() as empty, self.assertRaisesRegex(data.DataError, "no marked photographs"):
            real.load_real(empty)


class Prints(unittest.TestCase):
    def test_labels_hold_what_can_be_seen_and_nothing_else(self):
        overlays, classes = None, 0
        for seed in range(24):
            rng = np.random.default_rng(seed)
            picture = PICTURES[seed % 6].astype(np.float32) / 255
            sheet = prints.Sheet(picture)
            prints.damage(rng, sheet, overlays, ())
            label = sheet.label(0.0)
            away = np.abs(sheet.picture - picture).max(-1)
            damaged = ((label & real.DAMAGE) > 0) & (label != real.UNJUDGED)
            self.assertTrue((away[damaged] > prints.SEEN).all())
            self.assertLess((away[label == 0]).max(initial=0), prints.SEEN + 1e-3)
            for bit in (real.LINES, real.AREAS, real.LOSSES):
                classes |= bit if (label[damaged] == bit).any() else 0
        self.assertEqual(classes, real.DAMAGE)

    def test_damage_of_the_tone_of_its_ground_is_not_labelled(self):
        sheet = prints.Sheet(np.full((64, 64, 3), 0.9, np.float32))
        opacity = np.zeros((64, 64), np.float32)
        opacity[30:34] = 1
        sheet.cover(opacity, [0.9, 0.9, 0.9], real.LINES)
        self.assertFalse(sheet.label(0.0).any())

    def test_pixels_without_damage_are_unchanged(self):
        overlays = degradations.Overlays(OVERLAYS)
        for seed in range(24):
            sheet = prints.Sheet(PICTURES[seed % 6].astype(np.float32) / 255)
            prints.damage(np.random.default_rng(seed), sheet, overlays, ())
            covered = np.max(list(sheet.opacity.values()), 0) > 0
            np.testing.assert_allclose(sheet.picture[~covered], sheet.clean[~covered], atol=1e-6)

    def test_the_same_seed_draws_the_same_print(self):
        picture = PICTURES[0].astype(np.float32) / 255
        one, two = (prints.draw_print(np.random.default_rng(5), picture, None, ()) for _ in range(2))
        np.testing.assert_array_equal(one[0], two[0])
        np.testing.assert_array_equal(one[1], two[1])
        self.assertTrue(0 <= one[0].min() and one[0].max() <= 1)

    def test_an_undamaged_print_has_no_damage(self):
        for seed in range(8):
            _, label = prints.draw_print(np.random.default_rng(seed), PICTURES[seed % 6].astype(np.float32) / 255, None, (), damaged=False)
            self.assertFalse((((label & real.DAMAGE) > 0) & (label != real.UNJUDGED)).any())

    def test_writing_is_seen_and_marked(self):
        flat = np.full((120, 160, 3), 0.6, np.float32)
        for seed in range(8):
            picture, opacity = writing.lay_writing(np.random.default_rng(seed), flat)
            changed = np.abs(picture - flat).max(-1)
            self.assertFalse(changed[opacity == 0].any())
        self.assertGreater(opacity.max(), 0)

    def test_layers_of_real_damage_are_laid_on_other_pictures(self):
        with tempfile.TemporaryDirectory() as folder:
            write_marked(folder)
            stock = layers.from_real(real.read_marked(folder, folder))
        self.assertTrue(stock)
        flat = np.full((150, 150, 3), 0.5, np.float32)
        for seed, layer in enumerate(stock * 3):
            picture, covered = layers.lay(np.random.default_rng(seed), flat, layer, 3)
            self.assertFalse((np.abs(picture - flat).max(-1) > 1e-6)[covered == 0].any())
            self.assertTrue(np.isfinite(picture).all())

    def test_a_map_of_real_damage_changes_another_picture_only_where_it_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            write_marked(folder)
            maps = layers.maps_from_real(real.read_marked(folder, folder))
        self.assertTrue(maps)
        flat, laid = np.full((150, 170, 3), 0.5, np.float32), set()
        for seed in range(40):
            picture, opacity = layers.lay_map(np.random.default_rng(seed), flat, maps[seed % len(maps)])
            covered = np.max([*opacity.values(), np.zeros((150, 170))], 0)
            self.assertFalse((np.abs(picture - flat).max(-1) > 0.02)[cv2.dilate(covered, np.ones((9, 9))) == 0].any())
            self.assertTrue(np.isfinite(picture).all() and picture.dtype == np.float32)
            laid |= {bit for bit, mask in opacity.items() if (np.abs(picture - flat).max(-1) > 0.05)[mask > 0.5].any()}
        self.assertIn(real.LINES, laid)

    def test_an_exposure_without_damage_has_no_map(self):
        empty = np.zeros((40, 40), np.uint8)
        self.assertIsNone(layers.map_from_plate(empty, empty, empty))
        self.assertIsNone(layers.Stock().draw_map(np.random.default_rng(0)))

    def test_damage_that_is_taken_away_is_taken_from_the_label_too(self):
        ground = np.full((90, 90, 3), 120, np.uint8)
        rgb, label = ground.copy(), np.zeros((90, 90), np.uint8)
        for x in range(8, 90, 12):
            rgb[20:26, x : x + 4], label[20:26, x : x + 4] = 250, real.AREAS
        gone = False
        for seed in range(30):
            seen, left = Sampler._fainter(np.random.default_rng(seed), rgb, ground, label)
            away = np.abs(seen.astype(int) - 120).max(-1)
            self.assertTrue((away[left > 0] > 40).all() and not away[left == 0].any())
            gone |= bool((left != label).any())
        self.assertTrue(gone)

    def test_what_a_turn_brings_in_is_not_judged(self):
        rgb, label = np.zeros((100, 100, 3), np.uint8), np.full((100, 100), real.LINES, np.uint8)
        self.assertTrue((turned(rgb, label, 30, 70)[1] == real.LINES).mean() > 0.97)
        self.assertTrue((turned(rgb, label, 30, 100)[1] == real.UNJUDGED).any())

    def test_a_thin_line_of_a_label_stays_when_it_is_reduced(self):
        label = np.zeros((200, 200), np.uint8)
        label[99:101] = real.LINES
        label[:40, :40] = real.UNJUDGED
        small = resize_label(label, (80, 80))
        self.assertTrue((small == real.LINES).any(0).all())
        self.assertEqual(small[5, 5], real.UNJUDGED)


class Samples(unittest.TestCase):
    def test_every_source_makes_samples_of_one_form(self):
        with tempfile.TemporaryDirectory() as folder:
            write_marked(folder)
            photos = real.read_marked(folder, folder)
        plate = [plates.examine(plate_of()[0])[0]]
        plate_data = tuple(data.Pictures.from_arrays([each[i] for each in plate]) for i in range(3))
        stock = layers.Stock(layers.from_real(photos), layers.maps_from_real(photos), plate_data)
        seen = 0
        for shares in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0), (0.5, 0.2, 0.2)):
            make = Sampler(PICTURES, OVERLAYS, 96, photos, plate_data, stock, shares)
            for seed in range(6):
                rgb, thumb, label = make(np.random.default_rng(seed))
                self.assertEqual((rgb.shape, thumb.shape, label.shape), ((3, 96, 96), (3, 160, 160), (1, 96, 96)))
                self.assertEqual({a.dtype for a in (rgb, thumb, label)}, {np.dtype(np.uint8)})
                self.assertLessEqual(set(np.unique(label)) - {real.UNJUDGED}, set(range(16)))
                seen |= int(np.bitwise_or.reduce(label[label != real.UNJUDGED], initial=0))
        self.assertEqual(seen, real.DAMAGE | real.WRITING)

    def test_what_the_net_takes_for_damage_in_a_real_photograph_is_shown_again(self):
        with tempfile.TemporaryDirectory() as folder:
            write_marked(folder)
            photo = real.read_marked(folder, folder)[0]
        photo.label[:] = 0
        photo.label[10:14, 10:30] = real.LINES
        height, width = photo.label.shape
        chance = np.zeros((4, height, width), np.float32)
        chance[0, 11:13, 12:28] = 0.9
        chance[1, height - 12 : height - 8, width - 14 : width - 10] = 0.9
        with unittest.mock.patch.object(damage_detector, "answer", return_value=chance):
            (place,) = damage_detector.mistaken_places(None, photo)
        self.assertTrue(width - 14 <= place[0] < width - 10 and height - 12 <= place[1] < height - 8)
        with unittest.mock.patch.object(damage_detector, "window", wraps=damage_detector.window) as window:
            make = Sampler(PICTURES, None, 64, [photo], shares=(1, 0, 0), mistaken=[[place]])
            for seed in range(60):
                make(np.random.default_rng(seed))
        shown = sum(call.args[3] is place for call in window.call_args_list)
        self.assertTrue(0.2 * 60 < shown < 0.5 * 60)

    def test_a_photo_of_any_shape_has_a_thumb(self):
        for shape in ((1, 1, 3), (1, 900, 3), (2000, 3, 3)):
            self.assertEqual(thumb_of(np.zeros(shape, np.uint8)).shape, (160, 160, 3))

    def test_checkpoints_are_chosen_on_photographs_that_are_not_learnt_from(self):
        with tempfile.TemporaryDirectory() as folder:
            write_marked(folder)
            spec = Spec()
            spec.chosen = real.read_marked(folder, folder)
            net = spec.build().eval()
            held = spec.to_tensors(tuple(np.stack([a]) for a in Sampler(PICTURES, None, 64)(np.random.default_rng(0))), "cpu")
            metrics = spec.measure(net, held)
        self.assertLessEqual({"F1", "mean F1", "precision", "recall", "at", "score", "false"}, set(metrics))


class Thresholds(unittest.TestCase):
    def test_a_threshold_that_marks_too_much_of_clean_pictures_is_not_taken(self):
        truth = np.zeros((60, 80), np.uint8)
        truth[20:24, 10:70] = 255
        photo = unittest.mock.Mock(truth=truth, severity=2, colour=True)
        # Half of the damage is certain, half as likely as pixels of clean pictures.
        odds = np.full(truth.shape, -6.0)
        odds[20:24, 10:40], odds[20:24, 40:70] = 3.2, 0.6
        likely = np.where(np.arange(1000) < 5, 0.7, -5.0).reshape(20, 50)
        free = best_threshold([photo], [odds], [(np.full((20, 50), -5.0), True)])
        bound = best_threshold([photo], [odds], [(likely, True)])
        self.assertLess(free["at"], 0.6)
        self.assertEqual(free["false"], 0)
        # A clean picture with little certain damage is measured with the strictest threshold.
        self.assertGreaterEqual(bound["at"] + STRICTNESS["most"], 0.7)
        self.assertLessEqual(bound["false"], 0.0005)

    def test_follow_how_much_of_a_photo_is_certainly_damaged(self):
        odds = np.full((100, 100), -6.0)
        without = strictness(odds, 0, False)
        odds[0, :5] = 3  # as much as the usual share
        usual = strictness(odds, 0, False)
        odds[:3] = 3
        much = strictness(odds, 0, False)
        self.assertEqual((without, usual, much), (STRICTNESS["most"], STRICTNESS["usual"], STRICTNESS["least"]))
        self.assertEqual(strictness(odds, 0, True), STRICTNESS["least_in_colour"])
        self.assertEqual(strictness(odds - 2, -2, False), much)
        odds[:5] = 3
        self.assertTrue(STRICTNESS["least"] < strictness(odds, 0, False) < 0)
        odds[:50] = 3  # so much that nothing less certain is needed
        self.assertEqual(strictness(odds, 0, False), 0)
        self.assertEqual(strictness(odds, 0, True), STRICTNESS["least_in_colour"])


class Colours(unittest.TestCase):
    def test_grey_and_toned_pictures_are_not_in_full_colour(self):
        rng = np.random.default_rng(3)
        grey = np.repeat(cv2.resize(rng.integers(0, 256, (8, 8), np.uint8), (120, 90))[..., None], 3, -1)
        sepia = np.round(grey * np.float32([1, 0.86, 0.68])).astype(np.uint8)
        colours = cv2.resize(rng.integers(0, 256, (8, 8, 3), np.uint8), (120, 90))
        self.assertEqual([in_full_colour(p) for p in (grey, sepia, colours)], [False, False, True])


class Negatives(unittest.TestCase):
    def test_the_worst_places_of_clean_pictures_are_kept_and_shown(self):
        odds = np.full((40, 60), -6.0)
        odds[5:8, 5:8], odds[30, 40:55], odds[20, 20] = 0.5, 4.0, -0.9
        self.assertEqual(negatives.strongest(odds, 2), [(40, 30), (5, 5)])
        self.assertEqual(negatives.strongest(np.full((4, 4), -3.0)), [])
        pictures = data.Pictures.from_arrays([np.full((300, 300, 3), i, np.uint8) for i in range(3)])
        look = lambda rgb: np.pad(np.full((1, 1), 2.0), ((200, 99), (250, 49)), constant_values=-9) if rgb[0, 0, 0] == 1 else np.full((300, 300), -9.0)
        with tempfile.TemporaryDirectory() as folder, unittest.mock.patch.dict(os.environ, EMULSION_TRAINING_CACHE=folder):
            found = negatives.Negatives("made-up")
            self.assertEqual(found.search(pictures, look, np.random.default_rng(1)), 3)
            places = negatives.Negatives("made-up").of(pictures)
            self.assertEqual(negatives.Negatives("another").of(pictures), [])
        self.assertEqual(places, [(1, 250, 200)])
        bright = np.zeros((300, 300, 3), np.uint8)
        bright[198:203, 248:253] = 255
        pictures = data.Pictures.from_arrays([np.zeros_like(bright), bright])
        make = Sampler(pictures, None, 64, shares=(0, 0, 0), hard=places)
        shown = 0
        for seed in range(60):
            rgb, _, label = make(np.random.default_rng(seed))
            self.assertTrue(((label & real.DAMAGE == 0) | (label == real.UNJUDGED)).all())
            shown += rgb.max() > 150 and rgb.min() < 100 and (label == 0).all()
        self.assertGreater(shown, 20)  # half of the clean samples


if __name__ == "__main__":
    unittest.main()

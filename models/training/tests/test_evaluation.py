"""The evaluation on a tiny generated folder: every generator has its rows, and missing measurements are reported."""
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import torch

from training import data, evaluate
from training import plates as training_plates
from training.evaluation import baselines, metrics, perceptual_onnx, plates
from training.evaluation import protocol as p
from training.evaluation.context import Context, measured, row, show
from training.evaluation.tiles import run
from training.export import run_in_node, write_graph
from training.generators import find
from training.tests.made_data import made_data

torch.set_num_threads(1)
SQUARE = {"tile": 64, "halo": 8, "input": {"multiple": 16}, "output": {"scale": 1}}


def write(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), picture[..., ::-1])


class Tiles(unittest.TestCase):
    def test_give_what_the_whole_picture_gives(self):
        torch.manual_seed(1)
        net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 5, padding=2), torch.nn.Conv2d(4, 2, 5, padding=2))
        planes = np.random.default_rng(1).random((3, 77, 130), dtype=np.float32)
        tiled = run(net, planes, SQUARE)
        whole = run(net, planes, {**SQUARE, "tile": 512})
        self.assertEqual(tiled.shape, (2, 77, 130))
        np.testing.assert_allclose(tiled, whole, atol=1e-5)

    def test_that_end_at_the_edge_give_what_the_whole_picture_gives_there_too(self):
        torch.manual_seed(1)
        net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 5, padding=2), torch.nn.Conv2d(4, 2, 5, padding=2))
        sizes = [(64, 128), (96, 80), (160, 208), (16, 48)]
        for height, width in sizes:
            planes = np.random.default_rng(1).random((3, height, width), dtype=np.float32)
            with torch.no_grad():
                whole = net(torch.from_numpy(planes)[None])[0].numpy()
            np.testing.assert_allclose(run(net, planes, {**SQUARE, "border": "nothing"}), whole, atol=1e-5)

    def test_are_put_together_at_the_size_that_the_net_gives(self):
        planes = np.random.default_rng(2).random((3, 50, 90), dtype=np.float32)
        twice = lambda x: torch.nn.functional.interpolate(x, scale_factor=2, mode="nearest")
        tiled = run(twice, planes, {**SQUARE, "output": {"scale": 2}})
        np.testing.assert_array_equal(tiled, planes.repeat(2, 1).repeat(2, 2))

    def test_pass_further_inputs_on(self):
        tiled = run(lambda x, gain: x * gain, np.full((3, 20, 90), 0.5, np.float32), SQUARE, 0.5)
        np.testing.assert_array_equal(tiled, 0.25)


class Evaluation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.data = Path(cls.folder.name)
        # captions that exist on this computer are not measured
        cls.cache = mock.patch.dict(os.environ, EMULSION_TRAINING_CACHE=str(cls.data / "cache"))
        cls.cache.start()
        for i in range(2):
            picture = cv2.GaussianBlur(np.random.default_rng(i).integers(0, 256, (96, 128, 3)).astype(np.float32), (0, 0), 3)
            picture = cv2.normalize(picture, None, 20, 235, cv2.NORM_MINMAX).astype(np.uint8)
            write(cls.data / f"eval/kodak/{i}.png", picture)
            write(cls.data / f"eval/old/{i}.png", picture)
            for kind in ("dirt", "hair"):
                for j in range(12):
                    write(cls.data / f"damage/{kind}/{j:03d}.webp", np.repeat(p.stroke_mask(j, 60, 60, 4)[..., None] * 255, 3, -1))

    @classmethod
    def tearDownClass(cls):
        cls.cache.stop()
        cls.folder.cleanup()

    def evaluate(self, identity, context=None):
        spec = find(identity)
        torch.manual_seed(0)  # with some seeds an untrained detector finds something
        net = spec.build().eval()
        module = evaluate.find_evaluators()[identity]
        found = module.measure(net, spec.card(), context or Context(self.data))
        path = self.data / "sheets" / f"{identity}.png"
        module.sheet(net, spec.card(), Context(self.data), path)
        self.assertGreater(path.stat().st_size, 1000)
        return {(each["case"], each["metric"]): each for each in found["rows"]}

    def test_every_generator_of_the_kit_is_measured(self):
        for identity in evaluate.find_evaluators():
            self.assertEqual(find(identity).id, identity)
        self.assertEqual(len(evaluate.find_evaluators()), len(list(Path(evaluate.__file__).with_name("generators").glob("[a-z]*.py"))))

    def test_an_untrained_upscaler_is_bicubic_enlargement_and_consistent(self):
        for identity in ("upscaler-x2", "upscaler-x4"):
            rows = self.evaluate(identity)
            for metric in ("PSNR of the luma", "SSIM"):
                row = rows["kodak", metric]
                self.assertGreater(row["value"], row["baselines"]["bicubic"] - 0.01)
                self.assertLess(row["value"], row["baselines"]["bicubic"] + 4)

    def test_a_crisp_upscaler_is_measured_on_spoilt_pictures_beside_the_faithful_one(self):
        row = self.evaluate("upscaler-x2-crisp")["kodak, spoilt", "PSNR of the luma"]
        self.assertIn("bicubic", row["baselines"])
        self.assertEqual(len(row["pictures"]), 2)
        clean = self.evaluate("upscaler-x2")["kodak", "PSNR of the luma"]
        self.assertLess(row["baselines"]["bicubic"], clean["baselines"]["bicubic"])

    def test_coloriser(self):
        rows = self.evaluate("coloriser")
        # untrained, it leaves grey pictures nearly grey
        self.assertAlmostEqual(rows["kodak", "PSNR"]["value"], rows["kodak", "PSNR"]["baselines"]["grey"], delta=1)
        self.assertEqual(rows["kodak", "colourfulness"]["baselines"], {"grey": 0})
        self.assertLess(rows["kodak", "colourfulness"]["value"], 40)
        self.assertIsNone(rows["kodak", "LPIPS"]["value"])
        # and yet hints colour their places, rightly only in a trained net
        helped = rows["kodak, ten hints", "PSNR"]
        self.assertAlmostEqual(helped["baselines"]["no hints"], rows["kodak", "PSNR"]["value"])
        self.assertGreater(abs(helped["value"] - helped["baselines"]["no hints"]), 0.1)
        there, elsewhere = (rows["kodak, one hint", f"change {where}"]["value"] for where in ("there", "elsewhere"))
        self.assertGreater(there, 10)
        self.assertLess(elsewhere, there)

    def test_inpainter(self):
        rows = self.evaluate("inpainter")
        # untrained, it equals the classic fill that it starts from
        for case in ("2 px", "4 px", "8 px", "16 px", "mixed", "mixed, grey"):
            psnr = rows[case, "PSNR in the hole"]
            self.assertEqual(set(psnr["baselines"]), set(baselines.INPAINTING))
            self.assertGreater(psnr["value"], psnr["baselines"]["Telea (OpenCV)"] - 3)
            self.assertIsNone(rows[case, "LPIPS"]["value"])
        self.assertEqual(len(psnr["pictures"]), 2)

    def test_real_damage_of_plates_is_filled_and_judged_by_its_truth(self):
        rng = np.random.default_rng(3)
        scene = cv2.GaussianBlur(rng.integers(0, 256, (200, 160)).astype(np.float32), (0, 0), 9)
        scene = cv2.normalize(scene, None, 40, 210, cv2.NORM_MINMAX).astype(np.uint8)
        damaged, mask = scene.copy(), np.zeros_like(scene)
        mask[150:153, 40:90] = training_plates.DAMAGED
        damaged[mask > 0] = 250
        picture, hole, truth = plates.worst_window(damaged, mask, scene)
        self.assertEqual(picture.shape, (plates.SIDE, plates.SIDE))
        self.assertEqual((picture == 250).sum(), 150)
        self.assertTrue((hole[picture == 250] == 255).all())
        self.assertTrue((picture[hole == 0] == truth[hole == 0]).all())
        self.assertIsNone(plates.worst_window(scene, np.zeros_like(mask), scene))
        self.assertIsNone(plates.worst_window(damaged[100:], mask[100:], scene[100:]))

        many = [data.Pictures.from_arrays([each]) for each in (damaged, mask, scene)]
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, EMULSION_TRAINING_CACHE=folder):
            self.assertEqual(plates.read(Path(folder) / "holes"), [])
            with mock.patch.object(training_plates, "load_plates", lambda _: many):
                made = plates.make(self.data)
            self.assertEqual(len(plates.read(made)), 1)
            rows = self.evaluate("inpainter")
        psnr = rows["real damage", "PSNR in the hole"]
        # untrained, it fills smoothly, and the scene is smooth too
        self.assertGreater(psnr["value"], 30)
        self.assertEqual(set(psnr["baselines"]), set(baselines.INPAINTING))
        self.assertEqual(psnr["data"], "1 windows of glass plates of 128 px")

    def test_restorer(self):
        rows = self.evaluate("restorer")
        for sigma in p.SIGMAS:
            came = rows[f"noise {sigma}", "PSNR"]["baselines"]["as it came"]
            self.assertAlmostEqual(came, 20 * np.log10(255 / sigma), delta=0.6)
            self.assertIn((f"noise {sigma}, not clipped", "PSNR"), rows)
        self.assertGreater(rows["JPEG 40", "PSNR"]["baselines"]["as it came"], rows["JPEG 10", "PSNR"]["baselines"]["as it came"])
        self.assertGreater(rows["noise 25", "PSNR"]["baselines"][baselines.DENOISING], rows["noise 25", "PSNR"]["baselines"]["as it came"])
        # untrained, it changes nothing
        self.assertGreater(rows["clean", "SSIM"]["value"], 0.99)

    def test_damage_detector(self):
        rows = self.evaluate("damage-detector", Context(self.data, overlays=self.data / "damage"))
        # untrained, it finds nothing
        for case in ("plain", "hard", "scanned overlays"):
            self.assertEqual(rows[case, "recall"]["value"], 0)
        self.assertEqual(rows["clean, kodak", "false positives"]["value"], 0)
        # the classic method finds some white damage on dark and black on light, and nothing in soft clean pictures
        self.assertGreater(rows["plain", "recall"]["baselines"][baselines.DETECTION], 0.01)
        self.assertGreater(rows["plain", "precision"]["baselines"][baselines.DETECTION], 0.9)
        self.assertEqual(rows["clean, kodak", "false positives"]["baselines"][baselines.DETECTION], 0)

    def test_damage_detector_on_real_damage_and_captions(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, EMULSION_TRAINING_CACHE=folder):
            root = Path(folder)
            picture = np.full((96, 128, 3), 120, np.uint8)
            mask = np.zeros((96, 128, 3), np.uint8)
            mask[40:44, 10:110] = 255
            for stem in ("first", "second"):
                write(root / f"eval/old/{stem}.png", picture)
                write(root / f"eval/real/{stem}.mask.png", mask)
            (root / "eval/real/index.tsv").write_text("first\t2\ty\nabsent\t2\ty\nsecond\t0\tn\n")
            (root / "eval/real/folds.tsv").write_text("stem\tfold\nfirst\t2\nsecond\t0\n")
            for part in ("", ".writing", ".creases"):
                write(root / f"captions/000{part}.png", mask if part else picture)
            (root / "captions/captions.json").write_text('{"version": 1, "cases": [{"name": "000", "medium": "ink"}]}')
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                torch.manual_seed(0)
                spec = find("damage-detector")
                found = evaluate.find_evaluators()["damage-detector"].measure(spec.build().eval(), spec.card(), Context(folder))["rows"]
                show("damage-detector", [{**found[6], "value": 1.0, "of": 7}])
        self.assertEqual(found[0]["case"], "real, all 2")  # before drawn damage
        rows = {(each["case"], each["metric"]): each["value"] for each in found}
        self.assertEqual((rows["real, fold 2", "recall"], rows["captions, ink", "lines found"]), (0, 0))
        self.assertIn("absent", said.getvalue())
        self.assertIn("1 of 7", said.getvalue())

    def test_night(self):
        rows = self.evaluate("night")
        # untrained, it removes light and restores it
        again = rows["kodak, there and back", "PSNR"]
        self.assertGreater(again["value"], again["baselines"]["not made day again"] + 3)
        light = rows["kodak", "mean luma"]
        self.assertAlmostEqual(light["value"] / light["baselines"]["by day"], 0.4, delta=0.15)

    def test_damage_synthesiser(self):
        self.assertEqual(self.evaluate("damage-synthesiser"), {})  # the data for measuring are missing
        with made_data() as folder:
            shutil.copytree(self.data / "damage", Path(folder) / "damage")
            torch.manual_seed(1)
            net = find("damage-synthesiser").build().eval()
            found = evaluate.find_evaluators()["damage-synthesiser"].measure(net, {}, Context(folder), count=40)
        by = {each["metric"]: each for each in found["rows"]}
        # untrained, it draws things that no scan shows
        scans = {name: each["baselines"]["scans of the training set"] for name, each in by.items()}
        self.assertLess(by["precision"]["value"], 0.5 * scans["precision"])
        self.assertGreater(scans["precision"], 0.1)

    def test_style(self):
        self.assertEqual({case for case, _ in self.evaluate("style")} - {"the net alone, no halo"}, set())
        with made_data() as folder:
            write(Path(folder) / "eval/kodak/5.png", data.procedural_pictures(1, 96)[0])
            spec = find("style")
            module = evaluate.find_evaluators()["style"]
            rows = {r["metric"]: r for r in module.distances(spec.build().eval(), spec.card(), Context(folder), steps=(2, 8))}
            module.sheet(spec.build().eval(), spec.card(), Context(folder), Path(folder) / "sheet.png")
            self.assertGreater((Path(folder) / "sheet.png").stat().st_size, 1000)
            spec.load(folder)
            learnt = spec.build().eval()
            spec.begin(learnt)
            torch.nn.init.normal_(learnt.tell.weight, std=0.1)
            before, *_ = module.of_presets(learnt, spec.card(), Context(folder))
            self.assertEqual(before["data"], "2 presets on 1 pictures")
            with torch.no_grad():
                learnt.codes += 1
            after, *_ = module.of_presets(learnt, spec.card(), Context(folder))
            self.assertNotEqual(after["pictures"], before["pictures"])  # the codes are measured
            self.assertEqual(after["baselines"], before["baselines"])
        style, content = rows["style distance"], rows["content distance"]
        by_steps = [style["baselines"][name] for name in ("8 steps of optimisation", "2 steps of optimisation", "as it came")]
        self.assertEqual(by_steps, sorted(by_steps))
        self.assertEqual(content["baselines"]["as it came"], 0)
        self.assertGreater(content["value"], content["baselines"]["8 steps of optimisation"])

    def test_the_manifolds_of_two_sets(self):
        near, far = np.random.default_rng(1).normal(0, 1, (60, 4)), np.random.default_rng(2).normal(40, 1, (60, 4))
        self.assertEqual(metrics.manifold(near, far)["precision"], 0)
        same = metrics.manifold(near, near)
        self.assertEqual((same["precision"], same["recall"], same["diversity"]), (1, 1, 1))
        one = metrics.manifold(near, np.repeat(near[:1], 60, 0))
        self.assertEqual((one["precision"], one["diversity"]), (1, 0))
        self.assertLess(one["recall"], 0.1)

    def test_the_product_says_what_the_net_is_told(self):
        product = {"generators": {"restorer": {"rows": [{"case": "noise 25", "metric": "PSNR", "value": 30.0, "told": [22.5, 24.0]}]}}}
        context = Context(self.data, product=product)
        self.assertEqual([context.told("restorer", case, 1, 25.0) for case in ("noise 25", "JPEG 10")], [24.0, 25.0])

    def test_the_rows_that_are_to_agree_are_compared(self):
        rows = [
            row("a", "PSNR", "dB", [20.0, 21.0], {}, ""),
            row("b", "PSNR", "dB", [30.0], {}, ""),
            row("a", "SSIM", "", [0.5], {}, ""),
            row("a", "recall", "", [0.52], {}, ""),
            row("b", "recall", "", [0.5], {}, ""),
        ]
        found = (("a", "PSNR", 20.51), ("b", "PSNR", 31.0), ("a", "SSIM", 0.1), ("a", "recall", 0.5), ("b", "recall", None))
        product = {"generators": {"x": {"rows": [{"case": c, "metric": m, "value": v} for c, m, v in found]}}}
        self.assertEqual(
            evaluate.disagreements("x", rows, product, {"recall": 0.002}),
            [("b", "PSNR", 30.0, 31.0, 0.05), ("a", "recall", 0.52, 0.5, 0.002), ("a", "PSNR", 20.5, 20.51, 0.05)],
        )
        self.assertEqual(evaluate.disagreements("y", rows, product, {}), [])

    def test_the_graphs_for_the_product_measure_what_the_kit_measures(self):
        torch.manual_seed(5)
        with made_data() as folder:
            for name, (module, inputs, output, axes) in perceptual_onnx.graphs(f"{folder}/perceptual").items():
                path = Path(folder) / f"{name}.onnx"
                write_graph(module, inputs, output, axes, path)
                # another size than in tracing, and a painting of yet another size
                size = lambda key: (104, 80) if key == "painting" else (88, 72)
                other = {key: torch.rand(value.shape[0] + (name == "overlays"), value.shape[1], *size(key)) for key, value in inputs.items()}
                with torch.no_grad():
                    wanted = module(*other.values()).numpy()
                found = run_in_node(path, {key: value.numpy() for key, value in other.items()}, output)
                if found is not None:
                    np.testing.assert_allclose(found[0].reshape(wanted.shape), wanted, rtol=1e-3, atol=1e-5)
                self.assertTrue(np.isfinite(wanted).all())

    def test_the_card_has_the_strongest_baseline(self):
        rows = [
            row("a", "PSNR", "dB", [20.123], {"one": [18.0], "two": [19.456]}, "x"),
            row("a", "LPIPS", "", [0.1], {"one": [0.3], "two": [0.22222]}, "x"),
            row("b", "LPIPS", "", [None], {}, "x"),
        ]
        found = measured(rows)
        self.assertEqual([(m["value"], m["baseline"]) for m in found], [(20.12, {"name": "two", "value": 19.46}), (0.1, {"name": "two", "value": 0.2222})])

    def test_the_baselines_run_as_a_program(self):
        picture = cv2.imread(str(self.data / "eval/kodak/0.png"))[..., ::-1]
        mask = p.stroke_mask(0, 128, 96, 4)
        cv2.imwrite(str(self.data / "mask.png"), mask)
        jobs = [{"method": name, "mask": "mask.png"} for name in baselines.INPAINTING] + [{"method": baselines.DENOISING, "error": 10}]
        for i, job in enumerate(jobs):
            job.update(picture="eval/kodak/0.png", out=f"out{i}.png")
        (self.data / "jobs.json").write_text(json.dumps(jobs))
        done = subprocess.run([sys.executable, baselines.__file__, "jobs.json"], cwd=self.data, capture_output=True, check=True)
        self.assertEqual(len(json.loads(done.stdout)), 3)
        expected = [baselines.inpaint(picture.copy(), mask, name) for name in baselines.INPAINTING] + [baselines.denoise(picture, 10)]
        for i, wanted in enumerate(expected):
            np.testing.assert_array_equal(cv2.imread(str(self.data / f"out{i}.png"))[..., ::-1], wanted)
        self.assertEqual(metrics.psnr(expected[0], picture, 1 - mask), 100)


if __name__ == "__main__":
    unittest.main()

"""Pairs of `emulsion synthesise`: made here in its format, or those of the folder that EMULSION_PAIRS names."""
import hashlib
import json
import os
import signal
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import cv2
import numpy as np

from training import data, export, real, train
from training.detector_net import THUMB
from training.generators import find
from training.generators.damage_detector import PairSampler

SIDES = ("clean", "damaged", "mask")


def write_pairs(folder, count=12, side=96):
    """A folder of pairs: white lines and dark discs on pictures drawn by a program, three pairs of each."""
    lines, rng = [], np.random.default_rng(3)
    pictures = data.procedural_pictures(count // 3, side, seed=5)
    for part in SIDES:
        (Path(folder) / part).mkdir(parents=True)
    for index in range(count):
        clean = (0.3 * pictures[index % len(pictures)] + 90).astype(np.uint8)
        damaged, mask = clean.copy(), np.zeros((side, side), np.uint8)
        ends = rng.integers(0, side, (2, 2))
        centre = rng.integers(12, side - 12, 2)
        for canvas, line, disc in ((damaged, (255,) * 3, (0,) * 3), (mask, 255, 192)):
            cv2.circle(canvas, tuple(map(int, centre)), 5, disc, -1)
            cv2.line(canvas, tuple(map(int, ends[0])), tuple(map(int, ends[1])), line, 2)
        mask[:4, :4] = 64
        files = {}
        for part, picture in zip(SIDES, (clean[..., ::-1], damaged[..., ::-1], mask)):
            name = f"{part}/{index:06d}.png"
            cv2.imwrite(str(Path(folder) / name), picture)
            content = (Path(folder) / name).read_bytes()
            files[part] = {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        lines.append(json.dumps({"index": index, "source": "a.png", "sha256": str(index % len(pictures)), "files": files}))
    (Path(folder) / "pairs.jsonl").write_text("\n".join(lines) + "\n")


class PairTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cache = mock.patch.dict(os.environ, EMULSION_TRAINING_CACHE=f"{cls.temporary.name}/cache")
        cache.start()
        cls.addClassCleanup(cache.stop)
        cls.folder = os.environ.get("EMULSION_PAIRS")
        if cls.folder is None:
            cls.folder = f"{cls.temporary.name}/pairs"
            write_pairs(cls.folder)
        cls.pairs = data.load_pairs([cls.folder])

    def test_they_are_read_as_they_were_written(self):
        lines = [json.loads(line) for line in Path(self.folder, "pairs.jsonl").read_text().splitlines()]
        self.assertEqual(len(self.pairs), len(lines))
        marked = set()
        for line, (clean, damaged, mask) in zip(lines, self.pairs):
            self.assertEqual(clean.shape, damaged.shape)
            self.assertEqual(clean.shape[:2], mask.shape)
            read = cv2.imread(f"{self.folder}/{line['files']['damaged']['name']}")[..., ::-1]
            np.testing.assert_array_equal(damaged, read)
            if "coverage" in line:
                self.assertAlmostEqual(float((mask >= 128).mean()), line["coverage"], 5)
            marked |= set(np.unique(mask))
        self.assertLessEqual(marked, {0, data.Pairs.UNSURE, data.Pairs.AREA, data.Pairs.LINE})
        self.assertLessEqual({0, data.Pairs.AREA, data.Pairs.LINE}, marked)

    def test_no_photo_is_in_both_halves(self):
        train_pairs, held = self.pairs.split()
        self.assertEqual(len(train_pairs) + len(held), len(self.pairs))
        self.assertFalse(set(train_pairs.sources) & set(held.sources))
        self.assertTrue(len(train_pairs) and len(held))

    def test_samples_follow_the_mask(self):
        make, seen = PairSampler(self.pairs, 64), np.zeros(2)
        clean = 0
        for index in range(40):
            rgb, thumb, label = make(np.random.default_rng(index))
            self.assertEqual((rgb.shape, thumb.shape, label.shape), ((3, 64, 64), (3, THUMB, THUMB), (1, 64, 64)))
            seen += [(label == bit).sum() for bit in (real.LINES, real.AREAS)]
            self.assertLessEqual(set(np.unique(label)), {0, real.LINES, real.AREAS, real.UNJUDGED})
            clean += not (label & real.DAMAGE).any()
        self.assertTrue((seen > 0).all())
        self.assertTrue(0 < clean < 30)
        with self.assertRaises(data.DataError):
            PairSampler(self.pairs, 4096)(np.random.default_rng(0))

    def test_the_command_needs_no_other_data_and_says_what_it_had(self):
        runs = f"{self.temporary.name}/runs.jsonl"
        arguments = ["train", "damage-detector", "--minutes", "1", "--steps", "2", "--crop", "64", "--batch", "4", "--workers", "0"]
        with mock.patch("sys.argv", [*arguments, "--device", "cpu", "--pairs", self.folder, "--runs", runs, "--name", "pairs"]):
            handlers = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
            train.main()
        # A handler that stayed would keep later child processes of this one alive.
        self.assertEqual((signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)), handlers)
        line = json.loads(Path(runs).read_text())
        self.assertEqual(line["data"]["pictures"], 0)
        self.assertEqual(line["data"]["pairs"], len(self.pairs.split()[0]))
        self.assertEqual((line["steps"], line["outcome"]), (2, "finished"))
        with mock.patch("sys.argv", ["train", "damage-detector", "--minutes", "1"]), mock.patch("sys.stderr"):
            self.assertRaises(SystemExit, train.main)

    def test_they_stand_beside_the_other_data(self):
        mixture = data.Mixture(lambda rng: "own", lambda rng: "other", 0.25)
        rng = np.random.default_rng(1)
        drawn = [mixture(rng) for _ in range(400)]
        self.assertTrue(60 < drawn.count("own") < 140)
        with self.assertRaises(NotImplementedError):
            find("restorer").pair_sampler(self.pairs)

    def test_a_card_names_them_beside_what_the_weights_began_with(self):
        named = export.training_data(find("damage-detector"), None, [self.folder])
        self.assertEqual(named[-1]["count"], len(self.pairs.split()[0]))
        self.assertGreater(len(named), 1)

    def test_a_folder_without_pairs_is_named(self):
        with tempfile.TemporaryDirectory() as empty:
            with self.assertRaisesRegex(data.DataError, "pairs.jsonl"):
                data.load_pairs([empty])


if __name__ == "__main__":
    unittest.main()

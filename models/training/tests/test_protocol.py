"""The test cases and the metrics are the same as the product's: both compare with protocol.json."""
import hashlib
import json
import unittest
from pathlib import Path

import numpy as np

from training.evaluation import metrics
from training.evaluation import protocol as p
from training.resampling import resample_picture

EXPECTED = json.loads(Path(p.__file__).with_name("protocol.json").read_text())
digest = lambda *arrays: hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()[:16]


def measured():
    """The content of protocol.json."""
    picture = p.ramp(96, 80)
    overlay = p.ramp(40, 120)[..., 1]
    noise = p.noisy(picture, 25, "noise 25", 3)[0]
    result = {
        "seed": p.seed_of("noise 25", 3),
        "numbers": p.numbers(p.seed_of("noise 25", 3), 4).tolist(),
        "picture": digest(picture),
        "grey": digest(p.grey_of(picture)),
        "softened": digest(p.softened(picture)),
        "overlaid": digest(*p.overlaid(picture, overlay, 2)),
        "hints": digest(np.array([[x, y, r, *colour] for x, y, r, colour in p.colour_hints(picture, 1)], np.uint8)),
    }
    result.update({f"noise {s}": digest(p.noisy(picture, s, f"noise {s}", 1)[0]) for s in p.SIGMAS})
    result.update({f"strokes {k}": digest(p.stroke_mask(1, 160, 128, k)) for k in (*p.WIDTHS, "mixed")})
    result.update({f"square of {side} px": digest(p.square_hole(1, 320, 300, side)) for side in p.SQUARES})
    whole = p.ramp(96, 80)
    for size in ((24, 20), (48, 40), (192, 160), (384, 320)):
        result[f"resampled {size[0]} x {size[1]}"] = digest(resample_picture(whole, size[1], size[0]))
    result.update({f"averaged {w} x {h}": digest(p.averaged(whole, h, w)) for w, h in ((96, 80), (40, 33), (7, 80))})
    result["reduced to 50 px"] = digest(p.reduced(whole, 50))
    alone = p.stroke_mask(3, 64, 50, 8) * np.uint8(200)
    alone[:, :20] = alone[30:] = 0
    kinds = [[overlay, alone], [p.ramp(50, 64)[..., 2], np.zeros((40, 40), np.uint8)]]
    result["scans"] = digest(*(p.scan(kinds, "held out", i, 20) for i in range(12)))
    result["latents"] = digest(p.latents("z", 3, 5))
    for level in p.LEVELS:
        for index in (0, 1):
            result[f"damage {level} {index}"] = digest(*p.damaged(p.ramp(256, 192), level, index))
    _, label, judged = p.damaged(p.ramp(256, 192), "hard", 0)
    found = (np.roll(label, 2, 1) | (p.stroke_mask(0, 256, 192, 4) & 1)).astype(np.uint8)
    result["scores"] = metrics.scores(metrics.detection(found, label, judged))
    result["psnr"] = metrics.psnr(picture, noise)
    result["psnr in a mask"] = metrics.psnr(picture, noise, p.stroke_mask(1, 96, 80, 8))
    result["ssim"] = metrics.ssim(picture, noise)
    for kind in p.FADINGS:
        result[f"faded {kind}"] = dict(zip(("red", "green", "blue"), p.faded(picture, kind, 2).mean((0, 1)).tolist()))
    result["CIEDE2000"] = metrics.ciede2000(picture, p.faded(picture, "dyes", 2))
    result["manifold"] = metrics.manifold(p.latents("real", 40, 6), p.latents("made", 30, 6) * np.float32(0.75))
    return result


class Protocol(unittest.TestCase):
    def test_cases_and_metrics_are_the_pinned_ones(self):
        found = measured()
        self.assertEqual(set(found), set(EXPECTED))
        for key, value in EXPECTED.items():
            if isinstance(value, dict):
                for name in value:
                    self.assertAlmostEqual(found[key][name], value[name], places=9, msg=f"{key} {name}")
            elif isinstance(value, float):
                self.assertAlmostEqual(found[key], value, places=6, msg=key)
            else:
                self.assertEqual(found[key], value, key)

    def test_noise_is_what_it_is_called(self):
        noise = p.gaussian("check", 0, 400_000) / 65536
        self.assertAlmostEqual(noise.mean(), 0, places=1)
        self.assertAlmostEqual(noise.std(), 1, places=2)
        within = [(np.abs(noise) < k).mean() for k in (1, 2, 3)]
        np.testing.assert_allclose(within, [0.683, 0.954, 0.997], atol=0.005)
        self.assertLess(abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]), 0.01)

    def test_a_reduced_picture_has_the_means_of_what_it_was(self):
        picture = p.ramp(96, 80)
        blocks = picture.reshape(8, 10, 12, 8, 3).mean((1, 3))
        np.testing.assert_allclose(p.averaged(picture, 8, 12), blocks, atol=0.5)
        uneven = p.averaged(picture, 7, 11).mean((0, 1))
        np.testing.assert_allclose(uneven, picture.mean((0, 1)), atol=0.5)
        self.assertEqual(p.reduced(picture, 48).shape, (40, 48, 3))
        self.assertIs(p.reduced(picture, 96), picture)

    def test_damage_is_where_the_label_says(self):
        picture = np.full((128, 128, 3), 120, np.uint8)
        after, label, judged = p.damaged(picture, "plain", 5)
        self.assertGreater(label.sum(), 50)
        self.assertTrue((after[(label == 0) & (judged == 1)] == 120).all())
        self.assertTrue((np.abs(after[label == 1].astype(int) - 120).min(1) >= p.VISIBLE).all())

    def test_the_masks_cover_what_they_should(self):
        for kind in (*p.WIDTHS, "mixed"):
            share = p.stroke_mask(7, 256, 256, kind).mean()
            self.assertGreaterEqual(share, 0.087)
            self.assertLess(share, 0.15)


if __name__ == "__main__":
    print(json.dumps(measured(), indent=2))

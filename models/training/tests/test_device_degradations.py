"""The degradations of whole batches: their properties, and JPEG compared with the usual encoder."""
import unittest

import cv2
import numpy as np
import torch

from training import data
from training import device_degradations as dd

PICTURE = data.procedural_pictures(1, 128)[0]
BATCH = torch.from_numpy(PICTURE.transpose(2, 0, 1).astype(np.float32) / 255)[None].repeat(3, 1, 1, 1)


def decibels(a, b):
    return -10 * np.log10(np.mean((np.asarray(a) - np.asarray(b)) ** 2) + 1e-12)


class DeviceDegradations(unittest.TestCase):
    def test_jpeg_is_what_an_encoder_makes(self):
        for quality in (10, 30, 75, 95):
            ours = dd.jpeg(BATCH[:1], torch.tensor([float(quality)]))[0].numpy().transpose(1, 2, 0)
            _, encoded = cv2.imencode(".jpg", PICTURE[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
            theirs = cv2.imdecode(encoded, cv2.IMREAD_COLOR)[..., ::-1] / 255
            self.assertGreater(decibels(ours, theirs), decibels(PICTURE / 255, theirs) + 8, quality)

    def test_every_picture_has_its_own_parameters(self):
        made = dd.jpeg(BATCH, torch.tensor([5.0, 40.0, 95.0]))
        errors = [float((m - c).pow(2).mean()) for m, c in zip(made, BATCH)]
        self.assertEqual(errors, sorted(errors, reverse=True))
        for i in range(3):
            torch.testing.assert_close(made[i : i + 1], dd.jpeg(BATCH[:1], torch.tensor([[5.0, 40.0, 95.0][i]])))

    def test_blur_keeps_a_flat_tone_and_agrees_with_opencv(self):
        flat = torch.full((1, 3, 32, 32), 0.4)
        torch.testing.assert_close(dd.blur(flat, torch.tensor([1.3])), flat)
        ours = dd.blur(BATCH[:1], torch.tensor([0.9]))[0].numpy().transpose(1, 2, 0)
        theirs = cv2.GaussianBlur(PICTURE.astype(np.float32) / 255, (11, 11), 0.9, borderType=cv2.BORDER_REFLECT_101)
        self.assertLess(float(np.abs(ours - theirs).max()), 1e-4)

    def test_grain_is_one_pattern_of_the_size_and_strength_asked_for(self):
        torch.manual_seed(1)
        grey = torch.full((2, 3, 128, 128), 0.5)
        noise = dd.grain(grey, torch.tensor([0.05, 0.05]), torch.tensor([0.3, 1.0])) - grey
        self.assertTrue(torch.equal(noise[:, 0], noise[:, 1]))
        torch.testing.assert_close(noise.std((1, 2, 3)), torch.full((2,), 0.05), rtol=0.05, atol=0)
        neighbours = [(n[0, :, 1:] * n[0, :, :-1]).mean() / n[0].var() for n in noise]
        self.assertLess(float(neighbours[0]), 0.2)
        self.assertGreater(float(neighbours[1]), 0.6)

    def test_degrade_reports_the_error_it_made_and_leaves_the_clean_picture(self):
        torch.manual_seed(2)
        clean = BATCH[:1].repeat(64, 1, 1, 1)
        kept = clean.clone()
        degraded, strength = dd.degrade(clean)
        self.assertTrue(torch.equal(clean, kept))
        torch.testing.assert_close((degraded - clean).pow(2).mean((1, 2, 3)).sqrt(), strength)
        self.assertTrue(bool((strength > 1e-4).all()) and bool(torch.isfinite(degraded).all()))


if __name__ == "__main__":
    unittest.main()

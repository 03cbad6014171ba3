"""inpainter: fills a mask from its surroundings.

Source: written for this project.
"""
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from .. import degradations as d
from .. import plates
from ..data import DataError
from . import Generator


class Sampler:
    """RGB crops, half of them monochrome or tinted, with holes of 1 to 24 px; some crops of glass plates with real damage as holes.

    Returns uint8 (rgb [3, S, S], the truth; mask [1, S, S], 1 = hole; shown [3, S, S], the net's input). No mask covers damage
    to the last pixel, and the net must not continue the remains around the hole into it.
    plate_data: (exposures, masks, repaired) of `plates.load_plates`.
    """

    def __init__(self, pictures, overlays, crop, plate_data=None, plate_share=0.15):
        self.pictures, self.crop = pictures, crop
        self.overlays = d.Overlays(overlays) if overlays is not None else None
        self.plates, self.plate_share = plate_data, plate_share if plate_data is not None else 0.0
        if plate_data is not None:
            _, masks, _ = plate_data
            large = [i for i in range(len(masks)) if min(masks[i].shape) >= crop]
            self.damaged = [i for i in large if (masks[i] == plates.DAMAGED).any()]
            self.plate_share *= bool(self.damaged)

    def _plate(self, rng):
        exposures, masks, repaired = self.plates
        index = self.damaged[int(rng.integers(len(self.damaged)))]
        damage = (masks[index] == plates.DAMAGED).astype(np.uint8)
        places = np.argwhere(damage)
        centre = places[int(rng.integers(len(places)))] + rng.integers(-self.crop // 3, self.crop // 3 + 1, 2)
        top, left = np.clip(centre - self.crop // 2, 0, np.array(damage.shape) - self.crop)
        part = slice(top, top + self.crop), slice(left, left + self.crop)
        edge = 2 * int(rng.integers(1, 4)) + 1
        mask = cv2.dilate(damage[part], np.ones((edge, edge), np.uint8))
        if rng.random() < 0.5:  # damage is small, so this gives more to learn from
            mask = np.maximum(mask, d.draw_hole(rng, (self.crop, self.crop), self.overlays)[0])
        three = lambda grey: np.repeat(np.ascontiguousarray(grey)[None], 3, 0)
        return three(repaired[index][part]), mask[None], three(exposures[index][part])

    def __call__(self, rng):
        if rng.random() < self.plate_share:
            return self._plate(rng)
        picture = self.pictures[int(rng.integers(len(self.pictures)))]
        rgb = d.random_crop(rng, picture, self.crop, (0.5, 1.3))
        if rng.random() < 0.45:
            rgb, _ = d.tint(rng, rgb)
        if rng.random() < 0.3:
            rgb, _ = d.fade(rng, rgb)
        if rng.random() < 0.15:
            rgb, _ = d.blur(rng, rgb, d.log_uniform(rng, 0.3, 1.2))
        if rng.random() < 0.2:
            rgb, _ = d.grain(rng, rgb, d.log_uniform(rng, 0.004, 0.03))
        if rng.random() < 0.2:
            rgb, _ = d.jpeg(rng, rgb, int(rng.integers(55, 96)))
        mask, _ = d.draw_hole(rng, (self.crop, self.crop), self.overlays)
        pixels = lambda x: np.ascontiguousarray(np.round(np.clip(x, 0, 1) * 255).astype(np.uint8).transpose(2, 0, 1))
        shown = remains(rng, rgb, mask) if rng.random() < 0.5 else rgb
        return pixels(rgb), mask[None], pixels(shown)


def remains(rng, rgb, mask):
    """The picture with the soft edge of damage that a slightly too small mask leaves around the hole. float32 [H, W, 3] 0..1.

    rgb: float32 [H, W, 3] 0..1; mask: uint8 [H, W], 1 = hole.
    """
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), d.log_uniform(rng, 0.5, 1.6)) * rng.uniform(0.3, 1)
    soft = np.clip(soft * d.smooth_noise(rng, mask.shape, d.log_uniform(rng, 3, 30), 0, 1.4), 0, 1)[..., None]
    tone = np.float32([1, 1, 1]) * (rng.uniform(0.75, 1) if rng.random() < 0.5 else rng.uniform(0, 0.25))
    return rgb * (1 - soft) + tone * soft


def hole_psnr(filled, rgb, mask):
    """PSNR in dB inside the hole, one value per picture: [N]. All tensors 0..1."""
    error = ((filled - rgb) ** 2 * mask).sum((1, 2, 3)) / (3 * mask.sum((1, 2, 3)) + 1e-6)
    return -10 * torch.log10(error + 1e-8)


class Spec(Generator):
    """Specification of the inpainter."""

    id = "inpainter"
    crop, batch, rate, reuse, gan_share = 96, 16, 1.5e-3, 2.0, 0.25
    outputs_picture = True

    def __init__(self):
        self.plates = None

    def load(self, data):
        try:
            self.plates = plates.load_plates(Path(data) / "train/plates")
        except DataError as error:
            print(f"trained without glass plates: {error}", flush=True)

    def data_counts(self):
        return {"exposures": len(self.plates[0])} if self.plates else {}

    def further_data(self):
        if self.plates is None:
            return []
        count = len(set(self.plates[0].groups))
        return [{"name": "Glass plates of S. M. Prokudin-Gorskii, Library of Congress", "licence": "public domain", "count": count}]

    def build(self):
        from ..networks import InpaintNet

        return InpaintNet()

    def sampler(self, pictures, overlays):
        return Sampler(pictures, overlays, self.crop, self.plates)

    def to_tensors(self, arrays, device):
        rgb, mask, shown = (torch.from_numpy(np.ascontiguousarray(a)).to(device) for a in arrays)
        return rgb.float() / 255, mask.float(), shown.float() / 255

    def generate(self, net, tensors):
        """The pictures [N, 3, H, W] with filled holes, and the true pixels around them."""
        rgb, mask, shown = tensors
        filled = net(torch.cat([shown, mask], 1))
        return filled * mask + rgb * (1 - mask)

    def loss(self, net, tensors):
        filled = self.generate(net, tensors)
        loss = self.pixel_loss(filled, *tensors[:2])
        return loss, {"loss": float(loss.detach())}

    @staticmethod
    def pixel_loss(filled, rgb, mask):
        """L1 plus a share of L2 in the hole, per hole pixel."""
        error = (filled - rgb) * mask
        count = 3 * mask.sum() + 1
        return error.abs().sum() / count + 2.0 * (error**2).sum() / count

    def adversarial_parts(self, net, tensors, lpips):
        """(filled, D's input for it, D's input for the truth, supervised loss) for the last phase."""
        from ..losses import perceptual_and_style

        rgb, mask, _ = tensors
        filled = self.generate(net, tensors)
        loss = self.pixel_loss(filled, rgb, mask)
        if lpips is not None:
            perceptual, style = perceptual_and_style(lpips.features, filled, rgb)
            loss = loss + 0.06 * perceptual + 0.03 * style
        return filled, torch.cat([filled, mask], 1), torch.cat([rgb, mask], 1), loss

    def measure(self, net, tensors, lpips=None):
        rgb, mask, _ = tensors
        with torch.no_grad():
            filled = self.generate(net, tensors)
            result = {"hole_psnr": float(hole_psnr(filled, rgb, mask).mean())}
            if lpips is not None:
                result["lpips"] = float(lpips(filled, rgb).mean())
        return {**result, "score": result["hole_psnr"]}

    def card(self):
        return {
            "name": "Inpainter",
            "task": "inpaint",
            "version": "0.3.0",
            "description": "Fills marked damage from the picture around it. Made for creases, scratches and spots "
            "up to about 24 pixels wide, in colour and in black and white.",
            "input": {"name": "image", "layout": "nchw", "channels": "rgb+mask", "range": [0, 1], "multiple": 32, "fixed": None},
            "output": {"name": "filled", "channels": "rgb", "range": [0, 1], "scale": 1},
            "tile": 384,
            "halo": 64,
            "extraInputs": [],
            "thresholds": None,
            "limits": "Fills wide holes smoothly: it continues edges and tones, but invents no texture, grain or "
            "features. The app fills holes of 24 pixels and more by example, guided by it. On real damage of glass plates the "
            "app is closer to the truth than OpenCV by PSNR (33.91 dB, Telea 33.20), but not by LPIPS (0.0068, Telea 0.0063). "
            "Trained on a processor for three hours. The adversarial phase was short and had little effect, so the sharpness "
            "comes from the perceptual loss.",
        }

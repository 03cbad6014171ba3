"""restorer: removes noise, grain, compression blocks and mild blur from a picture.

Source: written for this project.
"""
import numpy as np
import torch

from .. import degradations as d
from . import Generator


class Sampler:
    """Clean RGB crops, some of them monochrome or tinted; they are degraded on the device.

    Returns uint8 (rgb [3, S, S],).
    """

    def __init__(self, pictures, crop):
        self.pictures, self.crop = pictures, crop

    def __call__(self, rng):
        picture = self.pictures[int(rng.integers(len(self.pictures)))]
        # unchanged or shrunk: shrinking removes compression artefacts of the training pictures
        rgb = d.random_crop(rng, picture, self.crop, (0.999, 1.001) if rng.random() < 0.35 else (0.45, 1.0))
        if rng.random() < 0.15:
            rgb, _ = d.tint(rng, rgb)
        if rng.random() < 0.15:
            rgb, _ = d.fade(rng, rgb)
        pixels = np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
        return (np.ascontiguousarray(pixels.transpose(2, 0, 1)),)


def psnr(a, b):
    """PSNR in dB of RGB batches 0..1, one value per picture: [N]."""
    return -10 * torch.log10(((a - b) ** 2).mean((1, 2, 3)) + 1e-10)


class Spec(Generator):
    """Specification of the restorer."""

    id = "restorer"
    crop, batch, rate, reuse, gan_share = 96, 16, 2e-3, 4.0, 0.0

    def build(self):
        from ..networks import RestoreNet

        return RestoreNet()

    def sampler(self, pictures, overlays):
        return Sampler(pictures, self.crop)

    def to_tensors(self, arrays, device):
        from ..device_degradations import degrade

        clean = torch.from_numpy(np.ascontiguousarray(arrays[0])).to(device).float() / 255
        degraded, error = degrade(clean)
        # the product's estimate of the error is not exact
        told = error * torch.exp(0.12 * torch.randn_like(error))
        return degraded, clean, error, told

    def loss(self, net, tensors):
        degraded, clean, error, told = tensors
        difference = net(degraded, told) - clean
        # roughly in units of the error, so that every degradation counts, strong ones slightly more
        weight = 0.5 / (error + 0.05).sqrt()
        loss = ((difference**2 + 1e-6).sqrt().mean((1, 2, 3)) * weight).mean() * 10
        return loss, {"loss": float(loss.detach())}

    def measure(self, net, tensors):
        degraded, clean, error, _ = tensors
        with torch.no_grad():
            restored = net(degraded, error).clamp(0, 1)
        gain = psnr(restored, clean) - psnr(degraded.clamp(0, 1), clean)
        return {"psnr": float(psnr(restored, clean).mean()), "gain": float(gain.mean()), "score": float(gain.mean())}

    def card(self):
        return {
            "name": "Restorer",
            "task": "restore",
            "version": "0.1.0",
            "description": "Removes noise, film grain, compression blocks and mild blur from a picture, as much as "
            "the expected error says.",
            "input": {"name": "image", "layout": "nchw", "channels": "rgb", "range": [0, 1], "multiple": 16, "fixed": None},
            "output": {"name": "restored", "channels": "rgb", "range": [0, 1], "scale": 1},
            "tile": 512,
            "halo": 64,
            "extraInputs": [{"name": "strength", "label": "Expected error", "min": 0, "max": 0.3, "default": 0.05}],
            "thresholds": None,
            "limits": "The goals were 32.1 dB at noise 25 (not clipped), a gain of 1.2 dB at JPEG 20 and an SSIM of "
            "0.995 on clean pictures; it reaches 31.48, 1.04 and 0.990. Trained on a processor for just under four "
            "hours, without an adversarial phase, so it invents nothing. Edges, eyes and lettering survive up to a "
            "noise of about 50 levels. Knitting, tyre treads, pores and the tucks of a white dress get soft from "
            "about 30, or if the expected error is too high. Compression blocks disappear, but colours that a "
            "strongly compressed file has lost do not return. It was also trained on halftone screens and mild "
            "blur, but its quality there is not measured.",
        }

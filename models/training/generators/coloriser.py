"""coloriser: plausible colours for a black and white picture; the brightness stays, to the bit.

Source: written for this project. The net sees a small copy of the whole picture and returns Cb and Cr of
ITU-R BT.601 (full range); the product enlarges them along the picture's edges.
"""
import cv2
import numpy as np
import torch
import torch.nn.functional as F

from .. import degradations as d
from ..device_degradations import TO_RGB, TO_YCC, between, blur, grain, mix
from . import Generator

GREY = 0.012  # a training picture with a smaller mean colour counts as grey
# Mean and standard deviation over photographs: the units of the two inputs besides the picture.
WARMTH = (0.036, 0.088)  # Cr - Cb
VIVIDNESS = (0.09, 0.048)  # length of (Cb, Cr)


class Sampler:
    """Crops that show most of a picture, never turned. Returns uint8 (rgb [3, S, S],)."""

    def __init__(self, pictures, crop):
        self.pictures, self.crop = pictures, crop

    def __call__(self, rng):
        for _ in range(20):
            picture = self.pictures[int(rng.integers(len(self.pictures)))]
            shorter = min(picture.shape[:2])
            rgb = d.random_crop(rng, picture, self.crop, (self.crop / shorter, min(1.0, 1.9 * self.crop / shorter)))
            small = cv2.resize(rgb, (16, 16), interpolation=cv2.INTER_AREA).reshape(-1, 3) @ np.array(TO_YCC, np.float32).T
            if np.hypot(small[:, 1], small[:, 2]).mean() > GREY:
                break
        pixels = np.round(rgb * 255).astype(np.uint8)
        return (np.ascontiguousarray(pixels.transpose(2, 0, 1)),)


def to_rgb(luma, colours):
    """RGB [N, 3, H, W] from luma [N, 1, H, W] and Cb, Cr [N, 2, H, W]. Colours that a screen cannot show are
    made paler, by one factor per pixel, so that the luma stays."""
    rgb = mix(torch.cat([luma, colours], 1), TO_RGB)
    away = rgb - luma
    room = torch.where(away > 0, 1 - luma, luma)
    share = (room / away.abs().clamp(min=1e-6)).clamp(max=1).amin(1, keepdim=True)
    return luma + away * share


def hints(colours):
    """(warmth, vividness), each [N], in standard deviations from the average photograph."""
    warmth = (colours[:, 1] - colours[:, 0]).mean((1, 2))
    vividness = colours.pow(2).sum(1).sqrt().mean((1, 2))
    return (warmth - WARMTH[0]) / WARMTH[1], (vividness - VIVIDNESS[0]) / VIVIDNESS[1]


def colourfulness(rgb):
    """Hasler and Süsstrunk's measure (2003) of RGB [N, 3, H, W] 0..1, in levels: [N]."""
    red, green, blue = (rgb * 255).unbind(1)
    first, second = (red - green).flatten(1), ((red + green) / 2 - blue).flatten(1)
    return (first.var(1) + second.var(1)).sqrt() + 0.3 * (first.mean(1) ** 2 + second.mean(1) ** 2).sqrt()


class Spec(Generator):
    """Specification of the coloriser."""

    id = "coloriser"
    crop, batch, rate, reuse, gan_share = 128, 16, 2e-3, 3.0, 0.2
    upright = True
    outputs_picture = True

    def build(self):
        from ..networks import ColourNet

        return ColourNet()

    def sampler(self, pictures, overlays):
        return Sampler(pictures, self.crop)

    def to_tensors(self, arrays, device):
        """(luma aged like an old print, luma, Cb and Cr, the two hints). Half of each hint is withheld (0)."""
        rgb = torch.from_numpy(np.ascontiguousarray(arrays[0])).to(device).float() / 255
        ycc = mix(rgb, TO_YCC)
        luma, colours = ycc[:, :1], ycc[:, 1:]
        n = len(rgb)
        view = lambda x: x.view(n, 1, 1, 1)
        aged = luma.clamp(0, 1) ** view(between(n, 0.7, 1.45, device, True))
        contrast = between(n, 0.6, 1.05, device)
        aged = aged * view(contrast) + view((1 - contrast).clamp(min=0) * torch.rand(n, device=device))
        aged = grain(blur(aged, between(n, 0.3, 1.0, device)), between(n, 0.002, 0.03, device), between(n, 0.3, 0.8, device))
        told = [
            (value + 0.3 * torch.randn_like(value)) * (torch.rand(n, device=device) < 0.5) for value in hints(colours)
        ]
        return aged.clamp(0, 1), luma, colours, torch.stack(told)

    @staticmethod
    def pixel_loss(made, colours):
        """Smooth L1 with up to four times the weight on colours, because most of a photograph is nearly grey."""
        strong = colours.pow(2).sum(1, keepdim=True).sqrt()
        weight = 0.4 + (strong / 0.1).clamp(max=2.0)
        return (F.smooth_l1_loss(made, colours, reduction="none", beta=0.02) * weight).mean() * 40

    def loss(self, net, tensors):
        aged, _, colours, told = tensors
        loss = self.pixel_loss(net(aged, told[0], told[1]), colours)
        return loss, {"loss": float(loss.detach())}

    def generate(self, net, tensors):
        """Colours a batch without hints, as the product does."""
        aged, luma, _, told = tensors
        return to_rgb(luma, net(aged, torch.zeros_like(told[0]), torch.zeros_like(told[1])))

    def truth(self, tensors):
        return to_rgb(tensors[1], tensors[2])

    def adversarial_parts(self, net, tensors, lpips):
        """(coloured, D's input for it, D's input for the truth, supervised loss) for the last phase."""
        from ..losses import perceptual_and_style

        aged, luma, colours, told = tensors
        made = net(aged, told[0], told[1])
        fake, real = to_rgb(luma, made), self.truth(tensors)
        loss = 0.3 * self.pixel_loss(made, colours)
        if lpips is not None:
            perceptual, _ = perceptual_and_style(lpips.features, fake, real)
            loss = loss + 0.3 * perceptual
        return fake, torch.cat([fake, luma], 1), torch.cat([real, luma], 1), loss

    def measure(self, net, tensors, lpips=None):
        aged, luma, colours, told = tensors
        with torch.no_grad():
            made = net(aged, torch.zeros_like(told[0]), torch.zeros_like(told[1]))
            fake, real = to_rgb(luma, made), self.truth(tensors)
            error = (made - colours).pow(2).mean((1, 2, 3))
            grey = colours.pow(2).mean((1, 2, 3))
            result = {
                "explained": float(1 - error.mean() / grey.mean()),
                "colourfulness": float((colourfulness(fake).mean() / colourfulness(real).mean())),
            }
            if lpips is not None:
                result["lpips"] = float(lpips(fake, real).mean())
                result["lpips_grey"] = float(lpips(luma.expand(-1, 3, -1, -1), real).mean())
        return {**result, "score": result["explained"]}

    def card(self):
        hint = lambda name, label: {"name": name, "label": label, "min": -2.5, "max": 2.5, "default": 0}
        return {
            "name": "Coloriser",
            "task": "colorise",
            "version": "0.1.0",
            "description": "Adds generated colours to a black and white picture. It looks at a small copy of the "
            "whole picture. The brightness of every pixel stays.",
            "input": {"name": "image", "layout": "nchw", "channels": "luma", "range": [0, 1], "multiple": 16, "fixed": None},
            "output": {"name": "colours", "channels": "cbcr", "range": [-0.5, 0.5], "scale": 1},
            "tile": 1024,
            "halo": 0,
            "extraInputs": [hint("warmth", "Warmth"), hint("vividness", "Vividness")],
            "thresholds": None,
            "limits": "Nobody can know the colours of a grey picture: these are generated. Skin, sky, foliage, wood "
            "and earth look plausible. Clothes, paint, food and flowers are guesses, mostly brown or grey even if "
            "they were bright. Streets and interiors turn almost entirely ochre, and sky between sails or roofs may "
            "stay warm. Borders of the print and worn patches are coloured too. Colourfulness is within a fifth of "
            "the original's, which was the goal, and LPIPS is better than grey; PSNR on CID22 is below grey. "
            "Trained on a processor for 76 minutes. Ten more minutes of adversarial training changed nothing that "
            "could be measured and were dropped.",
        }

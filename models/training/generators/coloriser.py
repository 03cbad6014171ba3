"""coloriser: plausible colours for a black and white picture; the brightness stays, to the bit.

Source: written for this project. The net sees a small copy of the whole picture and returns Cb and Cr of
ITU-R BT.601 (full range); the product enlarges them along the picture's edges.
"""
import math
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from .. import degradations as d
from ..colour_net import STEP, HintedColourNet, warped
from ..device_degradations import TO_RGB, TO_YCC, between, blur, grain, mix
from ..losses import Lpips, perceptual_and_style
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
            whole = self.crop / min(picture.shape[:2])  # the scale at which the shorter side fits
            rgb = d.random_crop(rng, picture, self.crop, (whole, max(whole, min(1.0, 1.5 * whole))))
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


def mix_each(rgb, weights):
    """[N, 1, H, W] from RGB [N, 3, H, W], with weights [N, 3] of its own for each picture."""
    return (rgb * weights[..., None, None]).sum(1, keepdim=True)


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


def revealed(colours, chance=0.5):
    """Hints [N, 3, H, W] of true colours [N, 2, H, W]: for a share `chance` of the samples a number of patches with their mean
    colour, few more often than many; none for the others (Zhang et al. 2017)."""
    n, _, height, width = colours.shape
    hints = torch.zeros(n, 3, height, width, device=colours.device)
    for i in range(n):
        if float(torch.rand(())) >= chance:
            continue
        count = 1 + min(60, int(math.log(max(1e-9, float(torch.rand(())))) / math.log(1 - 1 / 8)))
        for _ in range(count):
            side = int(torch.randint(1, 10, ()))
            y, x = (int(torch.randint(0, length - side + 1, ())) for length in (height, width))
            put_hint(hints[i], colours[i], y, x, side)
    return hints


def put_hint(hints, colours, y, x, side):
    """Writes the mean of a square of `colours` [2, H, W] into `hints` [3, H, W]."""
    mean = colours[:, y : y + side, x : x + side].mean((1, 2))
    hints[:2, y : y + side, x : x + side] = mean[:, None, None]
    hints[2, y : y + side, x : x + side] = 1


def scattered(colours, count=10, side=5, seed=5):
    """The same `count` places in each sample, for measuring."""
    random = torch.Generator().manual_seed(seed)
    hints = torch.zeros(len(colours), 3, *colours.shape[2:], device=colours.device)
    for i in range(len(colours)):
        for _ in range(count):
            y, x = (int(torch.randint(0, length - side + 1, (), generator=random)) for length in colours.shape[2:])
            put_hint(hints[i], colours[i], y, x, side)
    return hints


class Spec(Generator):
    """Specification of the coloriser."""

    id = "coloriser"
    crop, batch, rate, reuse, gan_share = 176, 16, 1.5e-3, 3.0, 0.12
    upright = True
    outputs_picture = True
    ema, held_size = 0.995, 32
    trunk_rate = 0.15  # factor of the learning rate for the pretrained features
    most_hints = 64
    boldness = {"temperature": 1.0, "tilt": 0.0, "gain": 1.5}  # of what is measured and exported
    perceptual = None
    _distance = None

    def load(self, data):
        self.perceptual = Path(data) / "perceptual"

    def build(self):
        net = HintedColourNet()
        if self.perceptual is not None:
            net.trunk.load_pretrained(self.perceptual)
        return net

    def groups(self, net):
        tuned = set(net.trunk.parameters())
        single = [p for p in net.parameters() if p.dim() == 0]
        rest = [p for p in net.parameters() if p not in tuned and p.dim() > 0]
        return [
            {"params": rest, "factor": 1.0},
            {"params": single, "factor": 4.0},
            {"params": list(net.trunk.parameters()), "factor": self.trunk_rate},
        ]

    def further_data(self):
        return [{"name": "SqueezeNet 1.1, features that training began with", "licence": "MIT", "count": 1}]

    def trained_on(self, pictures, overlays):
        return (pictures,)

    def prepare(self, net):
        for name, value in self.boldness.items():
            getattr(net, name).fill_(value)

    def sampler(self, pictures, overlays):
        return Sampler(pictures, self.crop)

    def to_tensors(self, arrays, device):
        """(luma aged like an old print, luma, Cb and Cr, [warmth, vividness], hints). Half of each is withheld (0)."""
        rgb = torch.from_numpy(np.ascontiguousarray(arrays[0])).to(device).float() / 255
        ycc = mix(rgb, TO_YCC)
        luma, colours = ycc[:, :1], ycc[:, 1:]
        n = len(rgb)
        view = lambda x: x.view(n, 1, 1, 1)
        seen = torch.stack([between(n, 0.0, 0.25, device), between(n, 0.2, 0.6, device), between(n, 0.3, 0.6, device)], 1)
        blind = mix_each(rgb, seen / seen.sum(1, keepdim=True))  # plates before about 1920 hardly saw red
        aged = torch.where((torch.rand(n, device=device) < 0.35).view(n, 1, 1, 1), blind, luma)
        aged = aged.clamp(0, 1) ** view(between(n, 0.7, 1.45, device, True))
        contrast = between(n, 0.6, 1.05, device)
        aged = aged * view(contrast) + view((1 - contrast).clamp(min=0) * torch.rand(n, device=device))
        aged = grain(blur(aged, between(n, 0.3, 1.0, device)), between(n, 0.002, 0.03, device), between(n, 0.3, 0.8, device))
        plain = (torch.rand(n, device=device) < 0.25).view(n, 1, 1, 1)
        aged = torch.where(plain, luma, aged)
        told = [
            (value + 0.3 * torch.randn_like(value)) * (torch.rand(n, device=device) < 0.5) for value in hints(colours)
        ]
        return aged.clamp(0, 1), luma, colours, torch.stack(told), revealed(colours)

    @staticmethod
    def pixel_loss(made, colours):
        """Smooth L1 with up to four times the weight on colours, because most of a photograph is nearly grey: [N, 1, H, W]."""
        strong = colours.pow(2).sum(1, keepdim=True).sqrt()
        weight = 0.4 + (strong / 0.1).clamp(max=2.0)
        return (F.smooth_l1_loss(made, colours, reduction="none", beta=0.02) * weight).mean(1, keepdim=True) * 40

    @staticmethod
    def class_loss(net, logits, colours):
        """Cross entropy to the palette colours around the truth; rare colours count more. colours at 1/4 of the size. In
        training a random quarter of the places is looked at, which makes a step a fifth faster."""
        if net.training:
            y, x = (int(each) for each in torch.randint(0, 2, (2,)))
            logits, colours = logits[:, :, y::2, x::2], colours[:, :, y::2, x::2]
        with torch.no_grad():
            at = warped(colours)
            apart = at.pow(2).sum(1, keepdim=True) + net.places.pow(2).sum(1).view(1, -1, 1, 1)
            apart = apart - 2 * F.conv2d(at, net.places[..., None, None])
            wanted = torch.softmax(-apart / (2 * (STEP / 2) ** 2), 1)
            if net.training:
                net.frequency.lerp_(wanted.mean((0, 2, 3)), 0.02)
            rarity = (net.frequency + 0.3 / len(net.frequency)) ** -0.5
            rarity = rarity / (rarity * net.frequency).sum()
            weight = (wanted * rarity.view(1, -1, 1, 1)).sum(1)
        return (-(wanted * F.log_softmax(logits, 1)).sum(1) * weight).mean()

    def loss(self, net, tensors):
        aged, _, colours, told, given = tensors
        logits, guess, similar, detail = net.parts(aged, told[0], told[1])
        half = F.avg_pool2d(colours, 2)
        quarter = F.avg_pool2d(half, 2)
        chosen = self.class_loss(net, logits, quarter)
        guessed = self.pixel_loss(guess, quarter).mean()
        lost = half - F.interpolate(quarter, scale_factor=2.0, mode="bilinear", align_corners=False)
        sharp = F.smooth_l1_loss(detail, lost, beta=0.01) * 100
        loss = chosen + 0.5 * guessed + sharp
        seen = {"chosen": float(chosen.detach()), "guessed": float(guessed.detach()), "sharp": float(sharp.detach())}
        some = torch.nonzero(given[:, 2].amax((1, 2)) > 0).flatten()
        if len(some):
            base = net.mean_colour(logits.detach()[some])
            own = F.interpolate(base, scale_factor=2.0, mode="bilinear", align_corners=False) + detail.detach()[some]
            made = net.overrule(own, base, similar[some], aged[some], given[some], self.most_hints)
            hinted = self.pixel_loss(made, half[some]).mean()
            loss = loss + hinted
            seen["hinted"] = float(hinted.detach())
        seen["loss"] = float(loss.detach())
        return loss, seen

    @staticmethod
    def colour(net, tensors, given=None):
        """Cb and Cr for a batch as the product makes them: nothing told, and no hints unless `given`."""
        aged, _, _, told, _ = tensors
        none = torch.zeros_like(told[0])
        given = torch.zeros(len(aged), 3, *aged.shape[2:], device=aged.device) if given is None else given
        return torch.cat([net.coloured(a, n, n, g) for a, n, g in zip(aged.split(16), none.split(16), given.split(16))])

    def generate(self, net, tensors):
        """Colours a batch without hints, as the product does."""
        return to_rgb(tensors[1], self.colour(net, tensors))

    def truth(self, tensors):
        return to_rgb(tensors[1], tensors[2])

    def adversarial_parts(self, net, tensors, lpips):
        """(coloured, D's input for it, D's input for the truth, supervised loss) for the last phase."""
        aged, luma, colours, told, given = tensors
        logits, _, similar, detail = net.parts(aged, told[0], told[1])
        made = net.composed(logits, similar, detail, aged, given, self.most_hints)
        fake, real = to_rgb(luma, made), self.truth(tensors)
        hinted = (given[:, 2:].amax((2, 3), keepdim=True) > 0).to(made.dtype)
        loss = self.class_loss(net, logits, F.avg_pool2d(colours, 4)) + (self.pixel_loss(made, colours) * hinted).mean()
        if lpips is not None:
            perceptual, _ = perceptual_and_style(lpips.features, fake, real)
            loss = loss + 0.3 * perceptual
        return fake, torch.cat([fake, luma], 1), torch.cat([real, luma], 1), loss

    def measure(self, net, tensors, lpips=None):
        _, luma, colours, _, _ = tensors
        if lpips is None and self.perceptual is not None and (self.perceptual / Lpips.HEADS).exists():
            if self._distance is None:
                self._distance = Lpips(self.perceptual).to(luma.device).eval()
            lpips = self._distance
        with torch.no_grad():
            made = self.colour(net, tensors)
            fake, real = to_rgb(luma, made), self.truth(tensors)
            error = (made - colours).pow(2).mean((1, 2, 3))
            grey = colours.pow(2).mean((1, 2, 3))
            helped = (self.colour(net, tensors, scattered(colours)) - colours).pow(2).mean((1, 2, 3))
            result = {
                "explained": float(1 - error.mean() / grey.mean()),
                "colourfulness": float((colourfulness(fake).mean() / colourfulness(real).mean())),
                "ten_hints": float((10 * torch.log10(error / helped)).mean()),
            }
            if lpips is not None:
                apart = lambda a, b: float(torch.cat([lpips(x, y) for x, y in zip(a.split(16), b.split(16))]).mean())
                result["lpips"] = apart(fake, real)
                result["lpips_grey"] = apart(luma.expand(-1, 3, -1, -1), real)
        score = result["explained"] if lpips is None else 1 - result["lpips"] / result["lpips_grey"]
        return {**result, "score": score}

    def card(self):
        hint = lambda name, label: {"name": name, "label": label, "min": -2.5, "max": 2.5, "default": 0}
        return {
            "name": "Coloriser",
            "task": "colorise",
            "version": "0.2.0",
            "description": "Adds generated colours to a black and white picture. It looks at a small copy of the whole "
            "picture, and at colours that are given for places in it. The brightness of every pixel stays.",
            "input": {"name": "image", "layout": "nchw", "channels": "luma+hints", "range": [0, 1], "multiple": 16, "fixed": None},
            "output": {"name": "colours", "channels": "cbcr", "range": [-0.5, 0.5], "scale": 1},
            "tile": 1024,
            "halo": 0,
            "extraInputs": [hint("warmth", "Warmth"), hint("vividness", "Vividness")],
            "thresholds": None,
            "limits": "Nobody can know the colours of a grey picture: these are generated. Most sky, water, foliage, "
            "skin and wood is recognised. Clothes, paint, flags, flowers and food are guesses, mostly duller than they "
            "were, or blue. In old photographs crowds and fine texture may turn green, and a whole picture may get a "
            "tint. Borders of the print and worn patches are coloured too. A colour given for a place spreads "
            "over its surroundings as far as a quarter of the picture, also across the borders of things; further colours "
            "keep it within bounds. Trained beside other work for an hour and a "
            "half, in which the processor had about twenty-five minutes for it, without an adversarial phase.",
        }

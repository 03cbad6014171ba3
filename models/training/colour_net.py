"""The net that colours: pretrained features recognise what is seen, a decoder draws lots among colours, hints overrule it.

Source: written for this project. The encoder is SqueezeNet 1.1 (Iandola et al. 2016, MIT weights, see the data folder's
`perceptual/`), fine-tuned. Colours as classes with an annealed mean follow Zhang et al. 2016, sparse hints Zhang et al. 2017.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from .detector_net import Trunk
from .networks import Mixed, Residual, box, double, unshuffle

WARP = 0.06  # chroma at which the steps between colours have doubled
STEP = 0.3  # between neighbouring colours, after `warped`
RINGS = 6
MOST_PLACES = 256
LEAST_NEAR = 1.7  # left alone, training lets a hint reach across the picture


def palette():
    """[K, 2] Cb and Cr: rings around grey, finer where colours are pale."""
    colours = [(0.0, 0.0)]
    for ring in range(1, RINGS + 1):
        radius, count = WARP * (math.exp(STEP * ring) - 1), round(2 * math.pi * ring)
        for i in range(count):
            angle = 2 * math.pi * (i + 0.5 * (ring % 2)) / count
            colours.append((radius * math.cos(angle), radius * math.sin(angle)))
    return torch.tensor(colours)


def warped(colours):
    """Cb, Cr [N, 2, ...] in coordinates in which the colours of `palette` are evenly spaced."""
    radius = colours.pow(2).sum(1, keepdim=True).add(1e-12).sqrt()
    return colours * (torch.log1p(radius / WARP) / radius)


class Skip(nn.Sequential):
    """A 1 x 1 convolution with normalisation, because the trunk's features are large."""

    def __init__(self, inputs, outputs):
        super().__init__(nn.Conv2d(inputs, outputs, 1), nn.BatchNorm2d(outputs))


class HintedColourNet(Mixed):
    """Luma and hints [N, 4, H, W], warmth and vividness [N] or [1] -> Cb, Cr [N, 2, H, W] within -0.5..0.5; H, W multiples
    of 16.

    The first plane is the luma, 0..1. The last is 1 where a colour is known, which the second and the third hold: Cb + 0.5
    and Cr + 0.5. Elsewhere these two are ignored. warmth, vividness: what is known about the colours as a whole, in standard
    deviations from the average photograph; 0 if unknown.

    Each place of 4 x 4 pixels gets a chance for each colour of `palette`; the answer is their mean after sharpening by
    `temperature`, times `gain`. `tilt` raises the chances of colours that are rare in training. A place also looks at all hints: those
    near it, on something that looks the same, take over from what the net would have painted.
    """

    SIMILAR = 24

    def __init__(self, widths=(24, 64, 112, 160), floor=(1, 2, 4)):
        super().__init__()
        a, b, c, e = widths
        colours = palette()
        self.register_buffer("colours", colours, persistent=False)
        self.register_buffer("places", warped(colours), persistent=False)
        self.register_buffer("frequency", torch.full((len(colours),), 1 / len(colours)))
        self.register_buffer("temperature", torch.tensor(0.6))
        self.register_buffer("tilt", torch.tensor(0.2))
        self.register_buffer("gain", torch.tensor(1.0))
        self.trunk = Trunk()
        self.enter16 = Skip(512, e)
        self.told = nn.Conv2d(2, e, 1)
        self.seen = nn.ModuleList([nn.Conv2d(e, e, 1) for _ in floor])
        self.floor = nn.ModuleList([Residual(e, dilation, norm=True) for dilation in floor])
        self.up8, self.skip8, self.out8 = nn.Conv2d(e, c, 1), Skip(256, c), Residual(c, norm=True)
        self.up4, self.skip4, self.out4 = nn.Conv2d(c, b, 1), Skip(128, b), Residual(b, norm=True)
        self.told_again = nn.Conv2d(2, b, 1)
        self.chances = nn.Conv2d(b, len(colours), 1)
        self.guess = nn.Conv2d(b, 2, 1)
        self.similar = nn.Conv2d(b + 1, self.SIMILAR, 1)
        self.up2, self.skip2, self.stem = nn.Conv2d(b, a, 1), Skip(64, a), nn.Conv2d(8, a, 3, padding=1)
        self.out2, self.detail = Residual(a, norm=True), nn.Conv2d(a, 2, 3, padding=1)
        self.drop = nn.Dropout2d(0.1)  # drops whole maps, only in training
        self.near = nn.Parameter(torch.tensor(2.8))  # how much a distance of 64 pixels counts
        self.trust = nn.Parameter(torch.tensor(3.0))  # log-odds of a hint where it was set
        self.shifts = nn.Parameter(torch.tensor(-0.85))  # log-odds of moving a colour as the hint does, instead of replacing it
        self.shade = nn.Parameter(torch.tensor(0.3))  # how far colours get stronger with brightness
        for layer in (*self.seen, self.told, self.told_again):
            nn.init.normal_(layer.weight, std=0.02)
        for layer in (self.chances, self.guess, self.detail):  # the trunk's features are large; untrained, everything is nearly grey
            nn.init.normal_(layer.weight, std=0.001)
            nn.init.zeros_(layer.bias)
        nn.init.normal_(self.similar.weight, std=0.05)

    def features(self, luma, warmth, vividness):
        """Features at 1/4 and at 1/2 of the size."""
        told = torch.stack([warmth, vividness], 1).reshape(-1, 2, 1, 1)
        with torch.no_grad():
            pixels, half = unshuffle(luma), F.avg_pool2d(luma, 2)
            mean = box(half, 7)
            spread = torch.sqrt(torch.clamp(box(half * half, 7) - mean * mean, min=0.0) + 4e-4)
            entry = self.arranged(torch.cat([pixels - 0.5, (pixels - mean) / spread * 0.5], 1))
        with self.low_precision(luma):
            maps = self.trunk(self.arranged(luma.expand(-1, 3, -1, -1)))
            low = self.enter16(maps[3]) + self.told(told)
            for seen, block in zip(self.seen, self.floor):
                low = block(low + seen(F.relu(low).mean((2, 3), keepdim=True)))
            eighth = self.out8(F.relu(double(self.up8(self.drop(F.relu(low)))) + self.skip8(maps[2])))
            quarter = self.out4(F.relu(double(self.up4(self.drop(F.relu(eighth)))) + self.skip4(maps[1]) + self.told_again(told)))
            quarter = F.relu(quarter)
            half = self.out2(F.relu(double(self.up2(quarter)) + self.skip2(maps[0]) + self.stem(entry)))
        return quarter, F.relu(half)

    def mean_colour(self, logits):
        """[N, K, H, W] log-chances -> [N, 2, H, W] Cb and Cr."""
        rare = -torch.log(self.frequency + 0.3 / len(self.colours)).view(1, -1, 1, 1)
        chances = torch.softmax((logits + self.tilt * rare) / self.temperature, 1)
        return F.conv2d(chances, self.colours.t()[..., None, None]) * self.gain

    def parts(self, luma, warmth, vividness):
        """(logits [N, K, H/4, W/4], guess [N, 2, H/4, W/4], similarity [N, S, H/4, W/4], detail [N, 2, H/2, W/2])."""
        quarter, half = self.features(luma, warmth, vividness)
        with self.low_precision(luma):
            logits, guess, detail = self.chances(quarter), self.guess(quarter), self.detail(half)
            similar = self.similar(torch.cat([quarter, F.avg_pool2d(luma, 4).to(quarter.dtype)], 1))
        return tuple(each.float() for each in (logits, guess, similar, detail))

    def overrule(self, own, quarter, similar, luma, hints, most=MOST_PLACES):
        """Colours `own` [N, 2, H/2, W/2] as the hints change them. quarter: the same at 1/4. most: of how many squares of 8 x 8
        pixels the hints count; with more of them, those that hints cover most."""
        ones = torch.ones_like(quarter[:, :1])
        down, across = (torch.cumsum(ones, axis) / 16 for axis in (2, 3))  # in 64 pixels
        near = self.near.clamp(min=LEAST_NEAR)
        place = torch.cat([similar, near * down, near * across], 1)
        known = hints[:, 2:]
        weight = F.avg_pool2d(known, 4)
        cell = F.avg_pool2d(known, 8) + 1e-9
        mean = lambda x: F.avg_pool2d(x * weight, 2) / cell
        light = F.avg_pool2d(luma * known, 8) / cell
        brighter = torch.exp(-self.shade * torch.log(light + 0.1))
        wanted = F.avg_pool2d(hints[:, :2] * known, 8) / cell * brighter
        keys = torch.cat([mean(place), wanted, mean(quarter), cell], 1).flatten(2)  # [N, S + 7, cells]
        keys = torch.cat([keys, torch.zeros_like(keys[:, :, :1]).expand(-1, -1, most)], 2)  # there are fewer in small pictures
        order = torch.cumsum(torch.ones_like(keys[:, -1:]), 2)
        chosen = (keys[:, -1:] - 1e-7 * order).topk(most, 2).indices  # of equals the first, on every provider
        keys = keys.gather(2, chosen.expand(-1, keys.shape[1], -1))
        size = self.SIMILAR + 2
        spots, values, cells = keys[:, :size], keys[:, size : size + 4], keys[:, -1:]
        query = place.flatten(2).transpose(1, 2)
        apart = query.pow(2).sum(2, keepdim=True) + spots.pow(2).sum(1, keepdim=True) - 2 * torch.bmm(query, spots)
        odds = torch.where(cells > 1e-6, self.trust - apart.clamp(min=0), torch.full_like(apart, -1e4))
        share = torch.softmax(torch.cat([torch.zeros_like(odds[:, :, :1]), odds], 2), 2)[:, :, 1:]
        taken = torch.bmm(torch.cat([values, torch.ones_like(cells)], 1), share.transpose(1, 2))
        taken = double(taken.reshape(taken.shape[0], 5, quarter.shape[2], quarter.shape[3]))
        bright = torch.exp(self.shade * torch.log(F.avg_pool2d(luma, 2) + 0.1))
        shifts = torch.sigmoid(self.shifts)
        return own * (1 - (1 - shifts) * taken[:, 4:]) + bright * taken[:, :2] - shifts * taken[:, 2:4]

    def coloured(self, luma, warmth, vividness, hints):
        """Cb and Cr of luma [N, 1, H, W]. hints [N, 3, H, W]: Cb, Cr and 1 where a colour is known, 0 elsewhere."""
        logits, _, similar, detail = self.parts(luma, warmth, vividness)
        return self.composed(logits, similar, detail, luma, hints)

    def composed(self, logits, similar, detail, luma, hints, most=MOST_PLACES):
        """Cb and Cr [N, 2, H, W] from what `parts` returns."""
        quarter = self.mean_colour(logits)
        return double(self.overrule(double(quarter) + detail, quarter, similar, luma, hints, most)).clamp(-0.5, 0.5)

    def forward(self, image, warmth, vividness):
        known = (image[:, 3:] > 0.5).to(image.dtype)
        hints = torch.cat([(image[:, 1:3] - 0.5) * known, known], 1)
        return self.coloured(image[:, :1], warmth, vividness, hints)

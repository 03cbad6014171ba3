"""Networks and the fixed operators inside their graphs.

Source: written for this project; the pull-push fill follows Gortler et al., The Lumigraph (1996).
All tensors are float32 [N, C, H, W] in units of 0..1 unless a docstring says otherwise. Only
operators that torch 1.13 and 2.x export to ONNX opset 17 with free H and W are used.
"""
import math
from contextlib import nullcontext

import torch
import torch.nn as nn
import torch.nn.functional as F

from .resampling import phases, shrinking


def unshuffle(x):
    """[N, C, H, W] -> [N, 4C, H/2, W/2] by slices (its export does not depend on H and W)."""
    return torch.cat([x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)], 1)


def dilate(x, size):
    """Greatest value in a square of odd `size`, as two separable max-pools."""
    half = size // 2
    x = F.max_pool2d(x, (size, 1), 1, (half, 0))
    return F.max_pool2d(x, (1, size), 1, (0, half))


def top_hats(x, size):
    """White and black top-hat of [N, 1, H, W]: [N, 2, H, W], what is brighter or darker than its
    surroundings and narrower than `size` pixels; values 0..1. Reach: size - 1 pixels."""
    opened = dilate(-dilate(-x, size), size)
    closed = -dilate(-dilate(x, size), size)
    return torch.cat([x - opened, closed - x], 1)


def box(x, size):
    """Mean in a square of odd `size`; outside the picture counts as absent."""
    half = size // 2
    x = F.avg_pool2d(x, (size, 1), 1, (half, 0), count_include_pad=False)
    return F.avg_pool2d(x, (1, size), 1, (0, half), count_include_pad=False)


def double(x):
    """Twice the height and width, bilinear."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def pull_push(rgb, known, levels=5, rounds=4):
    """Fills the unknown pixels of rgb [N, 3, H, W] from their surroundings, smoothly.

    known: [N, 1, H, W], 1 = known, 0 = to be filled; H and W multiples of 2**levels. Colour and
    weight are averaged down a pyramid and interpolated up into the holes, and relaxed there with
    `rounds` 3 x 3 means on every level. Returns [N, 3, H, W]; known pixels are returned unchanged. With nothing known the result is 0.
    """
    colour, weight, pyramid = rgb * known, known, []
    for _ in range(levels):
        pyramid.append((colour, weight))
        total = F.avg_pool2d(weight, 2)
        colour = F.avg_pool2d(colour * weight, 2) / (total + 1e-6)
        weight = torch.clamp(total * 4.0, 0.0, 1.0)
    total = weight.mean((2, 3), keepdim=True)
    mean = (colour * weight).mean((2, 3), keepdim=True) / (total + 1e-6)
    filled = colour * weight + mean * (1 - weight)
    for colour, weight in reversed(pyramid):
        fixed, free = colour * weight, 1 - weight
        filled = fixed + double(filled) * free
        for _ in range(rounds):
            filled = fixed + F.avg_pool2d(filled, 3, 1, 1, count_include_pad=False) * free
    return filled


class Mixed(nn.Module):
    """A net whose convolutions can run in bfloat16 while its fixed operators stay in float32.

    Set `mixed` for training; leave it off for export and for measuring.
    """

    mixed = False

    def low_precision(self, x):
        """A context: autocast to bfloat16 on x's device if `mixed`, else nothing."""
        return torch.autocast(x.device.type, torch.bfloat16) if self.mixed else nullcontext()

    def arranged(self, x):
        """x in channels-last memory while training, as it is otherwise."""
        return x.contiguous(memory_format=torch.channels_last) if self.mixed else x


class Residual(nn.Module):
    """x + conv(relu(conv(x))), the first convolution dilated; starts near the identity.

    norm: batch normalisation after both convolutions (the exporter folds it into them).
    """

    def __init__(self, channels, dilation=1, norm=False):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels) if norm else nn.Identity()
        self.norm2 = nn.BatchNorm2d(channels) if norm else nn.Identity()
        self.first = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.kaiming_normal_(self.first.weight, nonlinearity="relu")
        nn.init.zeros_(self.first.bias)
        nn.init.normal_(self.second.weight, std=0.3 * (2.0 / (9 * channels)) ** 0.5)
        nn.init.zeros_(self.second.bias)

    def forward(self, x):
        return x + self.norm2(self.second(F.relu(self.norm1(self.first(x)))))


class DamageNet(Mixed):
    """Luma [N, 1, H, W] 0..1 -> damage [N, 2, H, W] 0..1 (lines, blobs); H, W multiples of 16.

    Local contrast normalisation and top-hats are made in the graph; a U-Net at 1/2, 1/4 and 1/8
    of the resolution reads them. `logits` returns the same before the sigmoid.
    """

    def __init__(self, widths=(32, 72, 144), dilations=(1, 2, 1), norm=True):
        super().__init__()
        a, b, c = widths
        self.enter = nn.Conv2d(4 + 4 + 1 + 8 + 2, a, 3, padding=1)
        self.half_in = Residual(a, norm=norm)
        self.down1 = nn.Conv2d(a, b, 2, stride=2)
        self.quarter_in = Residual(b, norm=norm)
        self.down2 = nn.Conv2d(b, c, 2, stride=2)
        self.eighth = nn.Sequential(*[Residual(c, dilation, norm) for dilation in dilations])
        self.up2 = nn.Conv2d(c, b, 1)
        self.hats = nn.Conv2d(2, b, 1)
        self.quarter_out = Residual(b, norm=norm)
        self.up1 = nn.Conv2d(b, a, 1)
        self.half_out = Residual(a, norm=norm)
        self.head = nn.Conv2d(a, 8, 1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.constant_(self.head.bias, -4.0)  # damage is rare

    @staticmethod
    def features(luma):
        """What a retoucher's eye uses. Returns ([N, 19, H/2, W/2], [N, 2, H/4, W/4])."""
        half = F.avg_pool2d(luma, 2)
        mean = box(half, 7)
        spread = torch.sqrt(torch.clamp(box(half * half, 7) - mean * mean, min=0.0) + 4e-4)
        pixels = unshuffle(luma)
        fine = unshuffle(top_hats(luma, 5)) * 4.0
        middle = top_hats(half, 5) * 4.0
        coarse = top_hats(F.avg_pool2d(half, 2), 7) * 4.0
        normal = torch.clamp((pixels - mean) / spread, -4.0, 4.0) * 0.5
        return torch.cat([pixels - 0.5, normal, spread * 4.0, fine, middle], 1), coarse

    def logits(self, luma):
        """Log-odds [N, 2, H, W]."""
        with torch.no_grad():
            features, coarse = (self.arranged(f) for f in self.features(luma))
        with self.low_precision(luma):
            half = self.half_in(F.relu(self.enter(features)))
            quarter = self.quarter_in(F.relu(self.down1(half)))
            eighth = self.eighth(F.relu(self.down2(quarter)))
            quarter = self.quarter_out(F.relu(quarter + double(self.up2(eighth)) + self.hats(coarse)))
            half = self.half_out(F.relu(half + double(self.up1(quarter))))
            logits = self.head(half)
        return F.pixel_shuffle(logits.float(), 2)

    def forward(self, luma):
        return torch.sigmoid(self.logits(luma))


class InpaintNet(Mixed):
    """[N, 4, H, W] (RGB 0..1 and mask, 1 = hole) -> filled RGB [N, 3, H, W]; H, W multiples of 32.

    A pull-push fill is made in the graph; a U-Net at 1/2 and 1/4 of the resolution adds a residual
    that starts at zero. What the hole contains is ignored; outside it the input is returned.
    """

    def __init__(self, widths=(40, 96), dilations=(1, 2, 4, 1)):
        super().__init__()
        a, b = widths
        self.enter = nn.Conv2d(12 + 4 + 12, a, 3, padding=1)
        self.half_in = Residual(a)
        self.down = nn.Conv2d(a, b, 3, stride=2, padding=1)
        self.middle = nn.Sequential(*[Residual(b, d) for d in dilations])
        self.up = nn.Conv2d(b, a, 1)
        self.half_out = nn.Sequential(Residual(a), Residual(a))
        self.head = nn.Conv2d(a, 12, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, image):
        hole = image[:, 3:4]
        # a comparison, not a product: whatever the hole holds, NaN included, must not leak
        inside = (hole > 0.5).expand(-1, 3, -1, -1)
        known = 1.0 - (hole > 0.5).to(image.dtype)
        rgb = torch.where(inside, torch.zeros_like(image[:, :3]), image[:, :3])
        with torch.no_grad():
            base = pull_push(rgb, known)
            detail = base - double(double(F.avg_pool2d(base, 4)))
            entry = torch.cat([unshuffle(base) - 0.5, unshuffle(1.0 - known), unshuffle(detail) * 4.0], 1)
            entry = self.arranged(entry)
        with self.low_precision(image):
            half = self.half_in(F.relu(self.enter(entry)))
            quarter = self.middle(F.relu(self.down(half)))
            half = self.half_out(F.relu(half + double(self.up(quarter))))
            residual = self.head(half)
        residual = F.pixel_shuffle(residual.float(), 2)
        filled = torch.clamp(base + residual, 0.0, 1.0)
        return torch.where(inside, filled, rgb)


class RestoreNet(Mixed):
    """RGB [N, 3, H, W] 0..1 and strength [N] or [1] -> restored RGB [N, 3, H, W]; H, W multiples of 16.

    strength: the expected root-mean-square error of the picture, 0..0.3 (noise of sigma 25/255: 0.098).
    A U-Net at 1/2, 1/4 and 1/8 of the resolution predicts the error in units of `strength`, so that
    its target has the same size for every degradation, and strength 0 returns the input unchanged.
    """

    def __init__(self, widths=(48, 96, 128), blocks=(1, 2, 3, 2, 2)):
        super().__init__()
        a, b, c = widths
        half_in, quarter_in, eighth, quarter_out, half_out = (
            nn.Sequential(*[Residual(width) for _ in range(count)]) for width, count in zip((a, b, c, b, a), blocks)
        )
        self.enter = nn.Conv2d(12 + 1, a, 3, padding=1)
        self.half_in, self.down1 = half_in, nn.Conv2d(a, b, 2, stride=2)
        self.quarter_in, self.down2 = quarter_in, nn.Conv2d(b, c, 2, stride=2)
        self.eighth, self.up2 = eighth, nn.Conv2d(c, b, 1)
        self.quarter_out, self.up1 = quarter_out, nn.Conv2d(b, a, 1)
        self.half_out, self.head = half_out, nn.Conv2d(a, 12, 3, padding=1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, image, strength):
        strength = strength.reshape(-1, 1, 1, 1)
        level = torch.zeros_like(image[:, :1, ::2, ::2]) + strength * 5.0
        entry = self.arranged(torch.cat([unshuffle(image) - 0.5, level], 1))
        with self.low_precision(image):
            half = self.half_in(self.enter(entry))
            quarter = self.quarter_in(self.down1(half))
            eighth = self.eighth(self.down2(quarter))
            quarter = self.quarter_out(quarter + double(self.up2(eighth)))
            half = self.half_out(half + double(self.up1(quarter)))
            error = self.head(half)
        return image - strength * F.pixel_shuffle(error.float(), 2)


class ColourNet(Mixed):
    """Luma [N, 1, H, W] 0..1, warmth [N] or [1] and vividness [N] or [1] -> Cb, Cr [N, 2, H, W] within -0.5..0.5; H, W
    multiples of 16.

    warmth, vividness: what is known of the colours, in spreads from the average photograph's; 0 where nothing is.
    A U-Net at 1/2 to 1/16 of the resolution; at its floor every place also sees the mean of the whole picture.
    range: of the output; a little less than it was trained with costs less where the colours are not the true ones.
    """

    def __init__(self, widths=(32, 56, 96, 128), floor=(1, 2, 2, 1), range=0.485):
        super().__init__()
        self.range = range
        a, b, c, e = widths
        self.enter = nn.Conv2d(4 + 4, a, 3, padding=1)
        self.half_in = Residual(a, norm=True)
        self.down1 = nn.Conv2d(a, b, 2, stride=2)
        self.quarter_in = Residual(b, norm=True)
        self.down2 = nn.Conv2d(b, c, 2, stride=2)
        self.eighth_in = nn.Sequential(Residual(c, norm=True), Residual(c, norm=True))
        self.down3 = nn.Conv2d(c, e, 2, stride=2)
        self.told = nn.Conv2d(2, e, 1)
        self.seen = nn.ModuleList([nn.Conv2d(e, e, 1) for _ in floor])
        self.floor = nn.ModuleList([Residual(e, dilation, norm=True) for dilation in floor])
        self.up3 = nn.Conv2d(e, c, 1)
        self.eighth_out = Residual(c, norm=True)
        self.up2 = nn.Conv2d(c, b, 1)
        self.told_again = nn.Conv2d(2, b, 1)
        self.quarter_out = Residual(b, norm=True)
        self.up1 = nn.Conv2d(b, a, 1)
        self.half_out = Residual(a, norm=True)
        self.head = nn.Conv2d(a, 2, 3, padding=1)
        for layer in (*self.seen, self.told, self.told_again):
            nn.init.normal_(layer.weight, std=0.02)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, luma, warmth, vividness):
        told = torch.stack([warmth, vividness], 1).reshape(-1, 2, 1, 1)
        with torch.no_grad():
            pixels = unshuffle(luma)
            half = F.avg_pool2d(luma, 2)
            mean = box(half, 7)
            spread = torch.sqrt(torch.clamp(box(half * half, 7) - mean * mean, min=0.0) + 4e-4)
            entry = self.arranged(torch.cat([pixels - 0.5, (pixels - mean) / spread * 0.5], 1))
        with self.low_precision(luma):
            half = self.half_in(F.relu(self.enter(entry)))
            quarter = self.quarter_in(F.relu(self.down1(half)))
            eighth = self.eighth_in(F.relu(self.down2(quarter)))
            low = self.down3(eighth) + self.told(told)
            for seen, block in zip(self.seen, self.floor):
                low = block(low + seen(F.relu(low).mean((2, 3), keepdim=True)))
            eighth = self.eighth_out(F.relu(eighth + double(self.up3(F.relu(low)))))
            quarter = self.quarter_out(F.relu(quarter + double(self.up2(eighth)) + self.told_again(told)))
            half = self.half_out(F.relu(half + double(self.up1(quarter))))
            colours = self.head(half)
        return double(torch.tanh(colours.float()) * self.range)


class UpscaleNet(Mixed):
    """RGB [N, 3, H, W] 0..1 -> [N, 3, scale * H, scale * W], any H and W from 8 on.

    The picture is enlarged bicubically in the graph; residual blocks at the small size draw, by a pixel
    shuffle, a difference to it that starts at zero. consistent: what the result would lack of the small picture,
    were it shrunk again, is added to it (one step of back-projection, Irani and Peleg 1991): colours keep their
    place, and so does noise. Without it, only the mean of 9 x 9 pixels is held to that. Where a picture is flat
    nothing is drawn.
    """

    def __init__(self, scale, width=32, blocks=4, consistent=True):
        super().__init__()
        self.scale, self.consistent = scale, consistent
        self.enter = nn.Conv2d(3, width, 3, padding=1)
        self.body = nn.Sequential(*[Residual(width) for _ in range(blocks)])
        self.head = nn.Conv2d(width, 3 * scale * scale, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        self.register_buffer("kernels", phases(scale).repeat(3, 1, 1, 1), persistent=False)
        self.register_buffer("shrinking", shrinking(scale).repeat(3, 1, 1, 1), persistent=False)

    def enlarged(self, image):
        """Bicubic enlargement before its pixel shuffle: [N, 3 * scale^2, H, W]."""
        return F.conv2d(F.pad(image, (2, 2, 2, 2), mode="replicate"), self.kernels, groups=3)

    def shrunk(self, large):
        """Antialiased bicubic reduction to [N, 3, H, W]."""
        reach = (self.shrinking.shape[-1] - self.scale) // 2
        padded = F.pad(large, (reach, reach, reach, reach), mode="replicate")
        return F.conv2d(padded, self.shrinking, stride=self.scale, groups=3)

    def forward(self, image):
        with torch.no_grad():
            base = self.enlarged(image)
            # 0 where 5 x 5 pixels are one tone, 1 where they differ by two levels
            spread = (dilate(image, 5) + dilate(-image, 5)).amax(1, keepdim=True)
            lively = torch.clamp(spread * 127.5, 0, 1)
        entry = self.arranged(image - 0.5)
        with self.low_precision(image):
            first = F.relu(self.enter(entry))
            difference = self.head(first + self.body(first))
        made = base + difference.float() * lively
        drawn = F.pixel_shuffle(made, self.scale)
        lacks = image - self.shrunk(drawn) if self.consistent else box(image - F.avg_pool2d(drawn, self.scale), 9)
        made = made + self.enlarged(lacks)
        return F.pixel_shuffle(made, self.scale)


class StyledBlock(nn.Module):
    """x + second(relu(first(x) * (1 + gain) + shift)): a 3 x 3 and a 1 x 1 convolution, so that it reaches one pixel.

    gain, shift: [N, channels] or None. There is no norm: what it makes of a tile does not depend on the tile.
    """

    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 1)
        nn.init.kaiming_normal_(self.first.weight, nonlinearity="relu")
        nn.init.zeros_(self.first.bias)
        nn.init.normal_(self.second.weight, std=0.3 * (2.0 / channels) ** 0.5)
        nn.init.zeros_(self.second.bias)

    def forward(self, x, gain=None, shift=None):
        inner = self.first(x)
        if gain is not None:
            inner = inner * (1 + gain[..., None, None]) + shift[..., None, None]
        return x + self.second(F.relu(inner))


def moments(x):
    """Means and standard deviations of the channels of [N, C, H, W]: [N, 2C]."""
    mean = x.mean((2, 3), keepdim=True)
    spread = ((x - mean).pow(2).mean((2, 3)) + 1e-5).sqrt()
    return torch.cat([mean[..., 0, 0], spread], 1)


def with_moments(x, own, wanted):
    """x [N, C, H, W], whose channels have the moments `own` [N, 2C], given the moments `wanted` (adaptive instance
    normalisation, Huang and Belongie 2017, with statistics that come from elsewhere)."""
    mean, spread = own[..., None, None].chunk(2, 1)
    new_mean, new_spread = wanted[..., None, None].chunk(2, 1)
    return (x - mean) * (new_spread / (spread + 0.02)) + new_mean


class StyleEncoder(nn.Module):
    """RGB [N, 3, H, W] 0..1, H and W multiples of 8 -> features at 1/2, 1/4 and 1/8 of the size."""

    def __init__(self, widths):
        super().__init__()
        a, b, c = widths
        self.enter = nn.Conv2d(12, a, 3, padding=1)
        self.down1, self.quarter = nn.Conv2d(a, b, 2, stride=2), StyledBlock(b)
        self.down2, self.eighth = nn.Conv2d(b, c, 2, stride=2), StyledBlock(c)

    def forward(self, image):
        half = F.relu(self.enter(unshuffle(image) - 0.5))
        quarter = self.quarter(self.down1(half))
        return half, quarter, self.eighth(self.down2(F.relu(quarter)))


class Statistics(nn.Module):
    """RGB [N, 3, H, W] 0..1 of any height and width from 16 on -> [N, size]: moments of a StyleEncoder's features.

    Of a painting this is the code of its style, of a photograph it is what the generator has to know of the whole.
    """

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, image):
        height, width = image.shape[2] // 8 * 8, image.shape[3] // 8 * 8
        _, quarter, eighth = self.encoder(image[:, :, :height, :width])
        return torch.cat([moments(quarter), moments(eighth)], 1)


class StyleNet(Mixed):
    """RGB [N, 3, H, W] 0..1, content [N, T], style [N, T] -> RGB [N, 3, H, W] 0..1; H and W multiples of 8.

    content: `statistics` of the whole photograph of which the image is a part; style: those of a style picture. Every
    operation is local, so that a picture can be computed in tiles. `size` is T.
    """

    def __init__(self, widths=(32, 64, 128), blocks=(4, 3, 1), hidden=128):
        super().__init__()
        a, b, c = self.widths = widths
        self.encoder = StyleEncoder(widths)
        self.statistics = Statistics(self.encoder)
        self.size = 2 * (b + c)
        make = lambda width, count: nn.ModuleList([StyledBlock(width) for _ in range(count)])
        self.eighth_out, self.quarter_out, self.half_out = (make(*pair) for pair in zip((c, b, a), blocks))
        self.up2, self.up1 = nn.Conv2d(c, b, 1), nn.Conv2d(b, a, 1)
        self.detail = nn.Conv2d(a, a, 1)
        self.sizes = [2 * block.second.in_channels for block in (*self.eighth_out, *self.quarter_out, *self.half_out)] + [2 * a]
        self.read, self.tell = nn.Linear(self.size, hidden), nn.Linear(hidden, sum(self.sizes))
        self.narrow = nn.Conv2d(a, 16, 3, padding=1)
        self.full = nn.Conv2d(16, 16, 3, padding=1)
        self.head = nn.Conv2d(16, 3, 3, padding=1)
        nn.init.normal_(self.tell.weight, std=0.01)
        nn.init.zeros_(self.tell.bias)
        nn.init.normal_(self.head.weight, std=0.05)
        nn.init.zeros_(self.head.bias)

    def forward(self, image, content, style):
        half, quarter, eighth = self.encoder(image)
        b = 2 * self.widths[1]
        told = self.tell(F.relu(self.read(style))).split(self.sizes, 1)
        told = [part.chunk(2, 1) for part in told]
        low = with_moments(eighth, content[:, b:], style[:, b:])
        for block in self.eighth_out:
            low = block(low, *told.pop(0))
        middle = with_moments(quarter, content[:, :b], style[:, :b]) + double(self.up2(low))
        for block in self.quarter_out:
            middle = block(middle, *told.pop(0))
        gain, shift = told[-1]
        fine = self.detail(half) * (1 + gain[..., None, None]) + shift[..., None, None]
        fine = fine + double(self.up1(F.relu(middle)))
        for block in self.half_out:
            fine = block(fine, *told.pop(0))
        drawn = double(F.relu(self.narrow(F.relu(fine))))
        return torch.sigmoid(self.head(F.relu(self.full(drawn))))


class PatchDiscriminator(nn.Module):
    """[N, C, H, W] -> ([N, 1, H/8, W/8] scores, [features]); spectrally normalised.

    Unbounded scores, high for real. The features serve feature matching.
    """

    def __init__(self, channels=4, width=32):
        super().__init__()
        norm = nn.utils.spectral_norm
        self.layers = nn.ModuleList(
            [
                norm(nn.Conv2d(channels, width, 4, 2, 1)),
                norm(nn.Conv2d(width, width * 2, 4, 2, 1)),
                norm(nn.Conv2d(width * 2, width * 3, 4, 2, 1)),
                norm(nn.Conv2d(width * 3, width * 3, 3, 1, 1)),
            ]
        )
        self.last = norm(nn.Conv2d(width * 3, 1, 3, 1, 1))

    def forward(self, x):
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return self.last(x), features


def keep_variance(module):
    """Weights of the linear layers and convolutions in a module such that leaky ReLUs of 0.2 keep the variance."""
    for layer in module.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.kaiming_normal_(layer.weight, a=0.2, nonlinearity="leaky_relu")
            nn.init.zeros_(layer.bias)


class ModulatedConv(nn.Module):
    """A 3 x 3 convolution whose input channels a style scales, its output brought back to unit variance (Karras et al.,
    StyleGAN2, 2020), with noise and a leaky ReLU. The scales are applied to the pictures, which computes the same as
    scaling the weights."""

    def __init__(self, inputs, outputs, code):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3) / (9 * inputs) ** 0.5)
        self.style = nn.Linear(code, inputs)
        self.noise, self.bias = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(outputs))
        nn.init.normal_(self.style.weight, std=code**-0.5)
        nn.init.ones_(self.style.bias)

    def forward(self, x, w, noise):
        scales = self.style(w)
        strength = self.weight.pow(2).sum((2, 3)).t()  # [inputs, outputs]
        demodulation = (scales.pow(2) @ strength + 1e-8).rsqrt()
        x = F.conv2d(x * scales[..., None, None], self.weight, padding=1) * demodulation[..., None, None]
        return F.leaky_relu(x + self.noise * noise + self.bias.view(1, -1, 1, 1), 0.2) * 2**0.5


class DamageSynthesiser(Mixed):
    """z [N, 64] and noise [N, noise_size], both standard normal, -> overlay [N, 1, side, side] 0..1, 1 = damage.

    side: 128, or a smaller power of two from 16 on; a net for a smaller side has the layers of the larger one but its last.
    widths: of the convolutions at 4, 8, ... pixels. Every level draws two pixels for each of its own, added to what
    the levels below have drawn.
    """

    LATENT, CODE = 64, 96

    def __init__(self, side=128, widths=(96, 96, 80, 48, 24)):
        super().__init__()
        self.side, self.levels = side, [4 * 2**i for i in range(len(widths)) if 8 * 2**i <= side]
        self.noise_size = sum(level * level for level in self.levels)
        layers, size = [], self.LATENT
        for _ in range(3):
            layers += [nn.Linear(size, self.CODE), nn.LeakyReLU(0.2)]
            size = self.CODE
        self.mapping = nn.Sequential(*layers)
        keep_variance(self.mapping)
        self.start = nn.Parameter(torch.randn(1, widths[0], 4, 4))
        pairs = list(zip((widths[0], *widths), widths))[: len(self.levels)]
        self.first = nn.ModuleList([ModulatedConv(a, b, self.CODE) for a, b in pairs])
        self.second = nn.ModuleList([ModulatedConv(b, b, self.CODE) for _, b in pairs])
        self.draw = nn.ModuleList([nn.Conv2d(b, 4, 1) for _, b in pairs])
        for layer in self.draw:
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def code(self, z):
        """z -> the intermediate code [N, 96]."""
        return self.mapping(z * (z.pow(2).mean(1, keepdim=True) + 1e-8).rsqrt())

    def synthesise(self, codes, noise):
        """codes: one [N, 96] a level. The overlay goes a little beyond 0..1, so that black ground still has a gradient."""
        x, drawn, at = self.start.expand(len(noise), -1, -1, -1), None, 0
        for level, w, first, second, draw in zip(self.levels, codes, self.first, self.second, self.draw):
            grain = noise[:, at : at + level * level].reshape(-1, 1, level, level)
            at += level * level
            x = second(first(x if drawn is None else double(x), w, grain), w, grain.flip(3))
            fresh = F.pixel_shuffle(draw(x), 2)
            drawn = fresh if drawn is None else double(drawn) + fresh
        inside = drawn.clamp(0, 1)
        return inside + 0.1 * (drawn - inside)

    def forward(self, z, noise):
        return self.synthesise([self.code(z)] * len(self.levels), noise).clamp(0, 1)


class OverlayDiscriminator(nn.Module):
    """Overlays [N, 1, side, side] -> ([N, 1] scores, []). One of a smaller side is part of one of a larger side.

    The picture enters at every level, in the manner of StyleGAN2's skips; the spread over the batch is a channel of its own.
    """

    def __init__(self, side=128, widths=(96, 96, 80, 48, 24)):
        super().__init__()
        levels = [i for i in range(len(widths)) if 8 * 2**i <= side]
        self.enter = nn.ModuleList([nn.Conv2d(4, widths[i], 3, padding=1) for i in levels])
        self.body = nn.ModuleList([nn.Conv2d(widths[i], widths[i], 3, padding=1) for i in levels])
        self.down = nn.ModuleList([nn.Conv2d(widths[i + 1], widths[i], 3, padding=1) for i in levels[:-1]])
        self.last, self.score = nn.Conv2d(widths[0] + 1, widths[0], 4), nn.Linear(widths[0], 1)
        keep_variance(self)
        for layer in self.down:  # a larger side begins by seeing what the smaller one saw
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, overlay):
        picture, x = overlay * 2 - 1, 0
        for i in reversed(range(len(self.enter))):
            x = F.leaky_relu(self.enter[i](unshuffle(picture)) + x, 0.2)
            x = F.leaky_relu(self.body[i](x), 0.2)
            if i:
                x = self.down[i - 1](F.avg_pool2d(x, 2))
                picture = F.avg_pool2d(picture, 2)
        spread = (x - x.mean(0)).pow(2).mean(0).add(1e-6).sqrt().mean()
        x = torch.cat([x, spread.expand(len(x), 1, 4, 4)], 1)
        return self.score(F.leaky_relu(self.last(x), 0.2).flatten(1)), []


class CurveNet(Mixed):
    """RGB [N, 3, H, W] 0..1 of a whole, small picture -> curve [N, 6, H, W]: three gains and three offsets for every pixel.

    H and W multiples of 8. A curve is smooth, so that a large picture takes it enlarged. gain: with what every place begins.
    """

    def __init__(self, width=32, dilations=(1, 2, 4, 1), gain=1.0):
        super().__init__()
        self.enter = nn.Conv2d(48, width, 3, padding=1)
        self.blocks = nn.ModuleList([Residual(width, dilation) for dilation in dilations])
        self.seen = nn.ModuleList([nn.Conv2d(width, width, 1) for _ in dilations])
        self.head = nn.Conv2d(width, 6, 3, padding=1)
        for layer in self.seen:
            nn.init.normal_(layer.weight, std=0.02)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)
        nn.init.constant_(self.head.bias[:3], math.atanh(math.log(gain) / 2.5))

    def forward(self, image):
        low = self.enter(unshuffle(unshuffle(image - 0.5)))
        for seen, block in zip(self.seen, self.blocks):
            low = block(low + seen(F.relu(low).mean((2, 3), keepdim=True)))
        gain, offset = double(double(torch.tanh(self.head(F.relu(low))))).chunk(2, 1)
        return torch.cat([torch.exp(2.5 * gain), 0.6 * offset], 1)


def apply_curve(image, curve):
    """RGB [N, 3, H, W] after `curve` [N, 6, H, W]; what leaves 0..1 is held back to a tenth, so that it can be learnt from."""
    gain, offset = curve.chunk(2, 1)
    made = image * gain + offset
    inside = made.clamp(0, 1)
    return inside + 0.1 * (made - inside)


class CycleNet(Mixed):
    """Two CurveNets, `there` and `back`, that undo one another (Zhu et al., CycleGAN, 2017). forward() is `there`.

    gain: what `there` begins with. At 1 nothing is lost there and back, and no opponent that is not yet good at its game
    lures the two out of that.
    """

    def __init__(self, width=32, gain=0.4):
        super().__init__()
        self.there, self.back = CurveNet(width, gain=gain), CurveNet(width, gain=1 / gain)

    def forward(self, image):
        return self.there(image)


class PairDiscriminator(nn.Module):
    """A PatchDiscriminator for each half of the channels: [N, 6, H, W] -> (scores, [features]) of both."""

    def __init__(self, width=24):
        super().__init__()
        self.halves = nn.ModuleList([PatchDiscriminator(3, width) for _ in range(2)])

    def forward(self, x):
        (one, features), (other, more) = (net(half) for net, half in zip(self.halves, x.chunk(2, 1)))
        return torch.cat([one, other], 1), features + more


def grow(net, weights):
    """Gives a net the weights of a narrower or shallower one, so that it computes the same.

    net: freshly built. weights: state of a net whose layers have the same names, each with at most as many
    channels; blocks (`Residual`, normalised) that it lacks begin as identities. What was there keeps its
    channels' numbers, and does not see the new ones before it learns to. Raises ValueError where a tensor of
    `weights` has no place in the net.
    """
    state = net.state_dict()
    for name, old in weights.items():
        new = state.get(name)
        if new is None or new.dim() != old.dim() or any(o > n for o, n in zip(old.shape, new.shape)):
            raise ValueError(f"{name} {tuple(old.shape)} does not fit into this net")
        if new.dim() > 1:
            new[: old.shape[0]] = 0
        new[tuple(slice(size) for size in old.shape)] = old
    for name, module in net.named_modules():
        if isinstance(module, Residual) and f"{name}.second.weight" not in weights:
            state[f"{name}.norm2.weight"].zero_()
    net.load_state_dict(state)


def receptive_radius(net, channels, side=256, probes=4):
    """Greatest distance (pixels) at which one input pixel changes the output, by experiment.

    net: maps [1, channels, side, side] to any [1, C, side, side]. Max-pools have no useful
    gradient, so pixels are perturbed and the changed area is measured at several phases.
    """
    net = net.eval().double()
    torch.manual_seed(0)
    base = torch.rand(1, channels, side, side, dtype=torch.float64)
    reach = 0
    with torch.no_grad():
        before = net(base)
        for phase in range(probes):
            where = side // 2 + phase * 3
            for value in (4.0, -4.0):
                other = base.clone()
                other[0, 0, where, where] = value
                rows, columns = torch.nonzero((net(other) - before).abs().amax(1)[0] > 0, as_tuple=True)
                if len(rows):
                    reach = max(reach, int((rows - where).abs().max()), int((columns - where).abs().max()))
    net.float()
    return reach

"""Networks and the fixed operators inside their graphs.

Source: written for this project; the pull-push fill follows Gortler et al., The Lumigraph (1996).
All tensors are float32 [N, C, H, W] in units of 0..1 unless a docstring says otherwise. The
nets use only operators that torch 1.13 and 2.x export to ONNX opset 17 with free H and W.
"""
import math
from contextlib import nullcontext

import torch
import torch.nn as nn
import torch.nn.functional as F

from .resampling import phases, shrinking


def unshuffle(x):
    """[N, C, H, W] -> [N, 4C, H/2, W/2] by slices, so that the exported graph does not depend on H and W."""
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
    """Mean in a square of odd `size`, over the pixels inside the picture."""
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
    `rounds` 3 x 3 means on every level. Returns [N, 3, H, W]; known pixels are returned unchanged. If nothing is known, the result is 0.
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
        """x in channels-last memory in training, else unchanged."""
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


class InpaintNet(Mixed):
    """[N, 4, H, W] (RGB 0..1 and mask, 1 = hole) -> filled RGB [N, 3, H, W]; H, W multiples of 32.

    The graph makes a pull-push fill, and a U-Net at 1/2 and 1/4 of the resolution adds a residual
    that starts at zero. The content of the hole is ignored; outside it the input is returned.
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
        # a comparison instead of a product, so that nothing in the hole, not even NaN, leaks out
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


class UpscaleNet(Mixed):
    """RGB [N, 3, H, W] 0..1 -> [N, 3, scale * H, scale * W], any H and W from 8 on.

    The graph enlarges the picture bicubically; residual blocks at the small size add a difference by a pixel shuffle,
    which starts at zero. consistent: adds what the result would lose of the small picture if it were shrunk again (one
    step of back-projection, Irani and Peleg 1991), so that colours stay in place, and noise as well. Without it, only
    the mean of 9 x 9 pixels is kept. Nothing is drawn where a picture is flat.
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
            # 0 where 5 x 5 pixels have one tone, 1 where they differ by two levels
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

    gain, shift: [N, channels] or None. There is no normalisation, so the result does not depend on the tile.
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
    x = x.float()
    mean = x.mean((2, 3), keepdim=True)
    spread = ((x - mean).pow(2).mean((2, 3)) + 1e-5).sqrt()
    return torch.cat([mean[..., 0, 0], spread], 1)


def with_moments(x, own, wanted):
    """Changes the channels' moments of x [N, C, H, W] from `own` [N, 2C] to `wanted` (adaptive instance normalisation, Huang and
    Belongie 2017, with statistics from elsewhere)."""
    mean, spread = own[..., None, None].chunk(2, 1)
    new_mean, new_spread = wanted[..., None, None].chunk(2, 1)
    gain = new_spread / (spread + 0.02)
    return x * gain.to(x.dtype) + (new_mean - mean * gain).to(x.dtype)


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

    For a painting this is the code of its style; for a photograph it is what the generator must know about the whole.
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

    content: `statistics` of the whole photograph that the image is a part of; style: those of a style picture, or one of
    `codes` [presets, T], which are learnt for one picture each (Dumoulin et al. 2017); rows of zeros are not learnt yet. Every
    operation is local, so that a picture can be computed in tiles. `size` is T.
    """

    def __init__(self, widths=(32, 64, 128), blocks=(4, 3, 1), hidden=128, presets=0):
        super().__init__()
        a, b, c = self.widths = widths
        self.encoder = StyleEncoder(widths)
        self.statistics = Statistics(self.encoder)
        self.size = 2 * (b + c)
        self.codes = nn.Parameter(torch.zeros(presets, self.size))
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

    def measured(self, image):
        """`statistics` of an image, in the precision of training."""
        with self.low_precision(image):
            return self.statistics(image)

    def forward(self, image, content, style):
        with self.low_precision(image):
            drawn = self.drawn(image, content, style)
        return torch.sigmoid(drawn.float() if self.mixed else drawn)

    def drawn(self, image, content, style):
        """The picture before it is limited to 0..1."""
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
        full = double(F.relu(self.narrow(F.relu(fine))))
        return self.head(F.relu(self.full(full)))


class PatchDiscriminator(nn.Module):
    """[N, C, H, W] -> ([N, 1, H/8, W/8] scores, [features]); spectrally normalised.

    Scores are unbounded, high for real. The features are for feature matching.
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
    """Initialises the linear layers and convolutions of a module so that leaky ReLUs of 0.2 keep the variance."""
    for layer in module.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.kaiming_normal_(layer.weight, a=0.2, nonlinearity="leaky_relu")
            nn.init.zeros_(layer.bias)


class Within(torch.autograd.Function):
    """x clamped to 0..1. Where it is clamped, a gradient passes only if it leads back inside. So a black background is truly
    black, and the net can still learn from it."""

    @staticmethod
    def forward(ctx, x):
        inside = x.clamp(0, 1)
        ctx.save_for_backward(x - inside)
        return inside

    @staticmethod
    def backward(ctx, slope):
        (beyond,) = ctx.saved_tensors
        return slope * (slope * beyond >= 0)


def haar():
    """[4, 4, 1, 1]: the orthonormal Haar transform of the four channels that `unshuffle` makes of four pixels. Its own inverse."""
    rows = [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]
    return torch.tensor(rows, dtype=torch.float32)[..., None, None] / 2


def distance(field):
    """Smooth fields [N, K, H, W] -> signed distance to their zeros in half pixels, valid nearby: the field over its slope."""
    wide = F.pad(field, (1, 1, 1, 1), mode="replicate")
    across, down = wide[..., 1:-1, 2:] - wide[..., 1:-1, :-2], wide[..., 2:, 1:-1] - wide[..., :-2, 1:-1]
    return 4 * field * (across.pow(2) + down.pow(2) + 1e-3).rsqrt()


class StyledLevel(nn.Module):
    """Doubles the size, then applies two 3 x 3 convolutions, each with a gain per channel that depends on the code.

    planes: how many of the channels are noise of this size.
    """

    def __init__(self, inputs, outputs, code, planes):
        super().__init__()
        self.enter = nn.Conv2d(inputs, outputs - planes, 1)
        self.first, self.second = (nn.Conv2d(outputs, outputs, 3, padding=1) for _ in range(2))
        keep_variance(self)
        self.style = nn.Linear(code, 2 * outputs)
        nn.init.normal_(self.style.weight, std=0.5 * code**-0.5)
        nn.init.ones_(self.style.bias)

    def forward(self, x, w, grain):
        gains = self.style(w).to(x.dtype)[..., None, None].chunk(2, 1)
        x = torch.cat([F.interpolate(self.enter(x), scale_factor=2.0, mode="nearest"), grain.to(x.dtype)], 1)
        for layer, gain in zip((self.first, self.second), gains):
            x = F.leaky_relu(layer(x) * gain, 0.2)
        return x


class DamageSynthesiser(Mixed):
    """z [N, 64] and noise [N, noise_size], both standard normal, -> overlay [N, 1, 128, 128] 0..1, 1 = damage.

    The greatest of the first ten numbers of z chooses the kind of damage, the others its look. The net works at up to 64 pixels
    and controls four things that are drawn at 128 and added: lines along the zeros of smooth fields, areas where a field is
    positive, specks where noise exceeds a threshold (each with its own opacity at every place), and Haar bands (Gal et al.,
    SWAGAN, 2021). widths: channels of the levels of 4, 8, 16, 32 and 64 pixels.
    """

    SIDE, LATENT, KINDS, CODE, PLANES = 128, 64, 10, 96, 2
    LINES, AREAS, SPECKS = 2, 1, 2
    FAINTEST = 0.02  # brighter pixels are visible; the background is black

    def __init__(self, widths=(96, 96, 64, 48, 24)):
        super().__init__()
        self.side, self.levels = self.SIDE, [8, 16, 32, 64]
        self.noise_size = self.PLANES * sum(level * level for level in self.levels) + self.SIDE**2
        self.kind = nn.Linear(self.KINDS, self.CODE, bias=False)
        self.mapping = nn.ModuleList([nn.Linear(self.LATENT - self.KINDS + self.CODE, self.CODE), nn.Linear(self.CODE, self.CODE)])
        keep_variance(self.mapping)
        nn.init.normal_(self.kind.weight)
        self.start = nn.Linear(self.CODE, widths[0] * 16)
        self.draw = nn.ModuleList([StyledLevel(a, b, self.CODE, self.PLANES) for a, b in zip(widths, widths[1:])])
        self.coarse = nn.Conv2d(widths[3], 4 + self.LINES + self.AREAS, 1)
        inks = self.LINES + self.AREAS + 1  # the last one is the thinness of lines
        self.fine = nn.Conv2d(widths[4], 4 + inks + self.SPECKS, 1)
        for layer in (self.coarse, self.fine):
            nn.init.normal_(layer.weight, std=0.05)
            nn.init.zeros_(layer.bias)
        nn.init.normal_(self.coarse.weight[4:], std=0.2)
        nn.init.constant_(self.fine.bias[4 : 4 + inks], -1.5)
        nn.init.constant_(self.fine.bias[4 + inks :], 3.5)
        self.register_buffer("haar", haar(), persistent=False)
        self.register_buffer("usual", torch.zeros(self.KINDS, self.CODE), persistent=False)
        self.register_buffer("truncation", torch.ones(1), persistent=False)

    def chosen(self, z):
        """z -> the chosen kind, one-hot [N, 10]."""
        numbers = z[:, : self.KINDS]
        return (numbers >= numbers.amax(1, keepdim=True)).to(z.dtype)

    def code(self, z, kind=None):
        """z -> the intermediate code [N, 96]; kind: one-hot [N, 10], by default the one that z chooses."""
        free = z[:, self.KINDS :]
        free = free * (free.pow(2).mean(1, keepdim=True) + 1e-8).rsqrt()
        w = torch.cat([free, self.kind(self.chosen(z) if kind is None else kind)], 1)
        for layer in self.mapping:
            w = F.leaky_relu(layer(w), 0.2)
        return w

    def synthesise(self, codes, noise):
        """The overlay [N, 1, 128, 128] before clamping. codes: one [N, 96] per level."""
        x, at, drawn = self.start(codes[0]).reshape(len(noise), -1, 4, 4), 0, []
        with self.low_precision(x):
            x = self.arranged(x)
            for level, w, draw in zip(self.levels, codes, self.draw):
                grain = noise[:, at : at + self.PLANES * level * level].reshape(-1, self.PLANES, level, level)
                at += self.PLANES * level * level
                x = draw(x, w, self.arranged(grain))
                drawn.append(x)
            coarse, fine = self.coarse(drawn[2]).float().contiguous(), self.fine(drawn[3]).float().contiguous()
        picture, fine_picture = (F.pixel_shuffle(F.conv2d(bands[:, :4], self.haar), 2) for bands in (coarse, fine))
        away = distance(F.avg_pool2d(double(coarse[:, 4:]), 3, 1, 1, count_include_pad=False))
        ink, threshold = fine[:, 4:].split([self.LINES + self.AREAS + 1, self.SPECKS], 1)
        told = double(torch.cat([away, torch.sigmoid(ink), threshold, picture], 1))
        lines, areas, line_ink, area_ink, sharpness, threshold, picture = told.split(
            [self.LINES, self.AREAS, self.LINES, self.AREAS, 1, self.SPECKS, 1], 1
        )
        lines = line_ink * torch.exp(-lines.pow(2) * (0.1 + 2 * sharpness))
        areas = area_ink * torch.sigmoid(2 * areas)
        specks = torch.sigmoid(5 * (self.speckle(noise[:, at:].reshape(-1, 1, self.SIDE, self.SIDE)) - threshold))
        planes = [plane for drawn in (lines, areas, specks) for plane in drawn.split(1, 1)]
        return picture + fine_picture + sum(planes) - self.FAINTEST

    def speckle(self, noise):
        """Noise [N, 1, S, S] -> [N, 2, S, S] of unit variance, correlated over about one pixel and about two."""
        pair = lambda x: x[..., 1:] + x[..., :-1]
        twice = lambda x: pair(pair(x).transpose(2, 3)).transpose(2, 3)
        near = twice(F.pad(noise, (2, 1, 2, 1)))
        return torch.cat([near[..., 1:-1, 1:-1] / 2, twice(twice(near)) / 20], 1)

    def forward(self, z, noise):
        kind = self.chosen(z)
        usual = kind @ self.usual
        w = usual + self.truncation * (self.code(z, kind) - usual)
        return (self.synthesise([w] * len(self.levels), noise) - 1 / 510).clamp(0, 1)  # less than half a level of 8 bits is black

    @torch.no_grad()
    def truncate(self, share, count=1000):
        """Makes overlays more typical of their kind: codes keep `share` of their distance from the kind's mean."""
        random = torch.Generator().manual_seed(1)
        z = torch.randn(count, self.LATENT, generator=random).to(self.usual.device)
        for i, kind in enumerate(torch.eye(self.KINDS, device=z.device)):
            self.usual[i] = self.code(z, kind.expand(count, -1)).mean(0)
        self.truncation.fill_(share)


class OverlayDiscriminator(Mixed):
    """Overlays and their kinds, [N, 2, 128, 128] (the second plane holds the number of the kind everywhere), -> ([N, 1] scores, []).

    It sees the Haar bands. One channel holds how much an overlay differs from others of its kind in the batch (Karras et al.
    2018). The kind weights the features (projection discriminator, Miyato and Koyama 2018).
    """

    def __init__(self, kinds=10, widths=(96, 96, 64, 48, 24)):
        super().__init__()
        fine = widths[::-1]
        self.enter = nn.Conv2d(4, fine[0], 3, padding=1)
        self.body = nn.ModuleList([nn.Conv2d(width, width, 3, padding=1) for width in fine[1:-1]])
        self.down = nn.ModuleList([nn.Conv2d(a, b, 4, 2, 1) for a, b in zip(fine, fine[1:])])
        self.last, self.flat, self.score = nn.Conv2d(fine[-1] + 1, 96, 3, padding=1), nn.Linear(96 * 16, 96), nn.Linear(96, 1)
        keep_variance(self)
        self.kind = nn.Embedding(kinds, 96)
        nn.init.normal_(self.kind.weight, std=96**-0.5)
        self.register_buffer("haar", haar(), persistent=False)

    def forward(self, overlay):
        kind = overlay[:, 1, 0, 0].detach().round().long()
        bands = F.conv2d(unshuffle(overlay[:, :1]), self.haar)
        with self.low_precision(bands):
            x = F.leaky_relu(self.enter(self.arranged(bands)), 0.2)
            for i, down in enumerate(self.down):
                x = F.leaky_relu(down(x), 0.2)
                if i < len(self.body):
                    x = F.leaky_relu(self.body[i](x), 0.2)
        x = x.float()
        alike = (kind[:, None] == kind[None]).to(x.dtype) - torch.eye(len(x), dtype=x.dtype, device=x.device)
        apart = (x[:, None] - x[None]).pow(2).mean(2).add(1e-6).sqrt()  # [N, N, 4, 4]
        spread = (alike[..., None, None] * apart).sum(1) / alike.sum(1).clamp(min=1)[:, None, None]
        x = F.leaky_relu(self.last(torch.cat([x, spread[:, None]], 1)), 0.2)
        x = F.leaky_relu(self.flat(x.flatten(1)), 0.2)
        return self.score(x) + (self.kind(kind) * x).sum(1, keepdim=True), []


def apply_curve(image, curve):
    """RGB [N, 3, H, W] after `curve` [N, 6, H, W]; values outside 0..1 keep a tenth of their excess, so that they have a gradient."""
    gain, offset = curve.chunk(2, 1)
    made = image * gain + offset
    inside = made.clamp(0, 1)
    return inside + 0.1 * (made - inside)


class NightNet(Mixed):
    """RGB [N, 3, H, W] 0..1 of a whole, small picture -> curve [N, 6, H, W]: three gains and three offsets for every pixel.

    H and W multiples of 16. Pretrained features recognise sky, houses and leaves. gain: the initial gain everywhere.
    widths: at 1/2, 1/4, 1/8 and 1/16.
    """

    def __init__(self, widths=(24, 40, 64, 96), gain=1.0):
        super().__init__()
        from .detector_net import Trunk

        a, b, c, e = widths
        self.trunk = Trunk(4)
        skip = lambda inputs, outputs: nn.Sequential(nn.Conv2d(inputs, outputs, 1), nn.BatchNorm2d(outputs))
        self.enter16 = nn.Sequential(nn.Conv2d(256, e, 2, stride=2), nn.BatchNorm2d(e))
        self.floor = nn.ModuleList([Residual(e, dilation, norm=True) for dilation in (1, 2, 4)])
        self.seen = nn.ModuleList([nn.Conv2d(e, e, 1) for _ in self.floor])
        self.up8, self.skip8, self.out8 = nn.Conv2d(e, c, 1), skip(256, c), Residual(c, norm=True)
        self.up4, self.skip4, self.out4 = nn.Conv2d(c, b, 1), skip(128, b), Residual(b, norm=True)
        self.up2, self.skip2, self.stem = nn.Conv2d(b, a, 1), skip(64, a), nn.Conv2d(12, a, 3, padding=1)
        self.out2 = nn.Sequential(Residual(a, norm=True), Residual(a, norm=True))
        self.head = nn.Conv2d(a, 24, 3, padding=1)
        for layer in self.seen:
            nn.init.normal_(layer.weight, std=0.02)
        nn.init.normal_(self.head.weight, std=1e-4)  # the trunk's features are large
        nn.init.zeros_(self.head.bias)
        nn.init.constant_(self.head.bias[:12], math.atanh(math.log(gain) / 2.5))

    def forward(self, image):
        with self.low_precision(image):
            maps = self.trunk(self.arranged(image))
            low = self.enter16(maps[2])
            for seen, block in zip(self.seen, self.floor):
                low = block(low + seen(F.relu(low).mean((2, 3), keepdim=True)))
            low = self.out8(F.relu(double(self.up8(F.relu(low))) + self.skip8(maps[2])))
            low = self.out4(F.relu(double(self.up4(F.relu(low))) + self.skip4(maps[1])))
            entry = self.stem(unshuffle(image - 0.5))
            low = self.out2(F.relu(double(self.up2(F.relu(low))) + self.skip2(maps[0]) + entry))
            drawn = self.head(F.relu(low))
        gain, offset = F.pixel_shuffle(torch.tanh(drawn.float()), 2).chunk(2, 1)
        return torch.cat([torch.exp(2.5 * gain), 0.9 * offset], 1)


class DayAndNight(Mixed):
    """Two NightNets: `there` makes nights of days, `back` days of nights. forward() is `there`."""

    def __init__(self):
        super().__init__()
        self.there, self.back = NightNet(gain=0.4), NightNet(gain=1 / 0.4)

    def forward(self, image):
        self.there.mixed = self.back.mixed = self.mixed
        return self.there(image)


def grow(net, weights):
    """Copies the weights of a narrower or shallower net into a net, so that it computes the same.

    net: freshly built. weights: state of a net whose layers have the same names, each with at most as many
    channels; blocks (`Residual`, normalised) that it lacks begin as identities. Existing channels keep their
    positions and ignore the new ones at first. Raises ValueError if a tensor of `weights` does not fit
    into the net.
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
    gradient, so pixels are changed and the affected area is measured at several phases.
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

"""Noise, grain, blur, halftone and JPEG for whole batches, on the training device.

Source: written for this project; the JPEG model follows ITU-T T.81 with the quantisation tables and
the quality scale of the Independent JPEG Group. All functions take float32 RGB [N, 3, H, W] in 0..1
and per-picture parameters [N], and return the same shape. H and W are multiples of 16.
"""
import math

import torch
import torch.nn.functional as F

LUMA_TABLE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMA_TABLE = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
) + ((99,) * 8,) * 4
TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
TO_RGB = ((1.0, 0.0, 1.402), (1.0, -0.344136, -0.714136), (1.0, 1.772, 0.0))


def mix(x, matrix):
    """The channels of [N, C, H, W] mixed by `matrix` [O, C]: [N, O, H, W]."""
    return torch.einsum("oc,nchw->nohw", torch.tensor(matrix, dtype=x.dtype, device=x.device), x)


def _quantise(plane, table, quality):
    """Rounds the 8 x 8 DCT of [N, 1, H, W] (0..255, centred) to multiples of the scaled table."""
    n, _, height, width = plane.shape
    k = torch.arange(8, dtype=plane.dtype, device=plane.device)
    basis = torch.cos((2 * k[None] + 1) * k[:, None] * math.pi / 16) * 0.5
    basis[0] = math.sqrt(1 / 8)
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality).view(n, 1, 1, 1, 1)
    steps = torch.tensor(table, dtype=plane.dtype, device=plane.device)
    steps = torch.clamp(torch.floor((steps * scale + 50) / 100), 1, 255)
    blocks = plane.view(n, height // 8, 8, width // 8, 8).permute(0, 1, 3, 2, 4)
    coefficients = torch.round(basis @ blocks @ basis.t() / steps) * steps
    return (basis.t() @ coefficients @ basis).permute(0, 1, 3, 2, 4).reshape(n, 1, height, width)


def jpeg(x, quality):
    """One pass of baseline JPEG, 4:2:0. quality: [N], 1..100."""
    ycc = mix(torch.round(torch.clamp(x, 0, 1) * 255), TO_YCC)
    luma = _quantise(ycc[:, :1] - 128, LUMA_TABLE, quality) + 128
    small = F.avg_pool2d(ycc[:, 1:], 2)
    chroma = torch.cat([_quantise(small[:, i : i + 1], CHROMA_TABLE, quality) for i in (0, 1)], 1)
    chroma = F.interpolate(torch.round(chroma), scale_factor=2.0, mode="bilinear", align_corners=False)
    return torch.clamp(torch.round(mix(torch.cat([torch.round(luma), chroma], 1), TO_RGB)), 0, 255) / 255


def blur(x, sigma):
    """Gaussian blur. sigma: [N] in pixels, up to 2."""
    n, c, height, width = x.shape
    reach = 5
    k = torch.arange(-reach, reach + 1, dtype=x.dtype, device=x.device)
    kernel = torch.exp(-0.5 * (k[None] / sigma.view(n, 1)) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(c, 0)
    flat = F.pad(x.reshape(1, n * c, height, width), (reach,) * 4, mode="reflect")
    flat = F.conv2d(flat, kernel.view(n * c, 1, 1, -1), groups=n * c)
    return F.conv2d(flat, kernel.view(n * c, 1, -1, 1), groups=n * c).view(n, c, height, width)


def grain(x, sigma, size):
    """Film grain: one pattern for the three channels, of `size` [N] pixels (Gaussian sigma), strongest in
    the mid tones. sigma: [N], its standard deviation there."""
    noise = blur(torch.randn_like(x[:, :1]), size)
    noise = noise / noise.std((1, 2, 3), keepdim=True).clamp(min=1e-6)
    level = x.mean(1, keepdim=True)
    return x + noise * sigma.view(-1, 1, 1, 1) * (0.4 + 2.4 * level * (1 - level))


def halftone(x, period, angle, mix):
    """The dot screen of a printed picture. period [N] in pixels, angle [N] in radians, mix [N] 0..1."""
    n, _, height, width = x.shape
    view = lambda v: v.view(n, 1, 1, 1)
    row = torch.arange(height, dtype=x.dtype, device=x.device).view(1, 1, -1, 1)
    column = torch.arange(width, dtype=x.dtype, device=x.device).view(1, 1, 1, -1)
    pitch = 2 * math.pi / view(period)
    u = (column * torch.cos(view(angle)) + row * torch.sin(view(angle))) * pitch
    v = (row * torch.cos(view(angle)) - column * torch.sin(view(angle))) * pitch
    screen = (torch.cos(u) + torch.cos(v)) / 4 + 0.5
    return x * (1 - view(mix)) + torch.clamp((x - screen) * 4 + 0.5, 0, 1) * view(mix)


def between(n, low, high, device, log=False):
    """[n] random values between low and high, uniform or with a uniform logarithm."""
    draw = torch.rand(n, device=device)
    return torch.exp(math.log(low) + draw * math.log(high / low)) if log else low + draw * (high - low)


def degrade(clean):
    """Degrades a batch as scans and cameras do, each picture in one random way.

    clean: float32 [N, 3, H, W] 0..1. Returns (degraded, in 0..1 except for noise, which is not
    clipped; strength [N], its root-mean-square error). Uses torch's own random state.
    """
    n, device = clean.shape[0], clean.device
    x = clean.clone()
    kind = torch.rand(n, device=device)
    some = lambda low, high: torch.nonzero((kind >= low) & (kind < high)).flatten()

    def each(rows, change):
        if len(rows):
            x[rows] = change(x[rows], len(rows))

    white = lambda low, high: lambda y, m: y + torch.randn_like(y) * between(m, low, high, device).view(-1, 1, 1, 1)
    grains = lambda low, high: lambda y, m: grain(y, between(m, low, high, device, True), between(m, 0.25, 0.9, device))

    def shifted_jpeg(low, high):
        def change(y, m):
            # if a picture was cropped later, its block grid can have any offset
            down, right = (int(v) for v in torch.randint(0, 8, (2,))) if float(torch.rand(())) < 0.4 else (0, 0)
            y = torch.roll(y, (down, right), (2, 3))
            return torch.roll(jpeg(y, torch.round(between(m, low, high, device))), (-down, -right), (2, 3))

        return change

    each(some(0.00, 0.34), white(0.012, 0.215))
    each(some(0.34, 0.40), lambda y, m: y + torch.randn_like(y[:, :1]) * between(m, 0.012, 0.16, device).view(-1, 1, 1, 1))
    each(some(0.40, 0.50), grains(0.015, 0.13))
    # compression is the hardest to learn, and the most common
    each(some(0.50, 0.86), shifted_jpeg(8, 75))
    each(some(0.86, 0.93), white(0.01, 0.08))
    each(some(0.86, 0.93), shifted_jpeg(20, 85))
    each(some(0.93, 0.97), lambda y, m: blur(y, between(m, 0.35, 1.1, device)))
    each(some(0.93, 0.97), white(0.004, 0.05))
    each(some(0.97, 1.01), lambda y, m: halftone(y, between(m, 2.4, 5, device), between(m, 0.2, 1.3, device), between(m, 0.15, 0.6, device)))
    strength = (x - clean).pow(2).mean((1, 2, 3)).sqrt()
    return x, strength

"""The net that estimates how a colour photo has faded, and the colour arithmetic of its training.

Source: written for this project. The model of fading is that of Gschwind and Frey (J. Imaging Sci. Technol. 38, 1994): each dye
keeps a share of its density, and stain adds some. Density is measured above a small flare, as in the product's
`steps/tone/density.ts`.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

SIDE = 112  # pixels: a photo is squeezed into a square of this side
FLARE = 0.008
DEEPEST = -math.log10(FLARE / (1 + FLARE))  # density of black
SHARES = (0.002, 0.01, 0.03, 0.08, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.92, 0.97, 0.99, 0.998)
BANDS = 8  # of equally many pixels, from light to dark
TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)


def linear(x):
    """Linear light of sRGB components 0..1."""
    return torch.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055).clamp(min=1e-6) ** 2.4)


def density(x):
    """Density above flare of sRGB components: 0 at white, about 2.1 at black."""
    return -torch.log10((linear(x) + FLARE) / (1 + FLARE))


def component(d):
    """The sRGB component of a density; 0 beyond black."""
    light = (10**-d * (1 + FLARE) - FLARE).clamp(min=0)
    return torch.where(light <= 0.0031308, light * 12.92, 1.055 * light.clamp(min=1e-8) ** (1 / 2.4) - 0.055)


def lab(rgb):
    """CIELAB (D65) [N, 3, P] of sRGB [N, 3, P]."""
    light = linear(rgb)
    xyz = [sum(row[c] * light[:, c] for c in range(3)) / white for row, white in zip(TO_XYZ, WHITE)]
    f = [torch.where(v > 0.008856, v.clamp(min=1e-6) ** (1 / 3), 7.787 * v + 16 / 116) for v in xyz]
    return torch.stack([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])], 1)


def delta_e94(one, other):
    """CIE 1994 colour difference [N, P] of CIELAB [N, 3, P]; symmetric, and differentiable where both are equal."""
    chroma = lambda x: torch.sqrt(x[:, 1] ** 2 + x[:, 2] ** 2 + 1e-4)
    c1, c2 = chroma(one), chroma(other)
    dl, da, db = (one - other).unbind(1)
    dh = (da**2 + db**2 - (c1 - c2) ** 2).clamp(min=0)
    c = torch.sqrt(c1 * c2)
    return torch.sqrt(dl**2 + ((c1 - c2) / (1 + 0.045 * c)) ** 2 + dh / (1 + 0.015 * c) ** 2 + 1e-3)


def faded(rgb, kept, stain):
    """sRGB [N, 3, ...] after fading. kept, stain: [N, 3]."""
    view = lambda x: x.reshape(len(x), 3, *[1] * (rgb.dim() - 2))
    return component(density(rgb) * view(kept) + view(stain))


def unfaded(rgb, kept, stain):
    """The inverse of `faded`; densities beyond black and white are clipped."""
    view = lambda x: x.reshape(len(x), 3, *[1] * (rgb.dim() - 2))
    return component(((density(rgb) - view(stain)) / view(kept)).clamp(0, DEEPEST))


class FadingNet(nn.Module):
    """RGB [N, 3, h, w] 0..1 of any size -> figures [N, 9]: the share of its density that each dye (cyan, magenta, yellow) has
    kept, the density of stain over each, the expected difference from the unfaded photo before and after the correction, and
    how much the correction changes (all three CIE 1994).

    It sees no shapes, only how densities are distributed: percentiles of each layer, their covariances, the layers'
    differences in bands from light to dark, percentiles of chroma, and the share of clipped pixels.
    """

    FEATURES = 3 * len(SHARES) + 9 + 3 + 4 * BANDS + len(SHARES) + 6

    def __init__(self, width=192):
        super().__init__()
        self.mixed = False
        self.body = nn.Sequential(nn.Linear(self.FEATURES, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.head = nn.Linear(width, 8)
        nn.init.zeros_(self.head.weight)
        with torch.no_grad():  # begins at "hardly faded"
            self.head.bias.copy_(torch.tensor([-2.0] * 3 + [-3.0] * 3 + [0.0] * 2))
        self.register_buffer("mean", torch.zeros(self.FEATURES))
        self.register_buffer("spread", torch.ones(self.FEATURES))
        self.register_buffer("ranks", torch.tensor([round(s * (SIDE * SIDE - 1)) for s in SHARES]))

    def features(self, rgb):
        """What the net knows about a photo, [N, FEATURES]. rgb: [N, 3, h, w]."""
        rgb = F.interpolate(rgb, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
        n, pixels = rgb.shape[0], SIDE * SIDE
        flat = rgb.reshape(n, 3, pixels)
        d = density(flat)
        middle = d.mean(2, keepdim=True)
        away = d - middle
        covariance = torch.matmul(away, away.transpose(1, 2)) / pixels
        percentiles = torch.sort(d, dim=2)[0][:, :, self.ranks]
        order = torch.sort(d.mean(1), dim=1)[1]
        size = pixels // BANDS
        bands = []
        for first, second in ((0, 1), (2, 1)):
            difference = torch.gather(d[:, first] - d[:, second], 1, order)[:, : size * BANDS].reshape(n, BANDS, size)
            mean = difference.mean(2, keepdim=True)
            bands += [2 * mean[..., 0], 2 * torch.sqrt(((difference - mean) ** 2).mean(2) + 1e-8)]
        colour = lab(flat)
        chroma = torch.sort(torch.sqrt(colour[:, 1] ** 2 + colour[:, 2] ** 2), dim=1)[0][:, self.ranks] / 40
        clipped = [torch.sqrt((flat > 0.996).float().mean(2)), torch.sqrt((flat < 0.012).float().mean(2))]
        return torch.cat([percentiles.reshape(n, -1), 4 * covariance.reshape(n, -1), middle[..., 0], *bands, chroma, *clipped], 1)

    def figures(self, rgb):
        """(kept [N, 3], stain [N, 3], errors [N, 2])."""
        out = self.head(self.body((self.features(rgb) - self.mean) / self.spread))
        return torch.exp(-F.softplus(out[:, :3])), 0.5 * F.softplus(out[:, 3:6]), 4 * F.softplus(out[:, 6:] + 1)

    def forward(self, rgb):
        kept, stain, errors = self.figures(rgb)
        small = F.interpolate(rgb, size=(SIDE, SIDE), mode="bilinear", align_corners=False).flatten(2)
        change = delta_e94(lab(small), lab(unfaded(small, kept, stain))).mean(1, keepdim=True)
        return torch.cat([kept, stain, errors, change], 1)

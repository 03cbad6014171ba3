"""Perceptual and style losses, and the LPIPS distance.

Source: SqueezeNet 1.1 features (Iandola et al. 2016, MIT), LPIPS heads (Zhang et al. 2018, BSD-2),
read from the data folder's `perceptual/`. They are not shipped.
"""
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

MEAN_BGR = (104.0, 117.0, 123.0)
FIRES = ("fire2", "fire3", "fire4", "fire5", "fire6", "fire7", "fire8", "fire9")


class SqueezeFeatures(nn.Module):
    """RGB [N, 3, H, W] 0..1 -> the seven feature maps that LPIPS reads. Frozen.

    folder: the data folder's `perceptual/`. Raises FileNotFoundError without the weights.
    """

    def __init__(self, folder):
        super().__init__()
        path = Path(folder) / "squeezenet1_1_caffe_features_nchw_fp32.npz"
        if not path.exists():
            raise FileNotFoundError(f"{path}: the perceptual weights are part of the training data")
        weights = np.load(path)
        for key in weights.files:
            self.register_buffer(key, torch.from_numpy(weights[key].astype(np.float32)))
        self.register_buffer("mean", torch.tensor(MEAN_BGR).view(1, 3, 1, 1))

    def _fire(self, x, name):
        get = lambda part: (getattr(self, f"{name}_{part}_w"), getattr(self, f"{name}_{part}_b"))
        x = F.relu(F.conv2d(x, *get("squeeze1x1")))
        return F.relu(torch.cat([F.conv2d(x, *get("expand1x1")), F.conv2d(x, *get("expand3x3"), padding=1)], 1))

    def forward(self, rgb, depth=7):
        """The first `depth` of the seven maps."""
        x = (rgb.flip(1) * 255.0 - self.mean).contiguous(memory_format=torch.channels_last)
        x = F.relu(F.conv2d(x, self.conv1_w, self.conv1_b, stride=2))
        maps = [x]
        for i, name in enumerate(FIRES):
            if len(maps) >= depth:
                break
            if name in ("fire2", "fire4", "fire6"):
                x = F.max_pool2d(x, 3, 2, ceil_mode=True)
            x = self._fire(x, name)
            if name not in ("fire2", "fire4"):
                maps.append(x)
        return maps


def _unit(x):
    return x / (x.pow(2).sum(1, keepdim=True).sqrt() + 1e-10)


class Lpips(nn.Module):
    """LPIPS (squeeze) between two RGB batches [N, 3, H, W] 0..1: float32 [N], 0 = the same."""

    HEADS = "lpips_squeeze_v0.1.pth"

    def __init__(self, folder, features=None):
        super().__init__()
        self.features = features or SqueezeFeatures(folder)
        state = torch.load(Path(folder) / self.HEADS, map_location="cpu")
        for i in range(7):
            self.register_buffer(f"head{i}", state[f"lin{i}.model.1.weight"].float())

    def forward(self, a, b):
        total = 0
        for i, (x, y) in enumerate(zip(self.features(a), self.features(b))):
            total = total + F.conv2d((_unit(x) - _unit(y)) ** 2, getattr(self, f"head{i}")).mean((1, 2, 3))
        return total


class Correlations(torch.autograd.Function):
    """rows [N, C, P] -> products of every pair of rows [N, C, C]. Its gradient is one product; autograd would add two."""

    @staticmethod
    def forward(ctx, rows):
        ctx.save_for_backward(rows)
        return torch.bmm(rows, rows.transpose(1, 2))

    @staticmethod
    def backward(ctx, gradient):
        return torch.bmm(gradient + gradient.transpose(1, 2), ctx.saved_tensors[0])


def gram(x):
    """Channel correlations [N, C, C] of a feature map [N, C, H, W], per pixel and channel."""
    n, c, h, w = x.shape
    rows = x.reshape(n, c, h * w)
    if torch.onnx.is_in_onnx_export():
        return torch.bmm(rows, rows.transpose(1, 2)) / (c * h * w)
    return Correlations.apply(rows).float() / (c * h * w)


def perceptual_and_style(features, fake, real, depth=4):
    """(perceptual, style): distances of unit-length feature maps and of their Gram matrices."""
    with torch.no_grad():
        wanted = features(real, depth)
    perceptual, style = 0, 0
    for x, y in zip(features(fake, depth), wanted):
        scale = y.abs().mean() + 1e-6
        perceptual = perceptual + F.l1_loss(x, y) / scale
        style = style + F.l1_loss(gram(x), gram(y)) / (gram(y).abs().mean() + 1e-9)
    return perceptual / depth, style / depth


def likeness(x, y):
    """Squared distance divided by the squared size of y, one figure per sample: [N]; 0 = the same."""
    return (x - y).pow(2).flatten(1).sum(1) / (y.pow(2).flatten(1).sum(1) + 1e-8)


def manner(maps):
    """The description of a style, for pictures of any size: a flat list with, for each feature map [N, C, H, W], the Gram matrix
    [N, C, C] (Gatys et al. 2016) and the means and standard deviations of the channels [N, 2C] (Huang and Belongie 2017)."""
    found = []
    for x in maps:
        each, count = gram(x), x.shape[2] * x.shape[3]
        mean = x.mean((2, 3)).float()
        variance = each.diagonal(dim1=1, dim2=2) * x.shape[1] - mean.pow(2)  # the diagonal holds the means of the squares
        spread = (variance.clamp(min=0) * count / max(1, count - 1) + 1e-4).sqrt()
        found += [each, torch.cat([mean, spread], 1)]
    return found


def style_distance(made, wanted):
    """Distance of two styles (`manner`), mean over their parts: [N], 0 = the same, about 1 = nothing in common."""
    return sum(likeness(x, y) for x, y in zip(made, wanted)) / len(wanted)


def total_variation(x):
    """Mean absolute difference of neighbours of [N, C, H, W]: [N]."""
    across, down = (x[..., 1:] - x[..., :-1]).abs(), (x[..., 1:, :] - x[..., :-1, :]).abs()
    return across.mean((1, 2, 3)) + down.mean((1, 2, 3))

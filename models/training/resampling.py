"""Bicubic resampling as super-resolution papers do it: Keys' kernel (a = -0.5), antialiased for shrinking.

Source: written for this project, after Keys, Cubic Convolution Interpolation (1981); pixel centres at halves,
edges mirrored with the edge pixel repeated.
"""
import functools

import numpy as np
import torch

REACH = 2  # reach of the kernel, in pixels of the coarser grid


def cubic(x):
    """Keys' kernel with a = -0.5, for an array of distances."""
    x = np.abs(x)
    return np.where(x <= 1, 1.5 * x**3 - 2.5 * x**2 + 1, np.where(x < 2, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2, 0.0))


@functools.lru_cache(maxsize=64)
def matrix(length, wanted):
    """float64 [wanted, length]: resamples a row of `length` pixels to `wanted`. Every row sums to 1."""
    scale = wanted / length
    sharpness = min(1.0, scale)  # below 1 the kernel is widened, which antialiases
    centres = (np.arange(wanted) + 0.5) / scale - 0.5
    reach = int(np.ceil(REACH / sharpness)) + 1
    taps = np.floor(centres).astype(int)[:, None] + np.arange(-reach, reach + 1)
    weights = cubic((centres[:, None] - taps) * sharpness)
    weights /= weights.sum(1, keepdims=True)
    folded = taps % (2 * length)
    folded = np.where(folded < length, folded, 2 * length - 1 - folded)
    out = np.zeros((wanted, length))
    np.add.at(out, (np.arange(wanted)[:, None], folded), weights)
    return out


def resample(x, height, width):
    """Tensor [N, C, H, W] -> [N, C, height, width], not clipped."""
    rows = torch.from_numpy(matrix(x.shape[2], height)).to(x)
    columns = torch.from_numpy(matrix(x.shape[3], width)).to(x)
    return rows @ x @ columns.t()


def resample_picture(picture, height, width):
    """uint8 [H, W, C] -> uint8 [height, width, C]."""
    planes = np.moveaxis(picture.astype(np.float64), -1, 0)
    out = matrix(picture.shape[0], height) @ planes @ matrix(picture.shape[1], width).T
    # halves are rounded up, as in the product's evaluation
    return np.clip(np.floor(np.moveaxis(out, 0, -1) + 0.5), 0, 255).astype(np.uint8)


def phases(scale):
    """float32 [scale * scale, 1, 5, 5]: the kernels of bicubic enlargement by an integer, one for each place
    within a pixel, in the order of a pixel shuffle."""
    offsets = (np.arange(scale) + 0.5) / scale - 0.5
    rows = cubic(offsets[:, None] - np.arange(-2, 3))
    rows /= rows.sum(1, keepdims=True)
    return torch.tensor(np.einsum("iy,jx->ijyx", rows, rows).reshape(scale * scale, 1, 5, 5), dtype=torch.float32)


def shrinking(scale):
    """float32 [1, 1, 4 * scale, 4 * scale]: the kernel of antialiased bicubic reduction by an even integer."""
    row = cubic((np.arange(4 * scale) - (4 * scale - 1) / 2) / scale)
    return torch.tensor(np.outer(row, row) / row.sum() ** 2, dtype=torch.float32)[None, None]

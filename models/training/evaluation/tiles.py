"""Runs a net over a picture as the product does: tiles of one shape with a halo, mirrored beyond the edges.

Source: written for this project, after `planTiles` of main/engine/tiles.ts.
"""
import math

import numpy as np
import torch


def mirror(indices, length):
    """Positions in a row of `length` that is mirrored endlessly, without repeating its ends."""
    if length == 1:
        return np.zeros_like(indices)
    phase = indices % (2 * (length - 1))
    return np.where(phase < length, phase, 2 * (length - 1) - phase)


def run(net, planes, card, *extras):
    """The net's output, float32 [C', scale * H, scale * W], for float32 [C, H, W].

    card: tile, halo, input multiple and output scale as in card.json. extras: further inputs of the net, floats or tensors.
    """
    scale = card["output"]["scale"]
    multiple, (height, width) = card["input"]["multiple"], planes.shape[1:]
    ceil = lambda value: math.ceil(value / multiple) * multiple
    halo = ceil(card["halo"])
    largest = max(multiple, card["tile"] // multiple * multiple - 2 * halo)
    balanced = lambda length: ceil(math.ceil(length / math.ceil(length / largest)))
    across, down = balanced(width), balanced(height)
    reach = lambda core: np.arange(-halo, core + halo)
    further = [value if torch.is_tensor(value) else torch.tensor([value], dtype=torch.float32) for value in extras]
    out = None
    for top in range(0, height, down):
        rows = mirror(top + reach(down), height)
        for left in range(0, width, across):
            tile = planes[:, rows[:, None], mirror(left + reach(across), width)[None]]
            with torch.no_grad():
                result = net(torch.from_numpy(np.ascontiguousarray(tile, np.float32))[None], *further)[0].numpy()
            if out is None:
                out = np.empty((len(result), scale * height, scale * width), np.float32)
            h, w = scale * min(down, height - top), scale * min(across, width - left)
            y, x, skip = scale * top, scale * left, scale * halo
            out[:, y : y + h, x : x + w] = result[:, skip : skip + h, skip : skip + w]
    return out

"""Runs a net over a picture as the product does: tiles of one shape with a halo, mirrored beyond the edges or ending there.

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


def balanced(length, edge, halo, multiple, ends):
    """(core, tile): the fewest equal cores that cover `length`, so that each fits into `edge` with its halos.

    ends: of the two ends of the picture, those that need no halo, 0 or 2. All lengths are in pixels.
    """
    ceil = lambda value: math.ceil(value / multiple) * multiple
    count = 0
    while True:
        count += 1
        core = ceil(math.ceil(length / count))
        halos = 2 - ends if count == 1 else 1 if count == 2 and ends == 2 else 2
        if core + halos * halo <= edge or core == multiple:
            return core, core + halos * halo


def run(net, planes, card, *extras):
    """The net's output, float32 [C', scale * H, scale * W], for float32 [C, H, W].

    card: tile, halo, border, input multiple and output scale as in card.json. extras: further inputs of the net, floats or
    tensors.
    """
    scale = card["output"]["scale"]
    multiple, (height, width) = card["input"]["multiple"], planes.shape[1:]
    ceil = lambda value: math.ceil(value / multiple) * multiple
    halo, edge = ceil(card["halo"]), card["tile"] // multiple * multiple
    is_open = card.get("border") == "nothing"
    across, tile_width = balanced(width, edge, halo, multiple, 2 * is_open)
    down, tile_height = balanced(height, edge, halo, multiple, 2 * is_open)

    def start(core, tile, length):
        return max(0, min(core - halo, ceil(length) - tile)) if is_open else core - halo

    further = [value if torch.is_tensor(value) else torch.tensor([value], dtype=torch.float32) for value in extras]
    out = None
    for top in range(0, height, down):
        y0 = start(top, tile_height, height)
        rows = mirror(np.arange(y0, y0 + tile_height), height)
        for left in range(0, width, across):
            x0 = start(left, tile_width, width)
            tile = planes[:, rows[:, None], mirror(np.arange(x0, x0 + tile_width), width)[None]]
            with torch.no_grad():
                result = net(torch.from_numpy(np.ascontiguousarray(tile, np.float32))[None], *further)[0].numpy()
            if out is None:
                out = np.empty((len(result), scale * height, scale * width), np.float32)
            h, w = scale * min(down, height - top), scale * min(across, width - left)
            y, x = scale * top, scale * left
            skip_y, skip_x = y - scale * y0, x - scale * x0
            out[:, y : y + h, x : x + w] = result[:, skip_y : skip_y + h, skip_x : skip_x + w]
    return out

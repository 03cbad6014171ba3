"""coloriser: colours photographs whose colours were removed, and compares them with grey.

Source: written for this project. Shrinking, joint bilateral upsampling and gamut are those of
main/restoration/steps/colorise/colorise.ts. Nobody can know the colours of a grey picture: PSNR rewards pale guesses, and
colourfulness (Hasler and Süsstrunk 2003) shows whether they are too pale. The table gives both, and LPIPS.
"""
import cv2
import numpy as np

from .. import metrics, protocol
from ..context import row, to_planes, write_sheet
from ..tiles import run

ID = "coloriser"
FOLDERS = ("kodak", "cid22")
STRENGTH = 1.0  # the product's default
PIXELS, REACH, NEAR, ALIKE, LEAST = 40_000, 2, 0.9, 0.07, 1e-4  # as in the product


def shrunk(plane, pixels):
    """float32 [H, W] of at most `pixels`, by averaging."""
    height, width = plane.shape
    scale = (pixels / (height * width)) ** 0.5
    if scale >= 1:
        return plane
    return cv2.resize(plane, (max(1, int(width * scale)), max(1, int(height * scale))), interpolation=cv2.INTER_AREA)


def places(large, small):
    """(indices [large, 4], weights [large, 4]) along one axis."""
    at = (np.arange(large) + 0.5) * small / large - 0.5
    taps = np.floor(at)[:, None] - REACH + 1 + np.arange(2 * REACH)
    return np.clip(taps, 0, small - 1).astype(int), np.exp(-(((taps - at[:, None]) / NEAR) ** 2) / 2)


def spread(colours, guide, luma):
    """Joint bilateral upsampling: [2, h, w] by its guide [h, w] to the luma [H, W]; returns [2, H, W]."""
    rows, down = places(luma.shape[0], guide.shape[0])
    columns, across = places(luma.shape[1], guide.shape[1])
    total, sums = np.zeros(luma.shape), np.zeros((2, *luma.shape))
    for i in range(2 * REACH):
        for j in range(2 * REACH):
            at = rows[:, i][:, None], columns[:, j][None]
            weight = down[:, i][:, None] * across[:, j][None] * (LEAST + np.exp(-(((luma - guide[at]) / ALIKE) ** 2) / 2))
            total += weight
            sums += weight * colours[(slice(None), *at)]
    return sums / total


def colour(net, card, grey, strength=STRENGTH, **extras):
    """Colours uint8 [H, W]: uint8 [H, W, 3]."""
    luma = grey.astype(np.float32) / 255
    guide = shrunk(luma, PIXELS)
    further = [extras.get(each["name"], each["default"]) for each in card["extraInputs"]]
    cb, cr = strength * spread(run(net, guide[None], card, *further), guide, luma)
    away = np.stack([1.402 * cr, -0.344136 * cb - 0.714136 * cr, 1.772 * cb], -1)
    level = luma[..., None].astype(np.float64)
    room = np.where(away > 0, 1 - level, level) / np.maximum(np.abs(away), 1e-9)
    return np.floor((level + away * np.minimum(1, room.min(-1, keepdims=True))) * 255 + 0.5).clip(0, 255).astype(np.uint8)


def measure(net, card, context):
    rows = []
    for folder in FOLDERS:
        truth = [picture for _, picture in context.pictures(folder)]
        if not truth:
            continue
        grey = [np.repeat(protocol.grey_of(picture)[..., None], 3, -1) for picture in truth]
        made = [colour(net, card, picture[..., 0]) for picture in grey]
        data = f"{len(truth)} pictures"
        for metric, unit, score in (("PSNR", "dB", metrics.psnr), ("LPIPS", "", context.lpips)):
            against = {"grey": [score(a, b) for a, b in zip(grey, truth)]}
            rows.append(row(folder, metric, unit, [score(a, b) for a, b in zip(made, truth)], against, data))
        share = [100 * metrics.colourfulness(a) / metrics.colourfulness(b) for a, b in zip(made, truth)]
        rows.append(row(folder, "colourfulness", "%", share, {"grey": [0.0] * len(truth)}, data))
    return {"thresholds": None, "rows": rows}


def sheet(net, card, context, path):
    """Old photographs in the three palettes; then truth, grey and coloured."""
    lines = []
    fit = lambda picture: cv2.resize(picture, None, fx=(k := 256 / max(picture.shape[:2])), fy=k, interpolation=cv2.INTER_AREA)
    for _, picture in context.pictures("monochrome")[:24]:
        grey = fit(protocol.grey_of(picture))
        three = [colour(net, card, grey, warmth=warmth) for warmth in (0, 1.2, -1.2)]
        lines.append([np.repeat(grey[..., None], 3, -1), *three])
    for folder in FOLDERS:
        for _, picture in context.pictures(folder)[:6]:
            small = fit(picture)
            grey = protocol.grey_of(small)
            lines.append([small, np.repeat(grey[..., None], 3, -1), colour(net, card, grey)])
    write_sheet(path, lines)

"""coloriser: colours photographs whose colours were removed, and compares them with grey.

Source: written for this project. Shrinking, joint bilateral upsampling and gamut are those of
main/restoration/steps/colorise/colorise.ts. Nobody can know the colours of a grey picture: PSNR rewards pale guesses, and
colourfulness (Hasler and Süsstrunk 2003) shows whether they are too pale. The table gives both, and LPIPS. Ten hints of true
colours show whether hints help, and one of a wrong colour how far it reaches.
"""
import cv2
import numpy as np

from .. import metrics, protocol
from ..context import row, to_planes, write_sheet
from ..tiles import run

ID = "coloriser"
FOLDERS = ("kodak", "cid22")
STRENGTH = 1.0  # the product's default
ODD, RADIUS = (60, 90, 200), 8  # one hint of a colour that is hardly ever right, in the middle
HERE, AWAY = 0.02, 0.25  # of the longer side: at that hint, and elsewhere
PIXELS, REACH, NEAR, ALIKE, LEAST = 62_500, 2, 0.9, 0.07, 1e-4  # as in the product


def triangles(large, small):
    """[small, large]: the weights of the pixels of a row in each pixel of the reduced row."""
    scale = large / small
    centre = (np.arange(small) + 0.5) * scale - 0.5
    taps = np.floor(centre - scale)[:, None].astype(int) + np.arange(int(2 * scale) + 3)
    weights = np.zeros((small, large))
    each = np.maximum(0, 1 - np.abs(taps - centre[:, None]) / scale)
    np.add.at(weights, (np.arange(small)[:, None], np.clip(taps, 0, large - 1)), each)
    return weights / weights.sum(1, keepdims=True)


def shrunk(plane, pixels):
    """uint8 [H, W] of at most `pixels`, by weights that fall linearly with the distance, as sharp does in the product."""
    height, width = plane.shape
    scale = (pixels / (height * width)) ** 0.5
    if scale >= 1:
        return plane
    levels = lambda values: np.floor(values + 0.5)
    rows = levels(triangles(height, max(1, int(height * scale))) @ plane)
    return levels(rows @ triangles(width, max(1, int(width * scale))).T).astype(np.uint8)


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


def hint_planes(hints, full, small):
    """float32 [3, h, w]: Cb + 0.5, Cr + 0.5 and 1 where a hint is; 0 elsewhere. hints: [(x, y, radius, (red, green, blue))] in
    pixels of a picture of the size `full`, (height, width); small: (h, w). A later hint covers an earlier one."""
    planes = np.zeros((3, *small), np.float32)
    down, across = small[0] / full[0], small[1] / full[1]
    rows, columns = np.arange(small[0])[:, None] + 0.5, np.arange(small[1])[None] + 0.5
    for x, y, radius, (red, green, blue) in hints:
        away = ((columns / across - (x + 0.5)) ** 2 + (rows / down - (y + 0.5)) ** 2) <= radius**2
        away[int((y + 0.5) * down), int((x + 0.5) * across)] = True
        luma = 0.299 * red + 0.587 * green + 0.114 * blue
        for plane, value in zip(planes, ((blue - luma) / 1.772 / 255 + 0.5, (red - luma) / 1.402 / 255 + 0.5, 1)):
            plane[away] = value
    return planes


def colour(net, card, grey, strength=STRENGTH, hints=(), **extras):
    """Colours uint8 [H, W]: uint8 [H, W, 3]. hints: as in `hint_planes`."""
    luma = grey.astype(np.float32) / 255
    guide = shrunk(grey, PIXELS).astype(np.float32) / 255
    further = [extras.get(each["name"], each["default"]) for each in card["extraInputs"]]
    planes = np.concatenate([guide[None], hint_planes(hints, luma.shape, guide.shape)])
    cb, cr = strength * spread(run(net, planes, card, *further), guide, luma)
    away = np.stack([1.402 * cr, -0.344136 * cb - 0.714136 * cr, 1.772 * cb], -1)
    level = luma[..., None].astype(np.float64)
    room = np.where(away > 0, 1 - level, level) / np.maximum(np.abs(away), 1e-9)
    return np.floor((level + away * np.minimum(1, room.min(-1, keepdims=True))) * 255 + 0.5).clip(0, 255).astype(np.uint8)


def changes(one, other, at):
    """(at the hint, elsewhere) in levels: the mean difference of two uint8 pictures within HERE of the longer side from the
    place (x, y), and farther than AWAY of it."""
    height, width = one.shape[:2]
    distance = np.hypot(np.arange(height)[:, None] - at[1], np.arange(width)[None] - at[0]) / max(height, width)
    change = np.abs(one.astype(np.int32) - other).mean(2)
    return float(change[distance <= HERE].mean()), float(change[distance > AWAY].mean())


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
        helped = [colour(net, card, a[..., 0], hints=protocol.colour_hints(b, i)) for i, (a, b) in enumerate(zip(grey, truth))]
        without = {"no hints": [metrics.psnr(a, b) for a, b in zip(made, truth)]}
        rows.append(row(f"{folder}, ten hints", "PSNR", "dB", [metrics.psnr(a, b) for a, b in zip(helped, truth)], without, data))
        places = [(picture.shape[1] // 2, picture.shape[0] // 2) for picture in truth]
        moved = [changes(colour(net, card, a[..., 0], hints=[(*at, RADIUS, ODD)]), b, at) for a, b, at in zip(grey, made, places)]
        for metric, values in zip(("change there", "change elsewhere"), zip(*moved)):
            rows.append(row(f"{folder}, one hint", metric, "", list(values), {}, data))
    return {"thresholds": None, "rows": rows}


def sheet(net, card, context, path):
    """Old photographs in the three palettes; then truth, grey, coloured, and coloured with ten hints."""
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
            told = colour(net, card, grey, hints=protocol.colour_hints(small, 0))
            lines.append([small, np.repeat(grey[..., None], 3, -1), colour(net, card, grey), told])
    write_sheet(path, lines)

"""fading: fades photographs in three ways and undoes it, as whoever asks for it and by itself.

Source: written for this project. Sizes, margin, limits and the bend of the curves are those of
main/restoration/steps/tone/fading.ts. "Asked for" is the whole correction, whatever the estimate; "by itself" is what the
product proposes, which leaves alone what has probably not faded. The product has other rules for photographs that look
toned, as some do after much fading, so its figures can be worse than these.
"""
import cv2
import numpy as np
import torch

from .. import metrics, protocol
from ..context import row, to_planes, write_sheet

ID = "fading"
FOLDERS = ("kodak", "cid22")
PIXELS, MARGIN, STRETCH, LIGHTEST, DARKEST = 250_000, 0.06, 2.5, 0.985, 0.02


def bend(line, lightest, darkest, full):
    """The line of densities, compressed beyond both ends so that nothing new is clipped."""

    def compress(value, reach, room):
        if reach <= room:
            return value
        return np.zeros_like(value) if room <= 0 else value / (1 + value * (1 / room - 1 / reach))

    deepest, thinnest = line(full) - darkest, lightest - line(0.0)

    def bent(density):
        moved = line(density)
        dark = darkest + compress(np.maximum(moved - darkest, 0), deepest, full - darkest)
        light = lightest - compress(np.maximum(lightest - moved, 0), thinnest, lightest)
        return np.where(moved > darkest, dark, np.where(moved < lightest, light, moved))

    return bent


def figures(net, card, picture):
    """The net's figures for a whole picture, without its margin."""
    height, width = picture.shape[:2]
    scale = min(1.0, (PIXELS / (height * width)) ** 0.5)
    if scale < 1:
        size = (int(width * scale), int(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        height, width = picture.shape[:2]
    top, left = int(height * MARGIN), int(width * MARGIN)
    inner = picture[top : height - top, left : width - left]
    scale = min(1.0, card["input"]["longest"] / max(inner.shape[:2]))
    size = (max(1, round(inner.shape[1] * scale)), max(1, round(inner.shape[0] * scale)))
    small = cv2.resize(np.ascontiguousarray(inner), size, interpolation=cv2.INTER_AREA)
    with torch.no_grad():
        return net(torch.from_numpy(to_planes(small))[None])[0].numpy().astype(np.float64)


def certainty(found, card):
    """How certain it is that the photo has faded, 0..1: the product's own strength."""
    low, high = card["thresholds"]["perhaps"], card["thresholds"]["certain"]
    return float(np.clip((min(found[6], found[8]) - low) / (high - low), 0, 1))


def corrected(picture, found, strength):
    """The picture with its fading undone, uint8 [H, W, 3]."""
    if strength == 0:
        return picture
    values = np.arange(256) / 255
    density = protocol._density(values)
    ends = [float(protocol._density(np.float64(end))) for end in (LIGHTEST, DARKEST, 0.0)]
    tables = []
    for kept, stain in zip(found[:3], found[3:6]):
        slope = min(STRETCH, 1 / max(kept, 1e-3))
        bent = bend(lambda d: slope * (d - stain), *ends)
        curve = values + strength * (protocol._component(bent(density)) - values)
        tables.append(np.floor(np.clip(curve, 0, 1) * 255 + 0.5).astype(np.uint8))
    return np.stack([table[picture[..., c]] for c, table in enumerate(tables)], -1)


def measure(net, card, context):
    rows = []
    for folder in FOLDERS:
        truth = [picture for _, picture in context.pictures(folder)]
        if not truth:
            continue
        data = f"{len(truth)} pictures"
        for kind in protocol.FADINGS:
            found = [protocol.faded(picture, kind, index) for index, picture in enumerate(truth)]
            seen = [figures(net, card, picture) for picture in found]
            against = {"as found": [metrics.ciede2000(a, b) for a, b in zip(found, truth)]}
            for name, strength in (("asked for", lambda told: 1.0), ("by itself", lambda told: certainty(told, card))):
                values = [metrics.ciede2000(corrected(a, told, strength(told)), b) for a, told, b in zip(found, seen, truth)]
                rows.append(row(f"{folder}, {kind}", f"CIEDE2000, {name}", "", values, against, data))
        seen = [figures(net, card, picture) for picture in truth]
        values = [metrics.ciede2000(corrected(a, told, certainty(told, card)), a) for a, told in zip(truth, seen)]
        rows.append(row(f"{folder}, sound", "CIEDE2000, by itself", "", values, {"as found": [0.0] * len(truth)}, data))
    return {"thresholds": None, "rows": rows}


def sheet(net, card, context, path):
    """Truth, faded, asked for, by itself; then old colour prints as found and corrected."""
    fit = lambda picture: cv2.resize(picture, None, fx=(k := 256 / max(picture.shape[:2])), fy=k, interpolation=cv2.INTER_AREA)
    lines = []
    for folder in FOLDERS:
        for index, (_, picture) in enumerate(context.pictures(folder)[:6]):
            for kind in protocol.FADINGS:
                found = fit(protocol.faded(picture, kind, index))
                told = figures(net, card, found)
                lines.append([fit(picture), found, corrected(found, told, 1.0), corrected(found, told, certainty(told, card))])
    for _, picture in context.pictures("old"):
        small = fit(picture)
        told = figures(net, card, picture)
        lines.append([small, corrected(small, told, 1.0), corrected(small, told, certainty(told, card))])
    write_sheet(path, lines)

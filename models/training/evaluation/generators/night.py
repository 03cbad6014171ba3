"""night: turns days of Kodak into nights and back.

Source: written for this project. Only the eye can judge whether it looks like night: see the sheet. The table shows whether
the content is kept (PSNR of the picture after there and back, compared with that of the night picture itself).
"""
import cv2
import numpy as np
import torch

from ...generators.night import light_of
from ...networks import apply_curve
from .. import metrics
from ..context import row, to_picture, to_planes, write_sheet

ID = "night"
LONGEST = 256  # longer side of the net's input, as in the product
AGREEMENT = {"mean luma": 0.5}


def curve_of(net, picture):
    """float32 [6, H, W] of a uint8 picture of any size: the small picture's, enlarged."""
    height, width = picture.shape[:2]
    share = min(1, LONGEST / max(height, width))
    small = tuple(max(8, int(side * share) // 8 * 8) for side in (width, height))
    planes = to_planes(cv2.resize(picture, small, interpolation=cv2.INTER_AREA))
    with torch.no_grad():
        curve = net(torch.from_numpy(planes)[None])[0].numpy()
    return np.stack([cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in curve])


def applied(picture, curve):
    """uint8 [H, W, 3] of a picture and a curve."""
    with torch.no_grad():
        return to_picture(apply_curve(torch.from_numpy(to_planes(picture))[None], torch.from_numpy(curve)[None])[0].numpy())


def measure(net, card, context):
    days = [picture for _, picture in context.pictures("kodak")]
    if not days:
        return {"thresholds": None, "rows": []}
    nights = [applied(day, curve_of(net.there, day)) for day in days]
    again = [applied(night, curve_of(net.back, night)) for night in nights]
    data = f"{len(days)} pictures"
    apart = lambda pictures: [metrics.psnr(*pair) for pair in zip(pictures, days)]
    lights = lambda pictures: [100 * float(light_of(picture)[0]) for picture in pictures]
    psnr = row("kodak, there and back", "PSNR", "dB", apart(again), {"not made day again": apart(nights)}, data)
    light = row("kodak", "mean luma", "%", lights(nights), {"by day": lights(days)}, data)
    return {"thresholds": None, "rows": [psnr, light]}


def sheet(net, card, context, path):
    """Day, night, and day again."""
    fit = lambda picture: cv2.resize(picture, None, fx=(k := 320 / max(picture.shape[:2])), fy=k, interpolation=cv2.INTER_AREA)
    lines = []
    for _, day in (context.pictures("kodak") + context.pictures("cid22"))[:20]:
        small = fit(day)
        night = applied(small, curve_of(net.there, small))
        lines.append([small, night, applied(night, curve_of(net.back, night))])
    write_sheet(path, lines)

"""upscaler-x2: Set14 and Kodak shrunk by antialiased bicubic resampling, beside bicubic enlargement.

Source: written for this project. The protocol of the papers: the luma (ITU-R BT.601, 16 to 235) without a border of
`scale` pixels; a file that has one channel is its own luma. `evaluator` makes the same for another scale.
"""
from types import SimpleNamespace

import cv2
import numpy as np

from ... import resampling
from ...generators import upscaler_x2
from .. import metrics
from ..context import centre, row, to_picture, to_planes, write_sheet
from ..tiles import run

BICUBIC = "bicubic"
FOLDERS = ("set14", "kodak")


def whole(picture, scale):
    """The picture without the last rows and columns that `scale` does not divide."""
    height, width = picture.shape[:2]
    return np.ascontiguousarray(picture[: height // scale * scale, : width // scale * scale])


def enlarge(net, card, small):
    """uint8 [scale * H, scale * W, 3] of uint8 [H, W, 3]."""
    return to_picture(run(net, to_planes(small), card))


def luma(picture, scale, is_grey=False):
    """float64 [H, W] in levels, without the border."""
    y = picture[..., 0].astype(np.float64) if is_grey else picture.astype(np.float64) @ np.array(upscaler_x2.LUMA) + 16
    return y[scale:-scale, scale:-scale]


def psnr(a, b):
    return float(10 * np.log10(255**2 / max(np.mean((a - b) ** 2), 1e-9)))


def cases(context, scale):
    """Yields (folder, [(large, small, is_grey)])."""
    for folder in FOLDERS:
        found = []
        for name, picture in context.pictures(folder):
            path = next((context.data / "eval" / folder).glob(f"{name}.*"))
            large = whole(picture, scale)
            size = large.shape[0] // scale, large.shape[1] // scale
            found.append((large, resampling.resample_picture(large, *size), cv2.imread(str(path), cv2.IMREAD_UNCHANGED).ndim == 2))
        if found:
            yield folder, found


def evaluator(identity, scale):
    """The module's ID, measure and sheet for `scale`."""

    def measure(net, card, context):
        rows = []
        for folder, pictures in cases(context, scale):
            scores = {name: {"PSNR of the luma": [], "SSIM": [], "LPIPS": []} for name in ("net", BICUBIC)}
            for large, small, is_grey in pictures:
                made = {"net": enlarge(net, card, small), BICUBIC: resampling.resample_picture(small, *large.shape[:2])}
                for name, picture in made.items():
                    a, b = luma(picture, scale, is_grey), luma(large, scale, is_grey)
                    scores[name]["PSNR of the luma"].append(psnr(a, b))
                    scores[name]["SSIM"].append(metrics.ssim(picture, large))
                    scores[name]["LPIPS"].append(context.lpips(picture, large))
            for metric, values in scores["net"].items():
                unit = "dB" if metric.startswith("PSNR") else ""
                rows.append(row(folder, metric, unit, values, {BICUBIC: scores[BICUBIC][metric]}, f"{len(pictures)} pictures, x{scale}"))
        return {"thresholds": None, "rows": rows}

    def sheet(net, card, context, path):
        """Bicubic, net and truth; then old photographs: bicubic and net, without a truth."""
        lines = []
        for _, pictures in cases(context, scale):
            for large, small, _ in pictures[:6]:
                three = (resampling.resample_picture(small, *large.shape[:2]), enlarge(net, card, small), large)
                lines.append([centre(picture, 256) for picture in three])
        for _, picture in context.pictures("old")[:4]:
            small = centre(picture, 256 // scale)
            lines.append([resampling.resample_picture(small, *(scale * side for side in small.shape[:2])), enlarge(net, card, small)])
        write_sheet(path, lines)

    return SimpleNamespace(ID=identity, measure=measure, sheet=sheet)


ID = "upscaler-x2"
measure, sheet = (getattr(evaluator(ID, 2), name) for name in ("measure", "sheet"))

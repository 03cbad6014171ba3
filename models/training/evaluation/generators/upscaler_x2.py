"""upscaler-x2: enlarges Set14 and Kodak, shrunk by antialiased bicubic resampling; compares with bicubic enlargement.

Source: written for this project. The protocol of the papers: the luma (ITU-R BT.601, 16 to 235) without a border of
`scale` pixels; in a file with one channel, this channel is the luma. `evaluator` does the same for another scale, and for the
crisp upscalers on pictures that are also soft, noisy and compressed.
"""
from types import SimpleNamespace

import cv2
import numpy as np

from ... import resampling
from ...export import load_weights
from ...generators import find, upscaler_x2
from .. import metrics, protocol
from ..context import centre, row, to_picture, to_planes, write_sheet
from ..tiles import run
from .restorer import compress

BICUBIC = "bicubic"
FOLDERS = ("set14", "kodak")
SPOILT_NOISE, SPOILT_QUALITY = 4, 70  # levels, JPEG


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


def spoilt(small, scale, index):
    """Makes uint8 [H, W, 3] soft, noisy and compressed, like pictures that people have."""
    noise = protocol.noisy(protocol.softened(small), SPOILT_NOISE, f"spoilt x{scale}", index)[0]
    return compress(noise, SPOILT_QUALITY)


def cases(context, scale, is_spoilt):
    """Yields (case, [(large, small, is_grey)])."""
    for folder in ("kodak",) if is_spoilt else FOLDERS:
        found = []
        for index, (name, picture) in enumerate(context.pictures(folder)):
            path = next((context.data / "eval" / folder).glob(f"{name}.*"))
            large = whole(picture, scale)
            small = resampling.resample_picture(large, large.shape[0] // scale, large.shape[1] // scale)
            is_grey = cv2.imread(str(path), cv2.IMREAD_UNCHANGED).ndim == 2
            found.append((large, spoilt(small, scale, index) if is_spoilt else small, is_grey))
        if found:
            yield f"{folder}, spoilt" if is_spoilt else folder, found


def evaluator(identity, scale, is_spoilt=False):
    """The module's ID, measure and sheet for `scale`; with is_spoilt, on spoilt pictures and compared with the faithful upscaler."""

    def rivals(context):
        """{name: callable(small, size)}."""
        found = {BICUBIC: resampling.resample_picture}
        weights = context.checkpoint(f"upscaler-x{scale}")
        if is_spoilt and weights is not None:
            faithful = find(f"upscaler-x{scale}")
            net = load_weights(faithful, weights)[0]
            found["faithful"] = lambda small, *size: enlarge(net, faithful.card(), small)
        return found

    def measure(net, card, context):
        rows = []
        others = rivals(context)
        for case, pictures in cases(context, scale, is_spoilt):
            scores = {name: {"PSNR of the luma": [], "SSIM": [], "LPIPS": []} for name in ("net", *others)}
            for large, small, is_grey in pictures:
                made = {"net": enlarge(net, card, small)}
                made.update({name: rival(small, *large.shape[:2]) for name, rival in others.items()})
                for name, picture in made.items():
                    a, b = luma(picture, scale, is_grey), luma(large, scale, is_grey)
                    scores[name]["PSNR of the luma"].append(psnr(a, b))
                    scores[name]["SSIM"].append(metrics.ssim(picture, large))
                    scores[name]["LPIPS"].append(context.lpips(picture, large))
            for metric, values in scores["net"].items():
                unit = "dB" if metric.startswith("PSNR") else ""
                beside = {name: scores[name][metric] for name in others}
                rows.append(row(case, metric, unit, values, beside, f"{len(pictures)} pictures, x{scale}"))
        return {"thresholds": None, "rows": rows}

    def sheet(net, card, context, path):
        """Each rival, net and truth; then old photographs: the same without a truth."""
        lines = []
        others = list(rivals(context).values())
        for _, pictures in cases(context, scale, is_spoilt):
            for large, small, _ in pictures[:6]:
                made = [rival(small, *large.shape[:2]) for rival in others]
                lines.append([centre(picture, 256) for picture in (*made, enlarge(net, card, small), large)])
        for _, picture in context.pictures("old")[:4]:
            small = centre(picture, 256 // scale)
            size = [scale * side for side in small.shape[:2]]
            lines.append([*(rival(small, *size) for rival in others), enlarge(net, card, small)])
        write_sheet(path, lines)

    return SimpleNamespace(ID=identity, measure=measure, sheet=sheet)


ID = "upscaler-x2"
measure, sheet = (getattr(evaluator(ID, 2), name) for name in ("measure", "sheet"))

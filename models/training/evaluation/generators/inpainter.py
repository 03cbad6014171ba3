"""inpainter: strokes on the middle of Kodak pictures, beside OpenCV's two methods.

Source: written for this project.
"""
import numpy as np

from .. import baselines, metrics, protocol
from ..context import centre, row, to_picture, to_planes, write_sheet
from ..tiles import run

ID = "inpainter"
SIDE = 256


def fill(net, card, picture, mask):
    """uint8 [H, W, 3] with the mask (uint8 [H, W], not 0 = hole) filled by the generator, all else as it was."""
    hole = (mask > 0).astype(np.float32)[None]
    filled = to_picture(run(net, np.concatenate([to_planes(picture), hole]), card))
    return np.where(mask[..., None] > 0, filled, picture)


def cases(context):
    """{case: [(picture, mask)]}."""
    crops = [centre(picture, SIDE) for _, picture in context.pictures("kodak")]
    masked = lambda pictures, kind: [
        (picture, protocol.stroke_mask(i, picture.shape[1], picture.shape[0], kind)) for i, picture in enumerate(pictures)
    ]
    found = {f"{width} px": masked(crops, width) for width in protocol.WIDTHS}
    greys = [np.repeat(protocol.grey_of(crop)[..., None], 3, -1) for crop in crops]
    return {**found, "mixed": masked(crops, "mixed"), "mixed, grey": masked(greys, "mixed")}


def measure(net, card, context):
    rows = []
    for case, pairs in cases(context).items():
        results = {"": [fill(net, card, *pair) for pair in pairs]}
        for method in baselines.INPAINTING:
            results[method] = [baselines.inpaint(*pair, method) for pair in pairs]
        data = f"{len(pairs)} Kodak crops of {SIDE} px, holes {case}"
        for metric, unit, score in (
            ("PSNR in the hole", "dB", lambda a, pair: metrics.psnr(a, *pair)),
            ("LPIPS", "", lambda a, pair: context.lpips(a, pair[0])),
        ):
            values = {name: [score(a, pair) for a, pair in zip(filled, pairs)] for name, filled in results.items()}
            rows.append(row(case, metric, unit, values.pop(""), values, data))
    return {"thresholds": None, "rows": rows}


def sheet(net, card, context, path):
    """Hole, generator, Navier-Stokes and truth of the first pictures."""
    lines = []
    for picture, mask in cases(context)["mixed"][:8]:
        hole = np.where(mask[..., None] > 0, 255, picture).astype(np.uint8)
        classic = baselines.inpaint(picture, mask, "Navier-Stokes (OpenCV)")
        lines.append([hole, fill(net, card, picture, mask), classic, picture])
    write_sheet(path, lines)

"""inpainter: fills strokes and squares on the middle of Kodak pictures, and real damage of glass plates; compares with OpenCV's
two methods.

Source: written for this project. The product fills wide holes by example after the net, so the squares have other names here.
"""
import numpy as np

from ... import data as data_module
from .. import baselines, metrics, plates, protocol
from ..context import centre, row, to_picture, to_planes, write_sheet
from ..tiles import run

ID = "inpainter"
SIDE = 256
WIDE_SIDE = 320


def fill(net, card, picture, mask):
    """Fills the mask (uint8 [H, W], not 0 = hole) of uint8 [H, W, 3] with the generator; other pixels stay."""
    hole = (mask > 0).astype(np.float32)[None]
    filled = to_picture(run(net, np.concatenate([to_planes(picture), hole]), card))
    return np.where(mask[..., None] > 0, filled, picture)


def cases(context):
    """{case: [(picture, mask)]} of strokes."""
    crops = [centre(picture, SIDE) for _, picture in context.pictures("kodak")]
    masked = lambda pictures, kind: [
        (picture, protocol.stroke_mask(i, picture.shape[1], picture.shape[0], kind)) for i, picture in enumerate(pictures)
    ]
    found = {f"{width} px": masked(crops, width) for width in protocol.WIDTHS}
    greys = [np.repeat(protocol.grey_of(crop)[..., None], 3, -1) for crop in crops]
    return {**found, "mixed": masked(crops, "mixed"), "mixed, grey": masked(greys, "mixed")}


def measure(net, card, context):
    named = [(case, f"{len(pairs)} Kodak crops of {SIDE} px, holes {case}", [(p, m, p) for p, m in pairs]) for case, pairs in cases(context).items()]
    for side in protocol.SQUARES:
        crops = [centre(picture, WIDE_SIDE) for _, picture in context.pictures("kodak")]
        crops = [crop for crop in crops if min(crop.shape[:2]) == WIDE_SIDE]
        holes = [(crop, protocol.square_hole(i, WIDE_SIDE, WIDE_SIDE, side), crop) for i, crop in enumerate(crops)]
        if holes:
            named.append((f"square of {side} px, net alone", f"{len(crops)} Kodak crops of {WIDE_SIDE} px", holes))
    real = plates.read(data_module.cache_folder() / "holes", context.limit)
    if real:
        named.append(("real damage", f"{len(real)} windows of glass plates of {plates.SIDE} px", real))
    else:
        print(f"real damage is not filled: `python3 -m training.evaluation.plates --data {context.data}` makes its windows", flush=True)
    rows = []
    for case, data, holes in named:
        results = {"": [fill(net, card, picture, mask) for picture, mask, _ in holes]}
        for method in baselines.INPAINTING:
            results[method] = [baselines.inpaint(picture, mask, method) for picture, mask, _ in holes]
        for metric, unit, score in (
            ("PSNR in the hole", "dB", lambda filled, truth, mask: metrics.psnr(filled, truth, mask)),
            ("LPIPS", "", lambda filled, truth, mask: context.lpips(filled, truth)),
        ):
            values = {name: [score(each, truth, mask) for each, (_, mask, truth) in zip(filled, holes)] for name, filled in results.items()}
            rows.append(row(case, metric, unit, values.pop(""), values, data))
    return {"thresholds": None, "rows": rows}


def sheet(net, card, context, path):
    """Writes a sheet of hole, generator, Navier-Stokes and truth for the first pictures; then of real damage instead of holes."""
    lines = []
    holes = [(picture, mask, picture) for picture, mask in cases(context).get("mixed", [])[:8]]
    for picture, mask, truth in [*holes, *plates.read(data_module.cache_folder() / "holes")[::4]]:
        shown = np.where(mask[..., None] > 0, 255, picture).astype(np.uint8) if truth is picture else picture
        classic = baselines.inpaint(picture, mask, "Navier-Stokes (OpenCV)")
        lines.append([shown, fill(net, card, picture, mask), classic, truth])
    write_sheet(path, lines)

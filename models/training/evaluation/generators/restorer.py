"""restorer: restores whole Kodak pictures with white noise, with JPEG artefacts and clean; compares with non-local means.

Source: written for this project. Noise is measured as the product sees it (rounded to 8 bit and clipped)
and as papers publish it (neither). The net gets the true error, or with the product's report the one
that the product measured; for a clean picture, the smallest error that the product ever uses.
"""
import cv2
import numpy as np

from .. import baselines, metrics, protocol
from ..context import centre, row, to_picture, to_planes, write_sheet
from ..tiles import run

ID = "restorer"
LEAST_ERROR = 3.0  # levels, as in main/restoration/steps/restore/restore.ts


def restore(net, card, picture, error):
    """uint8 [H, W, 3] of a picture in levels [H, W, 3], uint8 or float. error: expected error in levels."""
    strength = float(np.clip(error / 255, card["extraInputs"][0]["min"], card["extraInputs"][0]["max"]))
    return to_picture(run(net, to_planes(picture), card, strength))


def compress(picture, quality):
    """uint8 RGB [H, W, 3] through a JPEG file of that quality, 4:2:0."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    return cv2.imdecode(cv2.imencode(".jpg", picture[..., ::-1], options)[1], cv2.IMREAD_COLOR)[..., ::-1]


def error_of(picture, clean):
    return float(np.sqrt(np.mean((picture.astype(np.float64) - clean) ** 2)))


def cases(pictures):
    """Yields (case, [degraded], whether a file could hold it)."""
    for sigma in protocol.SIGMAS:
        both = [protocol.noisy(picture, sigma, f"noise {sigma}", i) for i, picture in enumerate(pictures)]
        yield f"noise {sigma}", [file for file, _ in both], True
        yield f"noise {sigma}, not clipped", [exact for _, exact in both], False
    for quality in protocol.QUALITIES:
        yield f"JPEG {quality}", [compress(picture, quality) for picture in pictures], True
    yield "clean", pictures, True


def measure(net, card, context):
    clean = [picture for _, picture in context.pictures("kodak")]
    data = f"{len(clean)} Kodak pictures"
    rows = []
    for case, degraded, is_file in cases(clean):
        errors = [error_of(a, b) for a, b in zip(degraded, clean)]
        told = [max(LEAST_ERROR, context.told(ID, case, i, error)) for i, error in enumerate(errors)]
        restored = [restore(net, card, picture, error) for picture, error in zip(degraded, told)]
        if case == "clean":
            values = [metrics.ssim(a, b) for a, b in zip(restored, clean)]
            rows.append(row(case, "SSIM", "", values, {}, data))
            continue
        rivals = {"as it came": degraded}
        if is_file:
            rivals[baselines.DENOISING] = [baselines.denoise(picture, error) for picture, error in zip(degraded, errors)]
        scores = [("PSNR", "dB", metrics.psnr)]
        if is_file:
            scores += [("SSIM", "", metrics.ssim), ("LPIPS", "", context.lpips)]
        for metric, unit, score in scores:
            against = {name: [score(a, b) for a, b in zip(rival, clean)] for name, rival in rivals.items()}
            rows.append(row(case, metric, unit, [score(a, b) for a, b in zip(restored, clean)], against, data))
    return {"thresholds": None, "rows": rows}


def sheet(net, card, context, path):
    """Degraded, restored, non-local means and truth; the middles of the first pictures."""
    pictures = [picture for _, picture in context.pictures("kodak")[:4]]
    lines = []
    for case, degraded, is_file in cases(pictures):
        if not is_file or case == "clean":
            continue
        for noisy, clean in list(zip(degraded, pictures))[:2]:
            error = error_of(noisy, clean)
            four = (noisy, restore(net, card, noisy, error), baselines.denoise(noisy, error), clean)
            lines.append([centre(picture, 320) for picture in four])
    write_sheet(path, lines)

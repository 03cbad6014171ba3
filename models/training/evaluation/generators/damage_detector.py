"""damage-detector: drawn damage that is plain or hard to see, and alarms on clean photographs.

Source: written for this project. With training data, the thresholds are chosen on held-out training
pictures, so that the figures on Kodak are not fitted to Kodak; else they are the card's. Precision and
recall are those of the net's pixels above its thresholds; the product measures the mask that it makes of
them, which leaves out single pixels, the edge of the print and large blobs.
"""
import numpy as np
import torch

from ... import data as data_module
from ... import degradations as d
from ...generators.damage_detector import Sampler, detection_scores, f_score
from .. import baselines, metrics, protocol
from ..context import centre, row, write_sheet
from ..tiles import run

ID = "damage-detector"
SIDE = 512
THRESHOLDS = tuple(round(0.1 + 0.05 * i, 2) for i in range(16)) + tuple(round(0.86 + 0.01 * i, 2) for i in range(13))
FALSE_SHARE = {"lines": 8e-4, "blobs": 4e-4}  # false alarms allowed on clean held-out pictures, by pixel
CROPS = 120


def detect(net, card, picture):
    """Probabilities float32 [2, H, W] for a uint8 picture [H, W, 3] or a float luma [H, W]."""
    luma = picture if picture.ndim == 2 else (picture.astype(np.float32) / 255) @ d.LUMA
    return run(net, luma[None].astype(np.float32), card)


def mask_of(chance, thresholds):
    return ((chance[0] > thresholds["lines"]) | (chance[1] > thresholds["blobs"])).astype(np.uint8)


def choose_thresholds(net, card, context):
    """({'lines', 'blobs'}, rows on damage as it is trained on, with overlays that were never trained on)."""
    pictures = data_module.load_pictures(context.data).split(data_module.HELD_OUT_EVERY)[1]
    overlays = data_module.load_overlays(context.data).split(data_module.OVERLAY_HELD_OUT_EVERY)[1]
    false, pixels = np.zeros((2, len(THRESHOLDS))), 0
    for i in range(len(pictures))[: context.limit]:
        rng = np.random.default_rng([5, i])
        luma = (pictures[i][:512, :512].astype(np.float32) / 255) @ d.LUMA
        for version in (luma, d.age(rng, luma)[0]):
            chance = detect(net, card, version)
            false += np.array([[(chance[k] > t).sum() for t in THRESHOLDS] for k in range(2)])
            pixels += luma.size
    false /= pixels
    clean = [picture for name in ("kodak", "cid22") for _, picture in context.pictures(name)]
    sampler = Sampler(data_module.Pictures.from_arrays(clean), overlays, 256)
    counts = np.zeros((2, len(THRESHOLDS), 4))
    for i in range(CROPS if context.limit is None else min(CROPS, 5 * context.limit)):
        luma, label, judged = (torch.from_numpy(a.copy()).float()[None] for a in sampler(np.random.default_rng([6, i])))
        with torch.no_grad():
            chance = net(luma / 255)
        for k in range(2):
            for j, threshold in enumerate(THRESHOLDS):
                counts[k, j] += detection_scores(chance[:, k : k + 1], label[:, k : k + 1], judged, threshold)
    chosen, rows = {}, []
    for k, name in enumerate(("lines", "blobs")):
        allowed = [j for j in range(len(THRESHOLDS)) if false[k, j] <= FALSE_SHARE[name]] or [len(THRESHOLDS) - 1]
        best = max(allowed, key=lambda j: f_score(counts[k, j])[0])
        chosen[name] = THRESHOLDS[best]
        for metric, value in zip(("F1", "precision", "recall"), f_score(counts[k, best])):
            rows.append(row(f"as trained, {name}", metric, "", [value], {}, "crops as it is trained on, held-out overlays"))
    return chosen, rows


def held_out_overlays(folder, count):
    """`count` scanned overlays that were never trained on, evenly spread over the kinds: uint8 [h, w]."""
    import cv2

    paths = sorted(folder.glob("*/*.webp"), key=lambda p: f"{p.parent.name}/{p.name}")
    held = [p for p in paths if data_module.is_held_out(f"damage/{p.parent.name}/{p.name}", data_module.OVERLAY_HELD_OUT_EVERY)]
    return [cv2.imread(str(held[i * len(held) // count]), cv2.IMREAD_GRAYSCALE) for i in range(count)]


def cases(context):
    """Yields (case, [(picture, label, judged)])."""
    pictures = [centre(picture, SIDE) for name in ("kodak", "cid22") for _, picture in context.pictures(name)]
    for level in protocol.LEVELS:
        yield level, [protocol.damaged(picture, level, i) for i, picture in enumerate(pictures)]
    if context.overlays:
        overlays = held_out_overlays(context.overlays, len(pictures))
        yield "scanned overlays", [protocol.overlaid(p, o, i) for i, (p, o) in enumerate(zip(pictures, overlays))]


def measure(net, card, context):
    thresholds, rows = card["thresholds"], []
    if (context.data / "train/manifest.csv").exists():
        thresholds, rows = choose_thresholds(net, card, context)
    for case, damaged in cases(context):
        score = lambda find: metrics.scores(np.sum([metrics.detection(find(p), label, judged) for p, label, judged in damaged], 0))
        classic = score(baselines.detect)
        for metric, value in score(lambda p: mask_of(detect(net, card, p), thresholds)).items():
            against = {baselines.DETECTION: [classic[metric]]}
            rows.append(row(case, metric, "", [value], against, f"{len(damaged)} pictures of {SIDE} px, 2 px tolerance"))
    for name in ("kodak", "cid22"):
        clean = [picture for _, picture in context.pictures(name)]
        share = lambda find: [100 * float(find(picture).mean()) for picture in clean]
        if clean:
            alarms, against = share(lambda p: mask_of(detect(net, card, p), thresholds)), {baselines.DETECTION: share(baselines.detect)}
            rows.append(row(f"clean, {name}", "false positives", "%", alarms, against, f"{len(alarms)} clean pictures"))
    return {"thresholds": thresholds, "rows": rows}


def sheet(net, card, context, path, thresholds=None):
    """Drawn damage and what was found of it; then real old photographs. Lines are marked red, blobs blue."""
    thresholds = thresholds or card["thresholds"]

    def marked(picture):
        chance = detect(net, card, picture)
        shown = picture // 2
        shown[chance[1] > thresholds["blobs"]] = (80, 160, 255)
        shown[chance[0] > thresholds["lines"]] = (255, 60, 60)
        return shown

    lines = []
    for _, damaged in cases(context):
        for picture, label, _judged in damaged[:2]:
            lines.append([picture, marked(picture), np.repeat(label[..., None] * 255, 3, -1)])
    for _, picture in context.pictures("old"):
        lines.append([picture[:SIDE, :SIDE], marked(picture)[:SIDE, :SIDE]])
    write_sheet(path, lines)

"""damage-detector: real damage marked by hand, drawn damage that is plain or hard to see, and false alarms on clean photographs.

Source: written for this project. With training data, the thresholds are chosen on the photographs reserved for this
(`real.CHOSEN_ON`) and on held-out clean pictures; else they are the card's. Precision and recall use the net's pixels above
its thresholds; the product measures its mask, which leaves out single pixels and pieces that are nowhere certain.
"""
import cv2
import numpy as np
import torch

from ... import data as data_module
from ...colours import in_full_colour
from ...data import DataError
from ...generators.damage_detector import (
    COARSE_PIXELS, WRITING_CHANCE, best_threshold, damage_odds, logit, planes_of, reduced, strictness, thumb_of,
)  # fmt: skip
from ...real import load_real
from .. import baselines, captions, metrics, protocol
from .. import real as real_damage
from ..context import centre, row, write_sheet
from ..tiles import run

ID = "damage-detector"
SIDE = 512
FINE_PIXELS = 6_000_000


def one_pass(net, card, picture, pixels):
    """Probabilities float32 [4, h, w] for a whole picture reduced to at most `pixels`, in the product's tiles."""
    with torch.no_grad():
        summary = net.summary(planes_of(thumb_of(picture)))
    return run(net, planes_of(reduced(picture, pixels))[0].numpy(), card, summary)


def detect(net, card, picture):
    """(probabilities float32 [4, H, W] for a uint8 picture [H, W, 3]: the greater of both passes; those of the coarse pass)."""
    coarse = one_pass(net, card, picture, COARSE_PIXELS)
    size = picture.shape[1::-1]
    if coarse.shape[1:] == picture.shape[:2]:
        return coarse, coarse
    fine = one_pass(net, card, picture, FINE_PIXELS)
    enlarged = lambda x: np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in x])
    return np.maximum(enlarged(coarse), fine if fine.shape[1:] == picture.shape[:2] else enlarged(fine)), coarse


def mask_of(net, card, picture, thresholds):
    """(bool [H, W]: damage above its threshold that is not writing; probabilities [4, H, W])."""
    chance, coarse = detect(net, card, picture)
    threshold = logit(thresholds["lines"])
    raised = threshold + strictness(damage_odds(coarse), threshold, in_full_colour(picture))
    return damage_odds(chance) > raised, chance


def choose_thresholds(net, card, context):
    """({class: threshold}, rows for the photographs reserved for choosing), by the coarse pass."""
    try:
        chosen = load_real(context.data, log=lambda line: None)[1][: context.limit]
    except DataError:
        chosen = []
    if not chosen:
        return card["thresholds"], []
    pictures = data_module.load_pictures(context.data).split(data_module.HELD_OUT_EVERY)[1]
    odds = lambda picture: damage_odds(one_pass(net, card, picture, COARSE_PIXELS))
    clean = [np.ascontiguousarray(picture[:SIDE, :SIDE]) for picture in list(pictures)[: context.limit]]
    clean = [(odds(picture), in_full_colour(picture)) for picture in clean]
    best = best_threshold(chosen, [odds(photo.rgb) for photo in chosen], clean)
    damage = float(1 / (1 + np.exp(-best["at"])))
    thresholds = {**card["thresholds"], "lines": damage, "areas": damage, "losses": damage, "writing": WRITING_CHANCE}
    data = f"{len(chosen)} real photographs that thresholds are chosen on"
    names = {"F1": "F1", "precision": "precision", "recall": "recall", "mean F1": "F1 by photograph"}
    rows = [row("real, chosen on", name, "", [best[key]], {}, data) for key, name in names.items()]
    rows.append(row("clean, held out", "false positives", "%", [100 * best["false"]], {}, "held-out training pictures"))
    return thresholds, rows


def held_out_overlays(folder, count):
    """`count` scanned overlays that were never trained on, evenly spread over the kinds: uint8 [h, w]."""
    paths = sorted(folder.glob("*/*.webp"), key=lambda p: f"{p.parent.name}/{p.name}")
    held = [p for p in paths if data_module.is_held_out(f"damage/{p.parent.name}/{p.name}", data_module.OVERLAY_HELD_OUT_EVERY)]
    return [cv2.imread(str(held[i * len(held) // count]), cv2.IMREAD_GRAYSCALE) for i in range(count)]


def cases(context):
    """Yields (case, [(picture, label, judged)]); nothing without clean pictures to draw on."""
    pictures = [centre(picture, SIDE) for name in ("kodak", "cid22") for _, picture in context.pictures(name)]
    if not pictures:
        return
    for level in protocol.LEVELS:
        yield level, [protocol.damaged(picture, level, i) for i, picture in enumerate(pictures)]
    if context.overlays:
        overlays = held_out_overlays(context.overlays, len(pictures))
        yield "scanned overlays", [protocol.overlaid(p, o, i) for i, (p, o) in enumerate(zip(pictures, overlays))]


def measure(net, card, context):
    thresholds, rows = card["thresholds"], []
    if (context.data / "train/manifest.csv").exists():
        thresholds, rows = choose_thresholds(net, card, context)
    find = lambda picture: mask_of(net, card, picture, thresholds)[0]
    found, sentences = real_damage.measure(find, context.data / "eval", context.limit)
    for sentence in sentences:
        print(sentence, flush=True)
    folder = data_module.cache_folder() / "captions"
    if (folder / "captions.json").exists():
        found += captions.measure(find, folder, context.limit)
    else:
        print(f"captions are not measured: `python3 -m training.evaluation.captions --data {context.data}` makes them", flush=True)
    rows = found + rows
    for case, damaged in cases(context):
        score = lambda find: metrics.scores(np.sum([metrics.detection(find(p), label, judged) for p, label, judged in damaged], 0))
        classic = score(baselines.detect)
        for metric, value in score(lambda p: find(p).astype(np.uint8)).items():
            against = {baselines.DETECTION: [classic[metric]]}
            rows.append(row(case, metric, "", [value], against, f"{len(damaged)} pictures of {SIDE} px, 2 px tolerance"))
    for name in ("kodak", "cid22"):
        clean = [picture for _, picture in context.pictures(name)]
        share = lambda find: [100 * float(find(picture).mean()) for picture in clean]
        if clean:
            alarms, against = share(find), {baselines.DETECTION: share(baselines.detect)}
            rows.append(row(f"clean, {name}", "false positives", "%", alarms, against, f"{len(alarms)} clean pictures"))
    return {"thresholds": thresholds, "rows": rows}


def sheet(net, card, context, path, thresholds=None):
    """Writes a sheet of drawn damage and what was found; then real old photographs. Lines are red, areas blue, losses purple, writing green."""
    thresholds = thresholds or card["thresholds"]
    colours = ((255, 60, 60), (80, 160, 255), (220, 80, 255))

    def marked(picture):
        found, chance = mask_of(net, card, picture, thresholds)
        shown, kind = picture // 2, chance[:3].argmax(0)
        for k, colour in enumerate(colours):
            shown[found & (kind == k)] = colour
        shown[(chance[3] >= WRITING_CHANCE) & ~found] = (60, 200, 60)
        return shown

    lines = []
    for _, damaged in cases(context):
        for picture, label, _judged in damaged[:2]:
            lines.append([picture, marked(picture), np.repeat(label[..., None] * 255, 3, -1)])
    for _, picture in context.pictures("old"):
        small = reduced(picture, SIDE * SIDE)
        lines.append([small, cv2.resize(marked(picture), small.shape[1::-1], interpolation=cv2.INTER_AREA)])
    write_sheet(path, lines)

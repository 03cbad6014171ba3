"""style: compares one pass of the net with 20 and 200 steps of optimising the picture itself (Gatys et al. 2016), on the same losses.

The presets are measured with their learnt codes, as the product paints them. Source: written for this project. Distances are
those of training/losses.py; the time is that of onnxruntime-node, compared with a net for one style if <data>/models has it.
"""
import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch

from ... import data as data_module
from ...export import run_in_node, write_graph
from ...generators.style import CONTENT_MAP, LONGEST, PRESETS, STYLE, VARIATION, code_of, statistics_of
from ...losses import SqueezeFeatures, likeness, manner, style_distance, total_variation
from .. import protocol
from ..context import centre, read_folder, row, to_picture, to_planes, write_sheet
from ..tiles import run

ID = "style"
SIDE, STEPS, RATE = 256, (20, 200), 0.03
MANNERS = ("van-gogh-starry-night", "hokusai-great-wave", "munch-the-scream", "picabia-udnie")
PHOTOGRAPHS = ("5", "15", "19", "23")  # of Kodak's
TIMED = 512
AGREEMENT = {"style distance": 0.005, "style distance, halved": 0.005, "content distance": 0.005}


def tensor(picture):
    return torch.from_numpy(to_planes(picture))[None]


def optimised(features, content, style, steps=STEPS):
    """{step: RGB [1, 3, H, W]} of a picture that begins as the content and follows the gradient of the net's own training
    loss (Adam)."""
    found = {}
    with torch.no_grad():
        kept, wanted = features(content, CONTENT_MAP + 1)[CONTENT_MAP], manner(features(style, 4))
    made = content.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([made], lr=RATE)
    for step in range(1, max(steps) + 1):
        maps = features(made, 4)
        loss = likeness(maps[CONTENT_MAP], kept) + STYLE * style_distance(manner(maps), wanted) + VARIATION * total_variation(made)
        optimiser.zero_grad()
        loss.sum().backward()
        optimiser.step()
        with torch.no_grad():
            made.clamp_(0, 1)
        if step in steps:
            found[step] = made.detach().clone()
    return found


def styles(context):
    """{preset: uint8 picture} of the paintings that have one; {} if the data folder has none."""
    try:
        found = data_module.load_styles(context.data)
    except data_module.DataError:
        return {}
    files = {Path(name).stem: picture for name, picture in zip(found.names, found)}
    return {identity: protocol.reduced(files[preset.file], LONGEST) for identity, preset in PRESETS.items() if preset.file in files}


def measured_photographs(context):
    """The Kodak pictures whose distances are measured."""
    return [p for name, p in read_folder(context.data / "eval/kodak") if name in PHOTOGRAPHS][: context.limit]


def paint(net, card, photograph, code):
    """uint8 [H, W, 3] of a uint8 photograph and a style's code [1, T], in the product's tiles."""
    return to_picture(run(net, to_planes(photograph), card, statistics_of(net, photograph), code))


def distances(net, card, context, steps=STEPS):
    """Rows of the distances to the photograph and to the painting; none without the weights of the features."""
    paintings, perceptual = styles(context), context.data / "perceptual"
    photographs = measured_photographs(context)
    if not (paintings and photographs and perceptual.is_dir()):
        return []
    features = SqueezeFeatures(perceptual).eval()
    manners = [name for name in MANNERS if name in paintings] or list(paintings)
    figures = {"style distance": [], "content distance": []}
    for i, photograph in enumerate(photographs):
        content = centre(photograph, SIDE)
        painting = centre(paintings[manners[i % len(manners)]], SIDE)
        style = tensor(painting)
        direct = optimised(features, tensor(content), style, steps)
        made = {"made": tensor(paint(net, card, content, statistics_of(net, painting))), "as it came": tensor(content)}
        made.update({f"{step} steps of optimisation": picture for step, picture in direct.items()})
        with torch.no_grad():
            kept, wanted = features(tensor(content), CONTENT_MAP + 1)[CONTENT_MAP], manner(features(style, 4))
            for name, picture in made.items():
                maps = features(picture, 4)
                figures["style distance"].append((name, float(style_distance(manner(maps), wanted))))
                figures["content distance"].append((name, float(likeness(maps[CONTENT_MAP], kept))))
    rows = []
    for metric, pairs in figures.items():
        by = {}
        for name, value in pairs:
            by.setdefault(name, []).append(value)
        own = by.pop("made")
        rows.append(row(f"{SIDE} px of kodak", metric, "", own, by, f"{len(own)} pictures, each in another style"))
    return rows


def of_presets(net, card, context):
    """Rows of the distances between the presets' pictures and their paintings, also of both at half the size, where broad
    strokes and shapes count; none without the weights of the features."""
    paintings, perceptual = styles(context), context.data / "perceptual"
    photographs = measured_photographs(context)
    if not (paintings and photographs and perceptual.is_dir()):
        return []
    photographs = [protocol.reduced(p, LONGEST) for p in photographs]
    features = SqueezeFeatures(perceptual).eval()
    halved = lambda picture: protocol.reduced(picture, max(picture.shape[:2]) // 2)
    figures = {metric: ([], []) for metric in ("style distance", "style distance, halved", "content distance")}
    with torch.no_grad():
        seen = lambda picture: [features(tensor(each), 4) for each in (picture, halved(picture))]
        came = [seen(p) for p in photographs]
        for identity, painting in paintings.items():
            wanted = [manner(maps) for maps in seen(painting)]
            for photograph, its in zip(photographs, came):
                made = seen(paint(net, card, photograph, code_of(net, identity, painting)))
                for metric, at in (("style distance", 0), ("style distance, halved", 1)):
                    for found, maps in zip(figures[metric], (made, its)):
                        found.append(float(style_distance(manner(maps[at]), wanted[at])))
                figures["content distance"][0].append(float(likeness(made[0][CONTENT_MAP], its[0][CONTENT_MAP])))
                figures["content distance"][1].append(0.0)
    what, note = f"presets, {LONGEST} px of kodak", f"{len(paintings)} presets on {len(photographs)} pictures"
    return [row(what, metric, "", own, {"as it came": its}, note) for metric, (own, its) in figures.items()]


def times(net, context):
    """Rows of seconds per megapixel on two threads; none if onnxruntime-node is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "generator.onnx"
        image = torch.rand(1, 3, TIMED, TIMED)
        with torch.no_grad():
            inputs = {"image": image, "content": net.statistics(image), "style": net.statistics(image)}
        write_graph(net, inputs, "stylised", {}, path)
        own = run_in_node(path, {name: value.numpy() for name, value in inputs.items()}, "stylised", threads=2, runs=3)
    if own is None:
        return []
    candy, against = context.data / "models/candy.onnx", {}
    if candy.exists():
        other = run_in_node(candy, {"inputImage": np.full((1, 3, 720, 720), 128, np.float32)}, "outputImage", threads=2, runs=3)
        against["candy, one style"] = [other[1] / 0.5184]
    return [row("the net alone, no halo", "time", "s/MP", [own[1] / (TIMED**2 / 1e6)], against, "2 threads")]


def measure(net, card, context):
    return {"thresholds": None, "rows": distances(net, card, context) + of_presets(net, card, context) + times(net, context)}


def sheet(net, card, context, path):
    """Photographs across, paintings down."""
    fit = lambda picture, side: cv2.resize(picture, None, fx=(k := side / max(picture.shape[:2])), fy=k, interpolation=cv2.INTER_AREA)
    photographs = [fit(p, 384) for _, p in (context.pictures("kodak")[::4] + context.pictures("cid22")[::6])[:6]]
    lines = [[np.full((256, 256, 3), 38, np.uint8), *photographs]]
    for identity, painting in styles(context).items():
        code = code_of(net, identity, painting)
        lines.append([fit(painting, 256), *(paint(net, card, photograph, code) for photograph in photographs)])
    write_sheet(path, lines)

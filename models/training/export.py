"""Exports a trained generator: models/<id>/generator.onnx and card.json.

python3 -m training.export <id> --weights <file.pt> --data <folder> [--metrics <evaluate.json>]

Source: written for this project. Opset 17, free batch, height and width. Parity with PyTorch is
checked by parity.mjs, which runs the exported file in onnxruntime-node.
"""
import argparse
import hashlib
import json
import os
import subprocess
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch

from . import data as data_module
from .generators import find
from .networks import grow

OPSET = 17
MODELS = Path(__file__).resolve().parent.parent
PLANES = {"luma": 1, "rgb": 3, "rgb+mask": 4}


def extra_values(card, share=None):
    """{name: float} of the card's further inputs, each a tensor [1]: their defaults, or `share` (0..1) of their span."""
    return {
        extra["name"]: extra["default"] if share is None else extra["min"] + share * (extra["max"] - extra["min"])
        for extra in card["extraInputs"]
    }


def to_onnx(spec, net, path):
    """Writes the ONNX file of a module in float32, with dynamic N, H and W; checks it with onnx."""
    import onnx

    card = spec.card()
    net = net.eval().float().cpu().to(memory_format=torch.contiguous_format)
    net.mixed = False
    extras = extra_values(card)
    example = (torch.rand(1, PLANES[card["input"]["channels"]], 64, 96), *(torch.tensor([float(v)]) for v in extras.values()))
    names = card["input"]["name"], card["output"]["name"]
    axes = {0: "n", 2: "h", 3: "w"}
    enlarged = axes if card["output"]["scale"] == 1 else {0: "n", 2: "high", 3: "wide"}
    options = dict(
        input_names=[names[0], *extras],
        output_names=[names[1]],
        dynamic_axes={names[0]: axes, names[1]: enlarged},
        opset_version=OPSET,
        do_constant_folding=True,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:  # torch from 2.5 on has a second exporter; this graph is written for the tracing one
            torch.onnx.export(net, example, str(path), dynamo=False, **options)
        except TypeError:
            torch.onnx.export(net, example, str(path), **options)
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    model.producer_name, model.producer_version, model.doc_string = "emulsion", "", ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.save(model, str(path))


def parity_cases(net, card, sides=((64, 64), (96, 160), (256, 256))):
    """[(input, {further input: value}, output)], arrays float32, of PyTorch for several sizes; masks are 0 or 1."""
    rng = np.random.default_rng(3)
    channels, cases = PLANES[card["input"]["channels"]], []
    for i, (height, width) in enumerate(sides):
        x = rng.random((1, channels, height, width), dtype=np.float32)
        if channels == 4:
            x[:, 3] = (rng.random((1, height, width)) < 0.2).astype(np.float32)
        extras = extra_values(card, i / (len(sides) - 1))
        with torch.no_grad():
            cases.append((x, extras, net(torch.from_numpy(x), *(torch.tensor([float(v)]) for v in extras.values())).numpy()))
    return cases


def node_parity(path, net, card, modules=None):
    """Greatest absolute difference between onnxruntime-node and PyTorch over several sizes.

    modules: folder that holds node_modules/onnxruntime-node; by default the repository's root.
    Returns None where Node or the package is missing.
    """
    modules = Path(modules or os.environ.get("EMULSION_NODE_ROOT") or MODELS.parent)
    if not (modules / "node_modules/onnxruntime-node").exists():
        return None
    script = Path(__file__).with_name("parity.mjs")
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for x, extras, y in parity_cases(net, card):
            (Path(folder) / "in.f32").write_bytes(x.tobytes())
            job = {
                "input": {"name": card["input"]["name"], "shape": list(x.shape), "file": f"{folder}/in.f32"},
                "extras": extras,
                "output": {"name": card["output"]["name"], "file": f"{folder}/out.f32"},
            }
            command = ["node", str(script), str(modules), str(path), json.dumps(job)]
            subprocess.run(command, check=True, capture_output=True, timeout=300)
            got = np.frombuffer((Path(folder) / "out.f32").read_bytes(), np.float32).reshape(y.shape)
            worst = max(worst, float(np.abs(got - y).max()))
    return worst


def write_card(spec, folder, net, training_data, training, measured, thresholds=None, halo=None):
    """card.json beside generator.onnx, with the file's sha256. Returns the card."""
    onnx_bytes = (folder / "generator.onnx").read_bytes()
    card = spec.card()
    card = {
        "format": 1,
        "id": spec.id,
        "name": card.pop("name"),
        "task": card.pop("task"),
        **({"variant": card.pop("variant")} if "variant" in card else {}),
        "version": card.pop("version"),
        "licence": "Apache-2.0",
        "author": "The Emulsion authors",
        "source": "models/training",
        "description": card.pop("description"),
        "trainingData": training_data,
        "file": "generator.onnx",
        "sha256": hashlib.sha256(onnx_bytes).hexdigest(),
        "opset": OPSET,
        "parameters": sum(p.numel() for p in net.parameters()),
        **card,
    }
    limits = card.pop("limits")
    if thresholds is not None:
        card["thresholds"] = thresholds
    if halo is not None:
        card["halo"] = halo
    card.update(measured=measured, training=training, limits=limits)
    data_module.atomic_write(folder / "card.json", lambda p: p.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n"))
    return card


def load_weights(spec, path):
    """(net, the file's record) from a file that train.py wrote."""
    state = torch.load(path, map_location="cpu")
    net = spec.build()
    grow(net, state.get("weights") or state["ema"])  # those of a narrower net compute the same in this one
    return net.eval(), state


def centre_thresholds(net, thresholds):
    """Moves the last bias of a DamageNet so that each given threshold becomes 0.5.

    The order of pixels by probability, and so every measured figure, stays the same; probabilities
    near the threshold are told apart better when they are stored in a byte. Returns the new thresholds.
    """
    with torch.no_grad():
        for i, threshold in enumerate(thresholds.values()):
            net.head.bias[4 * i : 4 * i + 4] -= float(np.log(threshold / (1 - threshold)))
    return {name: 0.5 for name in thresholds}


def main():
    """Command line; see the README."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("id")
    parser.add_argument("--weights", required=True, help="final.pt, supervised.pt, adversarial.pt or weights.pt of a run")
    parser.add_argument("--data", required=True)
    parser.add_argument("--metrics", help="JSON written by evaluate.py --json")
    parser.add_argument("--device", help="what it was trained on, for the card")
    parser.add_argument("--out", default=str(MODELS))
    parser.add_argument("--keep", action="store_true", help="also keep the weights in training/checkpoints/<id>.pt")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    spec = find(arguments.id)
    net, state = load_weights(spec, arguments.weights)
    report = json.loads(Path(arguments.metrics).read_text()).get(spec.id, {}) if arguments.metrics else {}
    thresholds = report.get("thresholds")
    if thresholds and hasattr(net, "head") and spec.card()["task"] == "detect":
        thresholds = centre_thresholds(net, thresholds)
    folder = Path(arguments.out) / spec.id
    folder.mkdir(parents=True, exist_ok=True)
    data_module.atomic_write(folder / "generator.onnx", lambda p: to_onnx(spec, net, p))
    pictures = data_module.load_pictures(arguments.data).split(data_module.HELD_OUT_EVERY)[0]
    overlays = data_module.load_overlays(arguments.data).split(data_module.OVERLAY_HELD_OUT_EVERY)[0]
    minutes = state.get("minutes", state.get("seconds", 0) / 60)
    training = {
        "device": arguments.device or f"{os.cpu_count()}-core CPU",
        "minutes": round(float(minutes), 1),
        "steps": int(state["step"]),
        "seed": int(state.get("seed", 1)),
    }
    card = write_card(
        spec, folder, net, data_module.summarise(pictures, overlays), training, report.get("measured", []), thresholds
    )
    difference = node_parity(folder / "generator.onnx", net, card)
    print(f"{spec.id}: {card['parameters']} parameters, {(folder / 'generator.onnx').stat().st_size} bytes, parity {difference}")
    if difference is not None and difference > 1e-3:
        raise SystemExit("the exported graph does not compute what PyTorch computes")
    if arguments.keep:
        kept = Path(__file__).with_name("checkpoints") / f"{spec.id}.pt"
        kept.parent.mkdir(exist_ok=True)
        halves = lambda weights: {k: v.half() if v.is_floating_point() else v for k, v in weights.items()}
        record = {"id": spec.id, "weights": halves(net.state_dict()), "step": state["step"], "minutes": minutes, "seed": training["seed"]}
        if "discriminator" in state:
            record["discriminator"] = halves(state["discriminator"])
        data_module.atomic_write(kept, lambda p: torch.save(record, p))


if __name__ == "__main__":
    main()

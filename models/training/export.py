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
from . import portuguese
from .detector_net import CLASSES, DAMAGE_CLASSES
from .generators import find
from .networks import grow

OPSET = 17
MODELS = Path(__file__).resolve().parent.parent


def to_onnx(spec, net, path):
    """Writes the ONNX file of a generator; see `write_graph`."""
    write_graph(spec.exported(net), spec.inputs(net, 64, 96), spec.card()["output"]["name"], spec.axes(), path)


def write_graph(net, inputs, output, axes, path):
    """Writes the ONNX file of a module in float32, with the free dimensions `axes`; checks it with onnx.

    inputs: {name: example}, in the order of forward(); output: the name of the output.
    """
    import onnx

    net = net.eval().float().cpu().to(memory_format=torch.contiguous_format)
    net.mixed = False
    options = dict(
        input_names=list(inputs),
        output_names=[output],
        dynamic_axes=axes,
        opset_version=OPSET,
        do_constant_folding=True,
    )
    example = tuple(inputs.values())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:  # torch 2.5 and later have a second exporter; this graph needs the tracing one
            torch.onnx.export(net, example, str(path), dynamo=False, **options)
        except TypeError:
            torch.onnx.export(net, example, str(path), **options)
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    model.producer_name, model.producer_version, model.doc_string = "emulsion", "", ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.save(model, str(path))


def parity_cases(spec, net, sides=((64, 64), (96, 160), (256, 256))):
    """[({name: input}, output)] of PyTorch for several sizes; float32 arrays."""
    torch.manual_seed(3)
    cases = []
    for i, (height, width) in enumerate(sides):
        inputs = spec.inputs(net, height, width, i / (len(sides) - 1))
        with torch.no_grad():
            cases.append(({name: value.numpy() for name, value in inputs.items()}, net(*inputs.values()).numpy()))
    return cases


def run_in_node(path, inputs, output, threads=1, runs=1, modules=None):
    """(flat float32 output, seconds of a run) of an ONNX file in onnxruntime-node.

    inputs: {name: float32 array}; output: the name of the wanted output; modules: folder with
    node_modules/onnxruntime-node, by default the repository's root. Returns None if Node or the package is missing.
    """
    modules = Path(modules or os.environ.get("EMULSION_NODE_ROOT") or MODELS.parent)
    if not (modules / "node_modules/onnxruntime-node").exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        job = {"inputs": {}, "output": {"name": output, "file": f"{folder}/out.f32"}, "threads": threads, "runs": runs}
        for i, (name, value) in enumerate(inputs.items()):
            job["inputs"][name] = {"shape": list(value.shape), "file": f"{folder}/{i}.f32"}
            (Path(folder) / f"{i}.f32").write_bytes(value.astype(np.float32).tobytes())
        command = ["node", str(Path(__file__).with_name("parity.mjs")), str(modules), str(path), json.dumps(job)]
        done = subprocess.run(command, check=True, capture_output=True, timeout=300, env={**os.environ, "ORT_DISABLE_TELEMETRY": "1"})
        return np.frombuffer((Path(folder) / "out.f32").read_bytes(), np.float32), float(json.loads(done.stdout))


def node_parity(path, cases, output, modules=None):
    """Greatest absolute difference between onnxruntime-node and PyTorch over `parity_cases`; None if `run_in_node` returns None."""
    worst = 0.0
    for inputs, wanted in cases:
        found = run_in_node(path, inputs, output, modules=modules)
        if found is None:
            return None
        worst = max(worst, float(np.abs(found[0].reshape(wanted.shape) - wanted).max()))
    return worst


def write_card(spec, folder, net, training_data, training, measured, thresholds=None, halo=None):
    """Writes card.json beside generator.onnx, with the file's SHA-256, and the generator's further files. Returns the card."""
    onnx_bytes = (folder / "generator.onnx").read_bytes()
    card = {**spec.card(), **spec.export_beside(net, folder)}
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
        "parameters": sum(p.numel() for p in spec.exported(net).parameters()),
        **card,
    }
    limits = card.pop("limits")
    if thresholds is not None:
        card["thresholds"] = thresholds
    if halo is not None:
        card["halo"] = halo
    card.update(measured=measured, training=training, limits=limits)
    if spec.id in portuguese.CARDS:
        card["translations"] = {"pt-BR": portuguese.CARDS[spec.id]}
    data_module.atomic_write(folder / "card.json", lambda p: p.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n"))
    return card


def load_weights(spec, path):
    """(net, the file's record) from a file that train.py wrote."""
    state = torch.load(path, map_location="cpu")
    net = spec.build()
    grow(net, state.get("weights") or state["ema"])  # weights of a narrower net compute the same in this one
    spec.prepare(net)
    return net.eval(), state


def centre_thresholds(net, thresholds):
    """Shifts the last bias of a DetectorNet so that each class's threshold becomes 0.5.

    The three classes of damage must share one threshold. The order of pixels by probability, and so every measured figure,
    stays the same, but a byte resolves probabilities near the threshold better. Returns the thresholds for the card; entries
    that are not classes stay unchanged.
    """
    if len({thresholds[name] for name in DAMAGE_CLASSES}) != 1:
        raise ValueError(f"the classes of damage must share one threshold: {thresholds}")
    with torch.no_grad():
        for i, name in enumerate(CLASSES):
            net.head.bias[4 * i : 4 * i + 4] -= float(np.log(thresholds[name] / (1 - thresholds[name])))
    return {**thresholds, **{name: 0.5 for name in CLASSES}}


def training_data(spec, data, pairs):
    """The card's `trainingData`. Without a data folder, that of the shipped card, because training began with its weights."""
    if data is not None:
        pictures = spec.split(data_module.load_pictures(data))[0]
        overlays = data_module.load_overlays(data).split(data_module.OVERLAY_HELD_OUT_EVERY)[0]
        named = data_module.summarise(*spec.trained_on(pictures, overlays)) + spec.further_data()
    else:
        card = MODELS / spec.id / "card.json"
        named = json.loads(card.read_text())["trainingData"] if card.exists() else []
    if pairs:
        count = len(data_module.load_pairs(pairs).split()[0])
        named = named + [{"name": "Pairs made by emulsion synthesise", "licence": "that of their photos", "count": count}]
    return named


def halves(weights):
    """The weights in half precision; tensors with values that would be infinite in it, such as variances, stay as they are."""
    fits = lambda v: v.is_floating_point() and bool((v.abs() < torch.finfo(torch.float16).max).all())
    return {k: v.half() if fits(v) else v for k, v in weights.items()}


def main():
    """Command line; see the README."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("id")
    parser.add_argument("--weights", required=True, help="final.pt, supervised.pt, adversarial.pt or weights.pt of a run")
    parser.add_argument("--data", help="data folder; may be left out with --pairs")
    parser.add_argument("--pairs", action="append", help="folder of emulsion synthesise that it was trained on besides")
    parser.add_argument("--metrics", help="JSON written by evaluate.py --json")
    parser.add_argument("--device", help="what it was trained on, for the card")
    parser.add_argument("--out", default=str(MODELS))
    parser.add_argument("--keep", action="store_true", help="also keep the weights in training/checkpoints/<id>.pt")
    arguments = parser.parse_args()
    if arguments.data is None and arguments.pairs is None:
        parser.error("what was it trained on? --data or --pairs is needed")
    torch.set_num_threads(1)
    spec = find(arguments.id)
    if arguments.data is not None:
        spec.load(arguments.data)
    net, state = load_weights(spec, arguments.weights)
    report = json.loads(Path(arguments.metrics).read_text()).get(spec.id, {}) if arguments.metrics else {}
    thresholds = report.get("thresholds")
    if thresholds and hasattr(net, "head") and spec.card()["task"] == "detect":
        thresholds = centre_thresholds(net, thresholds)
    folder = Path(arguments.out) / spec.id
    folder.mkdir(parents=True, exist_ok=True)
    data_module.atomic_write(folder / "generator.onnx", lambda p: to_onnx(spec, net, p))
    minutes = state.get("minutes", state.get("seconds", 0) / 60)
    training = {
        "device": arguments.device or f"{os.cpu_count()}-core CPU",
        "minutes": round(float(minutes), 1),
        "steps": int(state["step"]),
        "seed": int(state.get("seed", 1)),
    }
    trained_on = training_data(spec, arguments.data, arguments.pairs)
    card = write_card(spec, folder, net, trained_on, training, report.get("measured", []), thresholds)
    difference = node_parity(folder / "generator.onnx", parity_cases(spec, net), card["output"]["name"])
    print(f"{spec.id}: {card['parameters']} parameters, {(folder / 'generator.onnx').stat().st_size} bytes, parity {difference}")
    if difference is not None and difference > 1e-3:
        raise SystemExit("the exported graph does not compute what PyTorch computes")
    if arguments.keep:
        kept = Path(__file__).with_name("checkpoints") / f"{spec.id}.pt"
        kept.parent.mkdir(exist_ok=True)
        record = {"id": spec.id, "weights": halves(net.state_dict()), "step": state["step"], "minutes": minutes, "seed": training["seed"]}
        if "discriminator" in state:
            record["discriminator"] = halves(state["discriminator"])
        data_module.atomic_write(kept, lambda p: torch.save(record, p))


if __name__ == "__main__":
    main()

"""Measures every generator with classic baselines, and writes contact sheets.

python3 -m training.evaluate --data <folder> [--weights <id>=<file.pt> ...] [--only <id>] [--limit <pictures>]
    [--overlays <folder>] [--product <report.json>] [--json <file>] [--sheets <folder outside the repository>]

Source: written for this project. Without weights given it measures training/checkpoints/<id>.pt. Pictures are
those of <data>/eval, never trained on; the cases are those of evaluation/protocol.py, which the product's own
evaluation (`npm run evaluate`) measures as well. With --product it gives each net the inputs that the product gave
it, and prints the differences, which must stay within 0.05 dB and within the `AGREEMENT` of a generator's evaluator.
"""
import argparse
import importlib
import json
import pkgutil
import sys
from pathlib import Path

import torch

from . import data as data_module
from .evaluation import generators as evaluators
from .evaluation.context import Context, measured, show
from .export import load_weights
from .generators import find

DECIBELS = 0.05  # allowed difference between the two evaluations


def find_evaluators():
    """{id: module} of the files in evaluation/generators."""
    modules = [importlib.import_module(f"{evaluators.__name__}.{m.name}") for m in pkgutil.iter_modules(evaluators.__path__)]
    return {module.ID: module for module in modules}


def disagreements(identity, rows, product, agreement):
    """[(case, metric, ours, the product's, allowed difference)] of the rows that both have and that must agree: those in dB and
    those whose metric is in `agreement`. Largest relative difference first."""
    theirs = {(r["case"], r["metric"]): r["value"] for r in product["generators"].get(identity, {}).get("rows", [])}
    pairs = []
    for each in rows:
        allowed = agreement.get(each["metric"], DECIBELS if each["unit"] == "dB" else None)
        other = theirs.get((each["case"], each["metric"]))
        if None not in (allowed, each["value"], other):
            pairs.append((each["case"], each["metric"], each["value"], other, allowed))
    return sorted(pairs, key=lambda p: -abs(p[2] - p[3]) / p[4])


def main():
    """Command line; see the module's docstring."""
    known = find_evaluators()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--weights", action="append", default=[], metavar="ID=FILE", help="instead of training/checkpoints/<id>.pt")
    parser.add_argument("--only", choices=sorted(known))
    parser.add_argument("--limit", type=int, help="pictures per folder, for a quick look")
    parser.add_argument("--overlays", help="scanned damage, <folder>/<kind>/*.webp")
    parser.add_argument("--product", help="what `npm run evaluate -- --json` printed")
    parser.add_argument("--json")
    parser.add_argument("--sheets")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.sheets and Path(__file__).resolve().parents[2] in Path(arguments.sheets).resolve().parents:
        sys.exit("contact sheets show other people's photographs: choose a folder outside the repository")
    given = dict(pair.split("=", 1) for pair in arguments.weights)
    unknown = sorted(set(given) - set(known))
    if unknown:
        sys.exit(f"no such generator: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    torch.set_num_threads(arguments.threads)
    product = json.loads(Path(arguments.product).read_text()) if arguments.product else None
    context = Context(arguments.data, arguments.overlays, arguments.limit, product)
    report, apart = {}, []
    for identity, module in sorted(known.items()):
        weights = Path(given.get(identity, Path(__file__).with_name("checkpoints") / f"{identity}.pt"))
        if arguments.only not in (None, identity):
            continue
        if not weights.exists():
            print(f"\n{identity}: not measured, it is not installed: there is no {weights}")
            continue
        spec = find(identity)
        net, card = load_weights(spec, weights)[0].eval(), spec.card()
        found = module.measure(net, card, context)
        report[identity] = {**found, "measured": measured(found["rows"])}
        if not found["rows"]:
            print(f"\n{identity}: not measured, {arguments.data} lacks what it is measured with")
            continue
        show(identity, found["rows"])
        if product is not None:
            pairs = disagreements(identity, found["rows"], product, getattr(module, "AGREEMENT", {}))
            apart += pairs
            for case, metric, ours, theirs, _ in pairs[:1]:
                print(f"farthest from the product: {case}, {metric}: {ours:.3f} here, {theirs:.3f} there")
        if arguments.sheets:
            extra = {"thresholds": found["thresholds"]} if found["thresholds"] else {}
            module.sheet(net, card, context, Path(arguments.sheets) / f"{identity}.png", **extra)
    if arguments.json:
        data_module.atomic_write(arguments.json, lambda p: p.write_text(json.dumps(report, indent=2) + "\n"))
    wrong = [f"{case}, {metric}" for case, metric, ours, theirs, allowed in apart if abs(ours - theirs) > allowed]
    if wrong:
        sys.exit(f"the two evaluations differ by more than they may: {'; '.join(wrong)}")


if __name__ == "__main__":
    main()

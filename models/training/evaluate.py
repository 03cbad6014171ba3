"""One table for every generator, with the classic baselines, and contact sheets to look at.

python3 -m training.evaluate --data <folder> [--detector <file.pt>] [--inpainter <file.pt>]
    [--json <file>] [--sheets <folder outside the repository>]

Source: written for this project. Without weights given it measures training/checkpoints/<id>.pt.
Pictures are those of <data>/eval, never trained on; the detector's thresholds are chosen on
held-out training pictures, so that the Kodak figures are not fitted to Kodak.
"""
import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import torch

from . import data as data_module
from . import degradations as d
from .export import load_weights
from .generators import find
from .generators.damage_detector import Sampler as DamageSampler
from .generators.damage_detector import detection_scores, f_score
from .generators.inpainter import hole_psnr
from .losses import Lpips

WIDTHS = (2, 4, 8, 16)
THRESHOLDS = tuple(round(0.1 + 0.05 * i, 2) for i in range(16)) + tuple(round(0.86 + 0.01 * i, 2) for i in range(13))
FALSE_SHARE = {"lines": 8e-4, "blobs": 4e-4}  # false alarms allowed on clean held-out pictures, by pixel


def read_folder(folder):
    """[(name, uint8 [H, W, 3] RGB)] of all pictures in a folder, sorted by name."""
    found = [(p.stem, data_module.read_rgb(p)) for p in sorted(Path(folder).iterdir()) if p.is_file()]
    return [(name, picture) for name, picture in found if picture is not None]


def pad_to(array, multiple):
    """Reflects [N, C, H, W] at the right and bottom to multiples; numpy."""
    height, width = array.shape[2:]
    extra = (-height % multiple, -width % multiple)
    return np.pad(array, ((0, 0), (0, 0), (0, extra[0]), (0, extra[1])), mode="reflect")


def detect(net, picture):
    """Probabilities float32 [2, H, W] for a uint8 picture [H, W, 3] or a float luma [H, W]."""
    luma = picture if picture.ndim == 2 else (picture.astype(np.float32) / 255) @ d.LUMA
    with torch.no_grad():
        out = net(torch.from_numpy(pad_to(luma[None, None].astype(np.float32), 16)))
    return out[0, :, : luma.shape[0], : luma.shape[1]].numpy()


def fill(net, picture, mask):
    """uint8 [H, W, 3] with the mask (uint8 [H, W], 1 = hole) filled by the generator."""
    x = np.concatenate([picture.transpose(2, 0, 1).astype(np.float32) / 255, mask[None].astype(np.float32)])[None]
    with torch.no_grad():
        out = net(torch.from_numpy(pad_to(x, 32)))[0, :, : mask.shape[0], : mask.shape[1]].numpy()
    return np.round(out.transpose(1, 2, 0) * 255).astype(np.uint8)


def stroke_mask(rng, side, width, coverage=0.087):
    """Strokes of one width (pixels) covering about `coverage` of a square: uint8 [side, side]."""
    mask = np.zeros((side, side), np.uint8)
    while mask.mean() < coverage:
        points = d.wander(rng, rng.uniform(0, side, 2), rng.uniform(0, 2 * np.pi), d.log_uniform(rng, 30, 200), 8, 0.2)
        cv2.polylines(mask, [np.round(points).astype(np.int32)], False, 1, width)
    return mask


# ---------------------------------------------------------------- detector


def measure_detector(net, data):
    """Thresholds and metrics of a detector: {'thresholds', 'measured', 'table'}."""
    pictures = data_module.load_pictures(data).split(data_module.HELD_OUT_EVERY)[1]
    overlays = data_module.load_overlays(data).split(data_module.OVERLAY_HELD_OUT_EVERY)[1]
    names = ("lines", "blobs")
    # false alarms on clean held-out photographs, as they are and aged
    false, pixels = np.zeros((2, len(THRESHOLDS))), 0
    for i in range(len(pictures)):
        rng = np.random.default_rng([5, i])
        luma = (pictures[i][:512, :512].astype(np.float32) / 255) @ d.LUMA
        for version in (luma, d.age(rng, luma)[0]):
            chance = detect(net, version)
            false += np.array([[(chance[k] > t).sum() for t in THRESHOLDS] for k in range(2)])
            pixels += luma.size
    false /= pixels
    # synthetic damage on pictures never trained on, with overlays never trained on
    clean = [p for _, p in read_folder(Path(data) / "eval/kodak") + read_folder(Path(data) / "eval/cid22")]
    sampler = DamageSampler(data_module.Pictures.from_arrays(clean), overlays, 256)
    counts, chances, truths = np.zeros((2, len(THRESHOLDS), 4)), [], []
    for i in range(120):
        luma, label, judged = (torch.from_numpy(a.copy()).float()[None] for a in sampler(np.random.default_rng([6, i])))
        with torch.no_grad():
            chance = net(luma / 255)
        for k in range(2):
            for j, threshold in enumerate(THRESHOLDS):
                counts[k, j] += detection_scores(chance[:, k : k + 1], label[:, k : k + 1], judged, threshold)
        chances.append(chance.numpy().astype(np.float16))
        truths.append((label, judged))
    chosen, table = {}, []
    for k, name in enumerate(names):
        scores = [f_score(c) for c in counts[k]]
        allowed = [j for j in range(len(THRESHOLDS)) if false[k, j] <= FALSE_SHARE[name]] or [len(THRESHOLDS) - 1]
        j = max(allowed, key=lambda j: scores[j][0])
        best = max(scores)
        chosen[name] = THRESHOLDS[j]
        table.append((name, THRESHOLDS[j], *scores[j], false[k, j], best[0]))
    # damage of either kind, as the mask has it
    either = np.zeros(4)
    for chance, (label, judged) in zip(chances, truths):
        marked = (chance[:, :1] > chosen["lines"]) | (chance[:, 1:] > chosen["blobs"])
        either += detection_scores(torch.from_numpy(marked).float(), label.amax(1, keepdim=True), judged, 0.5)
    scores = f_score(either)
    table.append(("either", float("nan"), *scores, float("nan"), scores[0]))
    kodak = [detect(net, p) for _, p in read_folder(Path(data) / "eval/kodak")]
    alarms = [((c[0] > chosen["lines"]) | (c[1] > chosen["blobs"])).mean() for c in kodak]
    held = "held-out synthetic damage on Kodak and CID22 pictures"
    measured = [
        {"metric": f"{'F1' if m == 2 else ('precision' if m == 3 else 'recall')} at 2 px, {row[0]}", "value": round(float(row[m]), 3), "unit": "", "data": held, "baseline": None}
        for row in table
        for m in (2, 3, 4)
    ]
    measured.append({"metric": "false positives", "value": round(float(np.mean(alarms)) * 100, 3), "unit": "% of pixels", "data": "Kodak 24, clean", "baseline": None})
    print(f"\n{'detector':10}{'threshold':>10}{'F1':>8}{'precision':>11}{'recall':>8}{'false on clean':>16}{'best F1':>9}")
    for row in table:
        print(f"{row[0]:10}{row[1]:10.2f}{row[2]:8.3f}{row[3]:11.3f}{row[4]:8.3f}{row[5] * 100:15.3f}%{row[6]:9.3f}")
    print(f"Kodak 24, clean: {np.mean(alarms) * 100:.3f} % of pixels marked, worst picture {np.max(alarms) * 100:.3f} %")
    return {"thresholds": chosen, "measured": measured}


# ---------------------------------------------------------------- inpainter


def inpainting_cases(data, side=256):
    """{kind: ([uint8 crops], [uint8 masks])}: strokes of each width, mixed damage, and mixed on grey."""
    crops = []
    for _, picture in read_folder(Path(data) / "eval/kodak"):
        top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
        crops.append(picture[top : top + side, left : left + side])
    overlays = d.Overlays(data_module.load_overlays(data).split(data_module.OVERLAY_HELD_OUT_EVERY)[1])
    cases = {f"{w} px": (crops, [stroke_mask(np.random.default_rng([w, i]), side, w) for i in range(len(crops))]) for w in WIDTHS}
    mixed = [d.draw_hole(np.random.default_rng([9, i]), (side, side), overlays, 0.087)[0] for i in range(len(crops))]
    grey = [np.repeat(cv2.cvtColor(c, cv2.COLOR_RGB2GRAY)[..., None], 3, -1) for c in crops]
    return {**cases, "mixed": (crops, mixed), "mixed, grey": (grey, mixed)}


def measure_inpainter(net, data):
    """Hole PSNR and LPIPS beside OpenCV's: {'thresholds': None, 'measured'}."""
    lpips = Lpips(Path(data) / "perceptual")
    methods = {
        "generator": lambda p, m: fill(net, p, m),
        "NS": lambda p, m: cv2.inpaint(p, m, 3, cv2.INPAINT_NS),
        "Telea": lambda p, m: cv2.inpaint(p, m, 3, cv2.INPAINT_TELEA),
    }
    tensor = lambda p: torch.from_numpy(p.transpose(2, 0, 1).copy()).float()[None] / 255
    measured = []
    print(f"\n{'hole':14}" + "".join(f"{m + ' dB':>15}" for m in methods) + "".join(f"{m + ' LPIPS':>17}" for m in methods))
    for kind, (crops, masks) in inpainting_cases(data).items():
        psnr, distance = {}, {}
        for name, method in methods.items():
            values = []
            for crop, mask in zip(crops, masks):
                filled = tensor(method(crop, mask))
                with torch.no_grad():
                    values.append((float(hole_psnr(filled, tensor(crop), torch.from_numpy(mask)[None, None].float())), float(lpips(filled, tensor(crop)))))
            psnr[name], distance[name] = np.mean(values, 0)
        print(f"{kind:14}" + "".join(f"{psnr[m]:15.2f}" for m in methods) + "".join(f"{distance[m]:17.4f}" for m in methods))
        rival = "Navier-Stokes (OpenCV)"
        where = f"24 Kodak crops, holes {kind}"
        measured.append({"metric": f"hole PSNR, {kind}", "value": round(float(psnr["generator"]), 2), "unit": "dB", "data": where, "baseline": {"name": rival, "value": round(float(psnr["NS"]), 2)}})
        measured.append({"metric": f"LPIPS, {kind}", "value": round(float(distance["generator"]), 4), "unit": "", "data": where, "baseline": {"name": rival, "value": round(float(distance["NS"]), 4)}})
    return {"thresholds": None, "measured": measured}


# ---------------------------------------------------------------- contact sheets


def found_mask(net, picture, thresholds, grow=1):
    """(mask uint8 [H, W] grown by `grow` px, probabilities) of a picture."""
    chance = detect(net, picture)
    mask = ((chance[0] > thresholds["lines"]) | (chance[1] > thresholds["blobs"])).astype(np.uint8)
    return cv2.dilate(mask, np.ones((2 * grow + 1,) * 2, np.uint8)), chance


def sheets(folder, data, detector, inpainter, thresholds):
    """Writes before | found | after for every real old photograph, and fills on Kodak crops."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if detector is not None:
        for name, picture in read_folder(Path(data) / "eval/old"):
            picture = picture[:1024, :1024]
            mask, chance = found_mask(detector, picture, thresholds)
            marked = picture // 2
            marked[chance[1] > thresholds["blobs"]] = (80, 160, 255)
            marked[chance[0] > thresholds["lines"]] = (255, 60, 60)
            columns = [picture, marked]
            if inpainter is not None:
                columns.append(fill(inpainter, picture, mask))
            cv2.imwrite(str(folder / f"old-{name}.png"), cv2.cvtColor(np.hstack(columns), cv2.COLOR_RGB2BGR))
    if inpainter is not None:
        crops, masks = inpainting_cases(data)["mixed"]
        rows = []
        for crop, mask in list(zip(crops, masks))[:8]:
            hole = crop.copy()
            hole[mask > 0] = 255
            rows.append(np.hstack([hole, fill(inpainter, crop, mask), cv2.inpaint(crop, mask, 3, cv2.INPAINT_NS), crop]))
        cv2.imwrite(str(folder / "inpainter.png"), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def main():
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    kept = Path(__file__).with_name("checkpoints")
    parser.add_argument("--data", required=True)
    parser.add_argument("--detector", default=str(kept / "damage-detector.pt"))
    parser.add_argument("--inpainter", default=str(kept / "inpainter.pt"))
    parser.add_argument("--only", choices=("detector", "inpainter"))
    parser.add_argument("--json")
    parser.add_argument("--sheets")
    arguments = parser.parse_args()
    if arguments.sheets and Path(__file__).resolve().parents[2] in Path(arguments.sheets).resolve().parents:
        sys.exit("contact sheets show other people's photographs: choose a folder outside the repository")
    torch.set_num_threads(1)
    report, nets = {}, {}
    for key, identity, measure in (
        ("detector", "damage-detector", measure_detector),
        ("inpainter", "inpainter", measure_inpainter),
    ):
        weights = Path(getattr(arguments, key))
        if weights.exists() and arguments.only in (None, key):
            nets[key] = load_weights(find(identity), weights)[0]
            report[identity] = measure(nets[key], arguments.data)
    if arguments.json:
        data_module.atomic_write(arguments.json, lambda p: p.write_text(json.dumps(report, indent=2) + "\n"))
    if arguments.sheets:
        thresholds = report.get("damage-detector", {}).get("thresholds")
        sheets(arguments.sheets, arguments.data, nets.get("detector"), nets.get("inpainter"), thresholds)


if __name__ == "__main__":
    main()

"""Converts the face finder's three nets to ONNX: `python3 -m training.faces <facenet_pytorch-2.5.3 wheel>`.

The nets are those of Zhang et al., "Joint face detection and alignment using multitask cascaded convolutional networks",
IEEE Signal Processing Letters 23, 2016, as the package facenet-pytorch (PyPI, MIT licence) carries them. They are not trained
here. `main/restoration/faces.ts` runs them.
"""
import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

import torch
from torch import nn

from .data import atomic_write
from .portuguese import CARDS

FOLDER = Path(__file__).resolve().parents[1] / "face-finder"
# (width of the convolutions, their sizes, pooling after each or None, units before the results)
SHAPES = {
    "pnet": ((10, 16, 32), (3, 3, 3), (2, None, None), None),
    "rnet": ((28, 48, 64), (3, 3, 2), (3, 3, None), 128),
    "onet": ((32, 64, 64, 128), (3, 3, 3, 2), (3, 3, 2, None), 256),
}


class Stage(nn.Module):
    """One net of the cascade. image: [N, 3, H, W], (RGB 0..255 - 127.5) / 128.

    Returns corrections of the box as shares of its size [N, 4, ...] (left, top, right, bottom), for the last net the five
    points as shares of the box [N, 10] (five x, then five y), and the probability of a face [N, 2, ...] (no, yes).
    """

    def __init__(self, widths, sizes, pools, units, points):
        super().__init__()
        self.pools, self.units, self.points = pools, units, points
        for i, (before, after, size) in enumerate(zip((3, *widths), widths, sizes), 1):
            setattr(self, f"conv{i}", nn.Conv2d(before, after, size))
            setattr(self, f"prelu{i}", nn.PReLU(after))
        self.count = last = len(widths)
        if units is None:
            self.results = f"conv{last + 1}"
            make = lambda outputs: nn.Conv2d(widths[-1], outputs, 1)
        else:
            setattr(self, f"dense{last + 1}", nn.Linear(9 * widths[-1], units))
            setattr(self, f"prelu{last + 1}", nn.PReLU(units))
            self.results = f"dense{last + 2}"
            make = lambda outputs: nn.Linear(units, outputs)
        for k, outputs in enumerate((2, 4, 10)[: 3 if points else 2], 1):
            setattr(self, f"{self.results}_{k}", make(outputs))

    def forward(self, x):
        layer = lambda name: getattr(self, name)
        for i in range(1, self.count + 1):
            x = layer(f"prelu{i}")(layer(f"conv{i}")(x))
            if self.pools[i - 1]:
                x = nn.functional.max_pool2d(x, self.pools[i - 1], 2, ceil_mode=True)
        if self.units:
            # The original stores columns before rows.
            x = x.permute(0, 3, 2, 1).flatten(1)
            x = layer(f"prelu{self.count + 1}")(layer(f"dense{self.count + 1}")(x))
        results = [layer(f"{self.results}_{k}")(x) for k in range(1, 4 if self.points else 3)]
        return (*results[1:], torch.softmax(results[0], 1))


def export(net, side, path):
    """Writes a net as ONNX. `side`: of its input, in pixels; the first net takes pictures of any size."""
    free = {0: "n", 2: "h", 3: "w"} if net.units is None else {0: "n"}
    outputs = ["boxes", "points", "faces"] if net.points else ["boxes", "faces"]
    torch.onnx.export(
        net, torch.rand(1, 3, side, side), path, input_names=["image"], output_names=outputs, opset_version=13,
        dynamic_axes={name: free for name in ("image", *outputs)} if net.units is None else {n: {0: "n"} for n in ("image", *outputs)},
    )  # fmt: skip


def main(wheel):
    FOLDER.mkdir(exist_ok=True)
    files, parameters = {}, 0
    with zipfile.ZipFile(wheel) as archive:
        for name, side in (("pnet", 64), ("rnet", 24), ("onet", 48)):
            net = Stage(*SHAPES[name], points=name == "onet").eval()
            net.load_state_dict(torch.load(io.BytesIO(archive.read(f"facenet_pytorch/data/{name}.pt"))))
            parameters += sum(p.numel() for p in net.parameters())
            path = FOLDER / f"{name}.onnx"
            atomic_write(path, lambda p: export(net, side, str(p)))
            files[name] = {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        licence = archive.read("facenet_pytorch-2.5.3.dist-info/LICENSE.md")
        atomic_write(FOLDER / "LICENCE.txt", lambda p: p.write_bytes(licence))
    card = FOLDER / "card.json"
    measured = json.loads(card.read_text())["measured"] if card.exists() else []
    record = {
        "format": 1,
        "id": "face-finder",
        "name": "Face finder",
        "task": "find-faces",
        "version": "1.0.0",
        "licence": "MIT",
        "author": "Kaipeng Zhang and others; converted by David Sandberg and Timothy Esler",
        "source": "facenet-pytorch 2.5.3 (PyPI)",
        "description": "Finds faces, with their eyes, noses and corners of the mouth. Faces are counted, and the correction of "
        "faded colours keeps their skin within the hues of skin. Nobody is recognised, and nothing is stored about a face but its "
        "place.",
        "trainingData": [
            {"name": "WIDER FACE (by its authors)", "licence": "see the dataset", "count": 32203},
            {"name": "CelebA (by its authors)", "licence": "see the dataset", "count": 202599},
        ],
        "file": files["pnet"]["file"],
        "sha256": files["pnet"]["sha256"],
        "refine": files["rnet"],
        "judge": files["onet"],
        "opset": 13,
        "parameters": parameters,
        # Chosen on the marked photographs of bench/evaluate/faces.json.
        "thresholds": {"propose": 0.5, "refine": 0.6, "judge": 0.64},
        "longest": 1100,
        "smallest": 13,
        "measured": measured,
        "training": {"device": "not trained here", "minutes": 0, "steps": 0, "seed": 0},
        "limits": "Misses faces seen from the side or bent down, faces that are turned by more than some 40 degrees or lie, and "
        "faces under 13 px in a photo that is reduced to 1,100 px. Rarely takes a pattern of cloth or a damaged place for a face.",
        "translations": {"pt-BR": CARDS["face-finder"]},
    }
    atomic_write(card, lambda p: p.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n"))
    print({name: each["sha256"] for name, each in files.items()}, parameters)


if __name__ == "__main__":
    main(sys.argv[1])

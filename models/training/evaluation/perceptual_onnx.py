"""Writes the distances of the product's evaluation as ONNX graphs: python3 -m training.evaluation.perceptual_onnx <perceptual> <folder>

Source: written for this project. The weights belong to other people, so the graphs go into a cache, not into the repository.
"""
import sys
from pathlib import Path

import torch
import torch.nn as nn

from ..export import write_graph
from ..generators.style import CONTENT_MAP
from ..losses import Lpips, SqueezeFeatures, likeness, manner, style_distance

PICTURE = {2: "h", 3: "w"}
PAINTING = {2: "other h", 3: "other w"}


class StyleDistances(nn.Module):
    """Pictures [1, 3, H, W] RGB 0..1, painted, photograph and painting -> [2]: style distance, content distance."""

    def __init__(self, folder):
        super().__init__()
        self.features = SqueezeFeatures(folder)

    def forward(self, painted, photograph, painting):
        maps, kept = self.features(painted, 4), self.features(photograph, CONTENT_MAP + 1)[CONTENT_MAP]
        return torch.cat([style_distance(manner(maps), manner(self.features(painting, 4))), likeness(maps[CONTENT_MAP], kept)])


class OverlayFeatures(nn.Module):
    """Overlays [N, 1, H, W] 0..1 -> [N, 512]; see `embed` of generators/damage_synthesiser.py."""

    def __init__(self, folder):
        super().__init__()
        self.features = SqueezeFeatures(folder)

    def forward(self, overlays):
        return self.features(overlays.expand(-1, 3, -1, -1))[-1].mean((2, 3))


def graphs(folder):
    """{name: (module, {input: example}, output, free dimensions)}; without LPIPS if its heads are missing."""
    pictures = lambda *names: {name: torch.rand(1, 3, 64, 96) for name in names}
    free = lambda inputs: {name: PICTURE for name in inputs}
    three, overlays = pictures("painted", "photograph", "painting"), {"overlays": torch.rand(2, 1, 64, 64)}
    found = {
        "style": (StyleDistances(folder), three, "distances", {**free(three), "painting": PAINTING}),
        "overlays": (OverlayFeatures(folder), overlays, "features", {"overlays": {0: "n", **PICTURE}, "features": {0: "n"}}),
    }
    if (Path(folder) / Lpips.HEADS).exists():
        pair = pictures("a", "b")
        found["lpips"] = (Lpips(folder), pair, "distance", free(pair))
    return found


def main():
    """See the module's docstring."""
    folder, out = (Path(each) for each in sys.argv[1:3])
    for name, (module, inputs, output, axes) in graphs(folder).items():
        write_graph(module, inputs, output, axes, out / f"{name}.onnx")


if __name__ == "__main__":
    main()

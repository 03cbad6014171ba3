"""Writes LPIPS as an ONNX graph, for the product's evaluation: python3 -m training.evaluation.lpips_onnx <perceptual> <out>

Source: written for this project. Inputs `a` and `b`: float32 [1, 3, H, W] RGB 0..1; output `distance`: [1].
The weights in it are other people's: it belongs into a cache, not into the repository.
"""
import sys

import torch

from ..losses import Lpips


def main():
    """See the module's docstring."""
    folder, out = sys.argv[1:3]
    axes = {2: "h", 3: "w"}
    example = (torch.rand(1, 3, 64, 96), torch.rand(1, 3, 64, 96))
    options = dict(input_names=["a", "b"], output_names=["distance"], dynamic_axes={"a": axes, "b": axes}, opset_version=17)
    try:  # torch from 2.5 on has a second exporter; this graph is written for the tracing one
        torch.onnx.export(Lpips(folder).eval(), example, out, dynamo=False, **options)
    except TypeError:
        torch.onnx.export(Lpips(folder).eval(), example, out, **options)


if __name__ == "__main__":
    main()

"""A data folder with what some generators need: styles, and random weights of SqueezeNet."""
import tempfile
from pathlib import Path

import cv2
import numpy as np

from training import data

STYLES = ("hokusai-great-wave", "turner-venice", "no-preset")


def squeezenet(seed=0):
    """{name: weights} in the shapes of SqueezeNet 1.1, scaled so that its maps keep a reasonable size."""
    rng = np.random.default_rng(seed)
    shapes = {"conv1": (64, 3, 3, 3)}
    inputs = 64
    for i, (squeeze, expand) in enumerate(((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))):
        shapes[f"fire{i + 2}_squeeze1x1"] = (squeeze, inputs, 1, 1)
        shapes[f"fire{i + 2}_expand1x1"] = (expand, squeeze, 1, 1)
        shapes[f"fire{i + 2}_expand3x3"] = (expand, squeeze, 3, 3)
        inputs = 2 * expand
    weights = {}
    for name, shape in shapes.items():
        weights[f"{name}_w"] = (rng.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape)).astype(np.float32)
        weights[f"{name}_b"] = np.zeros(shape[0], np.float32)
    return weights


def made_data():
    """A TemporaryDirectory with `styles/` and `perceptual/`."""
    folder = tempfile.TemporaryDirectory()
    styles, perceptual = Path(folder.name) / "styles", Path(folder.name) / "perceptual"
    styles.mkdir(), perceptual.mkdir()
    for name, picture in zip(STYLES, data.procedural_pictures(len(STYLES), 140, seed=9)):
        cv2.imwrite(str(styles / f"{name}.png"), picture)
    np.savez(perceptual / "squeezenet1_1_caffe_features_nchw_fp32.npz", **squeezenet())
    return folder

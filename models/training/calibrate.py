"""Fits the coloriser's chances to how often each colour is seen: python3 -m training.calibrate --weights <in.pt> --out <out.pt> --data <folder>

Source: written for this project. Training at a high rate leaves a tint that comes and goes, and it favours rare colours. Here the
bias of each colour is shifted so that the chances have the right mean over pictures of the training set. The net's `temperature`,
`tilt` and `gain` then decide how bold the result is.
"""
import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from . import data as data_module
from .colour_net import STEP, warped
from .device_degradations import TO_YCC, mix
from .export import load_weights
from .generators import find
from .train import save_atomic

PIXELS = 62_500  # as in the product
ROUNDS = 8
MOST = 1.5  # a bias is shifted by at most so much


def shares(colours, places):
    """[K, N] soft membership of colours [1, 2, N] in the palette; places: [K, 2], the palette after `warped`."""
    at = warped(colours)
    apart = at.pow(2).sum(1) + places.pow(2).sum(1)[:, None] - 2 * places @ at[0]
    return torch.softmax(-apart / (2 * (STEP / 2) ** 2), 0)


def seen(net, pictures):
    """(log-chances [K, N], true shares [K, N]) of a sixteenth of the places of each picture."""
    logits, wanted = [], []
    none = torch.zeros(1)
    for picture in pictures:
        scale = min(1.0, (PIXELS / (picture.shape[0] * picture.shape[1])) ** 0.5)
        size = [max(64, round(side * scale / 16) * 16) for side in picture.shape[1::-1]]
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).transpose(2, 0, 1)
        ycc = mix(torch.from_numpy(small.copy())[None].float() / 255, TO_YCC)
        with torch.no_grad():
            logits.append(net.parts(ycc[:, :1], none, none)[0][0, :, ::4, ::4].flatten(1))
        wanted.append(shares(F.avg_pool2d(ycc[:, 1:], 4)[:, :, ::4, ::4].flatten(2), net.places))
    return torch.cat(logits, 1), torch.cat(wanted, 1)


def calibrate(net, pictures):
    """Shifts the biases of `net.chances`, and sets `net.frequency` to the true mean. Returns the greatest shift."""
    logits, wanted = seen(net, pictures)
    wanted, least = wanted.mean(1), 1e-4
    shift = torch.zeros(len(wanted))
    for _ in range(ROUNDS):
        found = torch.softmax(logits + shift[:, None], 0).mean(1)
        shift = (shift + torch.log(wanted + least) - torch.log(found + least)).clamp(-MOST, MOST)
    with torch.no_grad():
        net.chances.bias += shift
        net.frequency.copy_(wanted)
    return float(shift.abs().max())


def main():
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--count", type=int, default=200, help="pictures")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    net, record = load_weights(find("coloriser"), arguments.weights)
    train = data_module.load_pictures(arguments.data).split(data_module.HELD_OUT_EVERY)[0]
    rng = np.random.default_rng(3)
    chosen = rng.choice(len(train), min(arguments.count, len(train)), replace=False)
    print(f"greatest shift {calibrate(net, [train[int(i)] for i in chosen]):.2f}")
    save_atomic({**record, "weights": net.state_dict()}, Path(arguments.out))


if __name__ == "__main__":
    main()

"""damage-synthesiser: drawn overlays beside scanned ones that it has never seen.

Source: written for this project. Precision, recall (Kynkäänniemi et al. 2019, third neighbour) and diversity in the means
of SqueezeNet's deepest map; the column beside it is what as many scanned overlays of the training set reach.
"""
import numpy as np
import torch

from ... import data as data_module
from ...generators.damage_synthesiser import Sampler, Spec, embed
from ...losses import SqueezeFeatures
from ..context import row, write_sheet
from ..metrics import manifold

ID = "damage-synthesiser"
COUNT = 400


def scanned(overlays, count, side, seed=11):
    """float32 tensor [count, 1, S, S] of a collection, as the net is shown them."""
    make = Sampler(overlays, side)
    samples = [make(np.random.default_rng([seed, i]))[0] for i in range(count)]
    return torch.from_numpy(np.stack(samples)).float() / 255


def measure(net, card, context, count=COUNT):
    perceptual = context.data / "perceptual"
    if not perceptual.is_dir():
        return {"thresholds": None, "rows": []}
    features = SqueezeFeatures(perceptual).eval()
    train, held = data_module.load_overlays(context.data).split(data_module.OVERLAY_HELD_OUT_EVERY)
    real = embed(features, scanned(held, count, net.side))
    with torch.no_grad():
        own = manifold(real, embed(features, Spec.draw(net, count)))
    other = manifold(real, embed(features, scanned(train, count, net.side, seed=12)))
    data = f"{count} of each"
    against = "scans of the training set"
    rows = [row("beside held-out scans", name, "", [own[name]], {against: [other[name]]}, data) for name in own]
    return {"thresholds": None, "rows": rows}


def sheet(net, card, context, path):
    """Eight rows drawn, then two rows scanned."""
    picture = lambda overlay: np.repeat(np.round(overlay[0].numpy() * 255).astype(np.uint8)[..., None], 3, -1)
    with torch.no_grad():
        drawn = [picture(overlay) for overlay in Spec.draw(net, 80, seed=6)]
    real = [picture(overlay) for overlay in scanned(data_module.load_overlays(context.data), 20, net.side)]
    lines = [(drawn + real)[i : i + 10] for i in range(0, 100, 10)]
    write_sheet(path, lines)

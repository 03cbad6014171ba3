"""damage-synthesiser: compares generated overlays with scanned ones that it has never seen.

Source: written for this project. Precision, recall (Kynkäänniemi et al. 2019, third neighbour) and diversity, by the means
of SqueezeNet's deepest map. The baseline is the same for scanned overlays of the training set. Latents and cuts of the scans
come from the protocol, so that the product's evaluation uses the same.
"""
import numpy as np
import torch

from ... import data as data_module
from ...generators.damage_synthesiser import embed
from ...losses import SqueezeFeatures
from .. import protocol
from ..context import row, write_sheet
from ..metrics import manifold

ID = "damage-synthesiser"
COUNT = 400
AGREEMENT = {"precision": 0.005, "recall": 0.005, "diversity": 0.005}


def scanned(overlays, name, count, side):
    """float32 tensor [count, 1, side, side] cut from a collection."""
    kinds = [[overlays[i] for i, group in enumerate(overlays.groups) if group == kind] for kind in sorted(set(overlays.groups))]
    return torch.from_numpy(np.stack([protocol.scan(kinds, name, i, side)[None] for i in range(count)])).float() / 255


def drawn(net, count):
    """float32 tensor [count, 1, side, side]."""
    z, noise = (
        torch.from_numpy(protocol.latents(name, count, size)) for name, size in (("z", net.LATENT), ("noise", net.noise_size))
    )
    with torch.no_grad():
        return torch.cat([net(*pair) for pair in zip(z.split(32), noise.split(32))])


def measure(net, card, context, count=COUNT):
    perceptual, count = context.data / "perceptual", min(count, context.limit or count)
    if not perceptual.is_dir():
        return {"thresholds": None, "rows": []}
    features = SqueezeFeatures(perceptual).eval()
    train, held = data_module.load_overlays(context.data).split(data_module.OVERLAY_HELD_OUT_EVERY)
    real = embed(features, scanned(held, "held out", count, net.side))
    own = manifold(real, embed(features, drawn(net, count)))
    other = manifold(real, embed(features, scanned(train, "trained on", count, net.side)))
    data = f"{count} of each"
    against = "scans of the training set"
    rows = [row("beside held-out scans", name, "", [own[name]], {against: [other[name]]}, data) for name in own]
    return {"thresholds": None, "rows": rows}


def sheet(net, card, context, path):
    """Writes a sheet: eight rows generated, then two rows scanned."""
    picture = lambda overlay: np.repeat(np.round(overlay[0].numpy() * 255).astype(np.uint8)[..., None], 3, -1)
    real = scanned(data_module.load_overlays(context.data), "shown", 20, net.side)
    pictures = [picture(overlay) for overlay in (*drawn(net, 80), *real)]
    write_sheet(path, [pictures[i : i + 10] for i in range(0, 100, 10)])

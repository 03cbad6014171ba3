"""damage-synthesiser: draws new overlays of damage, to make pairs for training.

Source: written for this project. From StyleGAN2 (Karras et al. 2020): mapping net, styles for every level, noise, style
mixing, non-saturating loss with lazy R1, averaged weights, truncation; Haar bands (SWAGAN, Gal et al. 2021).
"""
import cv2
import numpy as np
import torch

from ..evaluation.metrics import manifold
from . import Generator


class Sampler:
    """A random overlay, cropped if there is room around its damage. Every kind is equally likely.

    Returns uint8 (overlay [1, S, S], number of its kind [1, 1, 1]).
    """

    def __init__(self, overlays, crop):
        self.overlays, self.crop = overlays, crop
        kinds = sorted(set(overlays.groups))
        self.kinds = [[i for i, group in enumerate(overlays.groups) if group == kind] for kind in kinds]

    def __call__(self, rng):
        number = int(rng.integers(len(self.kinds)))
        kind = self.kinds[number]
        overlay = self.overlays[kind[int(rng.integers(len(kind)))]]
        left, top, width, height = cv2.boundingRect((overlay > 24).astype(np.uint8))
        whole = min(overlay.shape)
        side = int(round(rng.uniform(max(0.5 * whole, min(0.95 * whole, 1.15 * max(width, height))), whole)))
        corner = []
        for begin, extent, length in ((top, height, overlay.shape[0]), (left, width, overlay.shape[1])):
            middle = begin + extent / 2 - side / 2 + rng.uniform(-0.08, 0.08) * side
            corner.append(int(np.clip(middle, 0, length - side)))
        window = np.ascontiguousarray(overlay[corner[0] : corner[0] + side, corner[1] : corner[1] + side])
        return cv2.resize(window, (self.crop, self.crop), interpolation=cv2.INTER_AREA)[None], np.full((1, 1, 1), number, np.uint8)


def embed(features, overlays):
    """Means of SqueezeNet's deepest feature map: numpy [N, 512] for overlays [N, 1, H, W]."""
    with torch.no_grad():
        return torch.cat([features(part.expand(-1, 3, -1, -1))[-1].mean((2, 3)) for part in overlays.split(32)]).cpu().numpy()


class Spec(Generator):
    """Specification of the synthesiser. Both nets get the kind of damage as an input."""

    id = "damage-synthesiser"
    crop, batch, rate, reuse, gan_share = 128, 16, 3e-3, 1.5, 1.0
    betas = (0.0, 0.99)
    truncation = 0.8
    features = None
    limits = (
        "Trained only on scans of dirt, hair, lint, scratches, spots and stains, so it draws no creases, tears or "
        "worn borders. Hairs, lint, spots, blots and stains look like scans. Scratches and sprinkles come out as "
        "tangles of curls instead of straight strokes and fine grains, and dirt as faint lines. It draws each piece "
        "in the middle of a square, with codes that keep 0.8 of their distance from the mean of the kind."
    )

    def load(self, data):
        from ..losses import SqueezeFeatures

        self.features = SqueezeFeatures(f"{data}/perceptual").eval()

    def build(self):
        from ..networks import DamageSynthesiser

        if self.crop != DamageSynthesiser.SIDE:
            raise ValueError(f"the synthesiser draws overlays of {DamageSynthesiser.SIDE} pixels, not of {self.crop}")
        return DamageSynthesiser()

    def discriminator(self):
        from ..networks import OverlayDiscriminator

        return OverlayDiscriminator()

    def rules(self):
        from ..adversarial import Settings

        return Settings(
            loss="non-saturating",
            weight=1.0,
            matching=0.0,
            rate=7.5e-4,
            betas=(0.0, 0.99),
            r1=0.1,
            augment=False,
            follows=True,
            win_gap=20.0,
            diversity_from=1500,
        )

    def sampler(self, pictures, overlays):
        return Sampler(overlays, self.crop)

    def to_tensors(self, arrays, device):
        overlay, kind = (torch.from_numpy(np.ascontiguousarray(array)).to(device) for array in arrays)
        return overlay.float() / 255, kind.float()

    @staticmethod
    def draw(net, count, device="cpu", seed=5):
        """Overlays [count, 1, S, S] from latents and noise that depend only on the seed."""
        random = torch.Generator().manual_seed(seed)
        z, noise = (torch.randn(count, size, generator=random).to(device) for size in (net.LATENT, net.noise_size))
        return torch.cat([net(*pair) for pair in zip(z.split(32), noise.split(32))])

    def generate(self, net, tensors):
        return self.draw(net, len(tensors[0]), tensors[0].device)

    def adversarial_parts(self, net, tensors, lpips):
        """(overlays, D's input for them, D's input for real ones, no other loss). Half of the batches mix two codes of a kind."""
        from ..networks import Within

        real, kind = tensors
        n, levels = len(real), len(net.levels)
        chosen = torch.nn.functional.one_hot(kind[:, 0, 0, 0].long(), net.KINDS).to(real.dtype)
        one, other = (net.code(torch.randn(n, net.LATENT, device=real.device), chosen) for _ in range(2))
        cut = int(torch.randint(1, levels, ())) if float(torch.rand(())) < 0.5 else levels
        noise = torch.randn(n, net.noise_size, device=real.device)
        made = Within.apply(net.synthesise([one] * cut + [other] * (levels - cut), noise))
        seen = lambda overlay: torch.cat([overlay, kind.expand_as(overlay)], 1)
        return made, seen(made), seen(real), torch.zeros((), device=real.device)

    def measure(self, net, tensors):
        with torch.no_grad():
            made = self.generate(net, tensors)
        found = manifold(embed(self.features, tensors[0]), embed(self.features, made))
        return {**found, "score": found["precision"] + found["recall"]}

    def prepare(self, net):
        net.truncate(self.truncation)

    def trained_on(self, pictures, overlays):
        return (overlays,)

    def inputs(self, net, height, width, share=0.0):
        return {"z": torch.randn(1, net.LATENT), "noise": torch.randn(1, net.noise_size)}

    def axes(self):
        return {name: {0: "n"} for name in ("z", "noise", "overlay")}

    def card(self):
        from ..networks import DamageSynthesiser

        net = DamageSynthesiser()
        return {
            "name": "Damage synthesiser",
            "task": "synthesise",
            "version": "0.1.0",
            "description": "Draws an overlay of damage from random numbers: hairs, lint, scratches, dirt, spots, "
            "stains. It helps to make pairs of damaged and clean pictures for training. The largest of the first "
            "ten numbers of z chooses the kind: dirt, dots, hair, short hair, lint, scratches, smut, spots, "
            "sprinkles, stain.",
            "inputs": [
                {"name": "z", "size": net.LATENT, "distribution": "standard normal"},
                {"name": "noise", "size": net.noise_size, "distribution": "standard normal"},
            ],
            "output": {"name": "overlay", "channels": "luma", "range": [0, 1], "side": net.side},
            "limits": self.limits,
        }

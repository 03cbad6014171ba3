"""damage-synthesiser: draws overlays of damage that no print has had, for making pairs to train on.

Source: written for this project. A small StyleGAN2 (Karras et al. 2020): mapping net, modulated convolutions, noise,
style mixing, non-saturating loss with lazy R1, averaged weights; differentiable augmentation (Zhao et al. 2020).
"""
import cv2
import numpy as np
import torch

from ..evaluation.metrics import manifold
from . import Generator


class Sampler:
    """Whole overlays, or most of one, every kind as often as another. Returns uint8 (overlay [1, S, S],)."""

    def __init__(self, overlays, crop):
        self.overlays, self.crop = overlays, crop
        kinds = sorted(set(overlays.groups))
        self.kinds = [[i for i, group in enumerate(overlays.groups) if group == kind] for kind in kinds]

    def __call__(self, rng):
        kind = self.kinds[int(rng.integers(len(self.kinds)))]
        overlay = self.overlays[kind[int(rng.integers(len(kind)))]]
        side = int(round(min(overlay.shape) * rng.uniform(0.75, 1)))
        top, left = (int(rng.integers(0, length - side + 1)) for length in overlay.shape)
        window = np.ascontiguousarray(overlay[top : top + side, left : left + side])
        return (cv2.resize(window, (self.crop, self.crop), interpolation=cv2.INTER_AREA)[None],)


def embed(features, overlays):
    """Means of the deepest of SqueezeNet's maps: numpy [N, 512] of overlays [N, 1, H, W]."""
    with torch.no_grad():
        return torch.cat([features(part.expand(-1, 3, -1, -1))[-1].mean((2, 3)) for part in overlays.split(32)]).cpu().numpy()


class Spec(Generator):
    """Specification of the synthesiser. `crop` is the side of its overlays: with `--crop 64` it learns the layers up to
    that first, several times as fast; `--start` with the usual 128 goes on from there."""

    id = "damage-synthesiser"
    crop, batch, rate, reuse, gan_share = 128, 16, 3e-3, 1.5, 1.0
    betas = (0.0, 0.99)
    features = None
    limits = (
        "Trained on scans of dirt, hair, lint, scratches, spots and stains alone: creases, tears and worn borders are not "
        "among them. It draws each in the middle of a square, as the scans show it."
    )

    def load(self, data):
        from ..losses import SqueezeFeatures

        self.features = SqueezeFeatures(f"{data}/perceptual").eval()

    def build(self):
        from ..networks import DamageSynthesiser

        return DamageSynthesiser(self.crop)

    def discriminator(self):
        from ..networks import OverlayDiscriminator

        return OverlayDiscriminator(self.crop)

    def rules(self):
        from ..adversarial import Settings

        return Settings(
            loss="non-saturating", weight=1.0, matching=0.0, rate=7.5e-4, betas=(0.0, 0.99), r1=0.1, win_gap=20.0, diversity_from=400
        )

    def sampler(self, pictures, overlays):
        return Sampler(overlays, self.crop)

    def to_tensors(self, arrays, device):
        return (torch.from_numpy(np.ascontiguousarray(arrays[0])).to(device).float() / 255,)

    @staticmethod
    def draw(net, count, device="cpu", seed=5):
        """[count, 1, S, S] of latents and noise that depend on the seed alone."""
        random = torch.Generator().manual_seed(seed)
        z, noise = (torch.randn(count, size, generator=random).to(device) for size in (net.LATENT, net.noise_size))
        return torch.cat([net(*pair) for pair in zip(z.split(32), noise.split(32))])

    def generate(self, net, tensors):
        return self.draw(net, len(tensors[0]), tensors[0].device)

    def adversarial_parts(self, net, tensors, lpips):
        """(made, what D sees of it, what D sees of the truth, no other loss); half of the batches mix two codes."""
        real = tensors[0]
        n, levels = len(real), len(net.levels)
        one, other = (net.code(torch.randn(n, net.LATENT, device=real.device)) for _ in range(2))
        cut = int(torch.randint(1, levels, ())) if float(torch.rand(())) < 0.5 else levels
        made = net.synthesise([one] * cut + [other] * (levels - cut), torch.randn(n, net.noise_size, device=real.device))
        return made, made, real, torch.zeros((), device=real.device)

    def measure(self, net, tensors):
        with torch.no_grad():
            made = self.generate(net, tensors)
        found = manifold(embed(self.features, tensors[0]), embed(self.features, made))
        return {**found, "score": found["precision"] + found["recall"]}

    def trained_on(self, pictures, overlays):
        return (overlays,)

    def inputs(self, net, height, width, share=0.0):
        return {"z": torch.randn(1, net.LATENT), "noise": torch.randn(1, net.noise_size)}

    def axes(self):
        return {name: {0: "n"} for name in ("z", "noise", "overlay")}

    def card(self):
        from ..networks import DamageSynthesiser

        size = sum(level * level for level in DamageSynthesiser().levels)
        return {
            "name": "Damage synthesiser",
            "task": "synthesise",
            "version": "0.1.0",
            "description": "Draws an overlay of damage out of random numbers: hairs, lint, scratches, dirt, spots, stains. For "
            "making pairs of damaged and whole pictures to train on.",
            "inputs": [
                {"name": "z", "size": DamageSynthesiser.LATENT, "distribution": "standard normal"},
                {"name": "noise", "size": size, "distribution": "standard normal"},
            ],
            "output": {"name": "overlay", "channels": "luma", "range": [0, 1], "side": 128},
            "limits": self.limits,
        }

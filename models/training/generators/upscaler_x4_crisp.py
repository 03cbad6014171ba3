"""upscaler-x4-crisp: four times the width and height of soft, noisy and compressed pictures.

Source: written for this project.
"""
from . import upscaler_x2_crisp


class Spec(upscaler_x2_crisp.Spec):
    """Like the crisp x2 upscaler, with crops of 128 px (32 px of the small picture)."""

    id = "upscaler-x4-crisp"
    scale = 4
    crop = 128
    limits = (
        "The goal of a lower LPIPS than the faithful upscaler on soft, noisy and compressed pictures is reached. "
        "The goal of beating realesr-animevideov3, which is seven times as large and twice as slow, is not: that "
        "net reaches 0.36, this one 0.39. It removes noise and blocks and smooths edges. Texture that such a "
        "picture has lost does not return, and faces of thirty pixels stay soft. It may draw details that were "
        "never there. Trained on a processor for 16 minutes from the faithful upscaler's weights, some 200 of its "
        "steps adversarial; longer adversarial training drew a faint grid."
    )

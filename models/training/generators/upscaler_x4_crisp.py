"""upscaler-x4-crisp: four times the width and height of soft, noisy and compressed pictures.

Source: written for this project.
"""
from . import upscaler_x2_crisp


class Spec(upscaler_x2_crisp.Spec):
    """As the crisp upscaler that doubles, with crops of 128 px that leave 32 px of small picture."""

    id = "upscaler-x4-crisp"
    scale = 4
    crop = 128
    limits = (
        "Its aim is an LPIPS below the faithful upscaler's on soft, noisy and compressed pictures, and it is reached; "
        "realesr-animevideov3, seven times as large and twice as slow, comes to 0.36 where it comes to 0.39: to "
        "be better than that was wanted and is not reached. It takes away noise and blocks and smooths edges; texture that such a picture has lost does not come back, and "
        "faces of thirty pixels stay soft. What it draws need not have been there. Trained on a processor for 16 minutes "
        "from the faithful one's weights; the adversarial share was some 200 steps, and longer ones drew a faint grid."
    )

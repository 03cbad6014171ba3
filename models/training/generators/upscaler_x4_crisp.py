"""upscaler-x4-crisp: four times the width and height of soft, noisy and compressed pictures.

Source: written for this project.
"""
from . import upscaler_x2_crisp


class Spec(upscaler_x2_crisp.Spec):
    """As the crisp upscaler that doubles, with crops of 128 px that leave 32 px of small picture."""

    id = "upscaler-x4-crisp"
    scale = 4
    crop = 128

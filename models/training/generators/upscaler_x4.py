"""upscaler-x4: four times the width and height, faithful.

Source: written for this project.
"""
from . import upscaler_x2


class Spec(upscaler_x2.Spec):
    """As the upscaler that doubles, with crops of 128 px that leave 32 px of small picture."""

    id = "upscaler-x4"
    scale = 4
    crop = 128

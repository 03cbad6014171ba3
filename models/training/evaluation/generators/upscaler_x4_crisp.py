"""upscaler-x4-crisp: soft, noisy and compressed pictures, compared with bicubic enlargement and the faithful upscaler.

Source: written for this project.
"""
from .upscaler_x2 import evaluator

ID = "upscaler-x4-crisp"
measure, sheet = (getattr(evaluator(ID, 4, True), name) for name in ("measure", "sheet"))

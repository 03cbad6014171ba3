"""upscaler-x2-crisp: soft, noisy and compressed pictures, compared with bicubic enlargement and the faithful upscaler.

Source: written for this project.
"""
from .upscaler_x2 import evaluator

ID = "upscaler-x2-crisp"
measure, sheet = (getattr(evaluator(ID, 2, True), name) for name in ("measure", "sheet"))

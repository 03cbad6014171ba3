"""Whether a photo is in full colour, as the product decides it.

Source: written for this project, after `kindOfColour` of main/restoration/steps/tone/tone.ts. The product also counts a
faded colour photo as a print; the kit does not measure fading here.
"""
import cv2
import numpy as np

PIXELS = 250_000  # size at which the product measures tones
MARGIN = 0.06  # share of each side that is left out
STEPS = 21  # of lightness


def in_full_colour(rgb):
    """False for a black and white or toned photo: it has one colour for each lightness. rgb: uint8 [H, W, 3]."""
    scale = min(1.0, (PIXELS / (rgb.shape[0] * rgb.shape[1])) ** 0.5)
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    y, x = int(small.shape[0] * MARGIN), int(small.shape[1] * MARGIN)
    lab = cv2.cvtColor(small[y : small.shape[0] - y, x : small.shape[1] - x].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    lightness, ab = lab[..., 0].ravel(), lab[..., 1:].reshape(-1, 2)
    step = np.clip((lightness // 5).astype(int), 0, STEPS - 1)
    count = np.maximum(np.bincount(step, minlength=STEPS), 1)
    tint = np.stack([np.bincount(step, ab[:, i], STEPS) / count for i in (0, 1)], 1)
    away, along = ab - tint[step], tint[step] / np.maximum(1e-6, np.linalg.norm(tint, axis=1))[step, None]
    far, farthest = np.percentile(np.linalg.norm(away, axis=1), (95, 99))
    chroma = float(np.linalg.norm(ab.mean(0)))
    if chroma < 5:
        return not (far < 5 and farthest < 7)
    wide, widest = np.percentile(np.abs(away[:, 0] * along[:, 1] - away[:, 1] * along[:, 0]), (95, 99))
    return not (far < 12 and farthest < 14 and wide < 4.6 and widest < 6.8 and chroma < 40)

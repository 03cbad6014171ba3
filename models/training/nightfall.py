"""A night drawn by rule from a photograph taken by day: what the night generator learns first.

Source: written for this project. The sky is found by GrabCut (Rother et al. 2004) from seeds; light is computed linearly.
Pictures are float32 [H, W, 3] RGB within 0..1, small: the longer side 150 to 400 pixels.
"""
import cv2
import numpy as np

from . import degradations as d

SIDE = 288  # pixels of the longer side at which nights are drawn
ZENITH, HORIZON = (0.022, 0.042, 0.120), (0.095, 0.140, 0.270)  # colours of the sky
COOL, WARM = (0.66, 0.86, 1.28), (1.0, 0.66, 0.27)  # of moonlight, and of lamps


def blur(x, sigma):
    """Gaussian blur; sigma in pixels."""
    return cv2.GaussianBlur(x, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)


def step(x, low, high):
    """0 up to `low`, 1 from `high` on, smooth in between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def rough(luma):
    """Local standard deviation of luma [H, W]."""
    mean = cv2.blur(luma, (5, 5))
    return np.sqrt(np.maximum(cv2.blur(luma * luma, (5, 5)) - mean * mean, 0))


def sky_of(picture):
    """Where the sky is: float32 [H, W], 0..1; zero everywhere if none is seen."""
    height, width = picture.shape[:2]
    none = np.zeros((height, width), np.float32)
    red, green, blue = np.moveaxis(cv2.bilateralFilter(picture, 5, 0.1, 3), 2, 0)
    luma = picture @ d.LUMA
    coloured = picture.max(2) - picture.min(2)
    blueish = (blue >= green - 0.02) & (blue > red - 0.02) & (luma > 0.22)
    pale = (luma > 0.55) & (coloured < 0.16)
    teal = (blue > red + 0.08) & (green > red + 0.05) & (luma > 0.35)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    like = (blueish | pale | teal) & (rough(luma) < 0.075) & (rows < 0.8)
    _, labels = cv2.connectedComponents(like.astype(np.uint8), connectivity=4)
    counts = np.bincount(labels[: max(2, height // 25)].ravel(), minlength=labels.max() + 1)
    counts[0] = 0
    seeds = np.isin(labels, np.flatnonzero(counts > 0.03 * width * max(2, height // 25)))
    if seeds.mean() < 0.03:
        return none
    guess = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    guess[seeds] = cv2.GC_PR_FGD
    guess[cv2.erode(seeds.astype(np.uint8), np.ones((5, 5))) > 0] = cv2.GC_FGD
    guess[(green > blue + 0.04) | (red > blue + 0.2) | (rows > 0.9) | (luma < 0.15)] = cv2.GC_BGD
    if not (guess == cv2.GC_FGD).any() or not ((guess == cv2.GC_BGD) | (guess == cv2.GC_PR_BGD)).any():
        return seeds.astype(np.float32)
    model = [np.zeros((1, 65)), np.zeros((1, 65))]
    cv2.setRNGSeed(1)
    cv2.grabCut(np.round(picture * 255).astype(np.uint8), guess, None, *model, 3, cv2.GC_INIT_WITH_MASK)
    found = ((guess == cv2.GC_FGD) | (guess == cv2.GC_PR_FGD)).astype(np.uint8)
    _, labels = cv2.connectedComponents(found, connectivity=4)
    kept = np.isin(labels, np.setdiff1d(np.unique(labels[seeds]), 0))
    share = np.array([(labels == i)[: height // 3].any() for i in range(labels.max() + 1)])
    kept &= share[labels]
    return cv2.GaussianBlur(cv2.medianBlur(kept.astype(np.float32), 3), (3, 3), 0)


def built(picture, sky):
    """How far a place looks like a building, float32 [H, W], 0..1: its edges run across and down, and it is not green."""
    luma = (picture @ d.LUMA).astype(np.float32)
    side = max(luma.shape)
    across, down = cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1)
    strength = np.abs(across) + np.abs(down)
    far = lambda x: blur(x * (1 - sky), side / 36) + 1e-4
    upright = far(strength * (np.abs(across) > 3.2 * np.abs(down)))
    level = far(strength * (np.abs(down) > 3.2 * np.abs(across)))
    total = far(strength) + 0.05
    ruled = (upright + level) / total
    both = np.minimum(upright, level) / np.maximum(upright, level)
    green = far(np.clip(4 * (picture[..., 1] - np.maximum(picture[..., 0], picture[..., 2])), 0, 1))
    return step(ruled, 0.48, 0.64) * step(both, 0.12, 0.3) * step(total, 0.14, 0.3) * (1 - step(green, 0.06, 0.2)) * (1 - sky)


def windows(picture, sky):
    """Lit windows, float32 [H, W], 0..1: small dark places in what looks like a building."""
    luma = (picture @ d.LUMA).astype(np.float32)
    side = max(luma.shape)
    size = int(side / 18) | 1
    hollow = cv2.morphologyEx(luma, cv2.MORPH_BLACKHAT, cv2.getStructuringElement(cv2.MORPH_RECT, (size, size)))
    house = built(picture, sky)
    dark = ((hollow > 0.10) & (house > 0.3)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=4)
    wide, high, area = (stats[:, i].astype(np.float32) for i in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    solid = area / (wide * high) > 0.5
    good = solid & (area >= 3) & (area < (side / 17) ** 2) & (wide < 3.5 * high) & (high < 4 * wide)
    good[0] = False
    return good[labels].astype(np.float32) * step(hollow, 0.06, 0.2) * step(house, 0.25, 0.5)


def night_of(picture, with_sky=True):
    """(the picture by night, its sky [H, W]); the same picture always becomes the same night."""
    height, width = picture.shape[:2]
    side = max(height, width)
    sky = sky_of(picture) if with_sky else np.zeros((height, width), np.float32)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None] * np.ones((1, width), np.float32)
    # The ground: hard sunlight becomes flat, colours fade, light is scarce and blue.
    luma = np.maximum(picture @ d.LUMA, 0.01).astype(np.float32)
    ground = 1 - sky
    base = blur(luma * ground, side / 40) / (blur(ground, side / 40) + 1e-3)
    usual = float((base * ground).sum() / (ground.sum() + 1e-3))
    flat = (0.30 * usual / np.maximum(usual, 0.25)) * np.power(np.maximum(base, 0.02) / max(usual, 0.05), 0.6)
    level = flat * np.power(luma / np.maximum(base, 0.02), 1.1)
    pale = luma[..., None] + 0.5 * (picture - luma[..., None])
    colour = np.clip(pale / luma[..., None], 0.2, 4)
    pool = 0.72 + 0.5 * np.exp(-(((rows - 0.68) / 0.33) ** 2) - ((np.linspace(-1, 1, width, dtype=np.float32)[None] / 0.9) ** 2))
    dark = 0.74 * (level * pool)[..., None] * colour * np.array(COOL, np.float32)
    # The sky: dark blue, lighter where it meets the ground, with a trace of its clouds.
    edge = np.where(sky.max() > 0.5, np.percentile(rows[sky > 0.5], 95) if (sky > 0.5).any() else 1, 1)
    down = np.clip(rows / max(float(edge), 0.2), 0, 1)[..., None] ** 1.6
    above = np.array(ZENITH, np.float32) * (1 - down) + np.array(HORIZON, np.float32) * down
    mean = (picture * sky[..., None]).sum((0, 1)) / (sky.sum() + 1e-3)
    cloud = ((picture - mean) @ d.LUMA)[..., None] * np.array((0.12, 0.14, 0.17), np.float32)
    above = above + cloud + 0.05 * (picture - mean) + 0.03 * (mean @ d.LUMA - 0.6)
    night = dark * (1 - sky[..., None]) + np.clip(above, 0.008, 0.4) * sky[..., None]
    # Lamps behind windows, their glow, and what they light.
    lamps = windows(picture, sky)
    near, around, far = blur(lamps, side / 160), blur(lamps, side / 40), blur(lamps, side / 9)
    warm = np.array(WARM, np.float32)
    lit = 0.8 * np.clip(0.35 * near + lamps, 0, 1)[..., None]
    light = lambda glow, most: (most * (1 - np.exp(-3 * glow)))[..., None] * warm
    night = night + picture * ground[..., None] * light(around, 0.55) + picture * ground[..., None] * light(far, 0.45)
    night = night + light(around, 0.10) + light(far, 0.08)
    night = night * (1 - lit) + lit * (0.75 + 0.5 * luma[..., None]) * np.array((1.0, 0.76, 0.40), np.float32)
    return np.clip(night, 0, 1).astype(np.float32), sky

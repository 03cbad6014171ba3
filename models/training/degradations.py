"""Damage and ageing, made during training from clean crops; the parameters are returned.

Source: written for this project. All functions take float32 arrays 0..1 of shape [H, W] (luma) or
[H, W, 3] (RGB) and a numpy Generator, and depend on nothing else: the same seed gives the same
picture. Widths, lengths and sigmas are in pixels.
"""
import cv2
import numpy as np

from .data import BLOB_OVERLAYS, LINE_OVERLAYS

LUMA = np.array([0.299, 0.587, 0.114], np.float32)


# ---------------------------------------------------------------- small tools


def log_uniform(rng, low, high):
    """A float between low and high, uniform in its logarithm."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def smooth_noise(rng, shape, cell, low=0.0, high=1.0):
    """Float32 [H, W] noise with features of about `cell` pixels, uniform between low and high."""
    height, width = shape
    small = rng.random((max(2, round(height / cell) + 1), max(2, round(width / cell) + 1))).astype(np.float32)
    return low + (high - low) * cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)


def random_crop(rng, picture, side, scale=(0.5, 1.6)):
    """A crop [side, side, C] of a uint8 picture at a drawn scale; float32 0..1.

    scale: source pixels per output pixel is 1 / scale; never larger than the picture allows.
    """
    height, width = picture.shape[:2]
    source = int(round(side / log_uniform(rng, *scale)))
    source = max(8, min(source, height, width))
    top, left = int(rng.integers(0, height - source + 1)), int(rng.integers(0, width - source + 1))
    crop = picture[top : top + source, left : left + source]
    if source != side:
        crop = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA if source > side else cv2.INTER_CUBIC)
    return np.ascontiguousarray(crop).astype(np.float32) / 255.0


def wander(rng, start, angle, length, step=6.0, wobble=0.25):
    """A wandering polyline, float32 [N, 2] (x, y): `wobble` is the turn per step in radians."""
    count = max(2, int(length / step))
    turns = rng.normal(0, wobble, count)
    heading = angle + 0.6 * np.cumsum(turns) * 0.5 + turns
    steps = np.stack([np.cos(heading), np.sin(heading)], -1) * step
    return (np.asarray(start, np.float32) + np.concatenate([np.zeros((1, 2)), np.cumsum(steps, 0)])).astype(np.float32)


def draw_path(canvas, points, widths, value=1.0):
    """Draws a polyline of varying width into a float32 canvas (antialiased, 1/16 px precision).

    Widths below one pixel are drawn one pixel wide, but fainter.
    """
    fixed = np.round(points * 16).astype(np.int32)
    for i in range(len(points) - 1):
        width = float(widths[i])
        # cv2's antialiased line of thickness 1 is about 1.7 px wide
        thickness = max(1, int(round(width - 0.4)))
        cv2.line(
            canvas,
            tuple(int(v) for v in fixed[i]),
            tuple(int(v) for v in fixed[i + 1]),
            value * min(1.0, width),
            thickness,
            cv2.LINE_AA,
            4,
        )


class _Canvas:
    """A canvas that is drawn in 8 bits, because cv2 antialiases nothing else, and read as float32 0..1."""

    def __init__(self, shape):
        self.pixels = np.zeros(shape, np.uint8)

    def path(self, points, widths, value=1.0):
        draw_path(self.pixels, points, widths, 255.0 * value)

    def floats(self):
        return self.pixels.astype(np.float32) / 255.0


# ---------------------------------------------------------------- drawn damage: opacity maps


def draw_crease(rng, shape, width=None):
    """A crease or crack: wandering, ragged, of varying width, often branching, with gaps.

    Returns (opacity float32 [H, W], parameters).
    """
    height, width_px = shape
    width = width or log_uniform(rng, 0.8, 7.0)
    start = (rng.uniform(-0.1, 1.1) * width_px, rng.uniform(-0.1, 1.1) * height)
    towards = (rng.uniform(0.2, 0.8) * width_px, rng.uniform(0.2, 0.8) * height)
    angle = float(np.arctan2(towards[1] - start[1], towards[0] - start[0]))
    wobble = float(rng.choice([0.03, 0.12, 0.3, 0.5]))
    length = log_uniform(rng, 0.25, 1.8) * max(shape)
    canvas = _Canvas(shape)
    pending, drawn = [(start, angle, length, width)], 0
    while pending and drawn < 7:
        begin, heading, reach, thick = pending.pop()
        points = wander(rng, begin, heading, reach, float(rng.uniform(3, 9)), wobble)
        knots = rng.uniform(0.35, 1.5, max(2, len(points) // 4))
        profile = np.interp(np.linspace(0, 1, len(points)), np.linspace(0, 1, len(knots)), knots)
        if rng.random() < 0.5:
            profile = profile * np.linspace(1, 0.3, len(points))
        canvas.path(points, thick * profile)
        drawn += 1
        for _ in range(int(rng.poisson(0.5 * (drawn < 4)))):
            where = int(rng.integers(0, len(points)))
            turn = float(rng.choice([-1, 1]) * rng.uniform(0.3, 1.4))
            pending.append((tuple(points[where]), heading + turn, reach * rng.uniform(0.1, 0.5), thick * rng.uniform(0.3, 0.8)))
    opacity = canvas.floats()
    if rng.random() < 0.6:  # ragged edge
        opacity = np.clip(opacity * 1.6 - smooth_noise(rng, shape, log_uniform(rng, 1.5, 4), 0, rng.uniform(0.4, 1.3)), 0, 1)
    if rng.random() < 0.35:  # worn away in places
        opacity = opacity * np.clip(smooth_noise(rng, shape, log_uniform(rng, 8, 30), -0.3, 1.6), 0, 1)
    return opacity, {"kind": "crease", "width": round(width, 2), "wobble": wobble}


def draw_scratches(rng, shape):
    """A few thin, nearly straight scratches in one direction. Returns (opacity [H, W], parameters)."""
    canvas = _Canvas(shape)
    angle, count = rng.uniform(0, np.pi), int(rng.integers(1, 6))
    if rng.random() < 0.3:
        angle = np.pi / 2 + rng.normal(0, 0.03)  # film transport: vertical
    width = log_uniform(rng, 0.5, 2.5)
    for _ in range(count):
        start = rng.uniform(0, 1, 2) * np.array(shape[::-1])
        points = wander(rng, start, angle + rng.normal(0, 0.15), log_uniform(rng, 10, 1.4 * max(shape)), 12, 0.02)
        canvas.path(points, width * rng.uniform(0.5, 1.3, len(points)), rng.uniform(0.5, 1))
    opacity = canvas.floats()
    if rng.random() < 0.4:
        opacity = opacity * np.clip(smooth_noise(rng, shape, log_uniform(rng, 3, 15), -0.4, 1.8), 0, 1)
    return opacity, {"kind": "scratches", "width": round(width, 2), "count": count}


def draw_specks(rng, shape):
    """Dust and small flakes: round, oblong or ragged specks of 1 to 9 px."""
    canvas = _Canvas(shape)
    count = int(log_uniform(rng, 1, 40))
    largest = log_uniform(rng, 1.2, 9)
    for _ in range(count):
        centre = tuple(int(v * 16 * s) for v, s in zip(rng.uniform(0, 1, 2), shape[::-1]))
        radius = log_uniform(rng, 0.6, largest) * 0.6
        axes = (max(1, int(radius * 16)), max(1, int(radius * 16 * rng.uniform(0.35, 1))))
        cv2.ellipse(canvas.pixels, centre, axes, float(rng.uniform(0, 180)), 0, 360, 255 * rng.uniform(0.6, 1), -1, cv2.LINE_AA, 4)
    return canvas.floats(), {"kind": "specks", "count": count, "largest": round(largest, 2)}


def draw_flake(rng, shape):
    """Missing emulsion: one to three irregular patches with hard, ragged edges, 3 to 26 px."""
    height, width = shape
    opacity = np.zeros(shape, np.float32)
    size = log_uniform(rng, 3, 26)
    for _ in range(int(rng.integers(1, 4))):
        centre = (rng.uniform(0, width), rng.uniform(0, height))
        radius = size * rng.uniform(0.4, 1) / 2
        count = int(rng.integers(7, 18))
        angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
        radii = radius * rng.uniform(0.5, 1.3, count)
        squeeze = rng.uniform(0.4, 1)
        points = np.stack([centre[0] + radii * np.cos(angles), centre[1] + squeeze * radii * np.sin(angles)], -1)
        mask = np.zeros(shape, np.uint8)
        cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        opacity = np.maximum(opacity, mask.astype(np.float32) / 255)
    return opacity, {"kind": "flake", "size": round(size, 1)}


def place_overlay(rng, overlay, shape, scale=(0.3, 1.1)):
    """A real overlay (uint8 [h, w], white = damage), turned, scaled and placed: opacity [H, W]."""
    overlay = np.rot90(overlay, int(rng.integers(4)))
    if rng.random() < 0.5:
        overlay = overlay[:, ::-1]
    factor = log_uniform(rng, *scale)
    size = (max(8, round(overlay.shape[1] * factor)), max(8, round(overlay.shape[0] * factor)))
    overlay = cv2.resize(np.ascontiguousarray(overlay), size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    height, width = shape
    out = np.zeros(shape, np.float32)
    # overlays have their damage near the middle, which may land anywhere in the crop
    top = int(rng.integers(0, height)) - overlay.shape[0] // 2
    left = int(rng.integers(0, width)) - overlay.shape[1] // 2
    t, l = max(0, top), max(0, left)
    b, r = min(height, top + overlay.shape[0]), min(width, left + overlay.shape[1])
    if b > t and r > l:
        out[t:b, l:r] = overlay[t - top : b - top, l - left : r - left].astype(np.float32) / 255
    return out


class Overlays:
    """Overlays sorted into the two classes of damage: `lines` and `blobs`."""

    def __init__(self, pictures):
        self.pictures = pictures
        self.lines = [i for i, g in enumerate(pictures.groups) if g in LINE_OVERLAYS]
        # in a window of 128 px, wide stains look like parts of the scene: they are left to the brush
        wide = ("dots", "stain")
        self.blobs = [i for i, g in enumerate(pictures.groups) if g in BLOB_OVERLAYS and g not in wide]
        # few overlays may all be of one class, which then serves for both
        self.lines, self.blobs = self.lines or self.blobs, self.blobs or self.lines

    def draw(self, rng, shape, kind):
        """(opacity [H, W], parameters) from a random overlay of `kind`, 'lines' or 'blobs'."""
        indices = self.lines if kind == "lines" else self.blobs
        index = int(indices[int(rng.integers(len(indices)))])
        scale = (0.3, 1.1) if kind == "lines" else (0.15, 0.5)
        opacity = place_overlay(rng, self.pictures[index], shape, scale)
        return opacity, {"kind": self.pictures.groups[index], "overlay": self.pictures.names[index]}


# ---------------------------------------------------------------- applying damage


def tone_of(rng, bright=0.7):
    """The tone of a defect: paper white with probability `bright`, otherwise dark."""
    return float(rng.uniform(0.72, 1.0)) if rng.random() < bright else float(rng.uniform(0.0, 0.28))


def apply_opacity(picture, opacity, tone):
    """picture * (1 - opacity) + tone * opacity for [H, W] or [H, W, 3] pictures."""
    if picture.ndim == 3:
        opacity = opacity[..., None]
    return picture * (1 - opacity) + np.float32(tone) * opacity


# ---------------------------------------------------------------- what only looks like damage


def draw_innocent(rng, picture):
    """Draws things that are part of a clean scene: text, wires, stripes, frames, highlights, strands,
    cloth, buttons, straps and roof edges (even, smooth, 2.5 to 9 px wide), collars and paper (flat tips),
    sticks and tubes (round in their shading, tapering, with a gleam), braid and rope (a twisted pattern).

    picture: float32 [H, W]. Returns (picture, parameters). None of it may be reported as damage.
    """
    shape = height, width = picture.shape
    kind = str(rng.choice(["text", "wire", "stripes", "frame", "highlight", "strands", "buttons", "checks", "strap", "strap", "collar", "collar", "rod", "rod", "rod", "braid", "braid"]))
    tone = tone_of(rng, 0.6)
    canvas = _Canvas(shape)
    if kind == "text":
        for _ in range(int(rng.integers(1, 5))):
            letters = "".join(chr(int(c)) for c in rng.integers(48, 123, int(rng.integers(3, 14))))
            scale = log_uniform(rng, 0.3, 1.8)
            place = (int(rng.integers(-10, width)), int(rng.integers(5, height)))
            cv2.putText(canvas.pixels, letters, place, int(rng.integers(0, 8)), scale, 255, 1 + int(scale > 0.9 and rng.random() < 0.6), cv2.LINE_AA)
    elif kind == "wire":  # smooth, uniform, long: unlike a crease
        for _ in range(int(rng.integers(1, 4))):
            start, end = rng.uniform(-0.3, 1.3, 2) * shape[::-1], rng.uniform(-0.3, 1.3, 2) * shape[::-1]
            t = np.linspace(0, 1, 24)[:, None]
            points = start * (1 - t) + end * t + np.array([0, 1]) * (4 * t * (1 - t)) * rng.uniform(0, 20)
            canvas.path(points.astype(np.float32), np.full(24, log_uniform(rng, 1.0, 4)))
        tone = float(rng.uniform(0, 0.3))
    elif kind == "strap":  # even in width and tone, smooth: reins, roof edges, poles, braid
        for _ in range(int(rng.integers(1, 4))):
            bend = 0.0 if rng.random() < 0.5 else rng.normal(0, 0.05)
            heading = rng.uniform(0, 2 * np.pi) + np.arange(30) * bend
            start = rng.uniform(0, 1, 2) * shape[::-1]
            points = start + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], -1) * log_uniform(rng, 2, 8), 0)
            canvas.path(points.astype(np.float32), np.full(30, log_uniform(rng, 2.5, 9)))
    elif kind == "rod":  # twigs, sticks, spokes, tubes: shaded as round, smooth along, often with a gleam
        for _ in range(int(rng.integers(1, 5))):
            count, thick = 24, log_uniform(rng, 2, 11)
            heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, rng.choice([0.0, 0.02, 0.08]), count))
            start = rng.uniform(-0.1, 1.1, 2) * shape[::-1]
            points = start + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], -1) * log_uniform(rng, 2, 9), 0)
            taper = np.linspace(1, rng.choice([1.0, 1.0, 0.3]), count)
            aside = thick * rng.uniform(-0.25, 0.25) * np.stack([-np.sin(heading), np.cos(heading)], -1)
            dark, light = rng.uniform(0, 0.45), rng.uniform(0.55, 1)
            if rng.random() < 0.3:
                dark, light = light, dark
            for offset, share, shade in ((0, 1.0, dark), (aside, rng.uniform(0.15, 0.5), light)):
                band = _Canvas(shape)
                band.path((points + offset).astype(np.float32), thick * share * taper)
                soft = cv2.GaussianBlur(band.floats(), (0, 0), log_uniform(rng, 0.3, 0.25 * thick + 0.4))
                picture = apply_opacity(picture, soft * rng.uniform(0.5, 1), shade)
        return np.clip(picture, 0, 1).astype(np.float32), {"innocent": kind}
    elif kind == "braid":  # rope, braid, chain, lace: the same short stroke again and again along a line
        for _ in range(int(rng.integers(1, 3))):
            size, slant = log_uniform(rng, 2, 8), rng.uniform(0.3, 1.3)
            heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.04, 40))
            points = rng.uniform(0, 1, 2) * shape[::-1] + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], -1) * size, 0)
            for i, (x, y) in enumerate(points):
                turn = heading[i] + (slant if i % 2 or rng.random() < 0.1 else -slant * rng.choice([0, 1]))
                reach = size * 0.7 * np.array([np.cos(turn), np.sin(turn)])
                ends = np.stack([(x, y) - reach, (x, y) + reach]).astype(np.float32)
                canvas.path(ends, np.full(2, max(1.0, size * 0.4)), rng.uniform(0.7, 1))
    elif kind == "collar":  # bright paper or cloth: flat tone, straight edges, sharp tips
        for _ in range(int(rng.integers(1, 4))):
            centre, reach = rng.uniform(0, 1, 2) * shape[::-1], log_uniform(rng, 5, 45)
            angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 5))))
            points = centre + reach * np.stack([np.cos(angles), np.sin(angles)], -1) * rng.uniform(0.2, 1, (len(angles), 1))
            cv2.fillPoly(canvas.pixels, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        shade = cv2.GaussianBlur(canvas.floats(), (0, 0), log_uniform(rng, 0.4, 1.5))
        cloth = (tone_of(rng, 0.8) + smooth_noise(rng, shape, log_uniform(rng, 6, 40), -0.12, 0.12)).astype(np.float32)
        return np.clip(picture * (1 - shade) + cloth * shade, 0, 1), {"innocent": kind}
    elif kind == "stripes":
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        angle, period = rng.uniform(0, np.pi), log_uniform(rng, 4, 24)
        wave = np.sin((x * np.cos(angle) + y * np.sin(angle) + smooth_noise(rng, shape, 40, 0, 6)) * 2 * np.pi / period)
        patch = np.clip(smooth_noise(rng, shape, 50, -1.5, 2.5), 0, 1)
        opacity = np.clip(wave * log_uniform(rng, 1, 4) - rng.uniform(0, 0.8), 0, 1) * patch
        return picture * (1 - opacity * 0.7) + tone * opacity * 0.7, {"innocent": kind}
    elif kind == "frame":  # border of a print, window, picture rail; a white or dark margin
        thick = int(log_uniform(rng, 1, 8))
        a, b = rng.integers(-20, width, 2), rng.integers(-20, height, 2)
        cv2.rectangle(canvas.pixels, (int(min(a)), int(min(b))), (int(max(a)) + 10, int(max(b)) + 10), 255, -1 if rng.random() < 0.3 else thick, cv2.LINE_AA)
    elif kind == "highlight":  # specular skin, a knuckle, a lit fold of cloth: soft edges
        opacity = np.zeros(shape, np.float32)
        for _ in range(int(rng.integers(1, 8))):
            centre = (rng.uniform(0, 1, 2) * shape[::-1]).astype(np.float32)
            y, x = np.mgrid[0:height, 0:width].astype(np.float32)
            angle, long, short = rng.uniform(0, np.pi), log_uniform(rng, 3, 25), log_uniform(rng, 1.8, 8)
            u = (x - centre[0]) * np.cos(angle) + (y - centre[1]) * np.sin(angle)
            v = -(x - centre[0]) * np.sin(angle) + (y - centre[1]) * np.cos(angle)
            opacity = np.maximum(opacity, np.exp(-((u / long) ** 2 + (v / short) ** 2)))
        return np.clip(picture + opacity * rng.uniform(0.1, 0.5), 0, 1), {"innocent": kind}
    elif kind == "strands":  # hair, grass, thatch: many thin lines that run together
        angle, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.06)
        base = rng.uniform(0, 1, 2) * shape[::-1]
        spread, thin = rng.uniform(8, 40), log_uniform(rng, 0.6, 1.8)
        for _ in range(int(rng.integers(15, 60))):
            heading = angle + np.arange(14) * bend + rng.normal(0, 0.05)
            points = base + rng.normal(0, spread, 2) + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], -1) * 7, 0)
            canvas.path(points.astype(np.float32), np.full(14, thin), rng.uniform(0.2, 0.9))
    elif kind == "buttons":
        for _ in range(int(rng.integers(1, 6))):
            centre = tuple(int(v) for v in rng.uniform(0, 1, 2) * shape[::-1])
            cv2.circle(canvas.pixels, centre, int(log_uniform(rng, 3, 9)), 255, 1 if rng.random() < 0.4 else -1, cv2.LINE_AA)
        soft = cv2.GaussianBlur(canvas.floats(), (0, 0), log_uniform(rng, 0.8, 2.0))
        return apply_opacity(picture, soft * rng.uniform(0.2, 0.5), tone), {"innocent": kind}
    else:  # checked or woven cloth
        cell = log_uniform(rng, 2.5, 10)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        angle = rng.uniform(0, np.pi)
        u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
        cloth = (np.sin(u * 2 * np.pi / cell) > 0.3).astype(np.float32) * 0.5 + (np.sin(v * 2 * np.pi / cell) > 0.3) * 0.5
        patch = np.clip(smooth_noise(rng, shape, 50, -1.5, 2.5), 0, 1) * rng.uniform(0.1, 0.6)
        return picture * (1 - patch) + patch * cloth.astype(np.float32), {"innocent": kind}
    opacity = cv2.GaussianBlur(canvas.floats(), (0, 0), log_uniform(rng, 0.3, 1.2)) * rng.uniform(0.4, 1)
    return apply_opacity(picture, opacity, tone), {"innocent": kind}


# ---------------------------------------------------------------- ageing and scanning


def to_luma(rng, picture):
    """[H, W] from [H, W, 3] with random weights: old emulsions recorded blue as bright and red as dark."""
    weights = LUMA if rng.random() < 0.5 else rng.dirichlet([2, 3, 2]).astype(np.float32)
    return picture @ weights


def fade(rng, picture):
    """Fading and contrast: lifts black, dulls white, shifts gamma. Returns (picture, parameters)."""
    low, high, gamma = float(rng.uniform(0, 0.25)), float(rng.uniform(0.7, 1.0)), log_uniform(rng, 0.65, 1.5)
    return low + (high - low) * np.clip(picture, 0, 1) ** gamma, {"low": low, "high": high, "gamma": gamma}


def tint(rng, picture):
    """[H, W, 3]: monochrome, sepia, or a colour cast. Returns (picture, parameters)."""
    draw = rng.random()
    if draw < 0.5:
        luma = to_luma(rng, picture)[..., None]
        colour = np.ones(3, np.float32)
        if rng.random() < 0.6:
            warm = rng.uniform(0.02, 0.25)
            colour = np.array([1, 1 - warm * 0.5, 1 - warm], np.float32)
        return luma * colour + (1 - colour) * 0.15 * luma, {"tint": "mono", "colour": colour.tolist()}
    gain = rng.uniform(0.75, 1.1, 3).astype(np.float32)
    lift = rng.uniform(0, 0.12, 3).astype(np.float32)
    return np.clip(picture * gain * (1 - lift) + lift, 0, 1), {"tint": "cast", "gain": gain.tolist()}


def grain(rng, picture, sigma=None):
    """Film grain: noise of a drawn grain size, stronger in the mid tones. Returns (picture, parameters)."""
    sigma = sigma if sigma is not None else log_uniform(rng, 0.004, 0.045)
    size = float(rng.choice([0.0, 0.6, 1.0]))
    noise = rng.standard_normal(picture.shape[:2], dtype=np.float32)
    if size:
        noise = cv2.GaussianBlur(noise, (0, 0), size)
        noise /= max(float(noise.std()), 1e-6)
    level = picture if picture.ndim == 2 else picture.mean(-1)
    noise = noise * sigma * (0.5 + 2 * level * (1 - level))
    return picture + (noise if picture.ndim == 2 else noise[..., None]), {"grain": sigma, "size": size}


def sensor_noise(rng, picture, sigma=None):
    """White noise of each channel, sigma in units of 0..1. Returns (picture, parameters)."""
    sigma = sigma if sigma is not None else log_uniform(rng, 0.002, 0.03)
    return picture + rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(sigma), {"noise": sigma}


def blur(rng, picture, sigma=None):
    """Gaussian blur. Returns (picture, parameters)."""
    sigma = sigma if sigma is not None else log_uniform(rng, 0.3, 1.8)
    return cv2.GaussianBlur(picture, (0, 0), sigma), {"blur": sigma}


def halftone(rng, picture):
    """The dot screen of a printed picture. Returns (picture, parameters)."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    period, angle = log_uniform(rng, 2.2, 6), rng.uniform(0.2, 1.3)
    u = (x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period
    v = (-x * np.sin(angle) + y * np.cos(angle)) * 2 * np.pi / period
    screen = (np.cos(u) + np.cos(v)) / 4 + 0.5
    screen = screen if picture.ndim == 2 else screen[..., None]
    mix = rng.uniform(0.2, 0.7)
    dots = np.clip((picture - screen) * 4 + 0.5, 0, 1)
    return picture * (1 - mix) + dots * mix, {"halftone": period, "mix": mix}


def jpeg(rng, picture, quality=None):
    """One pass of JPEG at a drawn quality. Returns (picture, parameters)."""
    quality = int(quality if quality is not None else rng.integers(35, 96))
    pixels = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    if pixels.ndim == 3:
        pixels = pixels[..., ::-1]
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE if picture.ndim == 2 else cv2.IMREAD_COLOR)
    if picture.ndim == 3:
        decoded = decoded[..., ::-1]
    return np.ascontiguousarray(decoded).astype(np.float32) / 255, {"jpeg": quality}


def rescale(rng, picture):
    """Shrinks and enlarges again, as a scan that was resized. Returns (picture, parameters)."""
    factor = log_uniform(rng, 0.5, 0.95)
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(4, round(width * factor)), max(4, round(height * factor))), interpolation=cv2.INTER_AREA)
    back = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR)
    return np.clip(back, 0, 1), {"rescale": factor}


def age(rng, picture, strength=1.0):
    """Optical softness, fading and grain of an old print, before any damage.

    picture: [H, W] or [H, W, 3] 0..1. Returns (picture, [parameters]).
    """
    kept = []
    for chance, step in ((0.6, blur), (0.6, fade), (0.5, grain)):
        if rng.random() < chance * strength:
            picture, parameters = step(rng, picture)
            kept.append(parameters)
    return np.clip(picture, 0, 1).astype(np.float32), kept


# ---------------------------------------------------------------- holes for inpainting


def draw_hole(rng, shape, overlays=None, coverage=None):
    """A mask to fill: strokes of 1 to 24 px, cracks, flakes, real overlays.

    Returns (mask uint8 [H, W], 1 = hole, parameters). coverage: wanted share of pixels, 0..1.
    """
    mask = np.zeros(shape, np.uint8)
    coverage = coverage if coverage is not None else float(rng.uniform(0.06, 0.3))
    parameters = []
    for _ in range(12):
        draw = rng.random()
        if overlays is not None and draw < 0.2:
            opacity, drawn = overlays.draw(rng, shape, "lines" if rng.random() < 0.6 else "blobs")
            piece = (opacity > 0.15).astype(np.uint8)
            piece = cv2.dilate(piece, np.ones((3, 3), np.uint8), iterations=int(rng.integers(0, 3)))
        elif draw < 0.4:
            opacity, drawn = draw_crease(rng, shape, log_uniform(rng, 1, 10))
            piece = (opacity > 0.2).astype(np.uint8)
            piece = cv2.dilate(piece, np.ones((3, 3), np.uint8), iterations=int(rng.integers(0, 2)))
        elif draw < 0.5:
            opacity, drawn = (draw_flake if rng.random() < 0.5 else draw_specks)(rng, shape)
            piece = (opacity > 0.3).astype(np.uint8)
        else:
            width = int(round(log_uniform(rng, 1, 24)))
            piece = np.zeros(shape, np.uint8)
            start = rng.uniform(0, 1, 2) * shape[::-1]
            points = wander(rng, start, rng.uniform(0, 2 * np.pi), log_uniform(rng, 10, 1.2 * max(shape)), 8, float(rng.choice([0.05, 0.2, 0.5])))
            cv2.polylines(piece, [np.round(points).astype(np.int32)], False, 1, width)
            drawn = {"kind": "stroke", "width": width}
        if np.mean(mask | piece) > 0.5:
            continue
        mask |= piece
        parameters.append(drawn)
        if mask.mean() >= coverage:
            break
    if not mask.any():
        mask[shape[0] // 2 - 2 : shape[0] // 2 + 2] = 1
    return mask, parameters

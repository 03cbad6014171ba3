"""Draws whole prints in colour from clean pictures: aged, with a border, writing and damage, and a label of the damage.

Source: written for this project. Pictures are float32 [H, W, 3] 0..1, labels uint8 [H, W] with the bits of real.py.
Invisible damage is not labelled, and hardly visible damage is not judged.
"""
import cv2
import numpy as np

from . import degradations as d
from . import layers
from .real import AREAS, LINES, LOSSES, UNJUDGED, WRITING
from .writing import lay_writing

SEEN, HARDLY_SEEN = 0.055, 0.022  # least differences from the clean picture, beyond the noise


class Sheet:
    """A picture, and the opacity of each class of damage at every pixel."""

    def __init__(self, picture):
        self.clean = self.picture = picture
        shape = picture.shape[:2]
        self.opacity = {bit: np.zeros(shape, np.float32) for bit in (LINES, AREAS, LOSSES)}
        self.writing = np.zeros(shape, np.float32)

    @property
    def shape(self):
        return self.picture.shape[:2]

    def cover(self, opacity, colour, bit):
        """Lays a colour on the picture and records it as damage of a class."""
        opacity = np.clip(opacity, 0, 1)
        self.picture = self.picture * (1 - opacity[..., None]) + np.float32(colour) * opacity[..., None]
        self.opacity[bit] = np.maximum(self.opacity[bit], opacity)

    def shade(self, opacity, factor, bit):
        """Multiplies the picture per channel, for damage that is transparent."""
        opacity = np.clip(opacity, 0, 1)
        self.picture = self.picture * (1 - opacity[..., None] * (1 - np.float32(factor)))
        self.opacity[bit] = np.maximum(self.opacity[bit], opacity)

    def label(self, noise):
        """uint8 [H, W]: the bits of visible damage; UNJUDGED where it is hardly visible."""
        away = np.abs(self.picture - self.clean).max(-1)
        label = np.zeros(self.shape, np.uint8)
        any_opacity = np.zeros(self.shape, np.float32)
        for bit, opacity in self.opacity.items():
            stronger = opacity > any_opacity
            any_opacity = np.maximum(any_opacity, opacity)
            label[(opacity > 0.15) & stronger] = bit
        seen = (away > SEEN + 1.5 * noise) & (label > 0)
        hardly = (away > HARDLY_SEEN) & ~seen
        label[~seen] = 0
        near = cv2.dilate(seen.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        label[(self.writing > 0.2) & (label == 0)] = WRITING
        label[((self.writing > 0.05) & (label == 0)) | (hardly & (label == 0)) | (near & (label == 0) & (away > 0.01))] = UNJUDGED
        return label


def paper(rng):
    """The colour of bare paper or cardboard: white to cream, rarely grey or brown."""
    tone = rng.uniform(0.78, 1.0)
    warm = rng.uniform(0, 0.16) if rng.random() < 0.7 else rng.uniform(0, 0.03)
    return np.float32([tone, tone - warm * 0.5, tone - warm])


def dirt(rng):
    """The colour of dark damage on a print."""
    tone = rng.uniform(0.0, 0.25)
    return np.float32([tone + rng.uniform(0, 0.06), tone + rng.uniform(0, 0.03), tone])


def colour(rng, bright):
    return paper(rng) if rng.random() < bright else dirt(rng)


def crack(rng, sheet, bright):
    """A crack or crease with relief: a core, a shadow on one side, varying contrast."""
    opacity, _ = d.draw_crease(rng, sheet.shape, d.log_uniform(rng, 0.8, 6))
    if not opacity.any():
        return
    strength = opacity * np.clip(d.smooth_noise(rng, sheet.shape, d.log_uniform(rng, 12, 60), 0.2, 1.5), 0, 1)
    if rng.random() < 0.55:
        reach = rng.uniform(0.8, 3.0)
        angle = rng.uniform(0, 2 * np.pi)
        move = np.float32([[1, 0, reach * np.cos(angle)], [0, 1, reach * np.sin(angle)]])
        shadow = cv2.GaussianBlur(cv2.warpAffine(strength, move, strength.shape[::-1]), (0, 0), rng.uniform(0.5, 1.6))
        sheet.shade(shadow * rng.uniform(0.3, 0.9), np.float32([0.45, 0.43, 0.4]) + rng.uniform(0, 0.3), LINES)
    sheet.cover(strength * rng.uniform(0.45, 1.0), colour(rng, bright), LINES)


def straight_line(rng, shape, width):
    """A nearly straight line from side to side with uneven width and strength, like the fold of a print. float32 [H, W] 0..1."""
    angle = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.08) if rng.random() < 0.6 else rng.uniform(0, np.pi)
    reach = 1.6 * max(shape)
    start = rng.uniform(0.1, 0.9, 2) * shape[::-1] - np.float64([np.cos(angle), np.sin(angle)]) * reach / 2
    points = d.wander(rng, start, angle, reach, 8, 0.012)
    canvas = d._Canvas(shape)
    canvas.path(points, width * np.interp(np.linspace(0, 1, len(points)), np.linspace(0, 1, 9), rng.uniform(0.5, 1.5, 9)))
    return canvas.floats() * np.clip(d.smooth_noise(rng, shape, d.log_uniform(rng, 15, 60), 0.2, 1.3), 0, 1)


def fold(rng, sheet):
    """A soft fold across the print without a broken surface: a light or dark stripe, or light on one side and dark on the
    other."""
    if rng.random() < 0.5:
        opacity, _ = d.draw_crease(rng, sheet.shape, d.log_uniform(rng, 1.5, 5))
    else:
        opacity = straight_line(rng, sheet.shape, d.log_uniform(rng, 1.2, 4))
    soft = cv2.GaussianBlur(opacity, (0, 0), d.log_uniform(rng, 0.8, 5))
    soft *= min(3.0, 1 / max(float(soft.max()), 1e-3))
    if rng.random() < 0.6:
        sheet.cover(soft * rng.uniform(0.15, 0.45), colour(rng, 0.7), LINES)
        return
    reach, angle = rng.uniform(1.5, 5), rng.uniform(0, 2 * np.pi)
    move = np.float32([[1, 0, reach * np.cos(angle)], [0, 1, reach * np.sin(angle)]])
    sheet.shade(cv2.warpAffine(soft, move, soft.shape[::-1]) * rng.uniform(0.15, 0.45), np.float32([0.3, 0.28, 0.26]), LINES)
    sheet.cover(soft * rng.uniform(0.12, 0.4), paper(rng), LINES)


def scratches(rng, sheet, bright):
    opacity, _ = d.draw_scratches(rng, sheet.shape)
    sheet.cover(opacity * rng.uniform(0.3, 1.0), colour(rng, bright), LINES)


def hairs(rng, sheet, bright):
    """Hairs and lint: thin curls, soft or sharp."""
    canvas = d._Canvas(sheet.shape)
    for _ in range(int(rng.integers(1, 6))):
        start = rng.uniform(0, 1, 2) * sheet.shape[::-1]
        points = d.wander(rng, start, rng.uniform(0, 6.3), d.log_uniform(rng, 8, 90), 3, rng.uniform(0.1, 0.45))
        canvas.path(points, np.full(len(points), d.log_uniform(rng, 0.7, 2.0)), rng.uniform(0.5, 1))
    opacity = canvas.floats()
    if rng.random() < 0.5:
        opacity = cv2.GaussianBlur(opacity, (0, 0), rng.uniform(0.4, 1.2))
    sheet.cover(opacity * rng.uniform(0.4, 1.0), colour(rng, bright), LINES)


def dust(rng, sheet, bright):
    """Specks at any density, from three to hundreds, soft or sharp, all light or all dark or mixed."""
    height, width = sheet.shape
    count = int(d.log_uniform(rng, 3, 220))
    largest = d.log_uniform(rng, 1.2, 6)
    mixed = rng.random() < 0.2
    light, dark = np.zeros(sheet.shape, np.uint8), np.zeros(sheet.shape, np.uint8)
    use_dark = rng.random() >= bright
    clustered = rng.random() < 0.4
    centre, spread = rng.uniform(0, 1, 2) * (width, height), d.log_uniform(rng, 20, 120)
    for _ in range(count):
        where = rng.normal(centre, spread) if clustered else rng.uniform(0, 1, 2) * (width, height)
        radius = d.log_uniform(rng, 0.5, largest) * 0.6
        axes = (max(1, int(radius * 16)), max(1, int(radius * 16 * rng.uniform(0.35, 1))))
        canvas = (dark if rng.random() < 0.5 else light) if mixed else (dark if use_dark else light)
        place = tuple(int(np.clip(v, -8, 4000) * 16) for v in where)
        cv2.ellipse(canvas, place, axes, float(rng.uniform(0, 180)), 0, 360, float(255 * rng.uniform(0.5, 1)), -1, cv2.LINE_AA, 4)
    sigma = rng.uniform(0.4, 1.1) if rng.random() < 0.45 else 0
    for canvas, tone in ((light, paper(rng)), (dark, dirt(rng))):
        if canvas.any():
            opacity = canvas.astype(np.float32) / 255
            sheet.cover(cv2.GaussianBlur(opacity, (0, 0), sigma) if sigma else opacity, tone, AREAS)


def blot(rng, shape, size, ragged):
    """An irregular patch about `size` pixels wide somewhere: float32 [H, W], positive inside, in units of its radius."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    cx, cy = rng.uniform(0, 1, 2) * shape[::-1]
    angle, squeeze = rng.uniform(0, np.pi), rng.uniform(0.45, 1)
    u = ((x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)) / (size / 2)
    v = (-(x - cx) * np.sin(angle) + (y - cy) * np.cos(angle)) / (size / 2 * squeeze)
    inside = 1 - np.hypot(u, v)
    return inside + ragged * (d.smooth_noise(rng, shape, max(2, size / 3), -0.6, 0.6) + 0.5 * d.smooth_noise(rng, shape, max(1.5, size / 10), -0.6, 0.6))


def flakes(rng, sheet, bright):
    """Lost emulsion: patches of bare paper with a hard irregular edge, sometimes with a lifted rim."""
    tone = colour(rng, bright)
    for _ in range(int(rng.integers(1, 5))):
        inside = blot(rng, sheet.shape, d.log_uniform(rng, 4, 60), rng.uniform(0.5, 1.2))
        opacity = np.clip(inside * d.log_uniform(rng, 4, 30) + 0.5, 0, 1)
        if rng.random() < 0.35:
            rim = np.exp(-((inside / 0.12) ** 2)) * rng.uniform(0.2, 0.6)
            sheet.shade(rim.astype(np.float32), np.float32([0.4, 0.38, 0.35]), AREAS)
        texture = d.smooth_noise(rng, sheet.shape, 2, 0.9, 1.0)
        sheet.cover(opacity * texture * rng.uniform(0.7, 1), tone, AREAS)


def foxing(rng, sheet):
    """Brown spots with a paler halo, many or few."""
    tint = np.float32([0.75, 0.52, 0.3]) * rng.uniform(0.8, 1.15)
    for _ in range(int(d.log_uniform(rng, 1, 14))):
        inside = blot(rng, sheet.shape, d.log_uniform(rng, 4, 28), 0.5)
        sheet.shade(np.clip(inside * 2 + 0.4, 0, 1) * rng.uniform(0.4, 1), np.clip(tint, 0, 1), AREAS)
        sheet.shade(np.clip(inside + 0.8, 0, 1) ** 2 * rng.uniform(0.05, 0.25), np.clip(tint * 1.1, 0, 1), AREAS)


def stain(rng, sheet):
    """A transparent stain, darker or lighter, with or without a tide line."""
    inside = blot(rng, sheet.shape, d.log_uniform(rng, 15, 160), rng.uniform(0.4, 1.0))
    edge = d.log_uniform(rng, 0.02, 0.3)
    body = np.clip(inside / edge + 0.5, 0, 1)
    line = np.exp(-((inside / rng.uniform(0.02, 0.08)) ** 2)).astype(np.float32)
    if rng.random() < 0.75:
        tint = np.clip(np.float32([0.85, 0.7, 0.5]) * rng.uniform(0.6, 1.1), 0, 1)
        if rng.random() < 0.6:
            sheet.shade(body * rng.uniform(0.2, 0.8), tint, AREAS)
        if rng.random() < 0.6:
            sheet.shade(line * rng.uniform(0.3, 0.9), tint * 0.8, AREAS)
    else:
        sheet.cover(body * rng.uniform(0.15, 0.6), paper(rng), AREAS)


def fingerprint(rng, sheet):
    """The ridges of a finger, light or dark."""
    inside = blot(rng, sheet.shape, rng.uniform(28, 90), 0.2)
    y, x = np.mgrid[0 : sheet.shape[0], 0 : sheet.shape[1]].astype(np.float32)
    phase = np.hypot(x - rng.uniform(0, 1) * sheet.shape[1], (y - rng.uniform(0, 1) * sheet.shape[0]) * rng.uniform(0.6, 1))
    ridges = 0.5 + 0.5 * np.sin(phase * 2 * np.pi / rng.uniform(3, 6) + d.smooth_noise(rng, sheet.shape, 20, 0, 5))
    opacity = np.clip(inside * 4, 0, 1) * ridges * np.clip(d.smooth_noise(rng, sheet.shape, 12, -0.3, 1.2), 0, 1)
    sheet.cover(opacity.astype(np.float32) * rng.uniform(0.2, 0.6), colour(rng, 0.5), AREAS)


def loss(rng, sheet):
    """A torn corner or edge, or a hole: bare paper or the scanner's lid, with a fibrous rim."""
    height, width = sheet.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    ragged = d.smooth_noise(rng, sheet.shape, 14, -7, 7) + d.smooth_noise(rng, sheet.shape, 3, -2, 2)
    draw = rng.random()
    if draw < 0.6:
        u, v = (x if rng.random() < 0.5 else width - 1 - x), (y if rng.random() < 0.5 else height - 1 - y)
        size = d.log_uniform(rng, 8, 0.5 * min(height, width))
        inside = size - (u * rng.uniform(0.5, 1.6) + v) + ragged
    elif draw < 0.85:
        side = (x, width - 1 - x, y, height - 1 - y)[int(rng.integers(4))]
        along = d.smooth_noise(rng, sheet.shape, d.log_uniform(rng, 20, 90), -1.2, 1)
        inside = d.log_uniform(rng, 2, 22) * along - side + 0.4 * ragged
    else:
        inside = blot(rng, sheet.shape, d.log_uniform(rng, 6, 40), 0.4) * 10
    opacity = np.clip(inside + 0.5, 0, 1)
    if not 0.0 < opacity.mean() < 0.4:
        return
    tone = paper(rng) if rng.random() < 0.75 else np.float32([1, 1, 1]) * (rng.uniform(0, 0.15) if rng.random() < 0.6 else 1)
    if rng.random() < 0.5:
        sheet.shade(np.exp(-((inside / 2.5) ** 2)).astype(np.float32) * 0.5, np.float32([0.4, 0.4, 0.4]), LOSSES)
    sheet.cover(opacity * d.smooth_noise(rng, sheet.shape, 3, 0.94, 1.0), tone, LOSSES)


def tape(rng, sheet):
    """A strip of old tape: yellow, slightly milky, with straight edges."""
    height, width = sheet.shape
    length, wide = rng.uniform(0.3, 1.2) * max(height, width), rng.uniform(14, 48)
    centre = tuple(float(v) for v in rng.uniform(0, 1, 2) * (width, height))
    box = cv2.boxPoints((centre, (float(length), float(wide)), float(rng.uniform(0, 180))))
    canvas = np.zeros(sheet.shape, np.uint8)
    cv2.fillPoly(canvas, [np.round(box * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    body = canvas.astype(np.float32) / 255 * d.smooth_noise(rng, sheet.shape, 18, 0.6, 1.0)
    sheet.shade(body * rng.uniform(0.4, 0.9), np.float32([0.92, 0.78, 0.5]) * rng.uniform(0.8, 1.05), LOSSES)
    if rng.random() < 0.5:
        sheet.cover(body * rng.uniform(0.1, 0.35), paper(rng), LOSSES)


def overlay(rng, sheet, overlays, bright):
    """A scanned overlay of the training data."""
    kind = "lines" if rng.random() < 0.5 else "blobs"
    opacity, _ = overlays.draw(rng, sheet.shape, kind)
    if rng.random() < 0.3:
        opacity = cv2.GaussianBlur(opacity, (0, 0), d.log_uniform(rng, 0.4, 1.2))
    sheet.cover(opacity * np.clip(d.log_uniform(rng, 0.5, 1.6), 0, 1), colour(rng, bright), LINES if kind == "lines" else AREAS)


def border(rng, picture):
    """Adds a print's border or mount. The size stays; the picture is shrunk into it."""
    height, width = picture.shape[:2]
    share = d.log_uniform(rng, 0.02, 0.16)
    tone = paper(rng) if rng.random() < 0.85 else np.float32([1, 1, 1]) * rng.uniform(0, 0.2)
    sides = [max(2, int(share * min(height, width) * rng.uniform(0.6, 1.5))) for _ in range(4)]
    if rng.random() < 0.3:
        sides[int(rng.integers(4))] *= 2  # room for a caption
    top, bottom, left, right = (min(side, min(height, width) // 4) for side in sides)
    sheet = np.ones_like(picture) * tone * d.smooth_noise(rng, (height, width), 30, 0.94, 1.0)[..., None]
    sheet += rng.normal(0, 0.006, (height, width, 1)).astype(np.float32)
    inner = cv2.resize(picture, (width - left - right, height - top - bottom), interpolation=cv2.INTER_AREA)
    sheet[top : height - bottom, left : width - right] = inner
    if rng.random() < 0.3:  # a printed or embossed line around the picture
        gap = int(rng.integers(2, 8))
        line = tuple(float(v) for v in tone * rng.uniform(0.4, 0.9))
        cv2.rectangle(sheet, (left - gap, top - gap), (width - right + gap, height - bottom + gap), line, 1, cv2.LINE_AA)
    where = (height - bottom, height) if rng.random() < 0.8 else (0, top)
    return np.clip(sheet, 0, 1), where


def foliage(rng, picture):
    """Dark leaves in front of the picture. Bright specks and blots with hard ragged edges show through their gaps."""
    shape = picture.shape[:2]
    inside = blot(rng, shape, rng.uniform(0.5, 1.8) * max(shape), 0.5)
    leaf = d.log_uniform(rng, 3, 14)
    leaves = d.smooth_noise(rng, shape, leaf, -1, 1) + 0.6 * d.smooth_noise(rng, shape, leaf / 2.5, -1, 1)
    cover = np.clip((leaves + 4 * np.minimum(inside, 0.4) - rng.uniform(0.1, 0.8)) * d.log_uniform(rng, 4, 20), 0, 1)
    tone = rng.uniform(0.02, 0.3) + d.smooth_noise(rng, shape, leaf / 1.5, -0.08, 0.14)
    green = np.float32([rng.uniform(0.6, 1), 1, rng.uniform(0.4, 0.9)])
    if rng.random() < 0.7:  # a bright sky or wall behind
        picture = np.clip(picture + rng.uniform(0, 0.6), 0, 1)
    return picture * (1 - cover[..., None]) + np.clip(tone, 0, 1)[..., None] * green * cover[..., None]


def innocents(rng, picture):
    """Draws things that only look like damage: leaves with gaps, or `degradations.draw_innocent`."""
    if rng.random() < 0.1:
        return foliage(rng, picture)
    luma = picture @ d.LUMA
    changed, _ = d.draw_innocent(rng, luma)
    return np.clip(picture + (changed - luma)[..., None], 0, 1)


def old(rng, picture):
    """A clean colour picture as an old print: monochrome, toned, faded, soft, grainy, or unchanged."""
    if rng.random() < 0.75:
        picture, _ = d.tint(rng, picture)
    if rng.random() < 0.04:
        picture, _ = d.halftone(rng, picture)
    picture, _ = d.age(rng, np.clip(picture, 0, 1).astype(np.float32))
    return picture


def damage(rng, sheet, overlays, stock):
    """Lays one to five kinds of damage on a sheet."""
    bright = float(rng.choice([0.85, 0.5, 0.15]))
    for _ in range(1 + int(rng.poisson(1.4))):
        draw = rng.random()
        if stock and draw < 0.24:
            source = stock.draw_map(rng)
            if source is not None:
                sheet.picture, covered = layers.lay_map(rng, sheet.picture, source)
                for bit, opacity in covered.items():
                    sheet.opacity[bit] = np.maximum(sheet.opacity[bit], opacity)
        elif stock and stock.pieces and draw < 0.38:
            layer = stock.pieces[int(rng.integers(len(stock.pieces)))]
            count = 1 if layer.bit == LOSSES else int(d.log_uniform(rng, 1, 24))
            sheet.picture, covered = layers.lay(rng, sheet.picture, layer, count)
            sheet.opacity[layer.bit] = np.maximum(sheet.opacity[layer.bit], covered)
        elif overlays is not None and draw < 0.486:
            overlay(rng, sheet, overlays, bright)
        elif draw < 0.593:
            crack(rng, sheet, 0.85)
        elif draw < 0.646:
            fold(rng, sheet)
        elif draw < 0.699:
            scratches(rng, sheet, bright)
        elif draw < 0.734:
            hairs(rng, sheet, bright)
        elif draw < 0.841:
            dust(rng, sheet, bright)
        elif draw < 0.885:
            flakes(rng, sheet, 0.8)
        elif draw < 0.920:
            foxing(rng, sheet)
        elif draw < 0.947:
            stain(rng, sheet)
        elif draw < 0.960:
            fingerprint(rng, sheet)
        elif draw < 0.987:
            loss(rng, sheet)
        else:
            tape(rng, sheet)


def finish(rng, picture, noise):
    """Applies sharpness, noise and compression of the scan, after everything else."""
    if rng.random() < 0.4:
        picture, _ = d.blur(rng, picture, d.log_uniform(rng, 0.3, 0.9))
    if noise:
        picture, _ = d.sensor_noise(rng, picture, noise)
    if rng.random() < 0.6:
        picture, _ = d.jpeg(rng, picture)
    return np.clip(picture, 0, 1)


def draw_print(rng, picture, overlays, stock, damaged=True):
    """(scan of a print, float32 [H, W, 3] 0..1; label, uint8 [H, W]), made from a clean picture."""
    # Drawn before ageing, so that it gets the same tones as the rest.
    for _ in range(int(rng.random() < 0.35) + int(rng.random() < 0.15)):
        picture = innocents(rng, picture)
    picture = old(rng, picture.astype(np.float32))
    where = None
    if rng.random() < 0.35:
        picture, where = border(rng, picture)
    sheet = Sheet(picture.astype(np.float32))
    if rng.random() < (0.6 if where else 0.25):
        written, sheet.writing = lay_writing(rng, sheet.picture, where if rng.random() < 0.7 else None)
        sheet.clean = sheet.picture = written.astype(np.float32)
    noise = 0.0 if rng.random() < 0.4 else d.log_uniform(rng, 0.002, 0.02)
    if damaged:
        damage(rng, sheet, overlays, stock)
    label = sheet.label(noise)
    return finish(rng, sheet.picture, noise), label

"""Test cases made with integer arithmetic, so that the kit and the product measure exactly the same pictures.

Source: written for this project. `bench/evaluate/protocol.ts` is the same in TypeScript; `protocol.json`
holds checksums that the tests of both sides compare with. Positions and widths are in sixteenths of a
pixel, opacities in 1/256, directions in 1/64 of a turn. Only shifts round.

- Numbers: mulberry32, seeded with FNV-1a of "<case>/<index of the picture>".
- Gaussian noise: a sample takes six numbers. The sum of their twelve 16-bit halves has a mean of 393,210 and
  a standard deviation of 65,536. Nothing lies beyond 6 sigma.
- Softening: the weights 1 2 1 in rows and columns, in whole levels.
- Strokes: polylines of steps of 8 px, without antialiasing: a pixel is inside if its centre lies
  within half the width of a segment.
- Wide holes: one square around the middle.
- Damage: creases, scratches and specks drawn with 4 x 4 samples a pixel. A pixel whose luma changes by
  less than `VISIBLE` levels, or that is covered by less than half, is neither damage nor clean.
- Hints: the mean colour of 9 x 9 pixels around a random place, rounded, halves up.
- Reduction: the mean over the area that a pixel covers, halves rounded up.
- Latents: the Gaussian noise above, in units of its standard deviation.
- Scans: a random kind of damage, a random overlay of it, and a random square around its damage, as in the training
  of the synthesiser.
"""
import numpy as np

WIDTHS = (2, 4, 8, 16)  # widths of strokes in pixels
MIXED = (1, 2, 3, 5, 8, 12, 16, 24)
SQUARES = (32, 64, 96)  # sides of wide holes in pixels
SHIFT = 24  # how far from the middle they lie at most
COVERAGE = 87  # masked pixels of 1000
SIGMAS = (15, 25, 50)
QUALITIES = (10, 20, 40)
LEVELS = ("plain", "hard")
VISIBLE = 10
HINTS = 10
HINT_REACH = 4  # a hint has the mean colour of the square within so many pixels
SHOWN = 24  # levels above which an overlay shows damage
STEP = 128  # 8 px
UNIT = 1024
COS = np.round(np.cos(np.arange(64) * np.pi / 32) * UNIT).astype(int).tolist()
SIN = np.round(np.sin(np.arange(64) * np.pi / 32) * UNIT).astype(int).tolist()
MEAN = 393210


def seed_of(name, index):
    """FNV-1a, 32 bit, of "<name>/<index>"."""
    state = 0x811C9DC5
    for byte in f"{name}/{index}".encode():
        state = ((state ^ byte) * 0x01000193) & 0xFFFFFFFF
    return state


def numbers(seed, count, first=0):
    """`count` numbers of mulberry32, beginning with number `first`: uint32 [count]."""
    with np.errstate(over="ignore"):
        state = np.uint32(seed) + np.uint32(0x6D2B79F5) * np.arange(first + 1, first + count + 1, dtype=np.uint32)
        t = (state ^ (state >> np.uint32(15))) * (state | np.uint32(1))
        t ^= t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))
    return t ^ (t >> np.uint32(14))


class Random:
    """The numbers one by one."""

    def __init__(self, name, index):
        self.seed, self.drawn, self.kept = seed_of(name, index), 0, []

    def below(self, limit):
        """An integer 0 <= n < limit."""
        if not self.kept:
            self.kept = numbers(self.seed, 256, self.drawn).tolist()[::-1]
            self.drawn += 256
        return self.kept.pop() % limit


# ---------------------------------------------------------------- noise


def gaussian(name, index, count):
    """Normally distributed integers, int64 [count], standard deviation 65,536."""
    total = np.zeros(count, np.int64)
    for first in range(0, count, 1 << 18):
        some = min(1 << 18, count - first)
        drawn = numbers(seed_of(name, index), 6 * some, 6 * first).reshape(some, 6)
        total[first : first + some] = ((drawn & np.uint32(0xFFFF)).astype(np.int64) + (drawn >> np.uint32(16))).sum(1)
    return total - MEAN


def noisy(picture, sigma, name, index):
    """uint8 [H, W, 3] with noise: (uint8, clipped, as in a file; float32 in levels, not clipped, as in papers)."""
    noise = sigma * gaussian(name, index, picture.size).reshape(picture.shape)
    exact = (picture.astype(np.int64) << 16) + noise
    return np.clip((exact + 32768) >> 16, 0, 255).astype(np.uint8), (exact / 65536).astype(np.float32)


def softened(picture):
    """uint8 [H, W, 3] blurred with weights 1 2 1 in rows and columns, edges repeated, like the picture of a simple lens."""
    padded = np.pad(picture.astype(np.int64), ((1, 1), (1, 1), (0, 0)), mode="edge")
    across = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    return ((across[:-2] + 2 * across[1:-1] + across[2:] + 8) >> 4).astype(np.uint8)


def grey_of(picture):
    """Luma of uint8 [H, W, 3] in integer levels: uint8 [H, W]."""
    whole = picture.astype(np.int32)
    return ((299 * whole[..., 0] + 587 * whole[..., 1] + 114 * whole[..., 2] + 500) // 1000).astype(np.uint8)


# ---------------------------------------------------------------- sizes


def _sums(samples, wanted):
    """int64 [wanted, ...]: the sums over `wanted` equal parts of the first axis, in 1/wanted of a sample."""
    whole, part = np.divmod(np.arange(wanted + 1) * len(samples), wanted)
    nothing = np.zeros_like(samples[:1])
    until = np.concatenate([nothing, np.cumsum(samples, 0)])[whole] * wanted
    until += np.concatenate([samples, nothing])[whole] * part.reshape(-1, *[1] * (samples.ndim - 1))
    return np.diff(until, axis=0)


def averaged(picture, height, width):
    """A picture reduced to uint8 [height, width] or [height, width, C]."""
    area = picture.shape[0] * picture.shape[1]
    rows = _sums(picture.astype(np.int64), height)
    total = np.moveaxis(_sums(np.moveaxis(rows, 1, 0), width), 0, 1)
    return ((2 * total + area) // (2 * area)).astype(np.uint8)


def reduced(picture, longest):
    """A picture reduced so that no side is above `longest`, with the same proportions."""
    most = max(picture.shape[:2])
    if most <= longest:
        return picture
    height, width = (max(1, (2 * side * longest + most) // (2 * most)) for side in picture.shape[:2])
    return averaged(picture, height, width)


# ---------------------------------------------------------------- strokes


def capsule(canvas, start, end, radius, samples):
    """Raises each pixel of canvas (uint8 [H, W]) to the number of its samples x samples points within `radius` of a segment."""
    height, width = canvas.shape
    left, right = max(0, (min(start[0], end[0]) - radius) >> 4), min(width, ((max(start[0], end[0]) + radius) >> 4) + 1)
    top, bottom = max(0, (min(start[1], end[1]) - radius) >> 4), min(height, ((max(start[1], end[1]) + radius) >> 4) + 1)
    if left >= right or top >= bottom:
        return
    gap = 16 // samples
    places = gap // 2 + gap * np.arange(samples)
    x = (16 * np.arange(left, right)[:, None] + places).reshape(1, -1) - start[0]
    y = (16 * np.arange(top, bottom)[:, None] + places).reshape(-1, 1) - start[1]
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = x * dx + y * dy
    at_start = x * x + y * y <= radius * radius
    at_end = (x - dx) ** 2 + (y - dy) ** 2 <= radius * radius
    beside = (x * dy - y * dx) ** 2 <= radius * radius * length
    inside = np.where(along <= 0, at_start, np.where(along >= length, at_end, beside))
    count = inside.reshape(bottom - top, samples, right - left, samples).sum((1, 3)).astype(np.uint8)
    part = canvas[top:bottom, left:right]
    np.maximum(part, count, out=part)


def wander(rng, start, heading, length, turn):
    """Points of a polyline of `length` px: each step turns by at most `turn` directions."""
    points = [start]
    for _ in range(max(1, length >> 3)):
        heading = (heading + rng.below(2 * turn + 1) - turn) & 63
        x, y = points[-1]
        points.append((x + ((COS[heading] * STEP + 512) >> 10), y + ((SIN[heading] * STEP + 512) >> 10)))
    return points


def place(rng, width, height):
    """A place in the picture and a direction."""
    x = rng.below(16 * width)
    y = rng.below(16 * height)
    return (x, y), rng.below(64)


def draw(canvas, points, radius, samples):
    for start, end in zip(points, points[1:]):
        capsule(canvas, start, end, radius, samples)


def stroke_mask(index, width, height, kind):
    """Mask uint8 [height, width], 1 = hole. kind: the width of the strokes in pixels, or "mixed"."""
    rng = Random(f"strokes {kind}", index)
    mask = np.zeros((height, width), np.uint8)
    while 1000 * int(mask.sum()) < COVERAGE * width * height:
        start, heading = place(rng, width, height)
        if kind == "mixed" and rng.below(4) == 0:  # a speck
            capsule(mask, start, start, 24 + rng.below(137), 1)
            continue
        wide = MIXED[rng.below(len(MIXED))] if kind == "mixed" else kind
        length = 30 + rng.below(171)
        draw(mask, wander(rng, start, heading, length, 2), 8 * wide, 1)
    return mask


def square_hole(index, width, height, side):
    """Mask uint8 [height, width], 1 = a square of `side` pixels somewhere around the middle."""
    rng = Random(f"square {side}", index)
    mask = np.zeros((height, width), np.uint8)
    left, top = (size // 2 - side // 2 + rng.below(2 * SHIFT + 1) - SHIFT for size in (width, height))
    mask[top : top + side, left : left + side] = 1
    return mask


# ---------------------------------------------------------------- damage


def _soften(cover):
    """Blurs cover (in 1/256) with a binomial 3 x 3 kernel; the border is repeated."""
    wide = np.pad(cover.astype(np.int32), 1, mode="edge")
    rows = wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]
    return (rows[:-2] + 2 * rows[1:-1] + rows[2:] + 8) >> 4


def _layers(rng, width, height, hard):
    """(cover in 1/256 [H, W], opacity in 1/256, tone) of each piece of damage, in the order of drawing."""

    def finish(canvas):
        cover = canvas.astype(np.int32) * 16
        opacity = 90 + rng.below(110) if hard else 200 + rng.below(57)
        light = rng.below(10) < 7
        tone = (190 + rng.below(60) if light else 20 + rng.below(60)) if hard else (235 + rng.below(21) if light else rng.below(26))
        return (_soften(cover) if hard else cover), opacity, tone

    for _ in range(2):  # creases
        canvas = np.zeros((height, width), np.uint8)
        start, heading = place(rng, width, height)
        radius = (12 + rng.below(52) if hard else 24 + rng.below(73)) >> 1
        points = wander(rng, start, heading, 150 + rng.below(350), 2)
        draw(canvas, points, radius, 4)
        if rng.below(2) == 0:
            turned = rng.below(64)
            draw(canvas, wander(rng, points[len(points) >> 1], turned, 8 * len(points) >> 1, 2), (radius + 1) >> 1, 4)
        yield finish(canvas)
    for _ in range(4 if hard else 3):  # scratches
        canvas = np.zeros((height, width), np.uint8)
        start, heading = place(rng, width, height)
        radius = (10 + rng.below(14) if hard else 16 + rng.below(20)) >> 1
        draw(canvas, wander(rng, start, heading, 60 + rng.below(300), 0), radius, 4)
        yield finish(canvas)
    for _ in range(14 if hard else 12):  # specks
        canvas = np.zeros((height, width), np.uint8)
        (x, y), _unused = place(rng, width, height)
        size = 20 + rng.below(80) if hard else 32 + rng.below(112)
        end = (x + rng.below(size), y + rng.below(size))
        capsule(canvas, (x, y), end, size >> 1, 4)
        yield finish(canvas)


def fade(picture, low, high):
    """Black lifted to `low` and white dulled to `high`, of 255 levels."""
    return (low + (picture.astype(np.int32) * (high - low) + 127) // 255).astype(np.uint8)


def damaged(picture, level, index):
    """Damage drawn on uint8 [H, W, 3]: (picture, label, judged), the latter uint8 [H, W] of 0 and 1.

    level: "plain": clearly visible, on the unchanged picture; "hard": fainter, thinner and softer, on a
    faded and grainy picture.
    """
    height, width = picture.shape[:2]
    rng = Random(f"damage {level}", index)
    hard = level == "hard"
    sigma = 0
    before = picture
    if hard:
        before = fade(picture, rng.below(50), 255 - rng.below(60))
        sigma = 2 + rng.below(5)
    after = before.astype(np.int32)
    most = np.zeros((height, width), np.int32)
    for cover, opacity, tone in _layers(rng, width, height, hard):
        share = ((cover * opacity) >> 8)[..., None]
        after = (after * (256 - share) + tone * share + 128) >> 8
        most = np.maximum(most, cover)
    after = after.astype(np.uint8)
    change = np.abs(grey_of(after).astype(np.int32) - grey_of(before))
    label = ((most >= 128) & (change >= VISIBLE)).astype(np.uint8)
    judged = ((most == 0) | (label > 0)).astype(np.uint8)
    if sigma:
        after, _ = noisy(after, sigma, f"grain {level}", index)
    return after, label, judged


def overlaid(picture, overlay, index):
    """A scanned overlay (uint8 [h, w], white = damage) laid over uint8 [H, W, 3] once. Returns what `damaged` returns.

    An overlay that is larger than the picture is cropped.
    """
    height, width = picture.shape[:2]
    rng = Random("damage overlays", index)
    h, w = min(height, overlay.shape[0]), min(width, overlay.shape[1])
    top, left = rng.below(overlay.shape[0] - h + 1), rng.below(overlay.shape[1] - w + 1)
    y, x = rng.below(height - h + 1), rng.below(width - w + 1)
    opacity = 200 + rng.below(57)
    tone = 235 + rng.below(21) if rng.below(10) < 7 else rng.below(26)
    cover = np.zeros((height, width), np.int32)
    cover[y : y + h, x : x + w] = overlay[top : top + h, left : left + w]
    share = ((cover * opacity) >> 8)[..., None]
    after = ((picture.astype(np.int32) * (256 - share) + tone * share + 128) >> 8).astype(np.uint8)
    change = np.abs(grey_of(after).astype(np.int32) - grey_of(picture))
    label = ((cover >= 128) & (change >= VISIBLE)).astype(np.uint8)
    judged = ((cover < 16) | (label > 0)).astype(np.uint8)
    return after, label, judged


# ---------------------------------------------------------------- hints


def colour_hints(picture, index, count=HINTS):
    """True colours at random places of uint8 [H, W, 3]: [(x, y, radius, (red, green, blue))], all integers, in pixels and levels."""
    height, width = picture.shape[:2]
    rng = Random("hints", index)
    found = []
    for _ in range(count):
        x, y = rng.below(width), rng.below(height)
        around = picture[max(0, y - HINT_REACH) : y + HINT_REACH + 1, max(0, x - HINT_REACH) : x + HINT_REACH + 1]
        some = around.shape[0] * around.shape[1]
        total = around.astype(np.int64).sum((0, 1))
        found.append((x, y, HINT_REACH + 1, tuple(int(each) for each in (2 * total + some) // (2 * some))))
    return found


# ---------------------------------------------------------------- overlays


def latents(name, count, size):
    """Standard normal numbers, float32 [count, size]: inputs of a net that draws."""
    return (np.stack([gaussian(f"latents {name}", i, size) for i in range(count)]) / 65536).astype(np.float32)


def scan(kinds, name, index, side):
    """A random square of a scanned overlay, uint8 [side, side]. kinds: the overlays of each kind of damage, uint8 [H, W]."""
    rng = Random(f"scans {name}", index)
    overlays = kinds[rng.below(len(kinds))]
    overlay = overlays[rng.below(len(overlays))]
    shown = overlay > SHOWN
    spans = []
    for line in (shown.any(1), shown.any(0)):
        places = np.flatnonzero(line)
        spans.append((int(places[0]), int(places[-1]) + 1 - int(places[0])) if len(places) else (0, 0))
    whole = min(overlay.shape)
    least = max(512 * whole, min(973 * whole, 1178 * max(extent for _, extent in spans)))
    edge = (least + rng.below(1024 * whole - least + 1)) >> 10
    far = (82 * edge) >> 10
    corner = []
    for (begin, extent), length in zip(spans, overlay.shape):
        middle = begin + ((extent - edge) >> 1) + rng.below(2 * far + 1) - far
        corner.append(min(max(middle, 0), length - edge))
    top, left = corner
    return averaged(overlay[top : top + edge, left : left + edge], side, side)


def ramp(width, height):
    """A picture for the tests of both sides: uint8 [height, width, 3]."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return ((x * 3 + y * 5 + c * 40 + (x * y) // 7) % 256).astype(np.uint8)


# ---------------------------------------------------------------- fading

FADINGS = ("dyes", "curves", "crosstalk")
FLARE = 0.008


def _linear(x):
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def _density(x):
    return -np.log10((_linear(x) + FLARE) / (1 + FLARE))


def _component(d):
    light = np.maximum(10.0**-d * (1 + FLARE) - FLARE, 0)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def faded(picture, kind, index):
    """A photograph uint8 [H, W, 3] as it looks after fading.

    `dyes`: each layer keeps 0.4 to 0.95 of its density and gets 0 to 0.16 of stain, as in training. Never trained on: `curves`
    raises the blacks, dulls the whites and bends the middle of each channel; `crosstalk` mixes the layers' densities besides.
    The only case that is not integer arithmetic: rounded to levels, both sides differ by at most one, and rarely.
    """
    random = Random(f"fading {kind}", index)
    share = lambda low, high: (low + random.below(high - low + 1)) / 1000
    values = np.arange(256) / 255
    if kind == "curves":
        curves = []
        for _ in range(3):
            low, high, bend = share(0, 200), share(750, 1000), share(-200, 200)
            curves.append(low + (high - low) * values ** np.exp(bend))
        tables = [np.floor(np.clip(curve, 0, 1) * 255 + 0.5).astype(np.uint8) for curve in curves]
        return np.stack([table[picture[..., c]] for c, table in enumerate(tables)], -1)
    kept = [share(400, 950) for _ in range(3)]
    stain = [share(0, 160) for _ in range(3)]
    densities = [k * _density(values) for k in kept]
    if kind == "dyes":
        tables = [np.floor(_component(d + s) * 255 + 0.5).astype(np.uint8) for d, s in zip(densities, stain)]
        return np.stack([table[picture[..., c]] for c, table in enumerate(tables)], -1)
    layers = [d[picture[..., c]] for c, d in enumerate(densities)]
    mixed = []
    for c in range(3):
        weights = [1.0 if other == c else share(0, 150) for other in range(3)]
        mixed.append(sum(w * layer for w, layer in zip(weights, layers)) / sum(weights) + stain[c])
    return np.floor(_component(np.stack(mixed, -1)) * 255 + 0.5).astype(np.uint8)

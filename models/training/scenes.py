"""Drawn scenes without damage: landscapes with trees, houses and figures, from painted texture to flat shapes.

Photographs alone do not teach a detector that a painting, a poster or an illustration is whole: noisy edges of a painted
crown, sky between its leaves and hard outlines all look like lost emulsion. Source: written for this project.
"""
import cv2
import numpy as np

from . import degradations as d
from .data import build_cache

VERSION = 1  # raise it when scenes are drawn differently
SHARE = 1 / 8  # scenes for each photograph, so that photographs stay the bulk of the clean samples
HELD_FROM = 100_000  # scenes from this one on only measure


def noise(rng, shape, cell, octaves=4):
    """float32 [H, W], mean 0, about -1..1, with features of `cell` pixels and finer."""
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        total += d.smooth_noise(rng, shape, max(1.5, cell / 2**octave), -1, 1) * 0.6**octave
    return total / sum(0.6**octave for octave in range(octaves))


def blend(picture, alpha, colour):
    """Lays `colour`, float32 [3] or [H, W, 3], over the picture where alpha [H, W] is 1."""
    return picture * (1 - alpha[..., None]) + colour * alpha[..., None]


class Painter:
    """Draws one scene of float32 [H, W, 3] 0..1."""

    def __init__(self, rng, shape):
        self.rng, self.shape = rng, shape
        self.texture = 0.0 if rng.random() < 0.25 else rng.uniform(0.3, 1.3)  # 0 draws flat shapes
        self.y, self.x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
        self.picture = np.zeros((*shape, 3), np.float32)

    def colour(self, *base, spread=0.12):
        """A colour near `base`."""
        return np.float32(np.clip(np.float32(base) + self.rng.normal(0, spread, 3), 0.02, 0.98))

    def painted(self, colour, cell, strength):
        """A colour with texture: [H, W, 3], or [3] where the scene is flat."""
        if self.texture == 0:
            return colour
        return np.clip(colour * (1 + strength * self.texture * noise(self.rng, self.shape, cell)[..., None]), 0, 1)

    def lay(self, distance, colour):
        """Fills where `distance`, in pixels, is negative; edges are one pixel wide."""
        self.picture = blend(self.picture, np.clip(0.5 - distance, 0, 1), colour)

    def polygon(self, corners, colour):
        mask = np.zeros(self.shape, np.uint8)
        cv2.fillPoly(mask, [np.round(np.float32(corners) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        self.picture = blend(self.picture, mask.astype(np.float32) / 255, colour)

    def ellipse(self, cx, cy, rx, ry, colour):
        self.lay((np.hypot((self.x - cx) / rx, (self.y - cy) / ry) - 1) * min(rx, ry), colour)

    def sky(self):
        top, low = self.colour(0.4, 0.58, 0.8), self.colour(0.8, 0.84, 0.88)
        share = np.clip(self.y / self.shape[0] * self.rng.uniform(0.8, 2), 0, 1)[..., None]
        self.picture = top * (1 - share) + low * share
        if self.rng.random() < 0.7:
            cloud = np.clip(self.rng.uniform(1, 4) * noise(self.rng, self.shape, self.rng.uniform(60, 250), 5) + self.rng.uniform(-0.3, 0.3), 0, 1)
            self.picture = blend(self.picture, cloud, self.colour(0.97, 0.97, 0.96, spread=0.03))

    def ridge(self, height):
        rng, (rows, columns) = self.rng, self.shape
        line = height * rows + rng.uniform(0.02, 0.08) * rows * noise(rng, (1, columns), rng.uniform(60, 300))[0]
        base = self.colour(0.36, 0.4, 0.22)
        self.lay(line[None] - self.y, self.painted(base, d.log_uniform(rng, 3, 60), rng.uniform(0.1, 0.6)))

    def tree(self, x, foot, size):
        rng = self.rng
        trunk = size * rng.uniform(0.03, 0.08)
        bark = self.painted(self.colour(0.3, 0.23, 0.17, spread=0.06), 6, 0.3)
        self.polygon([(x - trunk, foot), (x - trunk * 0.6, foot - size * 0.7), (x + trunk * 0.6, foot - size * 0.7), (x + trunk, foot)], bark)
        for _ in range(int(rng.integers(0, 5))):  # branches, which bare trees show
            end = (x + rng.uniform(-0.35, 0.35) * size, foot - size * rng.uniform(0.6, 1.0))
            self.polygon([(x - trunk * 0.4, foot - size * 0.5), end, (x + trunk * 0.4, foot - size * 0.5)], bark)
        if rng.random() < 0.12:
            return
        leaf, rough = self.colour(0.25, 0.36, 0.15), rng.uniform(0.1, 0.5)
        edge, grain = noise(rng, self.shape, d.log_uniform(rng, 4, 30), 3), noise(rng, self.shape, d.log_uniform(rng, 2, 12), 3)
        pointed = rng.random() < 0.25
        for _ in range(int(rng.integers(6, 34))):
            far, angle = rng.random() ** 0.5, rng.uniform(0, 2 * np.pi)
            cx, cy = x + 0.36 * size * far * np.cos(angle), foot - size * 0.72 + 0.28 * size * far * np.sin(angle)
            if pointed:
                cx = x + (cx - x) * np.clip((cy - (foot - size)) / (0.6 * size), 0.05, 1)
            radius = size * rng.uniform(0.07, 0.17)
            light = 0.6 + 0.6 * rng.random() - (cy - (foot - size * 0.72)) / size
            shade = leaf * light
            if self.texture:
                shade = shade * (1 + rough * self.texture * grain - 0.6 * (self.y - cy) / size)[..., None]
            self.lay(np.hypot(self.x - cx, self.y - cy) - radius * (1 + rough * edge), np.clip(shade, 0, 1))

    def house(self, x, foot, size):
        rng = self.rng
        wide, high = size * rng.uniform(0.6, 1.3), size * rng.uniform(0.4, 0.8)
        wall = self.painted(self.colour(0.75, 0.7, 0.6, spread=0.15), rng.choice([3, 12, 40]), 0.08)
        self.polygon([(x - wide / 2, foot), (x - wide / 2, foot - high), (x + wide / 2, foot - high), (x + wide / 2, foot)], wall)
        over, ridge = wide * rng.uniform(0.5, 0.6), rng.uniform(0, 0.4) * wide
        roof = self.painted(self.colour(0.45, 0.25, 0.2), rng.choice([3, 8, 30]), 0.2)
        self.polygon([(x - over, foot - high), (x - ridge, foot - high - size * 0.35), (x + ridge, foot - high - size * 0.35), (x + over, foot - high)], roof)
        frame, pane = self.colour(0.9, 0.89, 0.85, spread=0.05), self.colour(0.15, 0.18, 0.22, spread=0.06)
        for k in range(int(rng.integers(1, 5))):
            cx, cy, w = x + wide * (k + 0.5 - 2) * 0.24, foot - high * rng.uniform(0.5, 0.7), size * 0.06
            box = lambda m: [(cx - w * m, cy - w * 1.4 * m), (cx + w * m, cy - w * 1.4 * m), (cx + w * m, cy + w * 1.4 * m), (cx - w * m, cy + w * 1.4 * m)]
            self.polygon(box(1.25), frame)
            self.polygon(box(1.0), pane)

    def figure(self, x, foot, size):
        rng = self.rng
        skin, cloth, hair = self.colour(0.8, 0.62, 0.5, spread=0.1), self.colour(0.6, 0.5, 0.5, spread=0.3), self.colour(0.25, 0.17, 0.1)
        dress = self.painted(cloth, rng.choice([4, 20]), 0.1)
        w = size * 0.13
        for side in (-1, 1):
            self.ellipse(x + side * w * 0.4, foot - size * 0.1, w * 0.2, size * 0.13, skin)
            self.ellipse(x + side * w * 0.45, foot, w * 0.32, size * 0.02, self.colour(0.1, 0.08, 0.07, spread=0.03))
            self.ellipse(x + side * w * 1.05, foot - size * 0.52, w * 0.22, size * 0.17, skin)
        flare = rng.uniform(0.7, 1.8)
        self.polygon([(x - w * flare, foot - size * 0.15), (x - w * 0.7, foot - size * 0.74), (x + w * 0.7, foot - size * 0.74), (x + w * flare, foot - size * 0.15)], dress)
        self.ellipse(x, foot - size * 0.86, w * 0.75, size * 0.11, hair)
        self.ellipse(x, foot - size * 0.85, w * 0.58, size * 0.085, skin)
        if rng.random() < 0.5:
            hat = self.painted(self.colour(0.75, 0.65, 0.45, spread=0.2), 4, 0.1)
            self.ellipse(x, foot - size * 0.94, w * 0.65, size * 0.06, hat)
            self.ellipse(x, foot - size * 0.91, w * 1.3, size * 0.022, hat)

    def fence(self, foot, size):
        board, step, left = self.colour(0.8, 0.78, 0.72, spread=0.15), size * self.rng.uniform(0.3, 0.7), self.rng.uniform(0, 40)
        for rail in (0.3, 0.7):
            self.lay(np.abs(self.y - foot + size * rail) - size * 0.05, board)
        for x in np.arange(left, self.rng.uniform(0.4, 1) * self.shape[1], step):
            self.polygon([(x, foot), (x, foot - size), (x + step * 0.15, foot - size * 1.1), (x + step * 0.3, foot - size), (x + step * 0.3, foot)], board)

    def path(self, foot):
        x, wide = self.rng.uniform(0.2, 0.8) * self.shape[1], self.rng.uniform(20, 120)
        soil = self.painted(self.colour(0.66, 0.57, 0.43), 5, 0.12)
        low = self.shape[0]
        self.polygon([(x - 3, foot), (x + 3, foot), (x + wide + self.rng.normal(0, 60), low), (x - wide + self.rng.normal(0, 60), low)], soil)

    def __call__(self):
        rng, (rows, columns) = self.rng, self.shape
        self.sky()
        horizon = rng.uniform(0.35, 0.7)
        for height in np.linspace(horizon - rng.uniform(0, 0.15), horizon, int(rng.integers(1, 4))):
            self.ridge(height)
        if rng.random() < 0.4:
            self.path(horizon * rows)
        things = [self.house, self.tree, self.tree, self.figure, self.tree, self.figure]
        places = sorted(rng.uniform(horizon + 0.02, 1.05, int(rng.integers(2, 9))))
        for foot in places:  # the far ones first
            near = 0.25 + 1.2 * (foot - horizon)
            thing = things[int(rng.integers(len(things)))]
            thing(rng.uniform(-0.05, 1.05) * columns, foot * rows, rows * near * rng.uniform(0.5, 1.1))
        if rng.random() < 0.25:
            self.fence(rng.uniform(horizon + 0.1, 1) * rows, rows * rng.uniform(0.06, 0.2))
        picture = self.picture
        if rng.random() < 0.5:
            picture = picture + rng.normal(0, d.log_uniform(rng, 0.002, 0.02), (*self.shape, 1)).astype(np.float32)
        if rng.random() < 0.3:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.2))
        return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def draw_scene(rng, longest=640):
    """One scene, uint8 [H, W, 3], its longer side `longest` or up to half as long."""
    size = int(longest * rng.uniform(0.55, 1)), int(longest * rng.uniform(0.8, 1))
    return Painter(rng, size if rng.random() < 0.7 else size[::-1])()


def load_scenes(count, first=0):
    """Pictures of `count` scenes, drawn once and kept in the cache folder. The same arguments give the same scenes."""
    rows = [{"name": f"scene/{VERSION}/{first + i:04d}", "group": "scene", "seed": 7000 + first + i} for i in range(count)]
    return build_cache("scenes", rows, lambda row: draw_scene(np.random.default_rng(row["seed"])))


class Joined:
    """Several collections of pictures as one."""

    def __init__(self, *parts):
        self.parts = parts
        self.names = [name for part in parts for name in part.names]
        self.ends = np.cumsum([len(part) for part in parts])

    def __len__(self):
        return int(self.ends[-1])

    def __getitem__(self, index):
        part = int(np.searchsorted(self.ends, index, side="right"))
        return self.parts[part][index - (int(self.ends[part - 1]) if part else 0)]

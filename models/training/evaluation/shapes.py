"""Pixel shapes for the scores of real damage, the same as bench/evaluate/shapes.ts pixel by pixel.

Source: written for this project. Masks are bool [H, W]. Integer arithmetic decides what lies inside a polygon, so that both
sides get the same pixels; halves are rounded to the even number, as NumPy and OpenCV do.
"""
import cv2
import numpy as np


def tolerance(height, width):
    """Pixels that a mark may be off by: 3 for a longer side of 640, in proportion, and at least 1."""
    return max(1, round(3 * max(height, width) / 640))


def near(mask, reach):
    """bool [H, W]: the pixels within `reach` of a mask, by OpenCV's ellipse."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0


def polygon(points, height, width):
    """(rows, columns, bool [h, w]): the window of a polygon [[x, y], ...] in a picture, and its pixels there.

    Corners are rounded to pixels. A pixel is inside if an odd number of edges lies to its left; the edges belong to it.
    """
    corners = np.rint(np.asarray(points, np.float64)).astype(np.int64).reshape(-1, 2)
    rows, columns = _window(corners.min(0), corners.max(0), height, width)
    h, w = rows.stop - rows.start, columns.stop - columns.start
    if h == 0 or w == 0:
        return rows, columns, np.zeros((h, w), bool)
    begin, end = corners, np.roll(corners, -1, 0)
    x, dx, dy = begin[:, 0], *(end - begin).T
    # crossings of each row, kept at the first pixel to their right
    y = np.arange(rows.start, rows.stop)[:, None]
    low, high = np.minimum(begin[:, 1], end[:, 1]), np.maximum(begin[:, 1], end[:, 1])
    row, edge = np.nonzero((y >= low) & (y < high))
    over = (y[row, 0] - begin[edge, 1]) * dx[edge] * np.sign(dy[edge])
    first = x[edge] - (-over // np.abs(dy[edge])) - columns.start
    crossings = np.zeros((h, w + 1), np.int64)
    np.add.at(crossings, (row, np.clip(first, 0, w)), 1)
    inside = np.cumsum(crossings, 1)[:, :w] % 2 == 1
    # the edges, a pixel for each step along their longer axis
    steps = np.maximum(np.abs(dx), np.abs(dy))
    edge = np.repeat(np.arange(len(steps)), steps + 1)
    at = np.arange(len(edge)) - np.repeat(np.cumsum(steps + 1) - (steps + 1), steps + 1)
    many = np.maximum(steps[edge], 1)
    px = x[edge] + (2 * at * dx[edge] + many) // (2 * many) - columns.start
    py = begin[edge, 1] + (2 * at * dy[edge] + many) // (2 * many) - rows.start
    seen = (px >= 0) & (px < w) & (py >= 0) & (py < h)
    inside[py[seen], px[seen]] = True
    return rows, columns, inside


def disc(at, radius, height, width):
    """(rows, columns, bool [h, w]) as from `polygon`, for a disc around [x, y] with a radius of at least one pixel."""
    centre = np.rint(np.asarray(at, np.float64)).astype(np.int64)
    r = max(1, round(radius))
    rows, columns = _window(centre - r, centre + r, height, width)
    y = np.arange(rows.start, rows.stop)[:, None] - centre[1]
    x = np.arange(columns.start, columns.stop)[None] - centre[0]
    return rows, columns, x * x + y * y <= r * r


def _window(least, most, height, width):
    """(rows, columns) as slices within a picture; empty if they lie outside."""
    within = lambda value, size: int(min(max(value, 0), size))
    return tuple(slice(within(least[i], size), within(most[i] + 1, size)) for i, size in ((1, height), (0, width)))


def samples(points, height, width):
    """(x int [N], y int [N], length float [N]): pixels along a polyline, and the length that each represents.

    Pixels outside the picture are left out.
    """
    xs, ys, lengths = [], [], []
    corners = np.asarray(points, np.float64).reshape(-1, 2)
    for (x, y), (dx, dy) in zip(corners, corners[1:] - corners[:-1]):
        length = np.sqrt(dx * dx + dy * dy)
        count = int(np.ceil(length))
        along = (np.arange(count) + 0.5) / max(1, count)
        xs.append(np.floor(x + dx * along + 0.5))
        ys.append(np.floor(y + dy * along + 0.5))
        lengths.append(np.full(count, length / max(1, count)))
    if not xs:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    x, y, length = (np.concatenate(each) for each in (xs, ys, lengths))
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return x[inside].astype(np.int64), y[inside].astype(np.int64), length[inside]


def thin(mask):
    """bool [H, W]: the centre lines of a mask, one pixel wide (Zhang and Suen 1984)."""
    pixels = np.pad(mask, 1).astype(np.uint8)
    core = pixels[1:-1, 1:-1]
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            # clockwise from the pixel above
            around = [pixels[1 + y : 1 + y + core.shape[0], 1 + x : 1 + x + core.shape[1]] for y, x in AROUND]
            count = sum(each.astype(np.int64) for each in around)
            starts = sum(((a == 0) & (b == 1)).astype(np.int64) for a, b in zip(around, around[1:] + around[:1]))
            up, right, down, left = around[::2]
            open_ = (up & right & down) | (right & down & left) if first else (up & right & left) | (up & down & left)
            gone = (core == 1) & (count >= 2) & (count <= 6) & (starts == 1) & (open_ == 0)
            if gone.any():
                core[gone] = 0
                changed = True
    return core > 0


AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))

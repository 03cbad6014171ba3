"""Fits how a colour negative is balanced: `python3 -m training.film_negatives --data <folder> --to <weights.json>`.

Photographs are made into negatives of the films of `main/scan/testing/film.ts`, and what is measured on a negative is fitted to
the slope and the shift of each layer that give the photograph back. `main/scan/negative/balance.ts` measures the same.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 96
PAIRS = 700
FILMS = (
    ((0.55, 0.55, 0.64), (0.15, 0.17, 0.18), 3.4, 0.3),
    ((0.545, 0.57, 0.62), (0.18, 0.18, 0.16), 2.4, 0.2),
    ((0.61, 0.67, 0.695), (0.3, 0.2, 0.17), 3.2, 0.3),
)
DYES = np.array([[1, 0.08, 0.02], [0.1, 1, 0.07], [0.04, 0.14, 1]])
UNMIX = np.linalg.inv(DYES)
UNMIX /= UNMIX.sum(1, keepdims=True)
GAMMA = np.array([0.58, 0.61, 0.66])
TOE = 0.18
LEAST = TOE * np.log1p(np.exp(-0.7 / TOE))
LEVELS = (0.005, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 0.998)
SPREAD = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
BANDS = ((-9, -1.4), (-1.4, -0.9), (-0.9, -0.5), (-0.5, -0.2), (-0.2, 9))
MIX = np.array([[0.25, 0.5, 0.25], [1, -1, 0], [0, -1, 1]])
STAGES = 2
RIDGE = 0.02


def to_linear(value):
    value = np.clip(value, 0, None)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def from_linear(value):
    value = np.clip(value, 0, 1)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)


def read_pairs(paths, random):
    """Colours of pixels and of their right neighbours in reduced photographs: [n, 2, 3, PAIRS], 0..1."""
    out = []
    for path in paths:
        image = Image.open(path)
        if image.mode != "RGB":
            continue
        image.thumbnail((SIDE, SIDE), Image.BOX)
        pixels = np.asarray(image, np.float32) / 255
        height, width = pixels.shape[:2]
        place = random.integers(0, height * (width - 1), PAIRS)
        y, x = place // (width - 1), place % (width - 1)
        pair = np.stack([pixels[y, x].T, pixels[y, x + 1].T])
        if pair.std(axis=2).mean() > 0.01:
            out.append(pair)
    return np.array(out, np.float32)


def densities(pairs, random):
    """What a scanner sees above the film base, with films and exposures drawn at random."""
    count = len(pairs)

    def around(*shape):
        return 2 * random.random(shape) - 1

    def wide(values):
        return np.asarray(values)[:, None, None, None]

    chosen = [FILMS[i] for i in random.integers(0, len(FILMS), count)]
    gamma = np.array([film[0] for film in chosen]) * (1 + around(count, 1) * 0.06 + around(count, 3) * 0.05)
    toe = (np.array([film[1] for film in chosen]) * (1 + 0.3 * around(count, 3)))[:, None, :, None]
    begin, roundness = wide([film[2] for film in chosen]), wide([film[3] for film in chosen])
    white = 1.75 + around(count, 1) * 0.301 + around(count, 3) * 0.04
    others = 1 - np.eye(3)
    mixed = DYES * others * (1 + 0.8 * around(count, 3, 3)) + np.eye(3)
    above = np.log10(np.maximum(to_linear(pairs), 1e-6)) + white[:, None, :, None]
    straight = toe * np.logaddexp(0, above / toe) - 0.8 * roundness * np.logaddexp(0, (above - begin) / roundness)
    density = np.einsum("ncl,nblp->nbcp", mixed, gamma[:, None, :, None] * straight)
    grain = (0.001 + 0.003 * random.random((count, 1, 1, 1))) * random.standard_normal(pairs.shape)
    return density + grain


def decades(density):
    """Decades of exposure above the foot of the straight part."""
    straight = np.einsum("cl,nblp->nbcp", UNMIX, density) / GAMMA[None, None, :, None]
    curved = TOE * np.log(np.expm1(np.clip(straight, LEAST, 12 * TOE + 0.1) / TOE))
    return np.where(straight > 12 * TOE, straight, curved)


def at(values, shares):
    ordered = np.sort(values, -1)
    return ordered[..., [int(share * ordered.shape[-1]) for share in shares]]


def measured(exposure, light):
    """What is measured on pairs of decades of exposure, and of light as it is developed so far."""
    count = len(light)
    shown = lambda value: from_linear(10 ** np.clip(value, -3, 0.3))
    parts = [shown(at(light[:, 0], LEVELS)).reshape(count, -1)]
    grey = (light[:, 0, 0] + 2 * light[:, 0, 1] + light[:, 0, 2]) / 4
    levels = at(grey, LEVELS)
    parts += [levels, shown(levels)]
    red, blue = light[:, 0, 0] - light[:, 0, 1], light[:, 0, 2] - light[:, 0, 1]
    parts += [at(red, SPREAD), at(blue, SPREAD)]
    for width in (0.05, 0.12):
        near = np.exp(-(red**2 + blue**2) / (2 * width * width)) + 1e-4
        for low, high in BANDS:
            weight = near * ((grey > low) & (grey <= high)) + 1e-5
            total = weight.sum(1)
            parts.append(
                np.stack(
                    [(weight * red).sum(1) / total, (weight * blue).sum(1) / total, np.log(weight.mean(1) + 1e-3)], 1
                )
            )
    step = (light[:, 1] - light[:, 0]) * (grey > -1.6)[:, None]
    energy = (step**2).mean(-1) + 1.5e-6
    for channel in (0, 2):
        both = (step[:, channel] * step[:, 1]).mean(-1)
        angle = np.arctan2(2 * both, energy[:, 1] - energy[:, channel]) / 2 - np.pi / 4
        parts.append(np.stack([angle, both / np.sqrt(energy[:, 1] * energy[:, channel])], 1))
    parts.append(np.log(energy + 1e-4))
    parts.append(at(exposure[:, 0], (0.01, 0.1, 0.5, 0.9, 0.99)).reshape(count, -1))
    return np.concatenate(parts, 1)


def best(exposure, pairs):
    """Slope and shift of each layer that give the photograph back, weighted as the eye sees light."""
    shown = pairs[:, 0]
    light = np.log10(to_linear(np.clip(shown, 0.008, 1)))
    weight = np.clip(shown, 0.03, 1) ** 2 * (shown < 0.995)
    total = weight.sum(-1) + 1e-3
    middle, level = (weight * exposure[:, 0]).sum(-1) / total, (weight * light).sum(-1) / total
    off = exposure[:, 0] - middle[..., None]
    across = (weight * off * off).sum(-1) / total
    both = (weight * off * (light - level[..., None])).sum(-1) / total
    slope = np.clip((both + 0.004) / (across + 0.004), 0.6, 1.8)
    return slope, level - slope * middle


def pivots(exposure):
    return at((exposure[:, 0, 0] + 2 * exposure[:, 0, 1] + exposure[:, 0, 2]) / 4, (0.35, 0.93))


def corrected(change, slope, shift, places):
    low, high = places[:, :1], places[:, 1:]
    back = np.linalg.inv(MIX).T
    one = slope * low + shift + change[:, :3] @ back
    other = slope * high + shift + change[:, 3:] @ back
    slope = np.clip((other - one) / np.maximum(high - low, 0.2), 0.6, 1.8)
    return slope, other - slope * high


def fit(pairs, is_base_known, random):
    density = densities(pairs, random)
    if not is_base_known:
        density = density - np.sort(density[:, 0], -1)[..., 2][:, None, :, None]
    exposure = decades(density)
    true_slope, true_shift = best(exposure, pairs)
    places = pivots(exposure)
    slope, shift = np.ones((len(pairs), 3)), np.full((len(pairs), 3), -1.75)
    stages = []
    for _ in range(STAGES):
        light = exposure * slope[:, None, :, None] + shift[:, None, :, None]
        values = measured(exposure, light)
        mean, scale = values.mean(0), values.std(0) + 1e-6
        normal = np.clip((values - mean) / scale, -3, 3)
        wanted = np.concatenate(
            [
                (true_slope * place + true_shift - slope * place - shift) @ MIX.T
                for place in (places[:, :1], places[:, 1:])
            ],
            1,
        )
        offset = wanted.mean(0)
        weight = 1 / (1 + (np.abs(wanted - offset) / 0.4) ** 2).mean(1)
        square = (normal * weight[:, None]).T @ normal / len(pairs) + RIDGE * np.eye(normal.shape[1])
        weights = np.linalg.solve(square, (normal * weight[:, None]).T @ (wanted - offset) / len(pairs))
        slope, shift = corrected(normal @ weights + offset, slope, shift, places)
        rounded = lambda array: [float(f"{value:.4g}") for value in np.ravel(array)]
        stages.append(
            {"mean": rounded(mean), "scale": rounded(scale), "offset": rounded(offset), "weights": rounded(weights.T)}
        )
        left = true_slope * places[:, :1] + true_shift - slope * places[:, :1] - shift
        print(f"base {'known' if is_base_known else 'from the picture'}: left {np.std(left @ MIX.T, 0).round(3)} decades")
    return stages


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder with train/base and train/life")
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--films", type=int, default=4, help="negatives of each photograph")
    options = parser.parse_args()
    random = np.random.default_rng(5)
    folders = [options.data / "train" / name for name in ("base", "life")]
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in (".webp", ".jpg", ".png"))
    pairs = np.concatenate([read_pairs(paths, random)] * options.films)
    weights = {"strip": fit(pairs, True, random), "picture": fit(pairs, False, random)}
    options.to.write_text(json.dumps(weights, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()

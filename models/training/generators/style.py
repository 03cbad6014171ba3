"""style: repaints a photograph in the manner of any picture, by one net that is told the picture's statistics.

Source: written for this project. Adaptive instance normalisation after Huang and Belongie (2017), a small encoder of
its own after Wang et al., MicroAST (2023), losses after Gatys et al. (2016) on SqueezeNet's features.
"""
import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from .. import degradations as d
from ..data import atomic_write
from . import Generator

CONTENT_MAP = 2  # of the four maps that the losses read
STYLE, VARIATION, SAME = 8.0, 0.3, 10.0
LONGEST = 512  # the larger side, in pixels, at which a picture's statistics are taken
PHOTOGRAPH, ITSELF = 0.12, 0.08  # shares of the samples whose style is a photograph, or the content


# id: (file of the data's styles, title, artist, year, where it hangs)
PRESETS = {
    "hokusai-great-wave": (
        "hokusai-great-wave",
        "The Great Wave off Kanagawa",
        "Katsushika Hokusai",
        1831,
        "woodblock print in many collections",
    ),
    "uehara-waves": ("japanese-waves-print", "Waves", "Uehara Konen", None, "woodblock print"),
    "van-gogh-starry-night": (
        "van-gogh-starry-night",
        "The Starry Night",
        "Vincent van Gogh",
        1889,
        "Museum of Modern Art, New York",
    ),
    "van-gogh-wheat-field": (
        "van-gogh-wheat-field",
        "Wheat Field with Cypresses",
        "Vincent van Gogh",
        1889,
        "Metropolitan Museum of Art, New York",
    ),
    "van-gogh-olive-trees": (
        "van-gogh-olive-trees",
        "Olive Trees",
        "Vincent van Gogh",
        1889,
        "Metropolitan Museum of Art, New York",
    ),
    "van-gogh-self-portrait": (
        "van-gogh-self-portrait",
        "Self-Portrait with Straw Hat",
        "Vincent van Gogh",
        1887,
        "Detroit Institute of Arts",
    ),
    "van-gogh-cafe": ("van-gogh-cafe", "The Night Café", "Vincent van Gogh", 1888, "Yale University Art Gallery"),
    "van-gogh-houses": (
        "van-gogh-houses",
        "Houses and Figure",
        "Vincent van Gogh",
        1890,
        "Barnes Foundation, Philadelphia",
    ),
    "munch-the-scream": ("munch-the-scream", "The Scream", "Edvard Munch", 1893, "National Museum, Oslo"),
    "gauguin-tahiti": (
        "gauguin-tahiti",
        "Three Tahitian Women",
        "Paul Gauguin",
        1896,
        "Metropolitan Museum of Art, New York",
    ),
    "turner-shipwreck-minotaur": (
        "turner-shipwreck-minotaur",
        "The Shipwreck of the Minotaur",
        "J. M. W. Turner",
        1810,
        "Calouste Gulbenkian Museum, Lisbon",
    ),
    "turner-venice": (
        "turner-venice",
        "Venice, from the Porch of Madonna della Salute",
        "J. M. W. Turner",
        1835,
        "Metropolitan Museum of Art, New York",
    ),
    "picabia-udnie": ("picabia-udnie", "Udnie", "Francis Picabia", 1913, "Centre Pompidou, Paris"),
    "picabia-edtaonisl": ("picabia-edtaonisl", "Edtaonisl", "Francis Picabia", 1913, "Art Institute of Chicago"),
    "bruegel-harvesters": (
        "bruegel-harvesters",
        "The Harvesters",
        "Pieter Bruegel the Elder",
        1565,
        "Metropolitan Museum of Art, New York",
    ),
    "caillebotte-chrysanthemums": (
        "met-671456",
        "Chrysanthemums in the Garden at Petit-Gennevilliers",
        "Gustave Caillebotte",
        1893,
        "Metropolitan Museum of Art, New York",
    ),
    "manet-garden": (
        "met-436965",
        "The Monet Family in Their Garden at Argenteuil",
        "Édouard Manet",
        1874,
        "Metropolitan Museum of Art, New York",
    ),
}


def shrunk(picture, longest=LONGEST):
    """uint8 [H, W, 3] with no side above `longest`, by averaging."""
    share = longest / max(picture.shape[:2])
    if share >= 1:
        return picture
    height, width = (max(1, round(side * share)) for side in picture.shape[:2])
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def statistics_of(net, picture):
    """What the net measures of a uint8 picture [H, W, 3]: [1, T]."""
    planes = np.ascontiguousarray(shrunk(picture).transpose(2, 0, 1)[None])
    with torch.no_grad():
        return net.statistics(torch.from_numpy(planes).float() / 255)


def recoloured(rgb, other):
    """float32 [S, S, 3] with the means and spreads that the channels of `other` have."""
    move = lambda x: (x.mean((0, 1)), x.std((0, 1)) + 1e-3)
    (mean, spread), (new_mean, new_spread) = move(rgb), move(other)
    return np.clip((rgb - mean) * np.minimum(new_spread / spread, 3) + new_mean, 0, 1)


class Sampler:
    """Photographs and the pictures in whose manner they are to be painted.

    Returns uint8 (content [3, S, S], style [3, S, S], same [1, 1, 1]); same is 1 where the style is the content's own.
    """

    def __init__(self, pictures, styles, crop):
        self.pictures, self.styles, self.crop = pictures, styles, crop

    def _crop(self, rng, collection, widest):
        picture = collection[int(rng.integers(len(collection)))]
        shorter = min(picture.shape[:2])
        least = self.crop / shorter
        return d.random_crop(rng, picture, self.crop, (least, max(least, min(1.0, widest * least))))

    def __call__(self, rng):
        content = self._crop(rng, self.pictures, 1.8)
        kind = rng.random()
        if kind < ITSELF:
            style = content
        elif kind < ITSELF + PHOTOGRAPH:
            style = self._crop(rng, self.pictures, 1.8)
        else:
            style = self._crop(rng, self.styles, 2.8)
            if rng.random() < 0.25:
                style = recoloured(style, self._crop(rng, self.styles, 1.0))
            elif rng.random() < 0.2:
                style = style[..., rng.permutation(3)] ** rng.uniform(0.7, 1.4)
        pack = lambda rgb: np.ascontiguousarray(np.round(rgb * 255).astype(np.uint8).transpose(2, 0, 1))
        return pack(content), pack(style), np.full((1, 1, 1), kind < ITSELF, np.uint8)


class Spec(Generator):
    """Specification of the style generator."""

    id = "style"
    crop, batch, rate, reuse = 144, 4, 1.5e-3, 1.5
    upright = True
    styles, features = None, None

    def load(self, data):
        from ..data import load_styles
        from ..losses import SqueezeFeatures

        self.styles = load_styles(data)
        self.features = SqueezeFeatures(f"{data}/perceptual").eval()

    def build(self):
        from ..networks import StyleNet

        return StyleNet()

    def sampler(self, pictures, overlays):
        return Sampler(pictures, self.styles, self.crop)

    def to_tensors(self, arrays, device):
        content, style, same = (torch.from_numpy(np.ascontiguousarray(a)).to(device).float() for a in arrays)
        return content / 255, style / 255, same.flatten()

    def distances(self, made, content, style):
        """(content distance, style distance), each [N], of pictures [N, 3, H, W]."""
        from ..losses import likeness, style_distance

        features = self.features.to(content.device)
        with torch.no_grad():
            kept, manner = features(content, CONTENT_MAP + 1)[CONTENT_MAP], features(style, 4)
        maps = features(made, 4)
        return likeness(maps[CONTENT_MAP], kept), style_distance(maps, manner)

    def loss(self, net, tensors):
        from ..losses import total_variation

        content, style, same = tensors
        # the product measures a photograph at another size than it paints it
        seen = F.interpolate(content, scale_factor=(1.0, 0.75, 0.5)[int(torch.randint(3, ()))], mode="area")
        made = net(content, net.statistics(seen), net.statistics(style))
        kept, manner = self.distances(made, content, style)
        error = (made - content).abs().mean((1, 2, 3))
        loss = (kept + STYLE * manner + VARIATION * total_variation(made) + SAME * same * error).mean()
        return loss, {"loss": float(loss.detach())}

    def measure(self, net, tensors):
        content, style, same = tensors
        with torch.no_grad():
            made = net(content, net.statistics(content), net.statistics(style))
            kept, manner = self.distances(made, content, style)
            _, before = self.distances(content, content, style)
            error = (made - content).abs().mean((1, 2, 3))
        other = 1 - same
        mean = lambda x, where: float((x * where).sum() / where.sum().clamp(min=1))
        result = {"content": mean(kept, other), "style": mean(manner, other), "style_before": mean(before, other)}
        return {**result, "same": mean(error, same), "score": -result["content"] - STYLE * result["style"]}

    def trained_on(self, pictures, overlays):
        return pictures, self.styles

    def presets(self, net):
        """[{id, name, artist, work, year, source, code}] of the paintings in `PRESETS` that the data folder holds."""
        files = {Path(name).stem: picture for name, picture in zip(self.styles.names, self.styles)}
        found = []
        for identity, (file, work, artist, year, place) in PRESETS.items():
            if file not in files:
                continue
            found.append(
                {
                    "id": identity,
                    "name": f"{work}, after {artist}",
                    "artist": artist,
                    "work": work,
                    "year": year,
                    "source": f"public domain; {place}",
                    "code": [float(f"{value:.5g}") for value in statistics_of(net, files[file])[0].tolist()],
                }
            )
        return found

    def inputs(self, net, height, width, share=0.0):
        image, other = torch.rand(1, 3, height, width), torch.rand(1, 3, 48, 64) * (0.5 + 0.5 * share)
        with torch.no_grad():
            return {"image": image, "content": net.statistics(image), "style": net.statistics(other)}

    def axes(self):
        vectors = {name: {0: "n"} for name in ("content", "style")}
        return {**super().axes(), **vectors}

    def export_beside(self, net, folder):
        """statistics.onnx and presets.json."""
        from ..export import write_graph

        path = Path(folder) / "statistics.onnx"
        axes = {"image": {0: "n", 2: "h", 3: "w"}, "statistics": {0: "n"}}
        atomic_write(path, lambda p: write_graph(net.statistics, {"image": torch.rand(1, 3, 64, 96)}, "statistics", axes, p))
        presets = [json.dumps(each, ensure_ascii=False) for each in self.presets(net)]
        text = "[\n" + ",\n".join(presets) + "\n]\n"
        atomic_write(Path(folder) / "presets.json", lambda p: p.write_text(text))
        return {
            "statistics": {
                "file": path.name,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "input": "image",
                "output": "statistics",
                "size": net.size,
                "longest": LONGEST,
            },
            "presets": "presets.json",
        }

    def card(self):
        return {
            "name": "Painter",
            "task": "style",
            "variant": "painting",
            "version": "0.1.0",
            "description": "Repaints a photograph in the manner of a painting or of any other picture. It is told the statistics "
            "of the whole photograph and those of the style picture, both measured by its own statistics.onnx.",
            "input": {"name": "image", "layout": "nchw", "channels": "rgb", "range": [0, 1], "multiple": 8, "fixed": None},
            "output": {"name": "stylised", "channels": "rgb", "range": [0, 1], "scale": 1},
            "tile": 768,
            "halo": 80,
            "extraInputs": [],
            "vectorInputs": ["content", "style"],
            "thresholds": None,
            "limits": "What it takes from a picture is its palette, its contrast and the grain of its strokes; it does not take "
            "shapes: no wave curls and no cubist plane appears. Strokes are short and fine, a few pixels wide at whatever size "
            "the photograph is painted, so a photograph of about a thousand pixels looks more painted than a large one. Its aim "
            "is a style distance at or below that of 200 steps of optimising the picture itself (0.04), and it is not reached: "
            "it stands at 0.21 of 0.73, where 20 such steps reach 0.13. Faces "
            "take on the painting's tint, flat skies a fine weave, and some edges a light or dark rim. Trained on a shared "
            "processor for an hour and a half: some ten thousand photographs of 128 pixels.",
        }

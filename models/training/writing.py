"""Handwriting, captions and stamps for training, which belong to a print and must not be repaired.

Source: written for this project. Letters come from fonts of Debian's packages (`TRAIN_FONTS`), if they are installed,
and from OpenCV's single-stroke Hershey scripts, which look like pencil. The evaluation uses other fonts, see
evaluation/captions.py.
"""
import functools
from pathlib import Path

import cv2
import numpy as np

# apt install fonts-dancingscript fonts-breip fonts-bwht fonts-ecolier-court fonts-havana fonts-humor-sans fonts-rufscript
#   fonts-freefont-ttf fonts-ebgaramond fonts-klee fonts-gnutypewriter fonts-kaushanscript fonts-levien-typoscript fonts-lobster
TRAIN_FONTS = (
    "DancingScript-Regular.otf", "DancingScript-Bold.otf", "Breip.ttf", "BecauseWeBuild-Regular.otf", "BecauseWeConnect-Regular.otf",
    "BecauseWeCreate-Regular.otf", "BecauseWeLearn-Regular.otf", "BecauseWeMentor-Regular.otf", "BecauseWeOrganize-Regular.otf",
    "Ecolier-court.ttf", "Havana-Regular.otf", "Humor-Sans.ttf", "Rufscript010.ttf", "EBGaramond12-Italic.otf", "EBGaramond08-Regular.otf",
    "KleeOne-Regular.ttf", "GNUTypewriter.ttf", "KaushanScript-Regular.otf", "TypoScript.otf", "lobster.otf", "FreeSerifItalic.ttf",
    "FreeSerifBold.ttf", "FreeSansBold.ttf", "FreeMonoBold.ttf",
)  # fmt: skip
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
HERSHEY = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_SIMPLEX)

GIVEN = "Anna Maria Johann Emil Ruth Clara Otto Rosa Henry Alice George Edith Paul Ida Frank Martha Pedro Ana Tomas Lucia Wilhelm Frieda Walter Elsa".split()
FAMILY = "Miller Braun Costa Silva Weber Olsen Novak Rossi Clark Hughes Meyer Lima Souza Fischer Dubois Moreau Ivanov Keller Hansen Byrne".split()
PLACES = "Lisbon Boston Wien Porto Hamburg Paris Genoa Dublin Chicago Recife Santos Oslo Brno Leeds Dover Havana Turin Altona Kyoto Bergen".split()
WORDS = "with at the in our house garden summer wedding school church family 3rd son brother sister mother uncle left right at sea on leave before after Easter Christmas".split()
MONTHS = "Jan Feb March April May June July Aug Sept Oct Nov Dec".split()


@functools.lru_cache(maxsize=None)
def fonts():
    """Paths of the installed training fonts."""
    found = {}
    for folder in FOLDERS:
        for path in Path(folder).rglob("*"):
            if path.name in TRAIN_FONTS:
                found[path.name] = str(path)
    return tuple(found[name] for name in TRAIN_FONTS if name in found)


@functools.lru_cache(maxsize=256)
def _font(path, size):
    from PIL import ImageFont

    return ImageFont.truetype(path, size)


def words(rng):
    """A text like those that people write under a picture."""
    pick = lambda each: each[int(rng.integers(len(each)))]
    year = int(rng.integers(1850, 1965))
    draw = rng.random()
    if draw < 0.25:
        return f"{pick(GIVEN)} {pick(FAMILY)} {year}"
    if draw < 0.45:
        return f"{pick(PLACES)}, {int(rng.integers(1, 29))} {pick(MONTHS)} {year}"
    if draw < 0.6:
        return f"{pick(GIVEN)} & {pick(GIVEN)} {' '.join(pick(WORDS) for _ in range(int(rng.integers(2, 5))))}"
    if draw < 0.7:
        return f"No. {int(rng.integers(1, 9999))}"
    if draw < 0.8:
        return f"{int(rng.integers(1, 29))}.{int(rng.integers(1, 13))}.{year % 100:02d}"
    if draw < 0.9:
        return f"{pick(FAMILY).upper()} {pick(PLACES).upper()}"
    return " ".join(pick(WORDS) for _ in range(int(rng.integers(2, 7)))).capitalize()


def line_of(rng, height, text=None, paths=None):
    """A line of letters `height` pixels tall, slightly bent: opacity float32 [h, w] 0..1.

    paths: fonts to choose from; those for training by default.
    """
    text = words(rng) if text is None else text
    paths = fonts() if paths is None else paths
    if paths and (rng.random() < 0.75):
        from PIL import Image, ImageDraw

        font = _font(paths[int(rng.integers(len(paths)))], max(8, int(height * 1.2)))
        left, top, right, bottom = font.getbbox(text)
        image = Image.new("L", (max(4, right - left + 12), max(4, bottom - top + 12)), 0)
        ImageDraw.Draw(image).text((6 - left, 6 - top), text, font=font, fill=255)
        opacity = np.asarray(image, np.float32) / 255
    else:
        face = HERSHEY[int(rng.integers(len(HERSHEY)))]
        scale = height / 28
        thick = max(1, int(round(rng.uniform(0.7, 2.0) * scale)))
        (width, tall), base = cv2.getTextSize(text, face, scale, thick)
        canvas = np.zeros((tall + base + 12, width + 12), np.uint8)
        cv2.putText(canvas, text, (6, tall + 6), face, scale, 255, thick, cv2.LINE_AA)
        opacity = canvas.astype(np.float32) / 255
    h, w = opacity.shape
    bend, slope = rng.normal(0, 0.03) * w, rng.normal(0, 0.03) * w
    pad = int(abs(bend) + abs(slope) + 4)
    opacity = np.pad(opacity, ((pad, pad), (2, 2)))
    y, x = np.mgrid[0 : opacity.shape[0], 0 : opacity.shape[1]].astype(np.float32)
    u = x / max(1, opacity.shape[1] - 1) - 0.5
    shift = bend * (4 * u * u - 0.5) + slope * u
    shift += rng.normal(0, 0.4) * np.sin(u * rng.uniform(10, 40))
    return cv2.remap(opacity, x, y + shift.astype(np.float32), cv2.INTER_LINEAR)


def lay_writing(rng, picture, where=None):
    """Writes a line or two onto a picture, in ink, pencil, white ink or as a stamp.

    picture: float32 [H, W, 3] 0..1. where: (top, bottom) rows that the line should lie in.
    Returns (picture, opacity float32 [H, W]).
    """
    from .degradations import log_uniform, smooth_noise

    height, width = picture.shape[:2]
    total = np.zeros((height, width), np.float32)
    kind = ("ink", "pencil", "pale", "stamp", "print")[int(rng.choice(5, p=[0.35, 0.25, 0.15, 0.08, 0.17]))]
    tall = log_uniform(rng, 9, 40)
    for number in range(1 + int(rng.random() < 0.35)):
        line = line_of(rng, tall)
        if rng.random() < 0.15:
            line = np.ascontiguousarray(np.rot90(line, int(rng.choice([1, 3]))))
        if kind == "pencil":
            grainy = np.clip(smooth_noise(rng, line.shape, 1.3, 0.1, 1.5), 0, 1)
            line = cv2.GaussianBlur(line, (0, 0), 0.5) * grainy
        elif kind == "stamp":
            line = line * np.clip(smooth_noise(rng, line.shape, 4, -0.2, 1.6), 0, 1)
            line[:2], line[-2:] = 0.8, 0.8
        elif rng.random() < 0.5:
            line = line * np.clip(smooth_noise(rng, line.shape, 9, 0.3, 1.3), 0, 1)  # ink that has faded unevenly
        h, w = line.shape
        rows = where if where is not None else (0, height)
        top = int(rng.integers(rows[0] - h // 3, max(rows[0] - h // 3 + 1, rows[1] - h + h // 3)))
        left = int(rng.integers(-w // 2, max(1 - w // 2, width - w // 2)))
        t, l, b, r = max(0, top), max(0, left), min(height, top + h), min(width, left + w)
        if b > t and r > l:
            total[t:b, l:r] = np.maximum(total[t:b, l:r], line[t - top : b - top, l - left : r - left])
    tone = {
        "ink": (0.02, 0.3), "pencil": (0.15, 0.45), "pale": (0.75, 1.0), "stamp": (0.1, 0.5), "print": (0.0, 0.25),
    }[kind]  # fmt: skip
    base = rng.uniform(*tone)
    colour = np.float32([base, base, base])
    if kind in ("ink", "stamp"):
        colour = np.clip(colour + np.float32([(0, 0, 0), (-0.02, 0, 0.25), (0.15, 0.05, -0.05), (0.3, 0, 0.1)][int(rng.integers(4))]), 0, 1)
    strength = {"ink": (0.5, 1), "pencil": (0.25, 0.7), "pale": (0.5, 1), "stamp": (0.35, 0.9), "print": (0.7, 1)}[kind]
    total = np.clip(total * rng.uniform(*strength), 0, 1)
    return picture * (1 - total[..., None]) + colour * total[..., None], total

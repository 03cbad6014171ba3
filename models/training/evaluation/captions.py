"""Captions in ink and pencil on photographs, with creases through them, to test whether a detector confuses writing and damage.

python3 -m training.evaluation.captions --data <folder> [--out <folder>]

Source: written for this project. 200 cases, each with its own seed, go into <cache>/captions: `<name>.png`, the pixels
of the writing `<name>.writing.png` and of the creases `<name>.creases.png` (0 or 255), and `captions.json`, which lists them.
The product's evaluation reads the same folder. Training does not use these fonts (see `TRAIN_FONTS` of training.writing); they
come from the Debian packages below. Measured are the found share of the writing's pixels that are farther than the tolerance
from a crease, and the share of the creases' length that is found within the tolerance (`shapes.tolerance`).
"""
import json
from pathlib import Path

import cv2
import numpy as np

from .. import degradations as d
from . import shapes
from .context import read_folder
from .prepared import main, prepare

# Debian package: its files. Hands, a chancery hand, a schoolbook italic, old book faces, a typewriter.
PACKAGES = {
    "fonts-kristi": ("Kristi.ttf",),
    "fonts-femkeklaver": ("femkeklaver.ttf",),
    "fonts-joscelyn": ("Joscelyn-Regular.otf",),
    "fonts-dkg-handwriting": ("dkg.ttf", "dkgIt.ttf"),
    "fonts-sjfonts": ("Delphine.ttf", "SteveHand.ttf"),
    "fonts-yusei-magic": ("YuseiMagic-Regular.ttf",),
    "fonts-urw-base35": ("Z003-MediumItalic.otf",),
    "fonts-oldstandard": ("OldStandard-Italic.ttf",),
    "fonts-cardo": ("Cardoi99.ttf",),
    "fonts-goudybookletter": ("GoudyBookletter1911.otf",),
    "fonts-courier-prime": ("Courier Prime.otf",),
}
EVAL_FONTS = tuple(name for files in PACKAGES.values() for name in files)
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")

COUNT = 200
VERSION = 1  # of the cases; cases of another version are made again
WIDTH, HEIGHT = 480, 360
MARGIN = 14
TRIES = 80
SHOWN = 8  # least difference in levels of writing and creases from their background

TEXTS = (
    "Grandmother, summer 1927", "Lisbon, 12 May 1934", "our house in Maple Street", "Anna & Joseph 1911", "Aunt Helen with Rex", "Xmas 1948",
    "Regiment No 7, Verdun", "first day at school", "Dr. Whitfield and family", "Rio, janeiro de 1952", "Maria aos 6 anos", "the old mill, before the flood",
    "Jun '39", "To my dear Edward, yours ever, Louise", "Hochzeit 1921", "Class of 1936", "at the lake, Sunday", "Uncle Bill's Ford", "Plate 48",
    "Souvenir de Nice", "Mother (left) and Kate", "Kodak Park, 9/4/55", "little Peter, 5 months",
)  # fmt: skip
INKS = {"blue": (34, 44, 104), "black": (26, 24, 24), "brown": (92, 62, 38)}


class CaptionError(RuntimeError):
    """The captions cannot be made; the message is a sentence that says what is missing."""


def find_fonts():
    """{file name: path} of EVAL_FONTS. Raises CaptionError with the packages to install."""
    there = {path.name: str(path) for folder in FOLDERS for path in sorted(Path(folder).rglob("*.?tf"))}
    missing = [package for package, files in PACKAGES.items() if any(name not in there for name in files)]
    if missing:
        raise CaptionError(f"the captions' fonts are missing: apt install {' '.join(missing)}")
    return {name: there[name] for name in EVAL_FONTS}


def make(data, folder=None):
    """The folder of the cases, made if it does not exist. Raises CaptionError without fonts, pictures or PIL."""

    def fill(into):
        pictures = [picture for _, picture in read_folder(Path(data) / "eval/kodak") if min(picture.shape[:2]) >= WIDTH]
        if not pictures:
            raise CaptionError(f"captions are written on pictures of at least {WIDTH} px in {Path(data) / 'eval/kodak'}, and there are none")
        fonts = find_fonts()
        try:
            import PIL.ImageFont  # noqa: F401
        except ImportError as error:
            raise CaptionError("captions are drawn by PIL: apt install python3-pil") from error
        cases = []
        for i in range(COUNT):
            picture, writing, creases, about = draw(i, pictures, fonts)
            name = f"{i:03d}"
            for suffix, image in (("", picture[..., ::-1]), (".writing", 255 * writing), (".creases", 255 * creases)):
                cv2.imwrite(str(into / f"{name}{suffix}.png"), image)
            cases.append({"name": name, **about})
        return cases

    return prepare("captions", VERSION, fill, folder)


# ---------------------------------------------------------------- drawing


def draw(index, pictures, fonts):
    """(uint8 RGB [H, W, 3], writing uint8 [H, W] of 0 and 1, creases the same, {font, medium, where}) of a case."""
    rng = np.random.default_rng([41, index])
    where, medium = ("border", "picture")[index % 2], ("ink", "pencil")[index // 2 % 2]
    font = sorted(fonts)[index // 4 % len(fonts)]
    paper, box = _print(rng, pictures[index % len(pictures)], where)
    alpha = _text(rng, fonts[font], box[2] - 2 * MARGIN, box[3], medium)
    left, top = _place(rng, paper, box, alpha.shape)
    cover = np.zeros(paper.shape[:2], np.float32)
    cover[top : top + alpha.shape[0], left : left + alpha.shape[1]] = alpha
    written = _write(rng, paper, cover, medium)
    visible = lambda a, b: np.abs((a - b) @ d.LUMA) >= SHOWN / 255
    writing = ((cover > 0.25) & visible(paper, written)).astype(np.uint8)
    creased, creases = _crease(rng, written, (left, top, alpha.shape[1], alpha.shape[0]))
    creases = (creases & visible(written, creased)).astype(np.uint8)
    grain = rng.normal(0, rng.uniform(0.004, 0.014), creased.shape[:2]).astype(np.float32)
    pixels = np.round(255 * np.clip(creased + grain[..., None], 0, 1)).astype(np.uint8)
    _, file = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(85, 97))])
    return cv2.imdecode(file, cv2.IMREAD_COLOR)[..., ::-1], writing, creases, {"font": font, "medium": medium, "where": where}


def _print(rng, picture, where):
    """(float RGB [HEIGHT, WIDTH, 3], the box (x, y, w, h) to write in): in colour, grey or brown, with a border below or none."""
    border = int(rng.integers(60, 100)) if where == "border" else 0
    top = int(rng.integers(0, picture.shape[0] - HEIGHT + border + 1))
    left = int(rng.integers(0, picture.shape[1] - WIDTH + 1))
    crop = picture[top : top + HEIGHT - border, left : left + WIDTH].astype(np.float32) / 255
    tone = int(rng.integers(3))
    if tone > 0:
        luma = (0.12 + 0.78 * crop @ d.LUMA)[..., None]
        crop = luma * np.float32([1, 1, 1]) if tone == 1 else luma ** np.float32([0.8, 1, 1.35])
    if not border:
        return crop, (0, HEIGHT // 2, WIDTH, HEIGHT // 2) if rng.random() < 0.7 else (0, 0, WIDTH, HEIGHT // 2)
    colour = np.float32(((0.97, 0.97, 0.96), (0.95, 0.92, 0.82), (0.9, 0.86, 0.76))[int(rng.integers(3))])
    paper = np.ones((border, WIDTH, 1), np.float32) * colour - 0.03 * d.smooth_noise(rng, (border, WIDTH), 40)[..., None]
    return np.concatenate([crop, paper]), (0, HEIGHT - border, WIDTH, border)


def _text(rng, path, width, height, medium):
    """float32 [h, w] cover 0..1 of a line of writing, slightly turned or curved, that fits `width` x `height`."""
    from PIL import Image, ImageDraw, ImageFont

    text = TEXTS[int(rng.integers(len(TEXTS)))]
    size = int(rng.integers(22, 40))
    turn = float(rng.normal(0, 1.4))
    bend = float(rng.uniform(-4, 4)) * (rng.random() < 0.5)
    while True:
        font = ImageFont.truetype(path, size)
        x0, y0, x1, y1 = font.getbbox(text)
        image = Image.new("L", (x1 - x0 + 12, y1 - y0 + 24), 0)
        ImageDraw.Draw(image).text((6 - x0, 12 - y0), text, font=font, fill=255)
        image = np.asarray(image.rotate(turn, Image.BICUBIC, expand=True))
        if image.shape[1] <= width and image.shape[0] <= height or size <= 9:
            break
        size -= 1
    h, w = image.shape
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    cover = cv2.remap(image, x, (y + bend * np.sin(np.pi * x / w)).astype(np.float32), cv2.INTER_LINEAR).astype(np.float32) / 255
    if medium == "pencil":  # follows the paper's grain, with a slightly thinner line
        cover = np.clip(1.15 * cover - 0.15 - 0.45 * d.smooth_noise(rng, cover.shape, 1.6), 0, 1)
    return cover[: min(h, height), : min(w, width)]


def _place(rng, paper, box, size):
    """(left, top) for writing of `size` in a box: of a few places the one with the lightest and plainest background."""
    x, y, w, h = box
    luma = paper @ d.LUMA
    best = None
    for _ in range(8):
        left = x + int(rng.integers(0, max(1, w - size[1])))
        top = y + int(rng.integers(0, max(1, h - size[0])))
        ground = luma[top : top + size[0], left : left + size[1]]
        merit = ground.mean() - 2 * ground.std()
        if best is None or merit > best[0]:
            best = (merit, left, top)
    return best[1:]


def _write(rng, paper, cover, medium):
    """The paper with writing of `cover`: ink full or faded, white on a dark background; pencil grey and faint."""
    ground = float((paper @ d.LUMA)[cover > 0.25].mean()) if (cover > 0.25).any() else 1.0
    if ground < 0.4:
        colour, opacity = np.float32([0.94, 0.93, 0.9]), rng.uniform(0.6, 0.95)
    elif medium == "ink":
        colour = np.float32(INKS[sorted(INKS)[int(rng.integers(3))]]) / 255
        opacity = rng.uniform(0.35, 0.6) if rng.random() < 0.35 else rng.uniform(0.75, 1)
    else:
        colour, opacity = np.float32([1, 1, 1]) * np.float32(rng.uniform(0.28, 0.42)), rng.uniform(0.4, 0.75)
    flow = 1 - 0.25 * d.smooth_noise(rng, cover.shape, 14)
    share = (np.float32(opacity) * cover * flow)[..., None]
    return paper * (1 - share) + colour * share


def _crease(rng, paper, box):
    """(the paper with one or two creases, bool [H, W] of their pixels); the first runs through the box (x, y, w, h).

    Where emulsion breaks, the light paper shows, with a shadow on one side; on light paper, dirt makes a crease darker.
    """
    x, y, w, h = box
    seen = np.zeros(paper.shape[:2], bool)
    for number in range(1 + int(rng.random() < 0.35)):
        for _ in range(TRIES):
            opacity, _ = d.draw_crease(rng, paper.shape[:2], float(rng.uniform(2, 5)))
            core = opacity > 0.3
            through = core[y : y + h, x : x + w]
            if core.mean() < 0.05 and (number or (through.any(0).sum() > 8 and through.any(1).sum() > h // 2)):
                break
        ground = cv2.GaussianBlur((paper @ d.LUMA).astype(np.float32), (0, 0), 12)[..., None]
        light = np.float32([0.95, 0.93, 0.88]) * np.float32(rng.uniform(0.93, 1))
        dirt = np.float32([0.62, 0.56, 0.48]) * np.float32(rng.uniform(0.85, 1.15))
        tone = np.where(ground > 0.72, dirt, light)
        shadow = cv2.GaussianBlur(np.roll(opacity, (1, 1), (0, 1)), (0, 0), 1.2)[..., None] * np.float32(rng.uniform(0.1, 0.3))
        paper = paper * (1 - shadow)
        share = (opacity * np.float32(rng.uniform(0.75, 1)))[..., None]
        paper = paper * (1 - share) + tone * share
        seen |= core
    return paper, seen


# ---------------------------------------------------------------- measuring


def score(found, writing, creases):
    """Counts of a case {writing_touched, writing, lines_found, lines} in pixels; masks are bool [H, W]."""
    reach = shapes.tolerance(*found.shape)
    apart = writing & ~shapes.near(creases, reach)
    middle = shapes.thin(creases)
    counts = {"writing_touched": apart & found, "writing": apart, "lines_found": middle & shapes.near(found, reach), "lines": middle}
    return {key: float(each.sum()) for key, each in counts.items()}


def measure(detect, folder, limit=None):
    """Rows of the table. detect: as in real.measure; folder: from `make`; limit: number of cases to use."""
    cases = json.loads((Path(folder) / "captions.json").read_text())["cases"][:limit]
    counts = []
    for case in cases:
        read = lambda suffix, how: cv2.imread(str(Path(folder) / f"{case['name']}{suffix}.png"), how)
        picture = np.ascontiguousarray(read("", cv2.IMREAD_COLOR)[..., ::-1])
        masks = (read(suffix, cv2.IMREAD_GRAYSCALE) > 127 for suffix in (".writing", ".creases"))
        counts.append((case["medium"], score(detect(picture), *masks)))
    rows = []
    for name, media in (("captions", ("ink", "pencil")), ("captions, ink", ("ink",)), ("captions, pencil", ("pencil",))):
        part = [each for medium, each in counts if medium in media]
        for metric, unit, key in (("writing touched", "%", "writing"), ("lines found", "", "lines")):
            some, whole = (sum(each[k] for each in part) for k in (f"{key}_{'touched' if key == 'writing' else 'found'}", key))
            value = (100 if unit else 1) * some / whole if whole else None
            data = f"{len(part)} captions with creases through them"
            rows.append({"case": name, "metric": metric, "unit": unit, "data": data, "value": value, "baselines": {}, "pictures": [value]})
    return rows


if __name__ == "__main__":
    main(make, __doc__.splitlines()[0])

"""Pictures, damage overlays and the sample pool.

Source: written for this project. Pictures are decoded once into flat uint8 files outside the
repository and memory-mapped afterwards, so that any number of worker processes share one copy.
"""
import csv
import hashlib
import json
import multiprocessing
import os
import queue
import re
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

CACHE_VERSION = 2
LONGEST_SIDE = 1024
HELD_OUT_EVERY = 25  # one in this many pictures is never trained on
OVERLAY_HELD_OUT_EVERY = 10
LINE_OVERLAYS = ("hair", "hair-short", "lint", "scratches")
BLOB_OVERLAYS = ("dirt", "dots", "smut", "spots", "sprinkles", "stain")


class DataError(RuntimeError):
    """The data folder is missing or has no usable data."""


def cache_folder():
    """Folder for decoded pictures and training state; `EMULSION_TRAINING_CACHE` overrides it."""
    folder = Path(os.environ.get("EMULSION_TRAINING_CACHE", "~/.cache/emulsion-training")).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def atomic_write(path, write):
    """Calls `write(temporary path)`, then renames over `path`: a reader never sees half a file."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    write(temporary)
    with open(temporary, "rb") as handle:
        os.fsync(handle.fileno())
    os.replace(temporary, path)


def is_held_out(name, every):
    """Whether a file (its path below the data folder) is one of the 1 in `every` files that are never trained on."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % every == 0


class Pictures:
    """Pictures of any size held in one flat uint8 array.

    `pictures[i]` is uint8 [H, W, 3] RGB (or [H, W] for overlays), a read-only view.
    `names`, `groups` and `licences` have one entry per picture.
    """

    def __init__(self, flat, entries):
        self.flat = flat
        self.entries = entries
        self.names = [entry["name"] for entry in entries]
        self.groups = [entry["group"] for entry in entries]
        self.licences = [entry.get("licence", "") for entry in entries]

    def __len__(self):
        return len(self.entries)

    def __getitem__(self, index):
        entry = self.entries[index]
        start = entry["offset"]
        count = int(np.prod(entry["shape"]))
        return self.flat[start : start + count].reshape(entry["shape"])

    def subset(self, indices):
        """A view of some of the pictures in the same memory."""
        return Pictures(self.flat, [self.entries[i] for i in indices])

    def __add__(self, other):
        """These pictures and others, in new memory."""
        moved = [{**entry, "offset": entry["offset"] + self.flat.size} for entry in other.entries]
        return Pictures(np.concatenate([self.flat, other.flat]), self.entries + moved)

    def split(self, every):
        """(training, held out) by a hash of the name, so that the split survives added files."""
        held = [is_held_out(name, every) for name in self.names]
        keep = [i for i, h in enumerate(held) if not h]
        out = [i for i, h in enumerate(held) if h]
        return self.subset(keep), self.subset(out or keep[:1])

    @classmethod
    def from_arrays(cls, arrays, groups=None, licences=None):
        """Pictures from uint8 arrays in memory (for tests, and for pictures drawn by a program)."""
        entries, offset = [], 0
        for i, array in enumerate(arrays):
            entries.append(
                {
                    "name": f"memory/{i:04d}",
                    "group": groups[i] if groups else "memory",
                    "licence": licences[i] if licences else "",
                    "shape": list(array.shape),
                    "offset": offset,
                }
            )
            offset += array.size
        flat = np.concatenate([np.ascontiguousarray(a).reshape(-1) for a in arrays])
        return cls(flat, entries)


def build_cache(name, rows, read):
    """Decodes `rows` once into <cache>/<name>-<key>.u8 + .json; returns Pictures."""
    key = hashlib.sha256(json.dumps([CACHE_VERSION, LONGEST_SIDE, rows]).encode()).hexdigest()[:12]
    flat_path = cache_folder() / f"{name}-{key}.u8"
    index_path = flat_path.with_suffix(".json")
    if not index_path.exists():
        entries, offset = [], 0
        temporary = flat_path.with_name(f".{flat_path.name}.{os.getpid()}")
        with open(temporary, "wb") as out:
            for row in rows:
                picture = read(row)
                if picture is None:
                    continue
                out.write(np.ascontiguousarray(picture).tobytes())
                entries.append({**row, "shape": list(picture.shape), "offset": offset})
                offset += picture.size
        if not entries:
            raise DataError(f"no readable pictures for the {name} cache")
        os.replace(temporary, flat_path)
        atomic_write(index_path, lambda p: p.write_text(json.dumps(entries)))
    entries = json.loads(index_path.read_text())
    return Pictures(np.memmap(flat_path, dtype=np.uint8, mode="r"), entries)


def read_rgb(path, longest=None):
    """uint8 [H, W, 3] RGB, shrunk by area so that no side exceeds `longest`; None if unreadable."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        return None
    side = max(picture.shape[:2])
    if longest and side > longest:
        scale = longest / side
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def load_pictures(data):
    """All training photographs with the licences of their manifests.

    data: folder laid out as `train/manifest.csv`, `train/base`, `train/life`.
    Raises DataError if the folder has no manifest.
    """
    data = Path(data)
    rows = []
    base, life = data / "train/manifest.csv", data / "train/life/manifest.csv"
    if base.exists():
        for row in csv.DictReader(open(base, newline="")):
            if row["file"].startswith("train/large"):
                continue  # larger copies of the same pictures
            group = re.sub(r"_\d+$", "", Path(row["file"]).stem)
            rows.append({"name": row["file"], "group": group, "licence": row["licence"]})
    if life.exists():
        for row in csv.DictReader(open(life, newline="")):
            rows.append({"name": f"train/life/{row['file']}", "group": "life", "licence": row["licence"]})
    if not rows:
        raise DataError(f"no manifest under {data}: expected train/manifest.csv (see training/README.md)")
    return build_cache("pictures", rows, lambda row: read_rgb(data / row["name"], LONGEST_SIDE))


def load_outdoors(data):
    """Pictures of outdoors by night and by day, each looked at: `train/night`. `groups` names the kind, night or day.

    Empty if the folder has no such manifest.
    """
    folder = Path(data) / "train/night"
    if not (folder / "manifest.csv").exists():
        return Pictures(np.zeros(0, np.uint8), [])
    rows = [
        {"name": f"train/night/{row['file']}", "group": row["kind"], "licence": row["licence"]}
        for row in csv.DictReader(open(folder / "manifest.csv", newline=""))
    ]
    return build_cache("outdoors", rows, lambda row: read_rgb(Path(data) / row["name"], LONGEST_SIDE))


def load_overlays(data):
    """Damage overlays, uint8 [H, W], white = damage; `groups` names the kind of damage."""
    data = Path(data)
    rows = [
        {"name": str(path.relative_to(data)), "group": path.parent.name, "licence": "MIT (FilmDamageSimulator)"}
        for path in sorted((data / "damage").glob("*/*.webp"))
    ]
    if not rows:
        raise DataError(f"no overlays under {data}/damage")
    return build_cache("overlays", rows, lambda row: cv2.imread(str(data / row["name"]), cv2.IMREAD_GRAYSCALE))


def load_styles(data):
    """Paintings and prints to learn styles from, uint8 [H, W, 3], without their frames: `styles/*`.

    Raises DataError if the folder has none.
    """
    data = Path(data)
    rows = [
        {"name": str(path.relative_to(data)), "group": "styles", "licence": "public domain"}
        for path in sorted((data / "styles").glob("*.*"))
    ]
    if not rows:
        raise DataError(f"no style pictures under {data}/styles")

    def read(row):
        picture = read_rgb(data / row["name"], LONGEST_SIDE)
        return None if picture is None else within_frame(picture)

    return build_cache("styles", rows, read)


class Pairs:
    """Damaged pictures with their masks and clean originals, as `emulsion synthesise` writes them.

    `pairs[i]` is (clean, damaged, mask): uint8 [S, S, 3] RGB twice and [S, S], read-only. In a mask `LINE` and `AREA` are
    damage of the two classes, `UNSURE` is changed too little to count as damage, 0 is clean.
    """

    UNSURE, AREA, LINE = 64, 192, 255

    def __init__(self, clean, damaged, mask):
        self.parts = (clean, damaged, mask)
        self.sources = mask.groups

    def __len__(self):
        return len(self.sources)

    def __getitem__(self, index):
        return tuple(part[index] for part in self.parts)

    def split(self, every=HELD_OUT_EVERY):
        """(training, held out), split by source photo. At least one photo is held out; a single photo is in both."""
        sources = sorted(set(self.sources), key=lambda source: hashlib.sha256(source.encode()).hexdigest())
        held = {source for source in sources if is_held_out(source, every)} or set(sources[:1])
        keep = [i for i, source in enumerate(self.sources) if source not in held]
        out = [i for i, source in enumerate(self.sources) if source in held]
        subset = lambda indices: Pairs(*(part.subset(indices) for part in self.parts))
        return subset(keep or out), subset(out)


def load_pairs(folders):
    """All pairs of folders that `emulsion synthesise` has made. Raises DataError if there are none or one is broken."""
    rows = {side: [] for side in ("clean", "damaged", "mask")}
    for folder in map(Path, folders):
        if not (folder / "pairs.jsonl").exists():
            raise DataError(f"no pairs.jsonl under {folder}: expected a folder of emulsion synthesise")
        for line in filter(str.strip, (folder / "pairs.jsonl").read_text().splitlines()):
            pair = json.loads(line)
            for side, part in rows.items():
                file = pair["files"][side]
                part.append({"name": str(folder.resolve() / file["name"]), "sha256": file["sha256"], "group": pair["sha256"]})
    if not rows["mask"]:
        raise DataError("there are no pairs in " + ", ".join(map(str, folders)))

    def reader(side):
        def read(row):
            picture = cv2.imread(row["name"], cv2.IMREAD_GRAYSCALE) if side == "mask" else read_rgb(row["name"])
            if picture is None:
                raise DataError(f"{row['name']} is missing or no picture; the same emulsion synthesise makes it again")
            return picture

        return read

    return Pairs(*(build_cache(f"pairs-{side}", part, reader(side)) for side, part in rows.items()))


class Mixture:
    """Draws from the first sampler with probability `share`, else from the second."""

    def __init__(self, first, second, share):
        self.first, self.second, self.share = first, second, share

    def __call__(self, rng):
        return self.first(rng) if rng.random() < self.share else self.second(rng)


def within_frame(picture, share=0.05):
    """A picture without the outer `share` of each side, where scans of paintings show a frame."""
    top, left = (round(side * share) for side in picture.shape[:2])
    return picture[top : picture.shape[0] - top, left : picture.shape[1] - left]


NAMES = {
    "budgie": "Budgie wallpapers",
    "cid22": "CID22 training pictures",
    "clic": "CLIC (Unsplash)",
    "congress": "Official portraits of the US Congress",
    "elementary": "elementary OS wallpapers",
    "flower": "TensorFlow flower photographs",
    "life": "Everyday life (see training/CREDITS.csv)",
    "day": "Outdoors by day (see training/CREDITS.csv)",
    "nasa": "NASA photographs",
    "night": "Outdoors by night (see training/CREDITS.csv)",
    "portrait": "Generated portraits",
    "styles": "Paintings and prints",
}


def plain_licence(text):
    """The licence of a manifest row without its evidence: 'CC BY 4.0 (book LICENSE); ...' -> 'CC BY 4.0'."""
    if text.startswith("NOT STATED"):
        inner = re.search(r"\((believed [^,)]*)", text)
        return f"not stated, {inner.group(1)}" if inner else "not stated"
    return re.split(r"\s*[(;]", text)[0].strip() or "not stated"


def summarise(*collections):
    """The card's `trainingData`: [{name, licence, count}], one row per group and licence."""
    counts = Counter()
    for pictures in collections:
        for group, licence in zip(pictures.groups, pictures.licences):
            overlay = group in LINE_OVERLAYS + BLOB_OVERLAYS
            name = "FilmDamageSimulator overlays" if overlay else NAMES.get(group, group)
            counts[(name, plain_licence(licence))] += 1
    return [{"name": n, "licence": licence, "count": c} for (n, licence), c in sorted(counts.items())]


def write_credits(data, path):
    """Writes CREDITS.csv: source, licence and commit of every picture whose licence requires credit."""
    rows = []
    for row in csv.DictReader(open(Path(data) / "train/life/manifest.csv", newline="")):
        rows.append([row["source"], row["licence"], row["commit"] if row["commit"] != "blob" else row["blob"]])
    for row in csv.DictReader(open(Path(data) / "train/night/manifest.csv", newline="")):
        rows.append([row["source"], row["licence"], row["commit"] if row["commit"] != "blob" else row["blob"]])
    for row in csv.DictReader(open(Path(data) / "train/manifest.csv", newline="")):
        if row["licence"].startswith("CC BY") and not row["file"].startswith("train/large"):
            rows.append([row["source"], row["licence"], ""])
    with open(path, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["source", "licence", "commit"])
        writer.writerows(rows)


def procedural_pictures(count=6, side=192, seed=0):
    """Pictures drawn by a program, for tests without any data: gradients, discs, stripes, noise."""
    rng = np.random.default_rng(seed)
    arrays = []
    for _ in range(count):
        y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
        picture = np.stack([rng.random() * x + rng.random() * y for _ in range(3)], -1).astype(np.float32)
        for _ in range(6):
            centre = tuple(int(v) for v in rng.integers(0, side, 2))
            colour = tuple(float(v) for v in rng.random(3))
            cv2.circle(picture, centre, int(rng.integers(5, side // 3)), colour, -1, cv2.LINE_AA)
        picture += 0.1 * np.sin(x * rng.uniform(20, 120) + y * rng.uniform(20, 120))[..., None]
        picture += rng.normal(0, 0.02, picture.shape).astype(np.float32)
        arrays.append((np.clip(picture, 0, 1) * 255).astype(np.uint8))
    return Pictures.from_arrays(arrays)


def procedural_overlays(count=4, side=128, seed=0):
    """Overlays drawn by a program, one of each kind of `count`, for tests without any data."""
    rng = np.random.default_rng(seed)
    arrays, groups = [], []
    for kind in LINE_OVERLAYS + BLOB_OVERLAYS:
        for _ in range(count):
            overlay = np.zeros((side, side), np.uint8)
            if kind in LINE_OVERLAYS:
                points = np.cumsum(rng.normal(0, 12, (8, 2)), 0) + side / 2
                cv2.polylines(overlay, [points.astype(np.int32)], False, 255, 1, cv2.LINE_AA)
            else:
                for _ in range(4):
                    centre = tuple(int(v) for v in rng.integers(0, side, 2))
                    cv2.circle(overlay, centre, int(rng.integers(2, 12)), 255, -1, cv2.LINE_AA)
            arrays.append(overlay)
            groups.append(kind)
    return Pictures.from_arrays(arrays, groups)


def _work(make, seed, start, step, out):
    import signal

    # A worker that ends in the middle of a sample leaves the trainer reading the rest of it for ever. A signal to the whole
    # group of processes therefore only ends the trainer, which kills its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    cv2.setNumThreads(1)
    out.cancel_join_thread()  # a queue without a reader must not keep an orphan alive
    parent = os.getppid()
    index = start
    while os.getppid() == parent:
        sample = make(np.random.default_rng([seed, index]))
        while os.getppid() == parent:
            try:
                out.put(sample, timeout=5)
                break
            except queue.Full:
                continue
        index += step


class SamplePool:
    """Samples made in worker processes and kept for a few uses.

    make: callable(numpy Generator) -> tuple of arrays, each [C, S, S]; sample number i depends
        only on (seed, i).
    reuse: how often a sample may be used on average. Each use is turned and mirrored differently, or only
        mirrored if `upright`.
    workers: 0 makes samples in this process.
    """

    def __init__(self, make, seed, batch, workers=1, reuse=2.0, capacity=512, first=0, upright=False):
        self.make, self.seed, self.batch, self.reuse = make, seed, batch, reuse
        self.capacity, self.samples, self.next, self.credit = capacity, [], first, 0.0
        self.rng, self.turns = np.random.default_rng([seed, 0x9E37]), 1 if upright else 4
        self.processes, self.queue = [], None
        if workers:
            context = multiprocessing.get_context("fork")
            self.queue = context.Queue(maxsize=64)
            for worker in range(workers):
                process = context.Process(
                    target=_work, args=(make, seed, first + worker, workers, self.queue), daemon=True
                )
                process.start()
                self.processes.append(process)

    def _take(self):
        if self.queue is None:
            self.next += 1
            return self.make(np.random.default_rng([self.seed, self.next - 1]))
        while True:
            try:
                return self.queue.get(timeout=10)
            except queue.Empty:
                if not any(process.is_alive() for process in self.processes):
                    raise RuntimeError("the processes that make samples have died")

    def draw(self):
        """One batch: a tuple of arrays [B, C, S, S]. Blocks until there are enough fresh samples."""
        self.credit += self.batch / self.reuse
        wanted = max(int(self.credit), 2 * self.batch - len(self.samples))
        self.credit -= int(self.credit)
        for _ in range(wanted):
            self.samples.append(self._take())
        while self.queue is not None and len(self.samples) < self.capacity and not self.queue.empty():
            self.samples.append(self._take())
        del self.samples[: -self.capacity]
        rows = []
        for index in self.rng.integers(0, len(self.samples), self.batch):
            turn, mirror = int(self.rng.integers(self.turns)), bool(self.rng.integers(2))
            row = [np.rot90(a, turn, (1, 2)) for a in self.samples[index]]
            rows.append([a[:, :, ::-1] if mirror else a for a in row])
        return tuple(np.stack(column) for column in zip(*rows))

    def close(self):
        """Ends the worker processes."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.join(timeout=5)


if __name__ == "__main__":
    import sys

    begin = time.time()
    found = load_pictures(sys.argv[1]), load_overlays(sys.argv[1])
    print(len(found[0]), "pictures,", len(found[1]), "overlays,", round(time.time() - begin), "s")

"""Trains a generator: python3 -m training.train <id> --minutes N --data <folder>

Source: written for this project. Schedules follow the wall clock, so that a run uses its whole budget. With --long instead of
--minutes a run has no end; the same command continues it. A run can be stopped or killed at any moment: its state is written
every --save minutes.
"""
import argparse
import json
import math
import os
import shutil
import signal
import time
from datetime import datetime, timezone
from pathlib import Path

import cv2
import torch

from . import data as data_module
from .adversarial import BestByLpips, CollapseError, Ema, Game
from .generators import find
from .networks import grow

LARGEST_FILE = 16 << 20
STUDY_FROM = 1000  # steps after which a net's mistakes are worth searching for
LONGEST_STEP = 60.0  # seconds: in a longer step the process was suspended, not training


def choose_device(name):
    """The torch device for a name; 'auto' uses a GPU if there is one."""
    if name != "auto":
        return torch.device(name)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def has_bfloat16(device):
    """True on GPUs and on processors with bfloat16 arithmetic; on others it is twenty times slower."""
    if device.type == "cuda":
        return True
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def low_precision_pays(device, step=None, seconds=10.0):
    """Whether to compute in bfloat16. step: callable(mixed), one training step, which is timed in both precisions for about
    `seconds` at most. Without a step, the processor's features decide. Processor time counts, because other programs may slow
    down one step and not the next."""
    if device.type == "cuda" or not has_bfloat16(device) or step is None:
        return has_bfloat16(device)
    taken = {True: [], False: []}
    begin = time.monotonic()
    for _ in range(3):
        for mixed in (True, False):
            started = time.process_time()
            step(mixed)
            taken[mixed].append(time.process_time() - started)
        if time.monotonic() - begin > seconds:
            break
    return min(taken[True]) <= min(taken[False])


def learning_rate(progress, peak, gan_share=0.0):
    """Warm-up over 2 % of the budget, then a half cosine to a fiftieth of the peak; the adversarial
    share of the budget starts again at a quarter of the peak. progress: 0..1 of the whole budget."""
    if gan_share and progress >= 1 - gan_share:
        progress, peak = (progress - 1 + gan_share) / gan_share, peak / 4
    elif progress < 0.02:
        return peak * (0.1 + 0.9 * progress / 0.02)
    else:
        progress = progress / (1 - gan_share)
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


def long_rate(minutes, peak, warm=3.0, steady=120.0):
    """Learning rate of a run without an end: a warm-up of `warm` minutes, `steady` minutes at the peak, then falling with the
    square root of time."""
    return peak * min(1.0, 0.1 + 0.9 * minutes / warm) * min(1.0, steady / max(minutes, 1e-9)) ** 0.5


def save_atomic(state, path):
    """torch.save through a temporary file; raises ValueError beyond 16 MiB."""

    def write(temporary):
        torch.save(state, temporary)
        if temporary.stat().st_size > LARGEST_FILE:
            size = temporary.stat().st_size
            temporary.unlink()
            raise ValueError(f"{path.name} would take {size} bytes; the limit is {LARGEST_FILE}")

    data_module.atomic_write(path, write)


def shortened(state):
    """An optimiser's state with its moments in bfloat16, half the size; loading makes float32 of them again."""
    moments = {
        key: {name: value.bfloat16() if torch.is_tensor(value) and value.dim() else value for name, value in moment.items()}
        for key, moment in state["state"].items()
    }
    return {**state, "state": moments}


class State:
    """The files of a run's state, which belong together. A new set is written to a new folder, which then replaces the old one,
    so that a killed run always finds a complete set."""

    def __init__(self, folder):
        self.now, self.next, self.last = (Path(folder) / name for name in ("state", "state.next", "state.last"))

    def read(self, device):
        """{name: saved state}; None if there is none yet."""
        for folder in (self.now, self.last):
            if folder.exists():
                return {path.stem: torch.load(path, map_location=device) for path in sorted(folder.glob("*.pt"))}
        return None

    def write(self, parts):
        """Saves {name: state}, each in its own file."""
        shutil.rmtree(self.next, ignore_errors=True)
        self.next.mkdir(parents=True)
        for name, part in parts.items():
            save_atomic(part, self.next / f"{name}.pt")
        shutil.rmtree(self.last, ignore_errors=True)
        if self.now.exists():
            os.replace(self.now, self.last)
        os.replace(self.next, self.now)


class Run:
    """One training run with its folder of state.

    minutes: the budget; None for a run without an end.
    """

    def __init__(self, spec, pictures, overlays, folder, device, minutes, seed=1, workers=1, batch=None, perceptual=None, mixed=None, start=None, log=print, pairs=None, share=0.5):
        self.spec, self.folder, self.device, self.minutes, self.seed, self.log = spec, Path(folder), device, minutes, seed, log
        self.folder.mkdir(parents=True, exist_ok=True)
        self.state = State(self.folder)
        self.batch = batch or spec.batch
        torch.manual_seed(seed)
        self.net = spec.build().to(device)
        self.net.to(memory_format=torch.channels_last)
        self.net.mixed = low_precision_pays(device) if mixed is None else mixed
        self.before = {"minutes": 0.0, "step": 0}  # how long the starting weights were trained
        self.started_game = None  # the discriminator that came with the starting weights
        if start is not None:
            record = torch.load(start, map_location=device)
            self.started_game = record.get("discriminator")
            grow(self.net, record["weights"])
            self.before = {"minutes": float(record.get("minutes", 0)), "step": int(record.get("step", 0))}
        spec.begin(self.net)
        self.ema = Ema(self.net, spec.ema)
        self.ema.net.mixed = False
        groups = [{**group, "lr": spec.rate} for group in spec.groups(self.net)]
        self.optimiser = torch.optim.AdamW(groups, lr=spec.rate, weight_decay=spec.decay, betas=spec.betas)
        self.step, self.seconds, self.phase, self.best = 0, 0.0, "supervised", -math.inf
        self.logged = 0.0  # seconds already recorded in runs.jsonl
        self.interrupted = False
        self.game, self.lpips, self.perceptual = None, None, perceptual
        train, held = spec.split(pictures) if pictures is not None else (None, None)
        pairs, held_pairs = pairs.split() if pairs is not None else (None, None)
        train_overlays, held_overlays = overlays.split(data_module.OVERLAY_HELD_OUT_EVERY) if overlays is not None else (None, None)
        self.trained_on = (train, train_overlays, pairs)

        def sampler(pictures, overlays, pairs):
            if pairs is None:
                return spec.sampler(pictures, overlays)
            own = spec.pair_sampler(pairs)
            return own if pictures is None else data_module.Mixture(own, spec.sampler(pictures, overlays), share)

        fixed = data_module.SamplePool(sampler(held, held_overlays, held_pairs), 7, spec.held_size, workers=0, reuse=1, upright=spec.upright)
        self.held = spec.to_tensors(tuple(a for a in fixed.draw()), device)
        self._resume()
        if train is not None and self.step + self.before["step"] >= STUDY_FROM:
            spec.study(self.ema.net, train)
        self.first_seconds = self.seconds
        self.pool = data_module.SamplePool(
            sampler(*self.trained_on), seed, self.batch, workers, spec.reuse, first=self.step * self.batch, upright=spec.upright
        )

    # ------------------------------------------------------------ state

    def _resume(self):
        state = self.state.read(self.device)
        if state is None:
            return
        run = state["run"]
        self.net.load_state_dict(state["net"])
        self.ema.net.load_state_dict(state["ema"])
        self.ema.updates = run["updates"]
        self.step, self.seconds, self.best = run["step"], run["seconds"], run["best"]
        self.before, self.logged = run.get("before", self.before), run.get("logged", 0.0)
        self.optimiser.load_state_dict(state["optimiser"])
        if run["phase"] == "adversarial":
            self._begin_game()
            self.game.net.load_state_dict(state["game"]["net"])
            self.game.optimiser.load_state_dict(state["game"]["optimiser"])
        self.log(f"resumed at step {self.step}, {self.seconds / 60:.1f} minutes, {self.phase}")

    def save(self):
        """Saves the whole state."""
        parts = {
            "net": self.net.state_dict(),
            "ema": self.ema.net.state_dict(),
            "optimiser": shortened(self.optimiser.state_dict()),
            "run": {
                "updates": self.ema.updates,
                "step": self.step,
                "seconds": self.seconds,
                "phase": self.phase,
                "best": self.best,
                "before": self.before,
                "logged": self.logged,
            },
        }
        if self.game is not None:
            parts["game"] = {"net": self.game.net.state_dict(), "optimiser": self.game.optimiser.state_dict()}
        self.state.write(parts)

    def choose_arithmetic(self):
        """Chooses bfloat16 or float32, whichever makes a step faster here. The trial changes nothing."""
        import copy

        tensors = self.spec.to_tensors(self.pool.draw(), self.device)
        trial = copy.deepcopy(self.net)

        def step(mixed):
            trial.mixed = mixed
            loss, _ = self.spec.loss(trial, tensors)
            loss.backward()

        self.net.mixed = low_precision_pays(self.device, step)
        self.log(f"computes in {'bfloat16' if self.net.mixed else 'float32'}")

    def keep(self, name, metrics):
        """Writes the averaged weights, and the discriminator if there is one, for export.py."""
        record = {
            "id": self.spec.id,
            "weights": self.ema.net.state_dict(),
            "step": self.step + self.before["step"],
            "minutes": self.seconds / 60 + self.before["minutes"],
            "seed": self.seed,
            "metrics": metrics,
            "phase": self.phase,
        }
        if self.game is not None:
            record["discriminator"] = self.game.net.state_dict()
        save_atomic(record, self.folder / name)

    # ------------------------------------------------------------ steps

    def _begin_game(self):
        from .losses import Lpips, SqueezeFeatures

        torch.manual_seed(self.seed + 1)
        self.phase = "adversarial"
        self.game = Game(self.spec.discriminator().to(self.device, memory_format=torch.channels_last), self.spec.rules())
        self.game.net.mixed = self.net.mixed
        if self.started_game is not None:
            grow(self.game.net, self.started_game)
        if self.spec.outputs_picture and self.perceptual is not None and Path(self.perceptual).exists():
            self.lpips = Lpips(self.perceptual, SqueezeFeatures(self.perceptual)).to(self.device).eval()
        self.judge = BestByLpips(patience=6)

    def _supervised_step(self, tensors):
        loss, seen = self.spec.loss(self.net, tensors)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if not math.isfinite(float(loss)):
            raise CollapseError("not-finite", f"loss {float(loss)}", self.step)
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimiser.step()
        return seen

    def _adversarial_step(self, tensors):
        filled, fake, real, loss = self.spec.adversarial_parts(self.net, tensors, self.lpips)
        self.game.discriminate(real, fake)
        loss = loss + self.game.judge(fake, real)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.game.watch(loss, self.net)
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimiser.step()
        return {"loss": float(loss.detach())}

    def measure(self):
        """Held-out metrics of the averaged net."""
        if self.lpips is not None:
            return self.spec.measure(self.ema.net, self.held, self.lpips)
        return self.spec.measure(self.ema.net, self.held)

    def train(self, steps=None, save_every=150.0, measure_every=300.0):
        """Trains until the budget (or `steps`) is used up. Returns the final held-out metrics."""
        last = saved = measured = time.monotonic()
        losses, metrics, stop = [], {}, False
        first = self.step
        budget = math.inf if self.minutes is None else self.minutes * 60
        while self.seconds < budget and not stop and not self.interrupted and (steps is None or self.step - first < steps):
            progress = self.seconds / budget
            if self.phase == "supervised" and self.spec.gan_share and progress >= 1 - self.spec.gan_share:
                self.keep("supervised.pt", self.measure())
                self._begin_game()
            if self.minutes is None:
                rate = long_rate(self.seconds / 60, self.spec.rate)
            else:
                rate = learning_rate(progress, self.spec.rate, self.spec.gan_share)
            for group in self.optimiser.param_groups:
                group.update(lr=rate * group.get("factor", 1.0), weight_decay=self.spec.decay)
            if self.game is not None:
                self.game.follow(rate * 4 / self.spec.rate)
            tensors = self.spec.to_tensors(self.pool.draw(), self.device)
            seen = (self._adversarial_step if self.phase == "adversarial" else self._supervised_step)(tensors)
            self.ema.update(self.net)
            losses.append(seen["loss"])
            self.step += 1
            now = time.monotonic()
            self.seconds += min(now - last, LONGEST_STEP)
            last = now
            if now - saved > save_every:
                self.save()
                saved = now
            if now - measured > measure_every:
                metrics = self.measure()
                extra = {k: round(v, 4) for k, v in (self.game.log if self.game else {}).items()}
                mean = sum(losses) / len(losses)
                self.log(f"step {self.step} min {self.seconds / 60:.1f} loss {mean:.4f} rate {rate:.2e} {rounded(metrics)} {extra}")
                losses = []
                if self.phase == "supervised" and metrics.get("score", -math.inf) > self.best:
                    self.best = metrics["score"]
                    self.keep("best.pt", metrics)
                if self.phase == "adversarial":
                    with torch.no_grad():
                        self.game.check_diversity(self.spec.generate(self.ema.net, self.held), self.spec.truth(self.held))
                if self.lpips is not None:
                    stop = self.judge.update(metrics["lpips"], self.ema.net)
                    if self.judge.since == 0:
                        self.keep("adversarial.pt", metrics)
                measured = time.monotonic()
        self.save()
        metrics = self.measure()
        self.keep("final.pt", metrics)
        self.log(f"end: step {self.step} min {self.seconds / 60:.1f} {rounded(metrics)}")
        return metrics

    def close(self):
        """Ends the sample workers."""
        self.pool.close()


def rounded(metrics):
    """Metrics with four decimals, for the log."""
    return {k: round(float(v), 4) for k, v in metrics.items()}


def describe(device):
    """'2-core CPU' or the GPU's name."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"{os.cpu_count()}-core CPU"


def main():
    """Command line; see the README."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("id")
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument("--minutes", type=float, help="wall minutes in all, earlier parts of a resumed run included")
    budget.add_argument("--long", action="store_true", help="without an end, with low priority; goes on from its state, else from the kept weights")
    parser.add_argument("--data", help="data folder; may be left out with --pairs")
    parser.add_argument("--pairs", action="append", help="folder that emulsion synthesise has made; may be given several times")
    parser.add_argument("--pairs-share", type=float, default=0.5, help="share of samples from --pairs beside those from --data")
    parser.add_argument("--steps", type=int, help="end after so many steps, however much of the budget is left")
    parser.add_argument("--runs", default=str(Path(__file__).with_name("runs.jsonl")), help="where the line on the run is appended")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1 if (os.cpu_count() or 2) <= 4 else (os.cpu_count() or 2) - 2)
    parser.add_argument("--batch", type=int, help="samples a step; the default suits a CPU")
    parser.add_argument("--crop", type=int, help="side of the samples in pixels; small ones give more steps early on")
    parser.add_argument("--shape", help="which of the generator's shapes to build, where it has several")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--name", help="name of the run's folder of state: 'default', with --long 'long'")
    parser.add_argument("--start", help="weights to begin with, e.g. training/checkpoints/<id>.pt; a narrower net's are grown")
    parser.add_argument("--rate", type=float, help="peak learning rate; lower it with --start")
    parser.add_argument("--gan-share", type=float, help="last share of the budget that is trained adversarially")
    parser.add_argument("--save", type=float, default=2.5, help="minutes between checkpoints")
    parser.add_argument("--measure", type=float, default=5.0, help="minutes between held-out measurements")
    arguments = parser.parse_args()
    if arguments.data is None and arguments.pairs is None:
        parser.error("nothing to train on: --data or --pairs is needed")
    arguments.name = arguments.name or ("long" if arguments.long else "default")
    if arguments.long and hasattr(os, "nice"):
        os.nice(19 - os.nice(0))
    cv2.setNumThreads(1)
    torch.set_num_threads(arguments.threads)
    spec, device = find(arguments.id), choose_device(arguments.device)
    spec.rate, spec.crop = arguments.rate or spec.rate, arguments.crop or spec.crop
    spec.gan_share = spec.gan_share if arguments.gan_share is None else arguments.gan_share
    if arguments.shape is not None:
        if arguments.shape not in getattr(spec, "shapes", {}):
            parser.error(f"{spec.id} has no shape {arguments.shape!r}; there are: {', '.join(getattr(spec, 'shapes', {})) or 'none'}")
        spec.shape = arguments.shape
    folder = data_module.cache_folder() / "runs" / f"{spec.id}-{arguments.name}"
    if arguments.long and arguments.start is None:
        arguments.start = kept_weights(spec, folder)
    if arguments.data is not None:
        spec.load(arguments.data)
    run = Run(
        spec,
        data_module.load_pictures(arguments.data) if arguments.data is not None else None,
        data_module.load_overlays(arguments.data) if arguments.data is not None else None,
        folder,
        device,
        arguments.minutes,
        arguments.seed,
        arguments.workers,
        arguments.batch,
        Path(arguments.data) / "perceptual" if arguments.data is not None else None,
        start=arguments.start,
        pairs=data_module.load_pairs(arguments.pairs) if arguments.pairs else None,
        share=arguments.pairs_share,
        log=lambda line: print(datetime.now(timezone.utc).strftime("%H:%M:%S"), line, flush=True),
    )
    def interrupt(*_):
        run.interrupted = True

    def record(outcome, metrics):
        line = {
            "id": spec.id,
            "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
            "device": describe(device),
            "minutes": round((run.seconds - (run.logged if arguments.long else 0)) / 60, 1),
            **({"total": round(run.seconds / 60, 1)} if arguments.long else {}),
            "steps": run.step,
            "batch": run.batch,
            "crop": spec.crop,
            "data": {name: len(part or ()) for name, part in zip(("pictures", "overlays", "pairs"), run.trained_on)} | spec.data_counts(),
            "seed": arguments.seed,
            "start": Path(arguments.start).name if arguments.start else None,
            "name": arguments.name,
            **({"shape": spec.shape} if getattr(spec, "shapes", None) else {}),
            "outcome": outcome,
            "heldOut": rounded(metrics),
        }
        with open(arguments.runs, "a") as log:
            log.write(json.dumps(line) + "\n")
        run.logged = run.seconds

    if arguments.long and run.seconds - run.logged > 60:
        record("killed", {})  # the time since its last line in runs.jsonl
        run.save()
    run.choose_arithmetic()
    before = {each: signal.signal(each, interrupt) for each in (signal.SIGTERM, signal.SIGINT)}
    outcome, metrics = "finished", {}
    try:
        metrics = run.train(arguments.steps, save_every=arguments.save * 60, measure_every=arguments.measure * 60)
    except CollapseError as collapse:
        outcome, metrics = str(collapse), run.measure()
        raise
    finally:
        run.close()
        record("interrupted" if run.interrupted or not metrics else outcome, metrics)
        run.save()
        for each, handler in before.items():
            signal.signal(each, handler)


def kept_weights(spec, folder):
    """The half-precision weights in the repository that a long run without a saved state starts from; None if there are none
    or they belong to another net."""
    path = Path(__file__).with_name("checkpoints") / f"{spec.id}.pt"
    if State(folder).read("cpu") is not None or not path.exists():
        return None
    try:
        grow(spec.build(), torch.load(path, map_location="cpu")["weights"])
    except ValueError as error:
        print(f"{path.name} is of another net: {error}. Begins anew.", flush=True)
        return None
    return path


if __name__ == "__main__":
    main()

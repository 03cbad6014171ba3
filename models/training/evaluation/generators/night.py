"""night: turns days into nights and back.

Source: written for this project. A classifier, a logistic regression on SqueezeNet's features of the training pictures, says how
many held-out days are called night, beside the same days only darkened as much. The eye judges too: see the sheet. Whether the
content is kept is the PSNR of the picture after there and back, compared with that of the night picture itself.
"""
import cv2
import numpy as np
import torch

from ... import data as data_module
from ...generators.night import DAYS, Spec, domains, light_of, listed
from ...networks import apply_curve
from .. import metrics
from ..context import row, to_picture, to_planes, write_sheet

ID = "night"
LONGEST = 320  # longer side of the net's input, as in the product
SEEN = 224  # pixels of the square that the classifier sees
AGREEMENT = {"mean luma": 0.5}


def curve_of(net, picture):
    """float32 [6, H, W] of a uint8 picture of any size: the small picture's, enlarged."""
    height, width = picture.shape[:2]
    share = min(1, LONGEST / max(height, width))
    small = tuple(max(16, int(side * share) // 16 * 16) for side in (width, height))
    planes = to_planes(cv2.resize(picture, small, interpolation=cv2.INTER_AREA))
    with torch.no_grad():
        curve = net(torch.from_numpy(planes)[None])[0].numpy()
    return np.stack([cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in curve])


def applied(picture, curve):
    """uint8 [H, W, 3] of a picture and a curve."""
    with torch.no_grad():
        return to_picture(apply_curve(torch.from_numpy(to_planes(picture))[None], torch.from_numpy(curve)[None])[0].numpy())


def darkened(picture, wanted):
    """The picture multiplied so that it is as light as another one."""
    share = float(light_of(wanted)[0]) / max(1e-3, float(light_of(picture)[0]))
    return np.round(picture * min(1.0, share)).astype(np.uint8)


class NightOrDay:
    """Tells night from day. folder: the data folder's `perceptual/`."""

    def __init__(self, folder):
        from ...losses import SqueezeFeatures

        self.features = SqueezeFeatures(folder).eval()

    def seen(self, pictures):
        """[N, F]: means and spreads of two of SqueezeNet's maps."""
        rows = []
        for picture in pictures:
            square = cv2.resize(picture, (SEEN, SEEN), interpolation=cv2.INTER_AREA)
            with torch.no_grad():
                maps = self.features(torch.from_numpy(to_planes(square))[None])
            rows.append(torch.cat([f(m[0].flatten(1), 1) for m in (maps[2], maps[6]) for f in (torch.mean, torch.std)]))
        return torch.stack(rows)

    def learn(self, days, nights):
        """Each picture, its mirror image and it at two thirds and half of its light, so that darkness alone does not decide."""
        more = lambda pictures: [x for p in pictures for x in (p, p[:, ::-1], *(np.round(p * k).astype(np.uint8) for k in (0.67, 0.45, 0.3)))]
        pictures = [more(days), more(nights)]
        seen = torch.cat([self.seen(part) for part in pictures])
        truth = torch.cat([torch.full((len(part),), float(k)) for k, part in enumerate(pictures)])
        self.mean, self.spread = seen.mean(0), seen.std(0) + 1e-3
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(seen.shape[1], 1)
        torch.nn.init.zeros_(self.layer.weight)
        optimiser = torch.optim.LBFGS(self.layer.parameters(), max_iter=80)
        weight = torch.where(truth > 0, (truth < 0.5).sum() / truth.sum(), torch.ones(()))
        x = (seen - self.mean) / self.spread

        def closure():
            optimiser.zero_grad()
            odds = self.layer(x)[:, 0]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(odds, truth, weight=weight) + 0.01 * self.layer.weight.pow(2).sum()
            loss.backward()
            return loss

        optimiser.step(closure)

    def nights(self, pictures):
        """For each picture 100 if it is called night, else 0."""
        with torch.no_grad():
            odds = self.layer((self.seen(pictures) - self.mean) / self.spread)[:, 0]
        return [100.0 * float(each > 0) for each in odds]


def held_out(context):
    """((days, nights) trained on, (days, nights) never trained on), uint8 pictures; None if the data folder lacks them."""
    if not (context.data / "train/manifest.csv").exists() or not (context.data / "perceptual").is_dir():
        return None
    pictures = data_module.load_pictures(context.data)
    if not listed(pictures, DAYS):
        return None
    spec = Spec()
    spec.load(context.data)
    return [[[part[i] for i in kind][: context.limit] for kind in domains(part)] for part in spec.split(pictures)]


def measure(net, card, context):
    days = [picture for _, picture in context.pictures("kodak")]
    if not days:
        return {"thresholds": None, "rows": []}
    nights = [applied(day, curve_of(net.there, day)) for day in days]
    again = [applied(night, curve_of(net.back, night)) for night in nights]
    data = f"{len(days)} pictures"
    apart = lambda pictures: [metrics.psnr(*pair) for pair in zip(pictures, days)]
    lights = lambda pictures: [100 * float(light_of(picture)[0]) for picture in pictures]
    psnr = row("kodak, there and back", "PSNR", "dB", apart(again), {"not made day again": apart(nights)}, data)
    light = row("kodak", "mean luma", "%", lights(nights), {"by day": lights(days)}, data)
    rows = [psnr, light]
    known = held_out(context)
    if known is not None:
        (trained_days, trained_nights), (held_days, held_nights) = known
        judge = NightOrDay(context.data / "perceptual")
        judge.learn(trained_days, trained_nights)
        made = [applied(day, curve_of(net.there, day)) for day in held_days]
        baselines = {
            "only darkened as much": judge.nights([darkened(*pair) for pair in zip(held_days, made)]),
            "the days": judge.nights(held_days),
            "held-out nights": judge.nights(held_nights),
        }
        rows.append(row("held-out days", "called night", "%", judge.nights(made), baselines, f"{len(held_days)} pictures"))
    return {"thresholds": None, "rows": rows}


def sheet(net, card, context, path):
    """Day, night, and day again: twice in each row."""
    fit = lambda picture: cv2.resize(picture, None, fx=(k := 320 / max(picture.shape[:2])), fy=k, interpolation=cv2.INTER_AREA)
    known = held_out(context)
    days = known[1][0] if known else []
    lines = []
    for day in (days + [picture for _, picture in context.pictures("kodak")])[:24]:
        small = fit(day)
        night = applied(small, curve_of(net.there, small))
        lines.append([small, night, applied(night, curve_of(net.back, night))])
    write_sheet(path, [one + other for one, other in zip(lines[::2], lines[1::2] or lines[::2])])

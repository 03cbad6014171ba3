"""Adversarial training that detects when it fails.

Source: hinge, non-saturating and least-squares losses (the last: Mao 2017), spectral norm (Miyato 2018), R1
(Mescheder 2018), TTUR (Heusel 2017), differentiable augmentation (Zhao 2020), feature matching (Wang 2018), image pool
(Shrivastava 2017). One module serves every GAN here. Images are float32 [N, C, H, W]; scores are unbounded, high for real.
"""
import copy
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F


class CollapseError(RuntimeError):
    """Adversarial training has failed. `reason`: 'discriminator', 'not-finite' or 'diversity'."""

    def __init__(self, reason, detail, step):
        super().__init__(f"adversarial training collapsed at step {step} ({reason}): {detail}")
        self.reason, self.detail, self.step = reason, detail, step


@dataclass
class Settings:
    """Settings of adversarial training.

    weight, matching: factors of the adversarial and feature-matching losses in the generator's loss.
    rate: the discriminator's learning rate (TTUR: higher than the generator's). r1: gradient
    penalty, 0 with spectral norm. augment: shift, brightness and cut-out of the discriminator's
    input. win_*: the discriminator has won when D(real) - D(fake) stays above win_gap for
    win_steps steps. pool: how many earlier pictures the discriminator may see again, 0 for none.
    follows: whether the discriminator's rate falls with the generator's.
    diversity_floor: least spread of a fixed batch, as a share of the real batch's, from step diversity_from on.
    """

    loss: str = "hinge"
    weight: float = 0.1
    matching: float = 1.0
    rate: float = 4e-4
    betas: tuple = (0.5, 0.9)
    r1: float = 0.0
    r1_every: int = 16
    augment: bool = True
    pool: int = 0
    follows: bool = False
    win_gap: float = 1.9
    win_steps: int = 200
    diversity_floor: float = 0.2
    diversity_from: int = 0


class Ema:
    """Exponential moving average of a net's weights; `net` is the averaged copy."""

    def __init__(self, net, decay=0.999):
        self.net, self.decay, self.updates = copy.deepcopy(net).eval(), decay, 0
        for parameter in self.net.parameters():
            parameter.requires_grad_(False)

    @torch.no_grad()
    def update(self, net):
        """Moves the average towards `net`, faster in the first updates."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for mine, its in zip(self.net.state_dict().values(), net.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.mul_(decay).add_(its.detach(), alpha=1 - decay)
            else:
                mine.copy_(its)


class ImagePool:
    """Replaces half of the new pictures by earlier ones, so that the discriminator does not only see the latest."""

    def __init__(self, size):
        self.size, self.kept = size, []

    def exchange(self, batch):
        """[N, C, H, W] -> the same shape."""
        result = []
        for picture in batch:
            if len(self.kept) < self.size:
                self.kept.append(picture.clone())
            elif float(torch.rand(())) < 0.5:
                at = int(torch.randint(0, self.size, ()))
                self.kept[at], picture = picture.clone(), self.kept[at]
            result.append(picture)
        return torch.stack(result)


def diff_augment(x, colour_channels=3):
    """Brightness of the colour channels, a shift and a cut-out, differentiable; [N, C, H, W]."""
    n, _, h, w = x.shape
    colour = x[:, :colour_channels] + (torch.rand(n, 1, 1, 1, device=x.device) - 0.5) * 0.3
    x = torch.cat([colour, x[:, colour_channels:]], 1)
    shift = [int(v) for v in torch.randint(-(h // 8), h // 8 + 1, (2,))]
    x = torch.roll(x, shift, (2, 3))
    hole = torch.ones(n, 1, h, w, device=x.device)
    for i in range(n):
        if torch.rand(()) < 0.5:
            top, left = int(torch.randint(0, h, ())), int(torch.randint(0, w, ()))
            hole[i, :, top : top + h // 3, left : left + w // 3] = 0
    return x * hole


def discriminator_loss(kind, real, fake):
    """Hinge, non-saturating or least-squares loss of the discriminator from two score maps."""
    if kind == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    if kind == "non-saturating":
        return F.softplus(-real).mean() + F.softplus(fake).mean()
    if kind == "least-squares":
        return ((real - 1).pow(2).mean() + fake.pow(2).mean()) / 2
    raise ValueError(f"unknown adversarial loss {kind!r}: hinge, non-saturating or least-squares")


def generator_loss(kind, fake):
    """Loss of the generator from the scores of its pictures."""
    if kind == "least-squares":
        return (fake - 1).pow(2).mean()
    return -fake.mean() if kind == "hinge" else F.softplus(-fake).mean()


def gradient_norm(parameters):
    """Euclidean norm of all gradients, 0 without any."""
    grads = [p.grad.detach().float().norm() for p in parameters if p.grad is not None]
    return float(torch.stack(grads).norm()) if grads else 0.0


def diversity(batch):
    """How much the pictures of a batch [N, C, H, W] differ: float, the mean over pixels of the standard deviation over
    the batch."""
    return float(batch.detach().float().std(0).mean()) if len(batch) > 1 else 0.0


class Game:
    """Trains the discriminator, and checks that both nets are healthy.

    discriminator: [N, C, H, W] -> (scores, [features]).
    """

    def __init__(self, discriminator, settings=None):
        self.net, self.settings = discriminator, settings or Settings()
        self.optimiser = torch.optim.Adam(
            self.net.parameters(), lr=self.settings.rate, betas=self.settings.betas
        )
        self.steps = self.winning = 0
        self.pool = ImagePool(self.settings.pool)
        self.log = {}

    def follow(self, share):
        """Adapts the discriminator's rate. share: 0..1, the generator's current rate over its peak in this phase."""
        if self.settings.follows:
            for group in self.optimiser.param_groups:
                group["lr"] = self.settings.rate * share

    def _see(self, x):
        return self.net(diff_augment(x) if self.settings.augment else x)

    def discriminate(self, real, fake):
        """One step of the discriminator. Raises CollapseError."""
        s = self.settings
        self.steps += 1
        for p in self.net.parameters():
            p.requires_grad_(True)
        fake = fake.detach()
        real_score, _ = self._see(real)
        fake_score, _ = self._see(self.pool.exchange(fake) if s.pool else fake)
        loss = discriminator_loss(s.loss, real_score, fake_score)
        if s.r1 and self.steps % s.r1_every == 0:
            wanted = real.detach().requires_grad_(True)
            slope = torch.autograd.grad(self.net(wanted)[0].sum(), wanted, create_graph=True)[0]
            loss = loss + 0.5 * s.r1 * s.r1_every * slope.pow(2).sum((1, 2, 3)).mean()
        self.optimiser.zero_grad()
        loss.backward()
        norm = gradient_norm(self.net.parameters())
        if not math.isfinite(float(loss)) or not math.isfinite(norm):
            raise CollapseError("not-finite", f"discriminator loss {float(loss)}, gradient {norm}", self.steps)
        self.optimiser.step()
        self.log.update(d_real=float(real_score.mean()), d_fake=float(fake_score.mean()), d_grad=norm)
        gap = self.log["d_real"] - self.log["d_fake"]
        self.winning = self.winning + 1 if gap > s.win_gap else 0
        if self.winning >= s.win_steps:
            raise CollapseError("discriminator", f"D(real) - D(fake) = {gap:.2f} for {self.winning} steps", self.steps)

    def judge(self, fake, real):
        """The generator's weighted adversarial and feature-matching loss."""
        s = self.settings
        for p in self.net.parameters():
            p.requires_grad_(False)
        scores, features = self._see(torch.cat([fake, real]) if s.matching else fake)
        half = len(fake)
        loss = s.weight * generator_loss(s.loss, scores[:half])
        if s.matching:
            matching = sum(F.l1_loss(f[:half], f[half:].detach()) for f in features) / len(features)
            loss = loss + s.matching * matching
        return loss

    def watch(self, loss, net):
        """Call after the generator's backward pass. Raises CollapseError if a value is not finite."""
        norm = gradient_norm(net.parameters())
        self.log.update(g_grad=norm)
        if not math.isfinite(float(loss)) or not math.isfinite(norm):
            raise CollapseError("not-finite", f"generator loss {float(loss)}, gradient {norm}", self.steps)

    def check_diversity(self, fake, real):
        """fake, real: the same fixed batch. Raises CollapseError below the floor."""
        share = diversity(fake) / max(diversity(real), 1e-8)
        self.log.update(diversity=share)
        if not math.isfinite(share):
            raise CollapseError("not-finite", "the fixed batch holds values that are not finite", self.steps)
        if share < self.settings.diversity_floor and self.steps >= self.settings.diversity_from:
            raise CollapseError("diversity", f"spread of the fixed batch is {share:.3f} of the real one", self.steps)


class BestByLpips:
    """Keeps the weights with the lowest held-out LPIPS, because quality rises to a point and then fluctuates.

    `update` returns True when there was no new best for `patience` measurements.
    """

    def __init__(self, patience=4):
        self.patience, self.best, self.state, self.since = patience, math.inf, None, 0

    def update(self, lpips, net):
        """lpips: float, lower is better."""
        if lpips < self.best:
            self.best, self.since = lpips, 0
            self.state = {k: v.detach().clone().cpu() for k, v in net.state_dict().items()}
        else:
            self.since += 1
        return self.since >= self.patience

"""The net that finds damage: pretrained features, and a decoder with its own stem at half resolution.

Source: written for this project. The encoder is SqueezeNet 1.1 (Iandola et al. 2016, MIT weights, see the data folder's
`perceptual/`), fine-tuned; white and black top-hats after Meyer (1979).
"""
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from .networks import Mixed, Residual, box, double, top_hats, unshuffle

MEAN_BGR = (104.0, 117.0, 123.0)
WEIGHTS = "squeezenet1_1_caffe_features_nchw_fp32.npz"
DAMAGE_CLASSES = ("lines", "areas", "losses")
CLASSES = (*DAMAGE_CLASSES, "writing")
THUMB = 160  # pixels: a whole photo is squeezed into a square of this side for its summary


class Fire(nn.Module):
    """SqueezeNet's block: a 1 x 1 squeeze, then 1 x 1 and 3 x 3 side by side."""

    def __init__(self, inputs, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.expand1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return F.relu(torch.cat([self.expand1(x), self.expand3(x)], 1))


class Trunk(nn.Module):
    """RGB [N, 3, H, W] 0..1 -> features at 1/2 (64), 1/4 (128), 1/8 (256) and 1/16 (512 channels); H, W multiples of 16.

    depth: how many of the eight fire blocks are used; 4 stops at 1/8. Unlike SqueezeNet's own layers these are padded,
    so that all maps are aligned with the picture.
    """

    FIRES = ((64, 16, 64), (128, 16, 64), (128, 32, 128), (256, 32, 128), (256, 48, 192), (384, 48, 192), (384, 64, 256), (512, 64, 256))

    def __init__(self, depth=8):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, stride=2, padding=1)
        self.fires = nn.ModuleList([Fire(*sizes) for sizes in self.FIRES[:depth]])
        self.register_buffer("mean", torch.tensor(MEAN_BGR).view(1, 3, 1, 1), persistent=False)

    def load_pretrained(self, folder):
        """Reads the weights from a data folder's `perceptual/`. Raises FileNotFoundError without them."""
        path = Path(folder) / WEIGHTS
        if not path.exists():
            raise FileNotFoundError(f"{path}: the pretrained features are part of the training data")
        weights = np.load(path)
        with torch.no_grad():
            pairs = [("conv1", self.conv1)]
            for i, fire in enumerate(self.fires):
                parts = (("squeeze1x1", fire.squeeze), ("expand1x1", fire.expand1), ("expand3x3", fire.expand3))
                pairs += [(f"fire{i + 2}_{name}", layer) for name, layer in parts]
            for name, layer in pairs:
                layer.weight.copy_(torch.from_numpy(weights[f"{name}_w"].astype(np.float32)))
                layer.bias.copy_(torch.from_numpy(weights[f"{name}_b"].astype(np.float32)).reshape(-1))

    def forward(self, rgb):
        x = F.relu(self.conv1(rgb.flip(1) * 255.0 - self.mean))
        maps = [x]
        for i, fire in enumerate(self.fires):
            if i in (0, 2, 4):
                x = F.max_pool2d(x, 3, 2, 1)
            x = fire(x)
            if i in (1, 3, 7):
                maps.append(x)
        return maps


class DetectorNet(Mixed):
    """RGB [N, 3, H, W] 0..1 and the summary of the whole photo [N or 1, 64] -> chances [N, 4, H, W] 0..1 of lines, areas,
    losses and writing; H and W multiples of 16.

    `logits` returns log-odds; the greatest of the first three is that of any damage. widths: at 1/2, 1/4, 1/8 and
    1/16. floor: dilations of the blocks at the coarsest size. depth: of the trunk, 8 or 4 fire blocks.
    """

    SUMMARY = 64

    def __init__(self, widths=(32, 64, 96, 128), floor=(1, 2), depth=8):
        super().__init__()
        a, b, c, d = widths
        self.depth = depth
        self.trunk = Trunk(depth)
        last = 512 if depth == 8 else 256
        self.summarise = nn.Linear(last, self.SUMMARY)
        self.told = nn.Linear(self.SUMMARY, 2 * d)
        self.told_again = nn.Linear(self.SUMMARY, a)
        self.enter16 = nn.Conv2d(last, d, 1) if depth == 8 else nn.Conv2d(256, d, 2, stride=2)
        self.floor = nn.Sequential(*[Residual(d, dilation, norm=True) for dilation in floor])
        self.up8, self.skip8, self.out8 = nn.Conv2d(d, c, 1), nn.Conv2d(256, c, 1), Residual(c, norm=True)
        self.up4, self.skip4, self.out4 = nn.Conv2d(c, b, 1), nn.Conv2d(128 + 2, b, 1), Residual(b, norm=True)
        self.up2, self.skip2 = nn.Conv2d(b, a, 1), nn.Conv2d(64, a, 1)
        self.stem = nn.Conv2d(30, a, 3, padding=1)
        self.stem_block = Residual(a, norm=True)
        self.out2 = nn.Sequential(Residual(a, norm=True), Residual(a, norm=True))
        self.drop = nn.Dropout2d(0.1)  # drops whole maps, only in training
        self.head = nn.Conv2d(a, 4 * len(CLASSES), 1)
        for layer in (self.told, self.told_again):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)
        nn.init.normal_(self.head.weight, std=0.001)  # the trunk's features are large; small weights make the untrained net find nothing
        nn.init.constant_(self.head.bias, -4.0 - math.log(len(DAMAGE_CLASSES)))  # any damage begins at -4, because it is rare

    @staticmethod
    def features(rgb):
        """Hand-made features that retouchers look for. Returns ([N, 30, H/2, W/2], [N, 2, H/4, W/4])."""
        luma = 0.299 * rgb[:, :1] + 0.587 * rgb[:, 1:2] + 0.114 * rgb[:, 2:]
        half = F.avg_pool2d(luma, 2)
        mean = box(half, 9)
        spread = torch.sqrt(torch.clamp(box(half * half, 9) - mean * mean, min=0.0) + 4e-4)
        pixels = unshuffle(luma)
        normal = torch.clamp((pixels - mean) / spread, -4.0, 4.0) * 0.5
        fine = unshuffle(top_hats(luma, 5)) * 4.0
        middle = top_hats(half, 5) * 4.0
        wide = top_hats(F.avg_pool2d(half, 2), 7) * 4.0
        return torch.cat([unshuffle(rgb) - 0.5, normal, spread * 4.0, fine, middle, mean - 0.5, half - mean, pixels[:, :1] - half], 1), wide

    def summary(self, rgb):
        """The whole photo [N, 3, H, W] 0..1, any size -> [N, 64]."""
        small = F.interpolate(rgb, size=(THUMB, THUMB), mode="bilinear", align_corners=False)
        return torch.tanh(self.summarise(self.trunk(small)[-1].float().mean((2, 3))))

    def class_logits(self, rgb, summary):
        """Log-odds [N, 4, H, W] of each class separately, as the head returns them."""
        with torch.no_grad():
            features, wide = (self.arranged(f) for f in self.features(rgb))
        with self.low_precision(rgb):
            maps = self.trunk(self.arranged(rgb))
            gain, offset = self.told(summary)[..., None, None].chunk(2, 1)
            low = self.enter16(maps[-1])
            low = self.drop(self.floor(F.relu(low * (1 + gain) + offset)))
            eighth = self.drop(self.out8(F.relu(double(self.up8(low)) + self.skip8(maps[2]))))
            quarter = self.drop(self.out4(F.relu(double(self.up4(eighth)) + self.skip4(torch.cat([maps[1], wide.to(maps[1].dtype)], 1)))))
            half = self.stem_block(F.relu(self.stem(features) + self.told_again(summary)[..., None, None]))
            half = self.out2(F.relu(half + double(self.up2(quarter)) + self.skip2(maps[0])))
            found = self.head(half)
        return F.pixel_shuffle(found.float(), 2)

    def logits(self, rgb, summary):
        """Log-odds [N, 4, H, W]: the greatest of the first three is that of any damage."""
        each = self.class_logits(rgb, summary)
        damage = each[:, :3]
        top = damage.amax(1, keepdim=True)
        return torch.cat([damage - top + any_damage(damage), each[:, 3:]], 1)

    def forward(self, rgb, summary):
        return torch.sigmoid(self.logits(rgb, summary))


def any_damage(damage):
    """Log-odds [N, 3, H, W] of the classes -> [N, 1, H, W] of damage of any of them."""
    top = damage.amax(1, keepdim=True)
    return top + torch.log(torch.exp(damage - top).sum(1, keepdim=True))


class Summary(nn.Module):
    """The graph of `DetectorNet.summary`, which describes a whole photo."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, image):
        return self.net.summary(image)

"""upscaler-x2-crisp: twice the width and height of soft, noisy and compressed pictures, as people have them; it draws the
edges and the texture that such a picture most likely had.

Source: written for this project. Degradations in two rounds after Wang et al., Real-ESRGAN (2021), milder.
"""
import torch
import torch.nn.functional as F

from ..device_degradations import between, blur, grain, jpeg
from ..resampling import resample
from . import upscaler_x2


def spoil(large, side):
    """RGB [N, 3, S, S] 0..1 -> [N, 3, side, side]: made soft and shrunk in one or two steps, with noise and
    compression after each; one batch in eight is only shrunk. Uses torch's own random state."""
    n, device = large.shape[0], large.device
    chance = lambda share: float(torch.rand(())) < share
    if chance(0.125):
        return torch.round(resample(large, side, side).clamp(0, 1) * 255) / 255

    def shrink(x, wanted):
        if chance(0.5):
            return resample(x, wanted, wanted)
        return F.interpolate(x, size=(wanted, wanted), mode="area" if chance(0.6) else "bilinear")

    def noisy(x, most):
        x = x + torch.randn_like(x) * between(n, 0.002, most, device, True).view(-1, 1, 1, 1)
        return grain(x, between(n, 0.002, most, device, True), between(n, 0.25, 0.8, device)) if chance(0.4) else x

    x = blur(large, between(n, 0.2, 0.3 + 0.45 * large.shape[2] / side, device))
    halfway = 16 * round(float(torch.empty(()).uniform_(side, large.shape[2])) / 16)
    if halfway > side and chance(0.4):
        x = jpeg(noisy(shrink(x, halfway), 0.03), torch.round(between(n, 50, 95, device)))
    x = shrink(x, side)
    if chance(0.7):
        x = noisy(x, 0.04)
    x = jpeg(x, torch.round(between(n, 35, 96, device))) if chance(0.8) else torch.round(x.clamp(0, 1) * 255) / 255
    return x


class Spec(upscaler_x2.Spec):
    """Begins with the faithful upscaler's weights (`--start`); most of the budget is adversarial."""

    id = "upscaler-x2-crisp"
    batch, rate, gan_share = 12, 1e-3, 0.65
    outputs_picture = True
    limits = (
        "The goal of a lower LPIPS than the faithful upscaler on soft, noisy and compressed pictures is reached. "
        "The goal of beating NomosUni compact, which is eight times as large and four times as slow, is not: that "
        "net reaches 0.21, this one 0.26. It removes noise and blocks and draws clean edges, but little texture: "
        "leaves, hair and fabric come out smooth. It may draw details that were never there. Trained on a processor "
        "for 26 minutes from the faithful upscaler's weights, some 500 of its steps adversarial."
    )

    def build(self):
        from ..networks import UpscaleNet

        return UpscaleNet(self.scale, consistent=False)  # consistency would keep the noise

    def to_tensors(self, arrays, device):
        large = upscaler_x2.Spec.to_tensors(self, arrays, device)[1]
        return spoil(large, large.shape[2] // self.scale), large

    def pixel_loss(self, made, large):
        """L1, and L1 of the means of 16 pixels, so that no colour shifts."""
        return 5 * (made - large).abs().mean() + 10 * (F.avg_pool2d(made, 16) - F.avg_pool2d(large, 16)).abs().mean()

    def loss(self, net, tensors):
        small, large = tensors
        loss = self.pixel_loss(net(small), large)
        return loss, {"loss": float(loss.detach())}

    def generate(self, net, tensors):
        return net(tensors[0])

    def truth(self, tensors):
        return tensors[1]

    def adversarial_parts(self, net, tensors, lpips):
        """(enlarged, D's input for it, D's input for the truth, supervised loss). D also sees the bicubic luma."""
        from ..losses import perceptual_and_style

        small, large = tensors
        made = net(small)
        loss = self.pixel_loss(made, large)
        if lpips is not None:
            # LPIPS itself as the loss would lower LPIPS further, but draws a visible grid
            perceptual, style = perceptual_and_style(lpips.features, made, large)
            loss = loss + 0.5 * perceptual + 0.1 * style
        seen = upscaler_x2.luma(resample(small, *large.shape[2:]))
        return made, torch.cat([made, seen], 1), torch.cat([large, seen], 1), loss

    def measure(self, net, tensors, lpips=None):
        result = super().measure(net, tensors)
        small, large = tensors
        if lpips is not None:
            with torch.no_grad():
                result["lpips"] = float(lpips(net(small).clamp(0, 1), large).mean())
                result["lpips_bicubic"] = float(lpips(resample(small, *large.shape[2:]).clamp(0, 1), large).mean())
        return result

    def card(self):
        return {
            **super().card(),
            "name": f"Upscaler x{self.scale}, crisp",
            "variant": "crisp",
            "description": f"Makes a soft, noisy or compressed picture {self.scale} times as wide and as high, and "
            "draws edges and texture as they most likely were. It may draw details that were never there.",
            "limits": self.limits,
        }

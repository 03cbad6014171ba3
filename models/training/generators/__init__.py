"""One file per generator, each with a class `Spec`."""
import importlib
import pkgutil

import torch

from ..data import HELD_OUT_EVERY

PLANES = {"luma": 1, "rgb": 3, "rgb+mask": 4, "luma+hints": 4}


class Generator:
    """What the trainer, the exporter and the evaluation need to know about a generator.

    Attributes: id; crop (pixels) and batch; rate (learning rate); reuse of samples; gan_share, the last share of the budget
    that is trained adversarially, 0 for none; upright, whether samples are only mirrored and never turned; betas and weight
    decay of the optimiser; ema, decay of the averaged weights; held_size, number of samples for measuring; outputs_picture,
    whether LPIPS chooses the weights of an adversarial phase.
    """

    id = ""
    crop, batch, rate, reuse, gan_share = 128, 16, 2e-3, 2.0, 0.0
    outputs_picture = False
    upright = False
    betas = (0.9, 0.99)
    decay = 1e-4
    ema = 0.999
    held_size = 64  # samples that are never trained on, for measuring

    def build(self):
        """The untrained torch module, with `mixed` False."""
        raise NotImplementedError

    def load(self, data):
        """Reads further data that this generator needs. Raises DataError if it is missing."""

    def split(self, pictures):
        """(pictures to train on, pictures that are never trained on) of the training pictures."""
        return pictures.split(HELD_OUT_EVERY)

    def begin(self, net):
        """Called once before a run, with the net and its starting weights."""

    def study(self, net, pictures):
        """Called with a partly trained net, before samples are drawn, to find what is still hard for it."""

    def groups(self, net):
        """Parameter groups, each with its `factor` of the learning rate."""
        return [{"params": list(net.parameters()), "factor": 1.0}]

    def data_counts(self):
        """{name: count} of further data that training draws from, for runs.jsonl."""
        return {}

    def sampler(self, pictures, overlays):
        """callable(numpy Generator) -> tuple of uint8 arrays [C, crop, crop]; runs in workers."""
        raise NotImplementedError

    def pair_sampler(self, pairs):
        """Like `sampler`, from `data.Pairs`. Raises NotImplementedError if the generator cannot learn from them."""
        raise NotImplementedError(f"{self.id} does not learn from pairs of emulsion synthesise")

    def to_tensors(self, arrays, device):
        """A batch as float tensors on the device."""
        raise NotImplementedError

    def loss(self, net, tensors):
        """(loss, {name: float}) of the supervised phase."""
        raise NotImplementedError

    def discriminator(self):
        """The discriminator of the adversarial phase: a module [N, C, H, W] -> (scores, [features])."""
        from ..networks import PatchDiscriminator

        return PatchDiscriminator()

    def rules(self):
        """The `adversarial.Settings` of that phase."""
        from ..adversarial import Settings

        return Settings(weight=0.1, matching=0.5, rate=1e-3)

    def generate(self, net, tensors):
        """The net's output for a batch, RGB [N, 3, H, W]; needed only in the adversarial phase."""
        raise NotImplementedError

    def truth(self, tensors):
        """The true output, RGB [N, 3, H, W]."""
        return tensors[0]

    def measure(self, net, tensors):
        """Held-out metrics {name: float} of a fixed batch, 'score' among them (higher is better)."""
        raise NotImplementedError

    def card(self):
        """The parts of card.json that training does not change."""
        raise NotImplementedError

    def further_data(self):
        """Further training data for the card, [{name, licence, count}], including pretrained weights of others."""
        return []

    def trained_on(self, pictures, overlays):
        """The collections of training data that the card lists."""
        return pictures, overlays

    def prepare(self, net):
        """Changes a trained net before it is measured and exported."""

    def exported(self, net):
        """The module to export, whose parameters the card counts."""
        return net

    def inputs(self, net, height, width, share=0.0):
        """Example inputs {name: tensor} of the exported graph, in the order of forward(): noise of the given size, masks of 0 and 1.

        share: 0..1, the position of the further inputs within their range.
        """
        card = self.card()
        image = torch.rand(1, PLANES[card["input"]["channels"]], height, width)
        image[:, 3:] = (image[:, 3:] < 0.2).float()
        span = {each["name"]: each["min"] + share * (each["max"] - each["min"]) for each in card["extraInputs"]}
        return {card["input"]["name"]: image, **{name: torch.tensor([float(value)]) for name, value in span.items()}}

    def axes(self):
        """The free dimensions of inputs and outputs: {name: {dimension: its name}}."""
        card = self.card()
        axes = {0: "n", 2: "h", 3: "w"}
        enlarged = axes if card["output"]["scale"] == 1 else {0: "n", 2: "high", 3: "wide"}
        return {card["input"]["name"]: axes, card["output"]["name"]: enlarged}

    def export_beside(self, net, folder):
        """Writes the generator's further files beside generator.onnx; returns their entries for the card."""
        return {}


def find(identity):
    """The Generator with this id. Raises KeyError with the existing ids."""
    known = {}
    for module in pkgutil.iter_modules(__path__):
        spec = importlib.import_module(f"{__name__}.{module.name}").Spec()
        known[spec.id] = spec
    if identity not in known:
        raise KeyError(f"no generator {identity!r}; there are {', '.join(sorted(known))}")
    return known[identity]

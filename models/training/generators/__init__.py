"""One file per generator. A new file here with a class `Spec` is a new generator."""
import importlib
import pkgutil

import torch

PLANES = {"luma": 1, "rgb": 3, "rgb+mask": 4}


class Generator:
    """What the trainer, the exporter and the evaluation need to know of a generator.

    Attributes: id; crop (pixels) and batch; rate (learning rate); reuse of samples; gan_share,
    the last share of the budget that is trained adversarially, 0 for none; upright, whether samples are only
    mirrored and never turned; betas and weight decay of the optimiser; ema, how slowly the averaged weights move; held_size, samples for measuring; outputs_picture, whether an adversarial phase is to be watched by LPIPS.
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
        """Reads what this generator alone needs of the data folder. Raises DataError where it is not there."""

    def begin(self, net):
        """Called once with the net that a run begins with, its starting weights loaded."""

    def study(self, net, pictures):
        """Called with a net that has been trained for a while, before samples are drawn: finds what is still hard for it."""

    def groups(self, net):
        """Parameters with the `factor` of the learning rate that each group takes."""
        return [{"params": list(net.parameters()), "factor": 1.0}]

    def data_counts(self):
        """{name: count} of further data that training draws from, for runs.jsonl."""
        return {}

    def sampler(self, pictures, overlays):
        """callable(numpy Generator) -> tuple of uint8 arrays [C, crop, crop]; runs in workers."""
        raise NotImplementedError

    def pair_sampler(self, pairs):
        """The same of `data.Pairs`. Raises NotImplementedError where the generator cannot learn from them."""
        raise NotImplementedError(f"{self.id} does not learn from pairs of emulsion synthesise")

    def to_tensors(self, arrays, device):
        """A drawn batch as float tensors on the device."""
        raise NotImplementedError

    def loss(self, net, tensors):
        """(loss, {name: float}) of the supervised phase."""
        raise NotImplementedError

    def discriminator(self):
        """The opponent of the adversarial phase: a module [N, C, H, W] -> (scores, [features])."""
        from ..networks import PatchDiscriminator

        return PatchDiscriminator()

    def rules(self):
        """The `adversarial.Settings` of that phase."""
        from ..adversarial import Settings

        return Settings(weight=0.1, matching=0.5, rate=1e-3)

    def generate(self, net, tensors):
        """What the net makes of a batch, RGB [N, 3, H, W]; asked for in the adversarial phase only."""
        raise NotImplementedError

    def truth(self, tensors):
        """What it should have made, RGB [N, 3, H, W]."""
        return tensors[0]

    def measure(self, net, tensors):
        """Held-out metrics {name: float} of a fixed batch, 'score' among them (higher is better)."""
        raise NotImplementedError

    def card(self):
        """The parts of card.json that training does not change."""
        raise NotImplementedError

    def further_data(self):
        """What else the card names as training data, [{name, licence, count}], starting weights of others included."""
        return []

    def trained_on(self, pictures, overlays):
        """The collections that the card names as training data, of those that training draws from."""
        return pictures, overlays

    def prepare(self, net):
        """What is done to a trained net before it is measured and exported."""

    def exported(self, net):
        """The module whose graph is written, and whose parameters the card counts."""
        return net

    def inputs(self, net, height, width, share=0.0):
        """{name: tensor} that the exported graph takes, in the order of forward(): noise of the given size, masks of 0 and 1.

        share: 0..1, where the further inputs stand in their span.
        """
        card = self.card()
        image = torch.rand(1, PLANES[card["input"]["channels"]], height, width)
        image[:, 3:] = (image[:, 3:] < 0.2).float()
        span = {each["name"]: each["min"] + share * (each["max"] - each["min"]) for each in card["extraInputs"]}
        return {card["input"]["name"]: image, **{name: torch.tensor([float(value)]) for name, value in span.items()}}

    def axes(self):
        """The dimensions of inputs and outputs that are free: {name: {dimension: its name}}."""
        card = self.card()
        axes = {0: "n", 2: "h", 3: "w"}
        enlarged = axes if card["output"]["scale"] == 1 else {0: "n", 2: "high", 3: "wide"}
        return {card["input"]["name"]: axes, card["output"]["name"]: enlarged}

    def export_beside(self, net, folder):
        """Writes what belongs to the generator beside generator.onnx; returns what the card says of it."""
        return {}


def find(identity):
    """The Generator with this id. Raises KeyError naming those that exist."""
    known = {}
    for module in pkgutil.iter_modules(__path__):
        spec = importlib.import_module(f"{__name__}.{module.name}").Spec()
        known[spec.id] = spec
    if identity not in known:
        raise KeyError(f"no generator {identity!r}; there are {', '.join(sorted(known))}")
    return known[identity]

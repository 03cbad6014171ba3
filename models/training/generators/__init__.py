"""One file per generator. A new file here with a class `Spec` is a new generator."""
import importlib
import pkgutil


class Generator:
    """What the trainer, the exporter and the evaluation need to know of a generator.

    Attributes: id; crop (pixels) and batch; rate (learning rate); reuse of samples; gan_share,
    the last share of the budget that is trained adversarially, 0 for none; upright, whether samples are only
    mirrored and never turned.
    """

    id = ""
    crop, batch, rate, reuse, gan_share = 128, 16, 2e-3, 2.0, 0.0
    outputs_picture = False
    upright = False

    def build(self):
        """The untrained torch module, with `mixed` False."""
        raise NotImplementedError

    def sampler(self, pictures, overlays):
        """callable(numpy Generator) -> tuple of uint8 arrays [C, crop, crop]; runs in workers."""
        raise NotImplementedError

    def to_tensors(self, arrays, device):
        """A drawn batch as float tensors on the device."""
        raise NotImplementedError

    def loss(self, net, tensors):
        """(loss, {name: float}) of the supervised phase."""
        raise NotImplementedError

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


def find(identity):
    """The Generator with this id. Raises KeyError naming those that exist."""
    known = {}
    for module in pkgutil.iter_modules(__path__):
        spec = importlib.import_module(f"{__name__}.{module.name}").Spec()
        known[spec.id] = spec
    if identity not in known:
        raise KeyError(f"no generator {identity!r}; there are {', '.join(sorted(known))}")
    return known[identity]

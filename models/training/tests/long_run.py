"""A long run of a small net in its own process, for the test that kills it. It writes its state after every step."""
import sys

import torch

from training import data, train
from training.generators import find
from training.networks import RestoreNet


def main():
    torch.set_num_threads(1)
    spec = find("restorer")
    spec.crop, spec.batch, spec.held_size = 32, 2, 2
    spec.build = lambda: RestoreNet((8, 8, 8), (1, 1, 1, 1, 1))
    pictures = data.procedural_pictures(4, 64)
    folder = data.cache_folder() / "runs" / "restorer-long"
    run = train.Run(spec, pictures, None, folder, torch.device("cpu"), None, workers=0, mixed=False, log=lambda line: None)
    save = run.save

    def save_and_say():
        save()
        print("saved", run.step, flush=True)

    run.save = save_and_say
    run.train(save_every=0.0, measure_every=1e9)


if __name__ == "__main__":
    sys.exit(main())

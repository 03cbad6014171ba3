"""A short training on pairs that `emulsion synthesise` has made. A story runs it, with EMULSION_PAIRS naming their folder; it takes
too long to be run twice, so the suite does not find it by its name."""
import torch

from training import real, train
from training.evaluation.real import f_score
from training.generators import find
from training.generators.damage_detector import detection_scores
from training.tests import test_pairs


class TrainOnPairs(test_pairs.PairTests):
    def test_a_short_training_on_them_alone_finds_more_of_the_damage(self):
        torch.set_num_threads(1)
        spec = find("damage-detector")
        # At the beginning of a long budget the rate is a tenth of the peak, however fast the computer is.
        spec.crop, spec.rate, spec.trunk_rate = 64, 2e-2, 1.0
        run = train.Run(
            spec, None, None, f"{self.temporary.name}/run", torch.device("cpu"), 600.0, workers=0, batch=8, pairs=self.pairs, log=lambda _: None
        )
        before = self.loss(run)
        self.assertEqual(self.best(run), 0)
        run.train(steps=96)
        after = self.loss(run)
        found = self.best(run)
        run.close()
        self.assertLess(after, 0.9 * before)
        self.assertGreater(found, 0.2)

    @staticmethod
    def loss(run):
        with torch.no_grad():
            return float(run.spec.loss(run.net, run.held)[0])

    @staticmethod
    def best(run):
        rgb, thumb, label = run.held
        with torch.no_grad():
            chance = run.net(rgb, run.net.summary(thumb))[:, :3].amax(1, keepdim=True)
        damage, judged = ((label & real.DAMAGE) > 0) & (label != real.UNJUDGED), label != real.UNJUDGED
        scores = (detection_scores(chance, damage.float(), judged.float(), t / 20) for t in range(1, 20))
        return max(f_score(*counts)["F1"] for counts in scores)

"""A fault planted in an estimator changes what a lesson finds: the experiments look at what they claim to look at."""

import numpy as np
import pytest

from genvsdisc.discriminative.networks.mlp import MLPClassifier
from genvsdisc.features.transforms import PrototypeDistances
from genvsdisc.functional.descent.schedules import SCHEDULES
from genvsdisc.functional.gaussian import density
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.lessons import LESSONS, naive_bayes, network_training

BY_NAME = {lesson.name: lesson for lesson in LESSONS}


class NeverDiagonal(GaussianClassifier):
    """Takes the structure and does not use it."""

    def _fit_stack(self, X, codes, weights):
        self.structure = "full"
        return super()._fit_stack(X, codes, weights)


class WithoutNorm(MLPClassifier):
    """Takes batch_norm and does not use it."""

    def _fit_stack(self, X, codes, weights):
        self.batch_norm = False
        return super()._fit_stack(X, codes, weights)


def doubled_slopes(monkeypatch):
    right = density.linear_discriminants
    monkeypatch.setattr(density, "linear_discriminants", lambda *args: (2 * right(*args)[0], right(*args)[1]))


def no_schedule(monkeypatch):
    monkeypatch.setitem(SCHEDULES, "inverse_sqrt", SCHEDULES["constant"])


def no_distances(monkeypatch):
    monkeypatch.setattr(PrototypeDistances, "transform", lambda _, X: np.asarray(X, dtype=float))


def full_naive_bayes(monkeypatch):
    monkeypatch.setattr(naive_bayes, "GaussianClassifier", NeverDiagonal)


def no_batch_norm(monkeypatch):
    monkeypatch.setattr(network_training, "MLPClassifier", WithoutNorm)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lesson", "plant", "n_seeds"),
    [
        ("same-functions", doubled_slopes, 12),
        ("shrinking-steps", no_schedule, 4),
        ("xor", no_distances, 4),
        ("naive-bayes-correlated", full_naive_bayes, 8),
        ("batch-normalization", no_batch_norm, 6),
    ],
)
def test_a_planted_fault_changes_the_finding(monkeypatch, lesson, plant, n_seeds):
    taught = BY_NAME[lesson]
    sound = taught.judge(taught.measure(n_seeds))
    plant(monkeypatch)
    faulty = taught.judge(taught.measure(n_seeds))
    turned = [
        (one.says, one.verdict, other.verdict)
        for one, other in zip(sound.parts, faulty.parts, strict=True)
        if one.verdict != other.verdict
    ]
    assert turned
    assert sound.headline != faulty.headline or {verdict for _, _, verdict in turned} & {"no", "undecided"}

"""Other class shares at prediction: reweighting, estimated priors, and the oracle under a known law."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import brier_score_loss, log_loss

from genvsdisc import GaussianClassifier, LogisticClassifier, datasets
from genvsdisc.study.statistics.class_shares import class_share_losses, reweighted
from genvsdisc.study.statistics.dials import ESTIMATED_PRIORS, SHARES, TRUE_PRIORS
from genvsdisc.study.statistics.learning_curves import CurveLosses

LOSSES = ("zero_one", "brier", "log_loss")


def predictions(n_draws=3, n=60, seed=0):
    rng = np.random.default_rng(seed)
    codes = (rng.random(200) < 0.3).astype(int)
    tests = [rng.permutation(200)[:n] for _ in range(n_draws)]
    p = rng.dirichlet([1, 1], size=(n_draws, n))
    return list(p), tests, codes, np.tile([0.7, 0.3], (n_draws, 1))


def test_at_zero_all_three_are_the_plain_losses():
    p, tests, codes, old = predictions()
    dials = class_share_losses(p, tests, codes, old, LOSSES)
    for loss in LOSSES:
        plain = CurveLosses.of([p], tests, codes, loss)
        for name in (SHARES, TRUE_PRIORS, ESTIMATED_PRIORS):
            curve = dials[name].curves[loss].at(np.array([0]))
            assert curve.by_draw == pytest.approx(plain.by_draw, abs=1e-12)
            assert curve.by_row == pytest.approx(plain.by_row, abs=1e-12)
            assert curve.covariance == pytest.approx(plain.covariance, abs=1e-12)


def test_losses_are_those_of_weighted_rows():
    p, tests, codes, old = predictions()
    dials = class_share_losses(p, tests, codes, old, LOSSES, shifts=(0.0, 0.5))
    for d, rows in enumerate(tests):
        share = np.bincount(codes[rows], minlength=2) / len(rows)
        new = 0.5 * share + [0, 0.5]
        weights = (new / share)[codes[rows]]
        adapted = reweighted(p[d], new, old[d])
        for name, q in ((SHARES, p[d]), (TRUE_PRIORS, adapted)):
            curve = dials[name].curves
            assert curve["log_loss"].by_draw[1, d] == pytest.approx(log_loss(codes[rows], q, sample_weight=weights))
            brier = brier_score_loss(codes[rows], q[:, 1], sample_weight=weights)
            assert curve["brier"].by_draw[1, d] == pytest.approx(2 * brier)


@pytest.mark.parametrize("model", [GaussianClassifier(), LogisticClassifier(optimizer="newton")])
def test_under_the_right_model_adapted_priors_reach_the_oracle(model):
    distance, shift = 2.0, 0.8
    train = datasets.make_gaussian_pair(4000, distance=distance, random_state=0)
    test = datasets.make_gaussian_pair(20_000, distance=distance, random_state=1)
    labels = np.asarray(test.y)
    codes = (labels == np.unique(labels)[np.bincount((labels == labels.max()).astype(int)).argmin()]).astype(int)
    fitted = model.fit(np.asarray(train.X), np.asarray(train.y))
    p = fitted.predict_proba(np.asarray(test.X))
    codes = (labels == fitted.classes_[1]).astype(int)
    rare = int(np.bincount(codes).argmin())
    dials = class_share_losses(
        [p, p], [np.arange(len(codes))] * 2, codes, np.tile([0.5, 0.5], (2, 1)), ("zero_one",), shifts=(0.0, shift)
    )
    share = 0.2 * np.mean(codes == rare) + shift
    cut = np.log(share / (1 - share)) / distance  # of the log-odds, in units of the distance
    bayes = share * norm.cdf(-distance / 2 - cut) + (1 - share) * norm.cdf(-distance / 2 + cut)
    error = {name: dial.curves["zero_one"].mean[1] for name, dial in dials.items()}
    assert abs(error[TRUE_PRIORS] - bayes) < 0.01
    assert abs(error[ESTIMATED_PRIORS] - bayes) < 0.01
    assert error[SHARES] > bayes + 0.04


def test_overconfident_posteriors_break_the_estimate():
    """Alexandari et al. (2020): what is estimated is then what classifying and counting gives."""
    data = datasets.make_gaussian_pair(20_000, distance=1.5, random_state=0)
    law = data.posterior(data.X)
    sharp = law**6 / (law**6).sum(axis=1, keepdims=True)
    codes = (np.asarray(data.y) == np.unique(data.y)[1]).astype(int)
    losses = {}
    for name, p in (("calibrated", law), ("sharp", sharp)):
        dials = class_share_losses(
            [p, p], [np.arange(len(codes))] * 2, codes, np.tile([0.5, 0.5], (2, 1)), ("zero_one",), shifts=(0.0, 0.9)
        )
        losses[name] = dials[ESTIMATED_PRIORS].curves["zero_one"].mean[1]
    assert losses["sharp"] > losses["calibrated"] + 0.02

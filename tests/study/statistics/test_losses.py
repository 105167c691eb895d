import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score

from genvsdisc.study.statistics.losses import LOSSES, pointwise_losses, roc_auc


@pytest.fixture(params=[2, 3, 7])
def forecast(request):
    rng = np.random.default_rng(request.param)
    n_classes = request.param
    p = rng.dirichlet(np.ones(n_classes), 200)
    p[:20] = p[20:40]  # ties
    return p, np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, 200 - n_classes)])


def test_losses_equal_those_of_scikit_learn(forecast):
    p, codes = forecast
    labels = np.arange(p.shape[1])
    assert_allclose(pointwise_losses(p, codes, "zero_one").mean(), 1 - accuracy_score(codes, p.argmax(1)), rtol=1e-14)
    assert_allclose(pointwise_losses(p, codes, "log_loss").mean(), log_loss(codes, p, labels=labels), rtol=1e-12)
    theirs = brier_score_loss(codes, p, labels=labels, scale_by_half=False)
    assert_allclose(pointwise_losses(p, codes, "brier").mean(), theirs, rtol=1e-12)


def test_a_certain_mistake_costs_what_scikit_learn_says():
    p, codes = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1, 1])
    assert_allclose(pointwise_losses(p, codes, "log_loss").mean(), log_loss(codes, p, labels=[0, 1]), rtol=1e-12)


def test_roc_auc_equals_scikit_learns(forecast):
    p, codes = forecast
    theirs = {2: lambda: roc_auc_score(codes, p[:, 1])}.get(
        p.shape[1], lambda: roc_auc_score(codes, p, multi_class="ovr")
    )
    assert_allclose(roc_auc(p, codes), theirs(), rtol=1e-12)


def test_roc_auc_leaves_out_what_the_rows_lack():
    p = np.random.default_rng(0).dirichlet(np.ones(3), 50)
    codes = np.arange(50) % 2
    one_by_one = [roc_auc_score(codes == k, p[:, k]) for k in (0, 1)]
    assert_allclose(roc_auc(p, codes), np.mean(one_by_one), rtol=1e-12)
    assert np.isnan(roc_auc(p, np.zeros(50, dtype=int)))


@pytest.mark.parametrize("loss", LOSSES)
def test_leading_axes_are_kept(loss):
    p = np.random.default_rng(0).dirichlet(np.ones(3), (4, 5, 20))
    codes = np.arange(20) % 3
    stacked = pointwise_losses(p, codes, loss)
    assert stacked.shape == (4, 5, 20)
    assert_allclose(stacked[2, 3], pointwise_losses(p[2, 3], codes, loss), rtol=1e-14)


def test_an_unknown_loss_is_named():
    with pytest.raises(ValueError, match="zero_one, brier, log_loss, got 'hinge'"):
        pointwise_losses(np.ones((1, 2)) / 2, np.zeros(1, dtype=int), "hinge")

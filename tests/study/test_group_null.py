"""The corrected test under equality, where subjects and not rows are independent."""

import numpy as np
import pytest

from genvsdisc import NaiveBayesClassifier, corrected_ttest
from genvsdisc.study.fits.group_splits import GroupDraws
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.sampling import Sampling


def group_null_pvalue(seed, n_subjects, n_rows, n_splits):
    """Two naive Bayes classifiers on two sets of columns of one law: equal in the mean, judged by whole subjects."""
    rng = np.random.default_rng(seed)
    subject = np.repeat(np.arange(n_subjects), n_rows)
    y = rng.permutation(np.arange(n_subjects) % 2)[subject]
    tables = [
        rng.normal(size=(len(y), 3)) + rng.normal(size=(n_subjects, 3))[subject] + 0.7 * y[:, None] for _ in range(2)
    ]
    draws = GroupDraws(y, Sampling("groups", subject))
    weights, tests = draws.folds(n_splits, 10, np.random.RandomState(seed))
    errors = [
        [
            (p.argmax(axis=1) != y[rows]).mean()
            for p, rows in zip(
                refit_probabilities(NaiveBayesClassifier(), X, y, weights, tests, classes=np.arange(2)),
                tests,
                strict=True,
            )
        ]
        for X in tables
    ]
    fractions = [len(rows) / len(y) for rows in tests]
    return corrected_ttest(np.subtract(*errors), test_fraction=fractions).pvalue


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_subjects", "n_rows", "n_splits", "size"),
    # Fourteen subjects, seven of each class, are too few for the correction: 7 % over 600 tables.
    [(14, 15, 5, 0.08), (40, 15, 10, 0.05), (100, 10, 10, 0.05)],
)
def test_equal_models_are_rarely_told_apart_over_subjects(n_subjects, n_rows, n_splits, size):
    pvalues = [group_null_pvalue(1000 + seed, n_subjects, n_rows, n_splits) for seed in range(300)]
    assert np.mean(np.array(pvalues) < 0.05) <= size + 2.6 * np.sqrt(size * (1 - size) / 300)

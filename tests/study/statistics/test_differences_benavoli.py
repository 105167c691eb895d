"""The tests of differences on the 54 tables of Benavoli, Corani, Demšar & Zaffalon (JMLR 18, 2017).

benavoli_nbc_aode.csv has, for the accuracy of naive Bayes minus that of AODE over ten times ten folds of each table,
the mean and the standard deviation (dividing by 99), computed from the accuracies in the authors' repository
BayesianTestsML/tutorial, and the two-sided p-value that their first notebook prints. Names are as they stand there,
where two tables are called credit.
"""

from pathlib import Path

import baycomp
import numpy as np
import pandas as pd
import pytest

from genvsdisc import bayesian_comparison, corrected_ttest

TABLES = pd.read_csv(Path(__file__).parent / "benavoli_nbc_aode.csv", index_col="dataset")


def differences(dataset):
    """A hundred numbers with the mean and standard deviation of a table, on which alone the tests depend."""
    row = TABLES.loc[dataset]
    return row["mean"] + row["sd"] * np.sqrt(0.99) * np.tile([-1.0, 1.0], 50)


def test_share_of_significant_tables():
    assert len(TABLES) == 54
    pvalues = [corrected_ttest(differences(dataset), test_fraction=0.1).pvalue for dataset in TABLES.index]
    assert np.mean(np.array(pvalues) < 0.05) == pytest.approx(0.352, abs=5e-4)


@pytest.mark.parametrize("dataset", TABLES.index)
def test_p_values_are_the_printed_ones(dataset):
    test = corrected_ttest(differences(dataset), test_fraction=0.1)
    assert test.pvalue == pytest.approx(TABLES.loc[dataset, "printed_p"], abs=5e-4)


@pytest.mark.parametrize("dataset", TABLES.index)
def test_probabilities_and_p_values_are_those_of_baycomp(dataset):
    d = differences(dataset)
    ours = bayesian_comparison(d, test_fraction=0.1, rope=0.01)
    theirs = baycomp.two_on_single(np.zeros(100), d, rope=0.01, runs=10)
    assert (ours.p_left, ours.p_rope, ours.p_right) == pytest.approx(theirs, abs=1e-9)
    pvalue = 2 * min(baycomp.two_on_single(np.zeros(100), d, runs=10))
    assert corrected_ttest(d, test_fraction=0.1).pvalue == pytest.approx(pvalue, abs=1e-9)


@pytest.mark.parametrize(
    ("dataset", "printed"), [("anneal", (0.9543, 0.0457, 3e-7)), ("audiology", (0.0821, 0.9085, 0.0093))]
)
def test_probabilities_of_the_tutorial(dataset, printed):
    found = bayesian_comparison(differences(dataset), test_fraction=0.1, rope=0.01)
    assert (found.p_left, found.p_rope, found.p_right) == pytest.approx(printed, abs=5e-4)
    assert found.p_right == pytest.approx(printed[2], rel=0.02)


def test_posterior_of_the_tutorial_for_squash_unstored():
    test = corrected_ttest(differences("squash-unstored"), test_fraction=0.1)
    assert (test.mean, test.standard_error) == pytest.approx((-0.056, 0.054232), abs=1e-6)

import numpy as np
import pandas as pd

from genvsdisc.study.fits.inner_folds import InnerFolds
from genvsdisc.study.sampling import Sampling


def test_inner_folds_keep_repeated_rows_together():
    rng = np.random.default_rng(0)
    groups = rng.permutation(np.repeat(np.arange(12), rng.integers(8, 30, 12)))
    X, y = pd.DataFrame({"x": rng.normal(size=len(groups))}), pd.Series(rng.integers(0, 2, len(groups)))
    drawn = np.random.default_rng(0).integers(0, len(y), len(y))
    for kind in ("groups", "time"):
        folds = InnerFolds(Sampling(kind, groups), 4)
        parts = list(folds.split(X.iloc[drawn], y[drawn]))
        assert len(parts) == folds.get_n_splits(X.iloc[drawn], y[drawn]) == 4
        for train, test in parts:
            assert not set(groups[drawn[train]]) & set(groups[drawn[test]])
            assert kind == "groups" or groups[drawn[train]].max() < groups[drawn[test]].min()
    one = np.flatnonzero(groups == 0)
    parts = list(InnerFolds(Sampling("groups", groups), 4).split(X.iloc[one], y[one]))
    assert sorted(np.concatenate([test for _, test in parts])) == list(range(len(one)))


def test_many_groups_stay_whole_too():
    groups = np.random.default_rng(0).permutation(np.repeat(np.arange(450), 2))
    X, y = pd.DataFrame({"x": groups}), groups % 3
    parts = list(InnerFolds(Sampling("groups", groups)).split(X, y))
    assert sorted(np.concatenate([test for _, test in parts])) == list(range(len(groups)))
    assert not any(set(groups[train]) & set(groups[test]) for train, test in parts)

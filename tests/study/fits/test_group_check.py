import pandas as pd
import pytest
from grouped_laws import grouped_table

from genvsdisc.study.fits.group_check import check_groups, fold_errors
from genvsdisc.study.sampling import Sampling
from genvsdisc.study.statistics.leaks import leak_table, leak_warnings
from genvsdisc.study.table import prepare


def test_fold_errors_are_those_of_sklearn():
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.model_selection import GroupKFold, KFold, cross_val_score

    X, y, subject = grouped_table(3, n_subjects=300, n_rows=5, effect=1.0, label="subject", separation=3.0)
    table = prepare(X, y, n_splits=5)
    by_rows, by_groups = fold_errors(table, list(X), Sampling("groups", subject), 0)["shared Gaussian"]
    of_groups = cross_val_score(LinearDiscriminantAnalysis(), X, y, groups=subject, cv=GroupKFold(5))
    of_rows = cross_val_score(LinearDiscriminantAnalysis(), X, y, cv=KFold(5, shuffle=True, random_state=0))
    assert by_groups == pytest.approx(1 - of_groups.mean(), abs=0.02)
    assert by_rows == pytest.approx(1 - of_rows.mean(), abs=0.02)


def test_whole_groups_held_out_show_what_random_folds_hide():
    X, y, subject = grouped_table(0, n_features=15, effect=3.0, label="subject", separation=0.5)
    by_rows, by_groups = fold_errors(prepare(X, y, n_splits=5), list(X), Sampling("groups", subject), 0)["logistic"]
    assert by_groups > by_rows + 0.1


def test_the_message_says_what_to_do_and_whether_the_answer_would_change():
    X, y, subject = grouped_table(0, effect=2.0, label="subject", separation=0.5)
    X["Speaker Number"] = subject
    table = prepare(X, y, n_splits=5)
    found = check_groups(table, leak_table(table), 0)
    (message,) = leak_warnings(found)
    assert message.startswith("'Speaker Number' looks like subjects or files: 40 values of 15 rows each")
    assert "give groups='Speaker Number' (--groups)" in message
    assert "By folds of whole 'Speaker Number': 0-1 error of the shared Gaussian" in message
    again = check_groups(table, leak_table(table), 0)
    pd.testing.assert_frame_equal(found, again)

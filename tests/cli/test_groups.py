"""`genvsdisc report --groups` and `--time`, with real fits."""

import numpy as np
import pandas as pd
import pytest

import genvsdisc
from genvsdisc import cli


def run(capsys, words):
    with pytest.raises(SystemExit) as stop:
        cli.main(words)
    out = capsys.readouterr()
    return stop.value.code, out.out, out.err


def subjects(path):
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(12), 8)
    y = rng.integers(0, 2, len(who))
    effect = 2 * rng.normal(size=(12, 2))[who]
    frame = pd.DataFrame(rng.normal(size=(len(who), 2)) + effect + y[:, None], columns=["a", "b"])
    frame.assign(**{"Speaker Number": who, "day": np.arange(len(who)), "y": y}).to_csv(path, index=False)


@pytest.mark.slow
def test_groups_and_time_are_columns_of_the_table(tmp_path, capsys):
    subjects(tmp_path / "table.csv")
    for option, column, kind in (("--groups", "Speaker Number", "groups"), ("--time", "day", "time")):
        output = tmp_path / kind
        words = ["report", str(tmp_path / "table.csv"), option, column, "--quick", "--models", "logistic,naive Bayes"]
        status, out, err = run(capsys, [*words, "--jobs", "1", "--output", str(output)])
        assert status == 0, err
        saved = genvsdisc.Comparison.load(output)
        assert saved.meta["sampling"]["kind"] == kind
        assert saved.meta["sampling"]["column"] == column
        assert column not in set(saved.columns.column)
        assert saved.models.error.tolist() == ["", ""]
    status, out, err = run(capsys, [*words[:2], "--groups", "speaker", "--quick", "--output", str(tmp_path / "no")])
    assert (status, out) == (2, "")
    assert "groups='speaker' is not a column of X; did you mean 'Speaker Number'?" in err
    assert not (tmp_path / "no").exists()


@pytest.mark.slow
def test_a_table_with_subjects_is_warned_of_on_the_terminal(tmp_path, capsys):
    subjects(tmp_path / "table.csv")
    words = ["report", str(tmp_path / "table.csv"), "--quick", "--models", "logistic,naive Bayes", "--jobs", "1"]
    status, out, err = run(capsys, [*words, "--output", str(tmp_path / "out")])
    assert status == 0, err
    # Once, before the verdict's own sentence, and after what takes the ground from all others.
    guessing = "No model beats the majority class in 0-1 error by more than chance. "
    assert out.removeprefix(guessing).startswith("'Speaker Number' looks like subjects or files")
    assert "By folds of whole 'Speaker Number'" in out

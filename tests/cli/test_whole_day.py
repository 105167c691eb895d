"""The whole day of a user: a messy table, models of others, a test file, costs, new rows, the report again, a gate."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import genvsdisc
from genvsdisc import cli
from genvsdisc.practice.loading import load_models

pytestmark = pytest.mark.slow

ROSTER = """\
from lightgbm import LGBMClassifier
from sklearn.linear_model import LogisticRegression

MODELS = {"ridge": LogisticRegression(max_iter=500), "boosted": LGBMClassifier(n_estimators=20, num_leaves=4)}
"""
COSTS = "true,no,yes\nno,0,1\nyes,5,0\n"


def visits(rng, n, start):
    """Rows as an office exports them: semicolons, decimal commas, German dates, several marks of gaps, free text."""
    ill = rng.random(n) < 0.35
    patient = rng.integers(0, n // 6, n) + start
    marker, price = rng.normal(size=n) + ill, 1000 * rng.lognormal(size=n) * (1 + ill)
    days = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D")
    said = np.where(rng.random(n) < 0.2 + 0.5 * ill, "pain and fever", "a routine check")
    return pd.DataFrame(
        {
            "patient": [f"P{each:03d}" for each in patient],
            "age ": np.where(rng.random(n) < 0.05, "n/a", rng.integers(18, 90, n).astype(str)),
            "marker": [f"{value:.3f}".replace(".", ",") for value in marker],
            "cost €": [f"{value:.2f}".replace(".", ",") for value in price],
            "seen": days.strftime("%d.%m.%Y"),
            "remarks": [f"Visit {k}: {words} at the clinic" for k, words in enumerate(said)],
            "ward": rng.choice(["Nord", "Süd", ""], n),
            "n": rng.integers(1, 4, n),
            "ill": np.where(ill, "yes", "no"),
        }
    )


def run(capsys, *words):
    with pytest.raises(SystemExit) as stop:
        cli.main([str(word) for word in words])
    out = capsys.readouterr()
    return stop.value.code, out.out, out.err


@pytest.fixture
def office(tmp_path, monkeypatch):
    """Files of the office, in the current folder."""
    rng = np.random.default_rng(5)
    monkeypatch.chdir(tmp_path)
    look = {"index": False, "sep": ";", "encoding": "cp1252", "lineterminator": "\n"}
    visits(rng, 240, 0).to_csv("visits.csv", **look)
    visits(rng, 80, 100).to_csv("test.csv", **look)
    visits(rng, 20, 200).drop(columns="ill").to_csv("new.csv", **look)
    Path("roster.py").write_text(ROSTER)
    Path("costs.csv").write_text(COSTS)
    return tmp_path


def test_a_day(office, capsys):
    words = ["--target", "ill", "--groups", "patient", "--weights", "n", "--test", "test.csv", "--costs", "costs.csv"]
    words += ["--models", "roster.py:MODELS, logistic, naive Bayes", "--budget", 20, "--jobs", 1]
    status, out, err = run(
        capsys, "report", "visits.csv", *words, "--save-models", "--json", "all.json", "--output", "monday"
    )
    assert status == 0, err
    first = genvsdisc.Comparison.load("monday")
    assert first.verdict in out
    assert "read as Windows-1252" in err
    assert "'seen': dates: the day, the month, the weekday" in err
    assert "'remarks': free text" in err
    families = first.models.set_index("model").family
    assert list(families) == ["discriminative"] * 3 + ["generative"]
    assert list(families.index) == ["ridge", "boosted", "logistic", "naive Bayes"]
    assert (first.models.error == "").all()
    assert first.meta["sampling"]["column"] == "patient"
    assert not {"patient", "n", "ill"} & set(first.columns.column)
    page = Path("monday/index.html").read_text(encoding="utf-8")
    assert "boosted" in page
    assert str(office) not in page
    whole = json.loads(Path("all.json").read_text(encoding="utf-8"))
    assert whole["verdict"]["sentence"] in first.verdict  # behind what a slow machine has left out

    # The winner on new rows: as the pipeline in Python says, bit for bit.
    status, _, err = run(capsys, "predict", "monday", "new.csv", "--model", "ridge", "--output", "said.csv")
    assert status == 0, err
    said = pd.read_csv("said.csv", dtype=str)
    new = pd.read_csv("new.csv", sep=";", encoding="cp1252")
    model = load_models("monday", models=["ridge"])["ridge"]
    assert said.least_cost.tolist() == np.where(model.predict_proba(new)[:, 1] >= 1 / 6, "yes", "no").tolist()
    np.testing.assert_array_equal(said[["p(no)", "p(yes)"]].astype(float), model.predict_proba(new))
    assert "read as Windows-1252" in err
    status, out, err = run(capsys, "predict", "monday", "new.csv", "--model", "ridge", "--encoding", "cp1252")
    assert (status, "read as" in err) == (0, False)
    assert out == Path("said.csv").read_text(encoding="utf-8")
    status, _, err = run(capsys, "predict", "monday", "new.csv", "--encoding", "ascii")
    assert (status, "is not in ascii: line " in err) == (2, True)
    status, _, err = run(capsys, "predict", "monday", "new.csv", "--model", "boosted", "--output", "no.csv")
    assert (status, Path("no.csv").exists()) == (2, False)
    assert "--trust" in err

    # Once more from what the report itself says (others' models cost what they were timed at then): the same page.
    status, _, err = run(capsys, "report", "--config", "monday", "--jobs", 1, "--output", "tuesday")
    assert status == 0, err
    again = genvsdisc.Comparison.load("tuesday")
    for name, table in first.tables.items():
        if name != "timings":
            pd.testing.assert_frame_equal(table, again.tables[name])
    assert first.meta == again.meta
    assert Path("monday/index.html").read_bytes() == Path("tuesday/index.html").read_bytes()

    # What changed from one to the other: nothing.
    status, out, err = run(capsys, "diff", "monday", "tuesday", "--output", "changes")
    assert status == 0, err
    assert out.startswith("No difference: all tables and facts are equal.")
    assert Path("changes/index.html").is_file()

    # A gate on what is there, without fitting.
    ridge = first.summary.query("model == 'ridge' and loss == 'zero_one'")["mean"].iloc[0]
    assert run(capsys, "report", "monday", "--fail-if", f"zero_one.ridge > {ridge + 0.01}")[0] == 0
    status, _, err = run(capsys, "report", "monday", "--fail-if", f"zero_one.ridge > {ridge - 0.01}")
    assert status == 3
    assert "gate: zero_one.ridge" in err

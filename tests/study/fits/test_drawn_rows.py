"""Rows of the models in a comparison: what stands in its tables."""

import numpy as np
import pandas as pd
import pytest

import genvsdisc as gd

DESIGN = gd.Design(n_splits=3, n_repeats=1, n_draws=2, train_sizes=(40, 80))


@pytest.fixture(scope="module")
def compared():
    rng = np.random.default_rng(0)
    y = np.array(["no", "yes"])[np.arange(160) % 2]
    X = pd.DataFrame({"height": rng.normal(size=160) + (y == "yes"), "income": rng.lognormal(0, 0.8, size=160)})
    X.loc[:5, "income"] = np.nan
    X["color"] = np.array(["red", "blue", "green"])[rng.integers(3, size=160)]
    return gd.compare(X, y, gd.default_models(X)[:4] + gd.default_models(X)[5:6], design=DESIGN)


@pytest.mark.slow
def test_the_skewed_column_is_named_and_words_are_left_alone(compared):
    found = compared.predictive
    assert set(found.model) == set(compared.models.model[compared.models.family == "generative"])
    against = found[(found.pvalue < 0.01) & (found.other == "")]
    assert set(against.column) == {"income"}
    assert set(against.finding) == {"income is skewed"}
    assert set(found.column) <= {"height", "income"}
    assert compared.failures[compared.failures.stage.str.contains("rows of the model")].empty


def test_rows_to_look_at_are_real_ones_and_as_many_drawn(compared):
    rows = compared.predictive_rows
    for _, part in rows.groupby(["model", "column"]):
        assert (part.source == "data").sum() == (part.source == "model").sum() > 0
    assert rows[rows.source == "data"].groupby("column").value.min()["income"] > 0


def test_the_page_shows_the_dial_and_the_rows_in_words(compared, tmp_path):
    compared.to_html(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Between the families" in text
    assert "would not produce your data: income is skewed" in text

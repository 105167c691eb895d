import numpy as np
import pandas as pd
import pytest
from examples import few
from grouped_laws import clean_table, grouped_table
from scipy import stats

from genvsdisc.study.sampling import Sampling
from genvsdisc.study.statistics.group_leaks import group_columns
from genvsdisc.study.statistics.label_leaks import giving_away
from genvsdisc.study.statistics.leaks import leak_table, leak_warnings
from genvsdisc.study.table import prepare

RNG = np.random.default_rng(2026)  # not that of `numbers`


def leaks(X, y, **sampling):
    return leak_table(prepare(X, y, n_splits=3, **sampling))


def kinds(X, y, **sampling):
    return set(leaks(X, y, **sampling)[["kind", "column"]].itertuples(index=False, name=None))


def numbers(n=300, d=4, seed=0):
    rng = np.random.default_rng(seed)
    y = pd.Series(rng.integers(0, 2, n), name="ill")
    return pd.DataFrame(rng.normal(size=(n, d)) + 0.8 * y.to_numpy()[:, None], columns=list("abcdefgh")[:d]), y


# False alarms and power ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_clean_tables_are_rarely_warned_of():
    """13 of 600 such tables were named when the checks were written; these are others."""
    n_tables = 120
    alarms = sum(len(leaks(*clean_table(seed))) > 0 for seed in range(10_000, 10_000 + n_tables))
    assert alarms <= stats.binom.ppf(0.999, n_tables, 0.03)


NAMES = {
    "a hint": ("subject", lambda g: g),
    "numbers in a row": ("x9", lambda g: g),
    "other numbers": ("x9", lambda g: 37.0 * g + 5),
    "codes": ("q", lambda g: np.array([f"S{k:02d}" for k in g])),
    "words": ("q", lambda g: np.array(["".join(np.random.default_rng(k).choice(list("abcdef"), 6)) for k in g])),
}


@pytest.mark.parametrize("how", NAMES)
@pytest.mark.parametrize("label", few(["row", "subject"]))
def test_a_column_of_subjects_is_named_whatever_its_name_and_the_order_of_the_rows(how, label):
    name, values = NAMES[how]
    named = 0
    for seed in range(20):
        X, y, subject = grouped_table(seed, effect=1.0, label=label)
        shuffled = np.random.default_rng(seed).permutation(len(y))
        names = np.random.default_rng(seed).permutation(40)[subject]
        X = X.assign(**{name: values(names)}).iloc[shuffled].reset_index(drop=True)
        named += ("group", name) in kinds(X, y.iloc[shuffled].reset_index(drop=True))
    assert named >= 18


@pytest.mark.parametrize("label", ["row", "subject"])
def test_subjects_without_a_column_are_seen_in_the_order_of_the_rows(label):
    seen = 0
    for seed in range(20):
        X, y, _ = grouped_table(seed, effect=1.0, label=label)
        seen += ("row order", "") in kinds(X, y)
        shuffled = np.random.default_rng(seed).permutation(len(y))
        assert ("row order", "") not in kinds(X.iloc[shuffled], y.iloc[shuffled])
    assert seen >= 18


@pytest.mark.parametrize(("label", "effect"), [("row", 0.6), ("subject", 0.35), ("row", 0.3), ("subject", 0.3)])
def test_weak_effects_of_subjects_are_seen_in_the_order_of_the_rows(label, effect):
    """Fifteen rows of a subject, each little like the next; labels of whole subjects come in blocks besides."""
    tables = [grouped_table(300 + seed, effect=effect, label=label)[:2] for seed in range(10)]
    assert sum(("row order", "") in kinds(X, y) for X, y in tables) >= 9


@pytest.mark.parametrize("name", ["patient", "codes"])
def test_subjects_that_differ_in_their_labels_only_are_named_by_their_column(name):
    """Each has a share of ill days of its own; the other columns know nothing of it."""
    named = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        X, _ = numbers(600, seed=seed)
        subject = rng.permutation(np.repeat(np.arange(40), 15))
        y = pd.Series((rng.random(600) < rng.beta(1.5, 1.5, 40)[subject]).astype(int))
        values = [f"S{k:02d}" for k in subject] if name == "codes" else subject
        named += ("group", name) in kinds(X.assign(**{name: values}), y)
    assert named >= 9


@pytest.mark.parametrize(("name", "code"), [("patient", 1), ("q", 7), ("word", "s%02dx")])
def test_subjects_that_move_each_class_their_own_way_are_named(name, code):
    """Over both classes such effects cancel, and a forest errs half as often by random folds as on new subjects."""
    rng = np.random.default_rng(3)
    subject, y = rng.permutation(np.repeat(np.arange(40), 15)), rng.integers(0, 2, 600)
    X = rng.normal(size=(600, 5)) + rng.normal(size=(40, 5))[subject] * (2 * y - 1)[:, None]
    values = [code % k if isinstance(code, str) else code * k for k in rng.permutation(40)[subject].tolist()]
    assert kinds(pd.DataFrame(X, columns=list("abcde")).assign(**{name: values}), y) == {("group", name)}


@pytest.mark.parametrize("gaps", [0, 1])
def test_32_words_hide_no_other_leak(gaps):
    """Numbers are cut into 32 quantiles; 32 different words were taken for such, and the whole check failed."""
    X, y = numbers(320)
    words = np.array([*(f"w{chr(97 + k % 26)}{k // 26}x" for k in range(32 - gaps)), *[None] * gaps], dtype=object)
    X = X.assign(town=words[np.arange(320) % 32], sick=np.where(y == 1, "yes", "no"))
    assert ("copy of the target", "sick") in kinds(X, y)


def test_labels_in_blocks_without_alike_rows_are_no_subjects():
    """Files sorted by label, put one after the other: the columns know nothing of the blocks."""
    for seed in range(10):
        X, _ = numbers(600, seed=seed)
        blocks = pd.Series(np.arange(600) // 20 % 2)
        assert kinds(X, blocks) == set()


def test_a_measurement_with_fractions_is_no_name_of_subjects():
    """Sheets come in some thicknesses, of which other sizes follow; unless the label does, they are no subjects."""
    rng = np.random.default_rng(4)
    X, y = numbers(600)
    thickness = rng.choice(np.round(rng.uniform(0.3, 4, 40), 2), 600)
    shift = {value: rng.normal(size=4) for value in np.unique(thickness)}
    X += np.stack([shift[value] for value in thickness])
    assert kinds(X.assign(thick=thickness), y) == set()
    assert kinds(X.assign(thick=np.unique(thickness, return_inverse=True)[1]), y) == {("group", "thick")}


def test_what_groups_and_time_take_care_of_is_not_said():
    X, y, subject = grouped_table(0, effect=2.0)
    X["age"] = np.random.default_rng(0).integers(20, 60, 40)[subject]
    assert kinds(X, y, sampling=Sampling("groups", subject)) == set()
    assert kinds(X, y, sampling=Sampling("time", np.arange(len(y)))) == set()
    assert kinds(X, y) != set()


def test_ordinary_columns_are_no_groups():
    """A month, a rounded number, words that are a coarser version of a number, a product, a rare value."""
    X, y = numbers(600)
    X["month"] = RNG.integers(1, 13, 600)
    X["warmth"] = 10 * np.sin(X["month"] / 2) + RNG.normal(size=600)
    X["rounded"] = X["a"].round(1)
    X["town"] = ["abcdefghijklmnopqrst"[int(k)] * 3 for k in np.clip(np.rint(8 + 3 * X["b"]), 0, 19)]
    X["zeros"] = np.where(RNG.random(600) < 0.8, 0, X["c"].round(1))
    X["patient_age"] = np.rint(50 + 10 * X["d"]).astype(int)
    assert kinds(X, y) == set()


def test_a_file_sorted_by_its_columns_has_no_groups():
    X, y = numbers(600)
    X["b"] += X["a"]
    X["size"] = RNG.choice(["small", "tall", "wide"], 600)
    for by in (["a"], ["size", "a"], ["size", "c"]):
        order = X.sort_values(by).index
        assert kinds(X.loc[order], y.loc[order]) == set()
    order = pd.concat([y, X], axis=1).sort_values(["ill", "a"]).index
    assert kinds(X.loc[order], y.loc[order]) == set()


# Against independent sources ---------------------------------------------------------------------------------------


# Each kind ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Train or Test", ["Train", "Test"]),
        ("x", ["train", "valid", "test"]),
        ("is_train", [0, 1]),
        ("Split", [1, 2, 3]),
        ("fold", [0, 1, 2, 3, 4]),
    ],
)
def test_u05_a_split_marker_is_named(name, values):
    X, y = numbers()
    X[name] = RNG.choice(values, len(X))
    assert kinds(X, y) == {("split marker", name)}


@pytest.mark.parametrize(
    ("name", "values"), [("test", [0, 1]), ("Test Result", ["a", "b"]), ("trained", [0, 1]), ("x", ["yes", "no"])]
)
def test_other_columns_of_two_values_are_no_markers(name, values):
    X, y = numbers()
    X[name] = RNG.choice(values, len(X))
    assert kinds(X, y) == set()


def test_u05_a_copy_of_the_target_is_named():
    X, y = numbers()
    for copy in (y, y.map({0: "well", 1: "sick"}), 7.5 * y + 1, 1 - y):
        assert kinds(X.assign(**{"ill.1": copy}), y) == {("copy of the target", "ill.1")}
    assert "'ill.1' is a copy of the target" in leak_warnings(leaks(X.assign(**{"ill.1": y}), y))[0]


def test_u05_a_column_that_gives_the_label_away_is_named():
    X, y = numbers()
    dose = np.where(y == 1, RNG.uniform(10, 20, len(y)), RNG.uniform(0, 9, len(y)))
    assert kinds(X.assign(dose=dose), y) == {("gives the label away", "dose")}
    flipped = dose.copy()
    flipped[:2] = dose[::-1][:2]
    cause = np.where(y == 1, RNG.choice(["flu", "cold", "measles"], len(y)), "none")
    assert kinds(X.assign(cause=cause), y) == {("gives the label away", "cause")}
    treated = pd.Series(RNG.normal(size=len(y))).where(y == 1)
    assert kinds(X.assign(treated=treated), y) == {("missing entries give the label away", "treated")}


def test_u05_gaps_and_repeated_numbers_hide_no_column_that_gives_the_label_away():
    """The nearest number was asked only where 32 quantiles were 32 levels: not with a gap, nor with equal quantiles."""
    X, y = numbers(n=600)
    rng = np.random.default_rng(0)
    y = y.where(rng.random(600) < 0.8, 0)  # the border between the classes lies within a quantile
    known = y + 0.9 * rng.random(600)
    X = X.assign(with_gap=known.where(X.index != 3), paid=np.where(y == 1, 1 + rng.random(600), 0))
    assert kinds(X, y) == {("gives the label away", "with_gap"), ("gives the label away", "paid")}


@pytest.mark.parametrize("order", ["sorted", "mixed"])
def test_whole_numbers_of_a_file_sorted_by_its_labels_give_nothing_away(order):
    """The label of the next row of the same number was taken, and ages of mere noise were named."""
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat([0, 1], [3000, 2000]), name="ill")
    X = pd.DataFrame(rng.integers(0, [36, 38, 40, 42, 44], size=(5000, 5)), columns=list("abcde"))
    X = X.assign(f=rng.normal(size=5000), g=rng.normal(size=5000), h=y + rng.normal(size=5000))
    rows = np.arange(5000) if order == "sorted" else rng.permutation(5000)
    assert giving_away(prepare(X.iloc[rows], y.iloc[rows], n_splits=3)) == []


def test_easy_tables_give_nothing_away():
    """Where most columns separate the classes, the task is easy and no column is to blame."""
    X, y = numbers()
    assert kinds(X + 20 * y.to_numpy()[:, None], y) == set()


def test_f21_numbers_of_rows_are_named():
    X, y = numbers()
    order = np.argsort(y, kind="stable")
    case = np.empty(len(y), dtype=int)
    case[order] = np.arange(len(y))
    gaps = np.sort(RNG.choice(10**6, len(y), replace=False))[case]
    assert ("identifier", "case_id") in kinds(X.assign(case_id=gaps), y)
    assert ("identifier", "income") not in kinds(X.assign(income=RNG.permutation(gaps)), y)
    permuted = prepare(X.assign(k=case), y, n_splits=3)
    assert "k" not in permuted.X or ("identifier", "k") in kinds(X.assign(k=case), y)


def test_copies_of_rows_are_named_and_coarse_tables_are_not():
    X, y = numbers()
    twice = pd.concat([X, X.iloc[:60]], ignore_index=True)
    found = leaks(twice, pd.concat([y, y.iloc[:60]], ignore_index=True))
    assert found["kind"].tolist() == ["duplicates"]
    assert found["value"].item() == pytest.approx(120 / 360)
    coarse = pd.DataFrame(RNG.integers(0, 3, (400, 4)).astype(str), columns=list("abcd"))
    assert kinds(coarse, pd.Series(RNG.integers(0, 2, 400))) == set()


def test_a_repeated_id_is_a_group_though_its_rows_are_alike_in_a_sorted_column_only():
    """As in the Ohio children of R's geepack: four visits of a child, children sorted by what they did."""
    rng = np.random.default_rng(0)
    child = np.repeat(np.arange(200), 4)
    X = pd.DataFrame({"id": child, "age": np.tile([-2, -1, 0, 1], 200), "smoke": (child >= 120).astype(int)})
    y = pd.Series(rng.random(800) < rng.beta(0.3, 1.2, 200)[child]).map({True: "ill", False: "well"})
    (told,) = group_columns(prepare(X, y, n_splits=3))
    assert told.column == "id"
    assert "'id' looks like subjects or files: 200 values of 4 rows each" in told.message
    shuffled = prepare(X.assign(id=rng.permutation(child)), y, n_splits=3)
    assert group_columns(shuffled) == []


@pytest.mark.parametrize("n_levels", [31, 32, 33])
def test_words_of_as_many_values_as_numbers_are_cut_into_are_words(n_levels):
    rng = np.random.default_rng(0)
    words = np.array([f"{'abcdef'[k % 6]}{'uvwxyz'[k // 6]}" for k in range(n_levels)])
    X, y = pd.DataFrame({"word": words[np.arange(200) % n_levels], "x": rng.normal(size=200)}), np.arange(200) // 100
    assert "gives the label away" not in {kind for kind, _ in kinds(X, pd.Series(y))}


def counted(name="Freq"):
    """Cells of a table of counts: age by sex by answer, and how often each occurred."""
    cells = pd.MultiIndex.from_product(
        [["<30", "30-50", ">50"], ["f", "m"], ["yes", "no"]], names=["age", "sex", "say"]
    )
    return cells.to_frame(index=False).assign(**{name: [23, 51, 18, 44, 39, 40, 31, 35, 60, 12, 55, 9]})


@pytest.mark.parametrize("name", ["Freq", "count", "n", "Number of cases"])
def test_a_column_of_how_often_each_row_occurred_is_named(name):
    table = counted(name)
    assert ("frequencies", name) in kinds(table.drop(columns="say"), table["say"])
    some = table.drop(index=[3, 8])  # cells that are empty need not be there
    assert ("frequencies", name) in kinds(some.drop(columns="say"), some["say"])
    message = next(text for text in leak_warnings(leaks(table.drop(columns="say"), table["say"])) if name in text)
    assert message.startswith(f"'{name}' looks like how often each row occurred")
    assert "Repeat each row as often" in message


def test_weights_that_say_how_often_each_row_occurred_are_told():
    """Logistic regression errs on 64 % of the cases of UCBAdmissions by whole rows, by folds of cases on 29 %."""
    table = counted()
    X, y, weights = table[["age", "sex"]], table["say"], table["Freq"].to_numpy(float)
    assert ("frequencies", "") in kinds(X, y, weights=weights)
    assert ("frequencies", "") not in kinds(X, y, weights=weights + 0.5)
    X, y = numbers()
    assert ("frequencies", "") not in kinds(X, y, weights=RNG.integers(1, 5, len(X)).astype(float))


def test_what_is_no_frequency_is_not_named_so():
    table = counted()
    X, y = table.drop(columns="say"), table["say"]
    others = {
        "another name": X.rename(columns={"Freq": "income"}),
        "fractions": X.assign(Freq=X["Freq"] / 7),
        "below zero": X.assign(Freq=X["Freq"] - 50),
        "a gap": X.assign(Freq=X["Freq"].where(X["Freq"] > 10).astype("Int64")),
        "cells that stand twice": X.assign(age="<30"),
    }
    for why, other in others.items():
        assert not {kind for kind, _ in kinds(other, y)} & {"frequencies"}, why
    X, y = numbers()
    assert not {kind for kind, _ in kinds(X.assign(n=RNG.integers(0, 40, len(X))), y)} & {"frequencies"}
    repeated = table.loc[table.index.repeat(table["Freq"])].drop(columns="Freq")
    assert kinds(repeated.drop(columns="say"), repeated["say"]) == set()

"""What rows and labels may be given: estimators, transformers, `compare` and the questions say the same of others."""

import datetime as dt
import enum
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning

import genvsdisc as gd
from genvsdisc.datasets.targets import as_target, class_labels
from genvsdisc.given import given_labels, given_rows
from genvsdisc.study.table import prepare

RNG = np.random.default_rng(0)
X, CODES = RNG.normal(size=(40, 2)), np.arange(40) % 2
FRAME = pd.DataFrame(X, columns=["a", "b"])
ESTIMATORS = [
    gd.GaussianClassifier(),
    gd.NaiveBayesClassifier(),
    gd.WeightedNaiveBayesClassifier(),
    gd.LogisticClassifier(optimizer="newton"),
    gd.HybridClassifier(),
    gd.MLPClassifier((2,), max_iter=1, random_state=0),
    gd.CascadeClassifier(n_restarts=1, max_iter=1, random_state=0),
]
TRANSFORMERS = [gd.TableEncoder(), gd.QuadraticFeatures(), gd.PrototypeDistances()]
DAY = [dt.date(2020, 1, 1), dt.date(2021, 1, 1)]
each = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda estimator: type(estimator).__name__)
quick = pytest.mark.filterwarnings("ignore:.*max_iter")


class Ranked(enum.Enum):
    """Members with an order."""

    LOW, TOP = 1, 2

    def __lt__(self, other):
        return self.value < other.value


def of_two(labels, dtype=object):
    return pd.Series(labels, dtype=dtype).take(CODES).reset_index(drop=True)


def arrow(labels, kind):
    return of_two(pd.array(pa.array(labels, kind), dtype=pd.ArrowDtype(kind)), None)


MISSING = {
    "None": of_two(["a", None]),
    "nan among words": of_two(["a", np.nan]),
    "a list with nan": of_two(["a", np.nan]).tolist(),
    "pd.NA": of_two(["a", pd.NA]),
    "floats": of_two([1.0, np.nan], float),
    "Int64": of_two([1, None], "Int64"),
    "boolean": of_two([True, None], "boolean"),
    "string": of_two(["a", None], "string"),
    "string[pyarrow]": of_two(["a", None], "string[pyarrow]"),
    "category": of_two(["a", None], "category"),
    "datetime64": np.array(["2020-01-01", "NaT"], "M8[D]")[CODES],
    "zoned": of_two(pd.to_datetime(["2020-01-01", None]).tz_localize("UTC"), None),
    "Timedelta": of_two(pd.to_timedelta([1, None], unit="D"), None),
    "polars": pl.Series(of_two(["a", None]).tolist()),
    "polars categorical": pl.Series(of_two(["a", None]).tolist()).cast(pl.Categorical),
    "arrow": pa.array(of_two(["a", None]).tolist()),
    "masked": np.ma.masked_equal(CODES, 1),
    # as in a file, a label that is blank is missing
    "empty": np.array(["a", ""])[CODES],
    "empty in a list": of_two(["a", ""]).tolist(),
    "blanks": of_two(["a", " \t"]),
    "no-break space": of_two(["a", "\u00a0"]),
    "empty string": of_two(["a", ""], "string"),
    "empty string[pyarrow]": of_two(["a", ""], "string[pyarrow]"),
    "empty category": of_two(["a", ""], "category"),
    "empty polars": pl.Series(of_two(["a", ""]).tolist()),
    "empty or missing": np.array(["a", "", "a", None], dtype=object)[np.arange(40) % 4],
}


@pytest.mark.parametrize("name", MISSING)
def test_f13_missing_labels_of_every_type_have_the_same_words(name):
    words = "20 of 40 labels in 'y' are missing, the first in row 1: leave these rows out"
    y = MISSING[name]
    for act in (
        gd.GaussianClassifier().fit,
        gd.NaiveBayesClassifier().fit,
        lambda X, y: gd.GaussianClassifier().fit_replicates(X, y, np.ones((2, 40))),
        lambda X, y: gd.GaussianClassifier().partial_fit(X, y, classes=["a", "b"]),
        lambda X, y: gd.bias_variance(gd.GaussianClassifier(), X, y, X[:4], CODES[:4], n_repeats=2),
        lambda X, y: gd.learning_curve_crossing(ESTIMATORS[0], ESTIMATORS[3], X, y, n_draws=2),
    ):
        with pytest.raises(ValueError, match=words):
            act(X, y)


BAD = [
    (np.c_[CODES, CODES], r"y must be one column of labels, of shape \(n_samples,\), got shape \(40, 2\)"),
    (of_two([np.inf, 1.0], float), "the target 'y' holds infinite numbers: leave these rows out"),
    (of_two([[1], [1, 2]]), "the target 'y' holds lists, such as"),
    (of_two([{"a": 1}, {"a": 2}]), "the target 'y' holds dicts, such as"),
    (of_two([frozenset("a"), frozenset("b")]), "the target 'y' holds frozensets, such as"),
    (np.array([b"a", b"b"], "V1")[CODES], "the target 'y' holds voids, such as"),
    (
        of_two([object(), object()]),
        "the target 'y' holds <object object .*>, of a type that has no order: write labels",
    ),
    (of_two([-np.inf, np.inf]), "the target 'y' holds infinite numbers: leave these rows out"),
    (of_two([10**400, 1]), r"the target 'y' holds infinite numbers.*\(a number above 1.8e308 counts as infinite\)"),
    (of_two([Decimal("1e400"), Decimal(1)]), "the target 'y' holds infinite numbers"),
    (of_two([Decimal("inf"), Decimal(1)]), "the target 'y' holds infinite numbers"),
    (np.array(["1e4000", "1"], np.longdouble)[CODES], "the target 'y' holds infinite numbers"),
    (of_two([1j, 2j]).tolist(), "the target 'y' holds complex numbers: a label is one number or word"),
    (np.array([1j, 2])[CODES], "the target 'y' holds complex numbers: a label is one number or word"),
    (of_two([1, "1"]), "the target 'y' holds 1 and '1', which are written alike: use one type"),
    (0 * CODES, "the target 'y' has one class only, 0: nothing to tell apart"),
    (of_two(["a", "a"]), "the target 'y' has one class only, 'a': nothing to tell apart"),
]


@each
@pytest.mark.parametrize(("y", "words"), BAD, ids=[words[:40] for _, words in BAD])
def test_f12_f16_w14_labels_that_are_none_have_the_words_of_the_questions(estimator, y, words):
    with pytest.raises(ValueError, match=words):
        clone(estimator).fit(X, y)
    with pytest.raises(ValueError, match=words):
        gd.learning_curve_crossing(ESTIMATORS[0], ESTIMATORS[3], X, y, n_draws=2)


LABELS = {
    "boolean": (of_two([False, True], "boolean"), [False, True]),
    "bool[pyarrow]": (arrow([False, True], pa.bool_()), [False, True]),
    "Int64": (of_two([3, 7], "Int64"), [3, 7]),
    "int64[pyarrow]": (arrow([2**62 + 1, 2**62 + 2], pa.int64()), [2**62 + 1, 2**62 + 2]),
    "object of ints": (of_two([3, 7]), [3, 7]),
    "object of bools": (of_two([False, True]), [False, True]),
    "category": (of_two(["u", "v"], "category"), ["u", "v"]),
    "string[pyarrow]": (of_two(["u", "v"], "string[pyarrow]"), ["u", "v"]),
    "dictionary": (arrow(["u", "v"], pa.dictionary(pa.int32(), pa.string())), ["u", "v"]),
    "polars categorical": (pl.Series(of_two(["u", "v"]).tolist()).cast(pl.Categorical), ["u", "v"]),
    "dates": (of_two(DAY), DAY),
    "date32[pyarrow]": (arrow(DAY, pa.date32()), DAY),
    "stamps of a zone": (
        of_two(pd.to_datetime(DAY).tz_localize("UTC"), None),
        list(pd.to_datetime(DAY).tz_localize("UTC")),
    ),
    "months": (
        of_two(pd.PeriodIndex(["2020-01", "2020-02"], freq="M"), None),
        list(pd.PeriodIndex(["2020-01", "2020-02"], freq="M")),
    ),
    "integers beyond 64 bits": (of_two([2**70, 2**70 + 1]), [2**70, 2**70 + 1]),
    "floats beyond 64 bits": (of_two([1e300, 2e300], float), [1e300, 2e300]),
    "floats from 64 bits on": (of_two([0.0, 2.0**63], float), [0.0, 2.0**63]),
    "single floats beyond 64 bits": (of_two([-1e30, 1e30], np.float32), np.float32([-1e30, 1e30]).tolist()),
    "fractions": (of_two([Fraction(1, 3), Fraction(2, 3)]), [Fraction(1, 3), Fraction(2, 3)]),
    "durations": (of_two([dt.timedelta(1), dt.timedelta(2)]), [dt.timedelta(1), dt.timedelta(2)]),
    "tuples": (of_two([(1,), (1, 3)]), [(1,), (1, 3)]),
    "members": (of_two([Ranked.LOW, Ranked.TOP]), [Ranked.LOW, Ranked.TOP]),
    "decimals": (of_two([Decimal("0.5"), Decimal("1.5")]), [Decimal("0.5"), Decimal("1.5")]),
}


@pytest.mark.parametrize("name", LABELS)
@pytest.mark.parametrize("estimator", ESTIMATORS[:4:3])
def test_f16_classes_are_the_labels_as_they_are(estimator, name):
    y, expected = LABELS[name]
    fitted, plain = clone(estimator).fit(X, y), clone(estimator).fit(X, CODES)
    assert [type(label) for label in fitted.classes_.tolist()] == [type(label) for label in expected]
    assert fitted.classes_.tolist() == expected
    assert fitted.predict(X).tolist() == [expected[code] for code in plain.predict(X)]
    assert fitted.score(X, y) == plain.score(X, CODES)
    replicate = clone(estimator).fit_replicates(X, y, np.ones((1, 40)))[0]
    assert replicate.predict(X[:3]).tolist() == fitted.predict(X[:3]).tolist()


def test_f16_batches_take_labels_of_any_type_and_refuse_others():
    y = of_two(DAY)
    one = gd.GaussianClassifier().partial_fit(X[:20], y[:20], classes=DAY).partial_fit(X[20:], y[20:])
    np.testing.assert_allclose(one.means_, gd.GaussianClassifier().fit(X, CODES).means_)
    with pytest.raises(ValueError, match="y has labels outside"):
        one.partial_fit(X, of_two([DAY[0], dt.date(2022, 1, 1)]))
    for classes, words in (
        ([], "classes is empty"),
        (["a", "a"], "has one class only, 'a'"),
        ([1, "a"], "holds 1 and 'a', of two types"),
        ([0.5, 0.7], "continuous"),
    ):
        with pytest.raises(ValueError, match=words):
            gd.GaussianClassifier().partial_fit(X, CODES, classes=classes)


@each
@quick
def test_f12_a_column_of_labels_is_told_once(estimator):
    with pytest.warns(DataConversionWarning, match="column-vector y") as caught:
        clone(estimator).fit(X, pd.DataFrame({"y": of_two(["a", "b"])}))
    assert [warning.category for warning in caught].count(DataConversionWarning) == 1


# Rows -----------------------------------------------------------------------------------------------------------------


STAMPS = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(RNG.integers(0, 500, 40), unit="D"))
GAPS = STAMPS.mask(STAMPS.index % 9 == 0)
DATES = {
    "ns": STAMPS.astype("M8[ns]"),
    "s with gaps": GAPS.astype("M8[s]"),
    "zone": STAMPS.dt.tz_localize("Europe/Berlin"),
    "days": STAMPS.dt.to_period("D"),
    "duration": GAPS - STAMPS.min(),
    "objects": STAMPS.dt.date,
    "objects with gaps": pd.Series([None if i % 9 == 0 else day for i, day in enumerate(STAMPS.dt.date)], dtype=object),
    "times": pd.Series([dt.time(i % 24) for i in range(40)], dtype=object),
    "date32": pd.Series(pd.array(list(STAMPS.dt.date), dtype="date32[pyarrow]")),
    "timestamp[pyarrow]": STAMPS.astype("timestamp[us][pyarrow]"),
}
DATED = {
    **{name: FRAME.assign(day=column) for name, column in DATES.items()},
    "polars": pl.DataFrame({"a": X[:, 0], "day": list(STAMPS.dt.date)}),
    "arrow": pa.table({"a": X[:, 0], "day": pa.array(list(STAMPS.dt.date))}),
}


@pytest.mark.parametrize("name", DATED)
def test_f02_f10_dates_of_every_type_are_refused_by_name_where_nothing_encodes_them(name):
    """A gap among dates was -9.2e18 of a number."""
    words = r"column 'day' holds dates or times \(.*\), which are no numbers yet: put a TableEncoder in front"
    for estimator in (*ESTIMATORS[:4], *TRANSFORMERS[1:]):
        with pytest.raises(ValueError, match=words):
            clone(estimator).fit(DATED[name], CODES)
    assert gd.TableEncoder().fit_transform(DATED[name]).dtype == float


@each
@pytest.mark.parametrize("rows", [np.array(STAMPS, "M8[s]")[:, None], np.array(GAPS - STAMPS[0], "m8[s]")[:, None]])
def test_f02_arrays_of_dates_are_refused(estimator, rows):
    with pytest.raises(ValueError, match="holds dates or times"):
        clone(estimator).fit(rows, CODES)


NO_ROWS = [
    (sparse.dok_array(X), r"X is a sparse matrix of shape \(40, 2\): give X.toarray\(\)"),
    (pl.LazyFrame({"a": X[:, 0]}), r"X is a lazy frame, which has no rows yet: give X.collect\(\)"),
    ({"a": X[:, 0]}, r"got a dict: give pandas.DataFrame\(X\)"),
    (np.array([(1.0, 2.0)] * 40, dtype=[("a", float), ("b", float)]), "got a structured array"),
    (FRAME.set_axis(["a", "a"], axis=1), "column names must differ; 'a' stands more than once: rename one"),
    (FRAME.assign(b="x"), "column 'b' holds 'x', which is no number: put a TableEncoder in front"),
    (pl.DataFrame({"a": X[:, 0], "b": ["x"] * 40}), "column 'b' holds 'x', which is no number"),
    (np.array([[1.0, "x"]] * 40, dtype=object), "column 1 of X holds 'x', which is no number"),
    (FRAME.assign(b=pd.cut(FRAME.a, 3)), r"column 'b' holds '\(.*\]', which is no number"),
]


@pytest.mark.parametrize(("rows", "words"), NO_ROWS, ids=[words[:30] for _, words in NO_ROWS])
def test_f11_f23_what_holds_no_numbers_is_named(rows, words):
    for estimator in (ESTIMATORS[0], *ESTIMATORS[3:5], *TRANSFORMERS[1:]):
        with pytest.raises(ValueError, match=words):
            clone(estimator).fit(rows, CODES)
    fitted = gd.LogisticClassifier(optimizer="newton").fit(FRAME, CODES)
    if isinstance(rows, pd.DataFrame):
        with pytest.raises(ValueError, match=words):
            fitted.predict(rows)


def test_f23_the_encoder_takes_mappings_and_names_what_it_does_not():
    expected = gd.TableEncoder().fit_transform(FRAME)
    np.testing.assert_array_equal(gd.TableEncoder().fit_transform({"a": X[:, 0], "b": X[:, 1]}), expected)
    structured = np.array([tuple(row) for row in X], dtype=[("a", float), ("b", float)])
    np.testing.assert_array_equal(gd.TableEncoder().fit_transform(structured), expected)
    for rows, words in (NO_ROWS[0], NO_ROWS[4]):
        with pytest.raises(ValueError, match=words):
            gd.TableEncoder().fit(rows)
    with pytest.raises(ValueError, match="column 'x0' holds complex numbers"):
        gd.default_models(X + 1j)


def test_masked_entries_are_missing():
    masked = np.ma.masked_less(X, -1.0)
    gaps = np.where(X < -1.0, np.nan, X)
    for estimator in ESTIMATORS[:2]:
        found = clone(estimator).fit(masked, CODES)
        np.testing.assert_array_equal(found.means_, clone(estimator).fit(gaps, CODES).means_)
        np.testing.assert_array_equal(found.predict_proba(masked), found.predict_proba(gaps))
    with pytest.raises(ValueError, match="contains NaN"):
        gd.LogisticClassifier().fit(masked, CODES)


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["u", "v", "w"])])
def test_f14_categories_of_polars_are_categories(kind):
    words = ["u", "v", None, "w"] * 10
    table = pl.DataFrame({"a": X[:, 0], "c": pl.Series(words).cast(kind)})
    plain = pd.DataFrame({"a": X[:, 0], "c": words})
    np.testing.assert_array_equal(gd.TableEncoder().fit_transform(table), gd.TableEncoder().fit_transform(plain))
    assert len(gd.default_models(table)) == len(gd.default_models(plain))
    naive = gd.NaiveBayesClassifier()
    expected = clone(naive).fit(plain, CODES).predict_proba(plain)
    for rows in (table, table.to_arrow()):
        np.testing.assert_array_equal(clone(naive).fit(rows, CODES).predict_proba(rows), expected)


def test_plain_rows_and_labels_are_not_copied():
    assert given_rows(X) is X
    assert given_labels(CODES) is CODES


# What goes beside them ------------------------------------------------------------------------------------------------


TRAINED = [estimator for estimator in ESTIMATORS if "warm_start" in estimator.get_params()]


@quick
@pytest.mark.parametrize("estimator", TRAINED, ids=lambda estimator: type(estimator).__name__)
@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (FRAME[["a"]], "feature names should match"),
        (FRAME[["b", "a"]], "feature names should match"),
        (FRAME.rename(columns={"a": "z"}), "feature names should match"),
        (X[:, :1], "X has 1 features, but"),
        (np.c_[X, X], "X has 4 features, but"),
    ],
)
def test_f28_a_warm_start_goes_on_with_the_same_columns(estimator, rows, words):
    """With others the fit began anew, silently."""
    first = FRAME if isinstance(rows, pd.DataFrame) else X
    warm = clone(estimator).set_params(warm_start=True).fit(first, CODES)
    with pytest.raises(ValueError, match=words):
        warm.fit(rows, CODES)
    warm.fit(first, CODES)
    clone(estimator).fit(first, CODES).fit(rows, CODES)  # a cold one begins anew


@each
@quick
@pytest.mark.parametrize(
    ("weight", "words"),
    [(1e308, "the weights add up to inf"), (1e-320, "add up to 4e-319"), (0.0, "non-zero|positive")],
)
def test_f08_weights_by_which_nothing_can_be_divided_are_refused_or_made_shares(estimator, weight, words):
    if weight and estimator in TRAINED:
        found = clone(estimator).fit(X, CODES, sample_weight=np.full(40, weight))
        np.testing.assert_allclose(found.predict_proba(X), clone(estimator).fit(X, CODES).predict_proba(X))
        return
    with pytest.raises(ValueError, match=words):
        clone(estimator).fit(X, CODES, sample_weight=np.full(40, weight))
    with pytest.raises(ValueError, match=words):
        clone(estimator).fit_replicates(X, CODES, np.full((1, 40), weight))
    with pytest.raises(ValueError, match=r"sample_weight must have shape \(n_replicates, 40\), .*got \(40,\)"):
        clone(estimator).fit_replicates(X, CODES, np.ones(40))


@pytest.mark.parametrize("estimator", ESTIMATORS[:2])
@pytest.mark.parametrize("label", ["z", 0, np.nan, pd.NA, pd.NaT, {"u": 1}])
def test_a_draw_of_an_unknown_class_names_the_classes(estimator, label):
    fitted = clone(estimator).fit(X, np.array(["u", "v"])[CODES])
    with pytest.raises(ValueError, match=r"y must be one of the classes \['u', 'v'\], got"):
        fitted.sample(2, y=label)
    with pytest.raises(ValueError, match=r"y must be a single class or None, got an array of shape \(2,\)"):
        fitted.sample(2, y=["u", "v"])
    with pytest.raises(ValueError, match="priors must be a list in the order of classes_"):
        clone(estimator).set_params(priors={"u": 0.5, "v": 0.5}).fit(X, CODES)


def test_a_draw_of_a_class_that_is_a_date():
    fitted = gd.GaussianClassifier().fit(X, np.array(["2020-01-01", "2021-01-01"], "M8[ns]")[CODES])
    assert fitted.sample(3, y=np.datetime64("2021-01-01"), random_state=0)[1].tolist() == [1609459200000000000] * 3


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (sparse.csr_matrix(CODES[:, None]), "y is a sparse matrix: give y.toarray"),
        (np.array([b"a", "a"], dtype=object)[CODES], "b'a' and 'a'"),
    ],
)
def test_f12_f16_labels_that_no_function_takes_have_the_same_words(y, words):
    for ask in (lambda: gd.GaussianClassifier().fit(X, y), lambda: gd.compare(X, y, {"a": ESTIMATORS[0]})):
        with pytest.raises(ValueError, match=words):
            ask()


NESTED = pd.Series(pa.array([[1], [2, 3]] * 20), dtype=pd.ArrowDtype(pa.list_(pa.int64())))


@pytest.mark.parametrize(
    ("y", "words"),
    [(NESTED, "holds "), (np.array([1 + 2j, 3], dtype=object)[CODES], "complex numbers")],
)
def test_f16_nested_and_complex_labels_in_containers_are_refused(y, words):
    for ask in (class_labels, lambda y: prepare(X, y, n_splits=2), gd.GaussianClassifier().fit):
        with pytest.raises(ValueError, match=words):
            ask(X, y) if hasattr(ask, "__self__") else ask(y)


def test_f23_lists_and_complex_numbers_among_columns_are_named():
    lists = [[1], [2, 3]] * 20
    with pytest.raises(ValueError, match="column 'c' holds "):
        gd.GaussianClassifier().fit(FRAME.assign(c=lists), CODES)
    with pytest.raises(ValueError, match="column 'c' holds lists"):
        prepare({"a": X[:, 0], "c": lists}, CODES, n_splits=2)
    with pytest.raises(ValueError, match="column 'b' holds complex numbers"):
        gd.GaussianClassifier().fit(FRAME.astype({"b": complex}), CODES)


def test_f16_integers_of_128_bits_are_classes():
    y = pl.Series([2**70, 5] * 20, dtype=pl.Int128)
    assert gd.GaussianClassifier().fit(X, y).classes_.tolist() == [5, 2**70]


def test_f16_labels_of_a_type_without_order_are_named():
    with pytest.raises(ValueError, match="no order: write labels as words"):
        gd.LogisticClassifier().fit(X, [Color.RED, Color.BLUE] * 20)


def test_f16_strings_of_numpys_variable_width_are_words():
    y = np.array(["a", "b"], dtype=np.dtypes.StringDType())[CODES]
    assert gd.GaussianClassifier().fit(X, y).classes_.tolist() == ["a", "b"]


def test_f16_labels_without_a_name_are_called_the_same_everywhere():
    for ask in (gd.GaussianClassifier().fit, gd.compare):
        with pytest.raises(ValueError, match=r"in 'y' are missing|the target 'y' has one class only"):
            ask(X, np.where(CODES == 0, "a", None))


@pytest.mark.parametrize("hold", [list, np.array, lambda y: pd.Series(y, dtype=object)])
@pytest.mark.parametrize("other", [(Decimal(0), Decimal(1)), ("a", "b")])
def test_a_signaling_nan_is_a_missing_label_as_the_other_is(hold, other):
    y = [Decimal("sNaN") if i == 3 else other[i % 2] for i in range(40)]
    with pytest.raises(ValueError, match="1 of 40 labels in 'y' are missing, the first in row 3"):
        gd.GaussianClassifier().fit(X, hold(y))
    assert as_target(hold(y), allow_missing=True).isna().tolist() == [i == 3 for i in range(40)]
    with pytest.raises(ValueError, match="1 of 40 labels in 'y' are missing, the first in row 3"):
        as_target(hold(y))


def test_labels_without_an_order_are_refused_by_the_same_words_everywhere():
    shade = enum.Enum("shade", "DARK LIGHT")
    y = [list(shade)[i % 2] for i in range(40)]
    for work in (lambda: gd.GaussianClassifier().fit(X, y), lambda: gd.compare(X, y)):
        with pytest.raises(ValueError, match="of a type that has no order: write labels as words or whole numbers"):
            work()

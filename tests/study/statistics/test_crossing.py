"""Learning curves and the size at which the lead changes."""

import joblib
import numpy as np
import pandas as pd
import pytest
from crossing_laws import LAWS, curves, logistic, naive_bayes
from scipy.stats import t
from sklearn.datasets import load_digits
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from genvsdisc import NaiveBayesClassifier, learning_curve_crossing
from genvsdisc.study.fits.splits import nested_draws
from genvsdisc.study.statistics.crossing import crossing_from_losses, crossing_table
from genvsdisc.study.statistics.dials import DIALS
from genvsdisc.study.statistics.learning_curves import CurveLosses, curve_table
from genvsdisc.study.statistics.losses import pointwise_losses

SIZES = np.array([8, 16, 32, 64, 128])


def flat(mean, spread=0.0, n_draws=30, n_rows=40, seed=0):
    """Losses with a given curve, the same for all rows, and some spread over the draws."""
    mean = np.asarray(mean, dtype=float)
    noise = np.random.default_rng(seed).normal(0, spread, (len(mean), n_draws)) if spread else np.zeros((1, n_draws))
    by_draw = mean[:, None] + noise - noise.mean(axis=1, keepdims=True)
    return CurveLosses(by_draw, np.repeat(mean[:, None], n_rows, axis=1) / n_rows, np.full(n_rows, 1 / n_rows))


ZERO = flat(np.zeros(5))


# Where the crossing is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [9.0, 20.0, 50.0, 127.0])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_line_in_log_m_crosses_where_it_does(where, sign):
    found = crossing_from_losses(SIZES, flat(sign * np.log(SIZES / where)), ZERO)
    assert (found.estimate, found.lower, found.upper) == pytest.approx((where,) * 3, rel=1e-9)
    assert found.leader_smallest == {1: "the generative model", -1: "the discriminative model"}[sign]
    assert found.leader_largest == {-1: "the generative model", 1: "the discriminative model"}[sign]
    assert f"Up to about {where:.0f} training rows {found.leader_smallest} is ahead" in found.finding


def test_the_interval_widens_with_the_noise_and_stays_in_range():
    intervals = [
        crossing_from_losses(SIZES, flat(0.1 * np.log(SIZES / 32), spread), ZERO, random_state=0)
        for spread in (0.05, 0.1, 0.2)
    ]
    widths = np.array([found.upper - found.lower for found in intervals])
    assert (np.diff(widths) > 0).all()
    for found in intervals:
        assert SIZES[0] <= found.lower <= found.estimate <= found.upper <= SIZES[-1]


@pytest.mark.parametrize(
    ("difference", "leader"),
    [([-0.1] * 5, "the generative model"), ([0.1, 0.2, 0.2, 0.2, 0.1], "the discriminative model")],
)
def test_no_crossing_names_the_side_that_leads(difference, leader):
    found = crossing_from_losses(SIZES, flat(difference, 0.01), ZERO)
    assert (found.estimate, found.lower, found.upper) == (None, None, None)
    assert (found.smallest, found.largest) == (8, 128)
    assert found.leader_smallest == found.leader_largest == leader
    (other,) = {"the generative model", "the discriminative model"} - {leader}
    assert found.finding == (
        f"No crossing between 8 and 128 rows: {leader} is ahead of {other} wherever the two can be told apart."
    )


def test_a_crossing_that_would_lie_beyond_the_largest_size_is_not_extrapolated():
    found = crossing_from_losses(SIZES, flat(0.1 * np.log(SIZES / 130), 0.01), ZERO)
    assert found.estimate is None
    assert found.leader_smallest == "the generative model"


def test_a_change_of_sign_within_the_noise_is_no_crossing():
    found = crossing_from_losses(SIZES, flat(0.001 * np.log(SIZES / 32), 0.5), ZERO)
    assert found.estimate is None
    assert "neither the generative model nor the discriminative model is ahead by more than noise" in found.finding


def test_identical_curves_have_no_crossing():
    curve = flat(1 / SIZES, 0.1)
    found = crossing_from_losses(SIZES, curve, curve)
    assert found.estimate is None
    assert found.leader_smallest == "undecided"


def test_curves_that_differ_by_rounding_have_no_leader():
    one, other = flat(np.full(5, 0.3), 0.0), flat(np.full(5, 0.3), 0.0)
    moved = CurveLosses(one.by_draw + 2e-16, one.by_row, one.judged)
    for pair in ((moved, other), (other, moved)):
        found = crossing_from_losses(SIZES, *pair, random_state=0)
        assert found.certain == (0, 0, 0, 0, 0)
        assert found.finding.startswith("No crossing between 8 and 128 rows: neither")


def test_a_lead_that_comes_and_goes_is_said():
    found = crossing_from_losses(SIZES, flat([-0.1, 0.1, 0.1, -0.1, -0.1], 0.01), ZERO)
    assert found.finding == (
        "the generative model and the discriminative model change places more than once between 8 and 128 rows: "
        "ahead is the generative model; then the discriminative model; then the generative model."
    )
    assert found.leaders == ("the generative model", "the discriminative model", "the generative model")


def test_sizes_that_one_model_lacks_are_left_out():
    broken = flat([np.nan, *np.log(SIZES[1:] / 40)])
    found = crossing_from_losses(SIZES, broken, ZERO)
    assert found.smallest == 16
    assert found.estimate == pytest.approx(40)
    nothing = crossing_from_losses(SIZES, flat([np.nan] * 5), ZERO)
    assert nothing.estimate is None
    assert "could not both be fitted" in nothing.finding


# What the curves are --------------------------------------------------------------------------------------------


@pytest.fixture
def predictions():
    rng = np.random.default_rng(0)
    codes = np.arange(24) % 3
    _, test_rows = nested_draws(codes, np.array([6, 12]), 9, random_state=0)
    probabilities = [list(rng.dirichlet(np.ones(3), size=(9, len(test_rows[0])))) for _ in range(2)]
    return probabilities, test_rows, codes


@pytest.mark.parametrize("loss", ["zero_one", "brier", "log_loss"])
def test_losses_are_means_over_draws_and_over_rows(predictions, loss):
    probabilities, test_rows, codes = predictions
    curve = CurveLosses.of(probabilities, test_rows, codes, loss)
    for s in range(2):
        each = [pointwise_losses(p, codes[rows], loss) for p, rows in zip(probabilities[s], test_rows, strict=True)]
        assert curve.by_draw[s] == pytest.approx([losses.mean() for losses in each])
        assert curve.mean[s] == pytest.approx(np.mean(each))
    assert curve.by_row.sum(axis=1) == pytest.approx(curve.mean)
    assert curve.judged.sum() == pytest.approx(1)


def test_covariance_adds_draws_and_rows(predictions):
    curve = CurveLosses.of(*predictions, "brier")
    draws = np.cov(curve.by_draw) / 9
    influence = curve.by_row - curve.mean[:, None] * curve.judged
    assert influence.sum(axis=1) == pytest.approx(0, abs=1e-15)
    units = 1 / (curve.judged**2).sum()
    assert curve.covariance == pytest.approx(draws + influence @ influence.T * units / (units - 1))


@pytest.mark.parametrize("n_rows", [6, 10, 20])
def test_intervals_of_few_rows_hold_as_often_as_they_say(n_rows):
    # Losses of normal rows, known to cross 0 in the middle. Normal intervals missed 13, 9 and 7 % of the means.
    rng, places = np.random.default_rng(n_rows), np.linspace(-1, 1, 6)
    n_tables, missed, crossings, not_held = 600, 0, 0, 0
    for _ in range(n_tables):
        noise = rng.standard_normal((n_rows, 1)) + 0.3 * rng.standard_normal((n_rows, 6))
        by_row = (1.5 * places[:, None] + noise.T) / n_rows
        judged = np.full(n_rows, 1 / n_rows)
        curve = CurveLosses(np.repeat(by_row.sum(axis=1)[:, None], 5, axis=1), by_row, judged)
        nothing = CurveLosses(np.zeros((6, 5)), np.zeros((6, n_rows)), judged)
        missed += (curve.mean - 1.5 * places > curve.intervals("log_loss", 0.95)["upper"] - curve.mean).sum()
        missed += (1.5 * places - curve.mean > curve.intervals("log_loss", 0.95)["upper"] - curve.mean).sum()
        found = crossing_from_losses(np.arange(1.0, 7.0), curve, nothing, dial=DIALS["label noise"], random_state=0)
        if found.estimate is not None:
            crossings += 1
            not_held += not found.lower <= 3.5 <= found.upper
    # Within three standard errors of a share, the means of one table counted as one.
    assert missed / (6 * n_tables) == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / n_tables))
    assert not_held / crossings == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / crossings))


def test_standard_error_is_that_of_independent_rows_when_every_draw_judges_alike():
    # A model that does not depend on its training rows: only the judging rows are random.
    rng = np.random.default_rng(0)
    codes, p = np.arange(400) % 2, rng.dirichlet(np.ones(2), size=400)
    _, test_rows = nested_draws(codes, np.array([10]), 300, random_state=0)
    curve = CurveLosses.of([[p[rows] for rows in test_rows]], test_rows, codes, "log_loss")
    expected = pointwise_losses(p, codes, "log_loss").std() / 20
    assert np.sqrt(curve.covariance[0, 0]) == pytest.approx(expected, rel=0.05)


class _Fussy(KNeighborsClassifier):
    """Cannot be fitted to few rows."""

    def fit(self, X, y):
        if len(X) < 15:
            raise ValueError("needs 15 rows")
        return super().fit(X, y)


def test_a_curve_of_no_errors_has_the_interval_of_the_rule_of_three():
    right = [[np.array([[0.9, 0.1], [0.2, 0.8]])] * 10]
    tests = [np.array([2 * draw, 2 * draw + 1]) for draw in range(10)]
    codes = np.tile([0, 1], 10)
    row = CurveLosses.of(right, tests, codes, "zero_one").intervals("zero_one", 0.95)
    assert row["lower"] == row["mean"] == 0
    assert row["upper"] == pytest.approx(1.96 * 1.5 / 20, rel=1e-3)
    wrong = CurveLosses.of(right, tests, 1 - codes, "zero_one").intervals("zero_one", 0.95)
    assert wrong["lower"] == pytest.approx(1 - 1.96 * 1.5 / 20, rel=1e-3)
    assert wrong["upper"] == 1
    groups = CurveLosses.of(right, tests, codes, "zero_one", units=np.arange(20) // 5).intervals("zero_one", 0.95)
    assert groups["upper"] == pytest.approx(1.96 * 1.5 / 4, rel=1e-3)  # four groups, not twenty rows


def test_a_size_that_cannot_be_fitted_is_not_the_end():
    X, y = load_digits(n_class=2, return_X_y=True)
    found = learning_curve_crossing(GaussianNB(), _Fussy(), X, y, train_sizes=[6, 20, 40], n_draws=5, random_state=0)
    missing = found.curves[found.curves["mean"].isna()]
    assert list(zip(missing["model"], missing["n_train"], strict=True)) == [("discriminative", 6)]
    assert found.notes == ("the discriminative model could not be fitted to 6 rows: needs 15 rows",)
    assert found.smallest == 20


class _Broken(GaussianNB):
    """Raises what is no ValueError, as LightGBM does."""

    def fit(self, X, y):
        if len(X) < 15:
            raise KeyError("bin")
        return super().fit(X, y)


def test_a_size_at_which_a_classifier_raises_any_error_is_not_the_end():
    X, y = load_digits(n_class=2, return_X_y=True)
    options = {"n_draws": 5, "random_state": 0}
    found = learning_curve_crossing(GaussianNB(), _Broken(), X, y, train_sizes=[6, 20, 40], **options)
    assert found.notes == ("the discriminative model could not be fitted to 6 rows: KeyError: 'bin'",)
    whole = learning_curve_crossing(GaussianNB(), GaussianNB(), X, y, train_sizes=[6, 20, 40], **options).curves
    assert found.curves["mean"].tolist()[4:] == whole["mean"].tolist()[4:]
    assert np.isnan(found.curves["mean"][3])
    with pytest.raises(KeyError, match="bin"):
        learning_curve_crossing(GaussianNB(), _Broken(), X, y, train_sizes=[6, 10], **options)


def test_a_model_that_can_be_fitted_nowhere_is_an_error():
    X, y = load_digits(n_class=2, return_X_y=True)
    with pytest.raises(ValueError, match="needs 15 rows"):
        learning_curve_crossing(GaussianNB(), _Fussy(), X, y, train_sizes=[6, 10], n_draws=3)


# The public function --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(n_class=2, return_X_y=True)
    return X, np.array(["zero", "one"])[y]


PAIR = (GaussianNB(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.5))


def run(digits, *, models=PAIR, **options):
    return learning_curve_crossing(
        *models, *digits, **({"train_sizes": [6, 20, 60], "n_draws": 8, "random_state": 3} | options)
    )


def test_curves_of_both_models_at_all_sizes(digits):
    table = run(digits).curves
    assert list(table.columns) == ["model", "n_train", "mean", "se", "lower", "upper", "n_draws"]
    assert list(table["model"]) == ["generative"] * 3 + ["discriminative"] * 3
    assert list(table["n_train"]) == [6, 20, 60] * 2
    assert table["mean"].between(table["lower"], table["upper"]).all()
    reach = (table["upper"] - table["mean"]).to_numpy()
    assert (table["upper"] < 1).all()
    assert table["lower"].to_numpy() == pytest.approx(np.maximum(table["mean"] - reach, 0))
    # About: some rows judge more often than others. Where none errs the rule of three stands, which is no estimate.
    freedom = np.where(table["mean"] > 0, len(digits[0]) - 1, np.inf)
    assert reach / table["se"].to_numpy() == pytest.approx(t.ppf(0.975, freedom), rel=2e-3)


def test_means_are_those_of_a_loop_over_the_same_draws(digits):
    X, y = digits
    table = run(digits).curves
    _, codes = np.unique(y, return_inverse=True)
    weights, test_rows = nested_draws(
        codes, np.array([6, 20, 60]), 8, test_size=0.25, random_state=np.random.RandomState(3)
    )
    losses = [
        1 - GaussianNB().fit(X[w > 0], y[w > 0]).score(X[rows], y[rows])
        for w, rows in zip(weights[1], test_rows, strict=True)
    ]
    assert table["mean"][1] == pytest.approx(np.mean(losses), rel=1e-12)


def test_results_do_not_depend_on_n_jobs_and_repeat_with_the_seed(digits):
    trees = (GaussianNB(), DecisionTreeClassifier(max_features=3))
    one = run(digits, models=trees, n_jobs=1)
    with joblib.parallel_config(backend="threading"):
        two = run(digits, models=trees, n_jobs=2)
    pd.testing.assert_frame_equal(one.curves, two.curves)
    assert one.finding == two.finding


def test_replicates_give_what_single_fits_give(digits):
    class Plain(NaiveBayesClassifier):
        fit_replicates = property()  # the loop over clones is used instead

    at_once = run(digits, models=(NaiveBayesClassifier(), GaussianNB()))
    looped = run(digits, models=(Plain(), GaussianNB()))
    pd.testing.assert_frame_equal(at_once.curves, looped.curves)


@pytest.mark.parametrize("metric", ["brier", "log_loss"])
def test_other_losses(digits, metric):
    table = run(digits, metric=metric).curves
    assert (table["mean"] > 0).all()


def test_impossible_requests_are_explained(digits):
    with pytest.raises(ValueError, match="losses must be some of zero_one, brier, log_loss"):
        run(digits, metric="accuracy")
    with pytest.raises(ValueError, match="train_sizes must lie between 2"):
        run(digits, train_sizes=[10, 5000])


# Tables ---------------------------------------------------------------------------------------------------------

MODELS = pd.DataFrame(
    {
        "model": ["naive", "logistic", "quadratic"],
        "family": ["generative", "discriminative", "generative"],
        "form": ["linear", "linear", "quadratic"],
    }
)


def test_tables_of_a_comparison():
    measured = {
        (model, loss): flat(mean, 0.01)
        for loss in ("zero_one", "log_loss")
        for model, mean in [("naive", 1 + np.log(SIZES / 20)), ("logistic", np.ones(5)), ("quadratic", np.ones(5))]
    }
    table = curve_table(SIZES, measured, MODELS)
    columns = ["model", "family", "form", "n_train", "loss", "mean", "se", "lower", "upper", "n_draws"]
    assert list(table.columns) == columns
    assert len(table) == 2 * 3 * 5
    assert set(table.loc[table["model"] == "quadratic", "form"]) == {"quadratic"}
    crossings = crossing_table(SIZES, measured, MODELS, random_state=0)
    assert list(crossings["loss"]) == ["zero_one", "log_loss"]
    assert crossings["estimate"].to_numpy() == pytest.approx(20, rel=1e-6)
    assert crossings.loc[0, "finding"].startswith("Up to about 20 training rows naive is ahead, beyond that logistic")


def test_no_curves_give_empty_tables():
    assert curve_table(SIZES, {}, MODELS).empty
    assert crossing_table(SIZES, {}, MODELS).empty


# Simulated ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"correlation {law.correlation}")
def test_interval_covers_the_true_crossing(law):
    truth = law.true_crossing(4000, np.random.default_rng(0))
    sizes = np.array([16, 22, 32, 46, 66, 95, 150, 250])
    covered = []
    for seed in range(200):
        X, y = law.draw((2000,), np.random.default_rng(seed))
        found = crossing_from_losses(sizes, *curves(X, y, sizes, 60, (naive_bayes, logistic), seed), random_state=seed)
        covered.append(found.estimate is not None and found.lower <= truth <= found.upper)
    print(f"true crossing {truth:.1f}; covered in {np.mean(covered):.1%} of 200 seeds")
    assert np.mean(covered) >= 0.9


@pytest.mark.slow
def test_equally_good_models_seldom_cross():
    # One learner on the first and on the last columns of a law in which all columns are alike.
    sizes, found = np.array([16, 32, 64, 128, 250]), []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        codes = np.arange(600) % 2
        X = rng.standard_normal((600, 8)) + 0.4 * (2 * codes - 1)[:, None]
        found.append(crossing_from_losses(sizes, *curves(X, codes, sizes, 60, HALVES, seed), random_state=seed))
    share = np.mean([crossing.estimate is None for crossing in found])
    print(f"no crossing in {share:.1%} of 200 seeds")
    assert share >= 0.9


def first_half(X, y):
    w, b = logistic(X[..., :4], y)
    return np.pad(w, ((0, 0), (0, 4))), b


def last_half(X, y):
    w, b = logistic(X[..., 4:], y)
    return np.pad(w, ((0, 0), (4, 0))), b


HALVES = (first_half, last_half)


@pytest.mark.parametrize("n_units", [5, 8, 15, 200])
def test_few_units_do_not_make_leads_of_noise(n_units):
    """One value of the dial, judged once by units whose losses are normal: each model leads in 5% of tables."""
    rng, judged, hits = np.random.default_rng(n_units), np.full(n_units, 1 / n_units), 0
    nothing = CurveLosses(np.zeros((1, 2)), np.zeros((1, n_units)), judged)
    for seed in range(1000):
        losses = rng.normal(size=n_units) * judged
        curve = CurveLosses(np.full((1, 2), losses.sum()), losses[None], judged)
        hits += any(crossing_from_losses(np.array([10]), curve, nothing, random_state=seed).certain)
    assert abs(hits / 1000 - 0.1) < 3 * np.sqrt(0.09 / 1000)  # of 5 units 22% before, of 8 16%

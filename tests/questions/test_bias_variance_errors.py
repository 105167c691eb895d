"""Simulations: corrections for few draws, and standard errors against the spread over independent repetitions."""

from itertools import product

import numpy as np
import pytest
from examples import few
from pokemon_rows import lecture
from scipy.integrate import quad
from scipy.special import expit, softmax
from scipy.stats import norm
from sklearn.tree import DecisionTreeClassifier

from genvsdisc import GaussianClassifier, LogisticClassifier, NaiveBayesClassifier
from genvsdisc.questions.bias_variance import bias_variance
from genvsdisc.study.statistics.bias_variance import decompose

TERMS = ("expected", "bias", "variance", "net_variance")
ALL = ("zero_one", "brier", "log_loss", "zero_one_kohavi_wolpert")


def noisy_models(rng, center, X, S, scale):
    """Probabilities of S softmax models whose coefficients scatter about a center."""
    return softmax(X @ (center + scale * rng.normal(size=(S, *center.shape))), axis=2)


@pytest.mark.parametrize("loss", few(["brier", "log_loss", "zero_one_kohavi_wolpert"]))
@pytest.mark.parametrize("S", few([2, 5, 10]))
def test_few_draws_give_the_variance_and_bias_of_many(loss, S):
    rng = np.random.default_rng(S)
    X = rng.normal(size=(40, 3))
    codes = rng.integers(3, size=40)
    p = noisy_models(rng, rng.normal(size=(3, 3)), X, 4000, 0.2)
    many = decompose(p, codes, [loss]).iloc[0]
    few = [decompose(p[i : i + S], codes, [loss]).iloc[0] for i in range(0, len(p), S)]
    assert np.mean([row["variance"] for row in few]) == pytest.approx(many["variance"], rel=0.03)
    assert np.mean([row["bias"] for row in few]) == pytest.approx(many["bias"], abs=0.03 * many["variance"])


@pytest.mark.slow
def test_standard_errors_match_the_spread_over_repetitions():
    """Terms of 200 independent sets of 100 models, judged on the same 300 rows of three classes."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(300, 3))
    law = rng.normal(size=(3, 3))
    q = softmax(X @ law, axis=1)
    center = law + 0.7 * rng.normal(size=law.shape)
    repetitions = [
        decompose(noisy_models(rng, center, X, 100, 1.0), q, ALL, random_state=r).set_index("loss") for r in range(200)
    ]
    for loss, term in product(ALL, [*TERMS, "interaction"]):
        values = np.array([terms.loc[loss, term] for terms in repetitions])
        errors = np.array([terms.loc[loss, f"{term}_se"] for terms in repetitions])
        assert np.sqrt(np.mean(errors**2)) == pytest.approx(values.std(ddof=1), rel=0.15, abs=1e-12), (loss, term)


REFITTED = {
    "naive Bayes": (NaiveBayesClassifier("gaussian"), 200),
    "separate": (GaussianClassifier("separate"), 200),
    "logistic": (LogisticClassifier(optimizer="newton", standardize=True), 200),
    "tree": (DecisionTreeClassifier(random_state=0), 50),  # fitted one by one
}


@pytest.mark.slow
@pytest.mark.parametrize(("model", "n_repeats"), REFITTED.values(), ids=REFITTED)
def test_standard_errors_of_refits_match_the_spread(model, n_repeats):
    """Over runs of bias_variance that differ in their seeds."""
    rows = lecture()
    refits = [bias_variance(model, *rows, losses=ALL, n_repeats=n_repeats, random_state=r) for r in range(200)]
    for loss, term in product(ALL, ["loss", *TERMS[1:]]):
        errors = np.array([terms.loc[loss, f"{term}_se"] for terms in refits])
        spread = np.std([terms.loc[loss, term] for terms in refits], ddof=1)
        print(f"{loss} {term}: {np.sqrt(np.mean(errors**2)) / spread:.3f}")
        assert np.sqrt(np.mean(errors**2)) == pytest.approx(spread, rel=0.15), (loss, term)


@pytest.mark.parametrize(
    ("loss", "cost"),
    [
        ("zero_one", lambda p: min(p, 1 - p)),
        ("brier", lambda p: 2 * p * (1 - p)),
        ("log_loss", lambda p: -p * np.log(p) - (1 - p) * np.log1p(-p)),
        ("zero_one_kohavi_wolpert", lambda p: p * (1 - p)),
    ],
)
def test_noise_is_that_of_the_law(loss, cost):
    """Two normal classes at distance 2: the noise by quadrature over x, its error over test rows."""
    density = lambda x: (norm.pdf(x, -1) + norm.pdf(x, 1)) / 2  # noqa: E731
    truth = quad(lambda x: density(x) * cost(expit(2 * x)), -8, 8)[0]
    inside = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(500, 1)) + rng.choice([-1, 1], size=(500, 1))
        q = np.column_stack([expit(-2 * X[:, 0]), expit(2 * X[:, 0])])
        row = decompose(np.stack([q, q]), q, [loss]).iloc[0]
        inside.append((row["noise"] - truth) / row["noise_se"])
    assert np.max(np.abs(inside)) < 3.5
    assert np.std(inside) == pytest.approx(1, abs=0.3)

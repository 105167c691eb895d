"""Time ``bias_variance`` against mlxtend's ``bias_variance_decomp``: 1,000 refits on 140 rows of 6 columns.

Run ``python benchmarks/bias_variance.py [--quick]``. mlxtend refits an estimator once for each draw, scikit-learn's of
the same kind at its defaults or ours, and gives three numbers for the 0-1 loss; bias_variance gives the same three with
standard errors, and then again with Brier score and log loss. The goal is 100 times as fast. Times are processor time
with one BLAS thread, so that other work on the machine disturbs them little; mlxtend's are of a tenth of the refits,
times ten. The sides take turns of at least a tenth of a second each, as often as a call fits into it, so that neither
always comes upon a cache that the other has filled.

By default scikit-learn's logistic regression stops with coefficients within about 1e-3 of the optimum, Newton's method
here within 1e-11; in the last row within 2e-6.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from mlxtend.evaluate import bias_variance_decomp
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from threadpoolctl import threadpool_limits

from genvsdisc import GaussianClassifier, LogisticClassifier, NaiveBayesClassifier, bias_variance
from genvsdisc.study.statistics.losses import LOSSES

TURN = 0.1
PAIRS = {
    "Gaussian, shared": (GaussianClassifier("shared"), LinearDiscriminantAnalysis()),
    "Gaussian, separate": (GaussianClassifier("separate"), QuadraticDiscriminantAnalysis()),
    "naive Bayes": (NaiveBayesClassifier("gaussian"), GaussianNB()),
    "logistic": (LogisticClassifier(1e-2, standardize=True), LogisticRegression()),
    "logistic, Newton": (LogisticClassifier(1e-2, optimizer="newton"), LogisticRegression()),
    "logistic, tol=1e-3": (LogisticClassifier(1e-2, optimizer="newton", tol=1e-3), LogisticRegression()),
}


def table(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two normal classes in six columns that overlap as water and normal types do (distance 1.1)."""
    y = np.arange(n) % 2
    return rng.normal(size=(n, 6)) + 0.45 * y[:, None], y


def seconds(calls: Sequence[Callable[[], Any]], times: int) -> list[float]:
    """Least processor time of each call; they take turns, so that a busy machine slows them alike."""
    best = [np.inf] * len(calls)
    for _ in range(times):
        for i, call in enumerate(calls):
            turn = time.process_time()
            while (start := time.process_time()) < turn + TURN:
                call()
                best[i] = min(best[i], time.process_time() - start)
    return best


def study(estimator: Any, data: tuple, losses: tuple[str, ...], n_repeats: int) -> Any:
    return bias_variance(estimator, *data, losses=losses, n_repeats=n_repeats, random_state=0)


def refit(estimator: Any, data: tuple, n_rounds: int) -> Any:
    return bias_variance_decomp(estimator, *data, num_rounds=n_rounds, random_seed=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=1000, help="refits in each study")
    parser.add_argument("--times", type=int, default=5, help="runs of each, the best counts")
    parser.add_argument("--quick", action="store_true", help="20 refits, two runs of each")
    options = parser.parse_args()
    if options.quick:
        options.repeats, options.times = 20, 2
    rng = np.random.default_rng(0)
    (X, y), (X_test, y_test) = table(140, rng), table(70, rng)
    data = (X, y, X_test, y_test)
    print(f"{'':20}{'mlxtend with':>24}{'bias_variance':>28}{'times as fast as mlxtend with':>32}")
    print(f"{'':20}{'sklearn, s':>12}{'ours, s':>12}{'0-1 loss, s':>14}{'all three, s':>14}{'sklearn':>16}{'ours':>16}")
    ratios = {}
    for name, (ours, theirs) in PAIRS.items():
        rounds = max(1, options.repeats // 10)
        calls = [partial(refit, estimator, data, rounds) for estimator in (theirs, ours)]
        calls += [partial(study, ours, data, losses, options.repeats) for losses in (("zero_one",), LOSSES)]
        with threadpool_limits(1, user_api="blas"):
            times = seconds(calls, options.times)
        slow, fast = np.array(times[:2]) * options.repeats / rounds, times[2:]
        print(
            f"{name:20}{slow[0]:12.2f}{slow[1]:12.2f}{fast[0]:14.4f}{fast[1]:14.4f}"
            f"{slow[0] / fast[0]:16.0f}{slow[1] / fast[0]:16.0f}"
        )
        ratios[name] = slow[0] / fast[0]
    for name, ratio in ratios.items():
        print(f"-> bias_variance, {name}, mlxtend with scikit-learn: {ratio:.0f}")


if __name__ == "__main__":
    main()

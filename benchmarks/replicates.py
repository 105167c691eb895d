"""Time 1,000 bootstrap refits on 140 rows of 6 columns against as many scikit-learn fits.

Run ``OMP_NUM_THREADS=1 python benchmarks/replicates.py [--quick]``. `fit_replicates` takes the whole matrix of weights;
scikit-learn's classifier of the same kind, at its defaults, is fitted to each draw on the rows it repeats. The goal is
50 times as fast. `HybridClassifier` has no peer: it and the weighted naive Bayes are timed against a loop of their own
fits, the hybrid with 20 times as fast for a goal. Processor time, the two sides in turns; the loop's is of a tenth of
the fits, times ten.
"""

import argparse
import time
import warnings

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from genvsdisc import (
    GaussianClassifier,
    HybridClassifier,
    LogisticClassifier,
    NaiveBayesClassifier,
    WeightedNaiveBayesClassifier,
)
from genvsdisc.datasets import make_pokemon_style

PAIRS = {
    "Gaussian, shared": (GaussianClassifier("shared"), LinearDiscriminantAnalysis(solver="lsqr")),
    "Gaussian, separate": (GaussianClassifier("separate"), QuadraticDiscriminantAnalysis()),
    "naive Bayes": (NaiveBayesClassifier("gaussian"), GaussianNB()),
    "logistic, Nesterov": (LogisticClassifier(standardize=True), LogisticRegression(max_iter=1000)),
    "logistic, Newton": (LogisticClassifier(optimizer="newton", standardize=True), LogisticRegression(max_iter=1000)),
}
HYBRIDS = [(covariance, structure) for covariance in ("shared", "separate") for structure in ("full", "diagonal")]
OWN_LOOP = {
    f"hybrid, {covariance}, {structure}": HybridClassifier(covariance=covariance, structure=structure, standardize=True)
    for covariance, structure in HYBRIDS
} | {"weighted naive Bayes": WeightedNaiveBayesClassifier()}
PAIRS |= {f"{name}, its own loop": (model, model) for name, model in OWN_LOOP.items()}
DRAWS, SHARE = 1000, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two rounds instead of seven")
    rounds = 2 if parser.parse_args().quick else 7
    data = make_pokemon_style(140, random_state=0)
    X, y = data.X.select_dtypes("int").to_numpy(dtype=float), data.y.to_numpy()
    weights = np.random.default_rng(0).multinomial(len(y), np.full(len(y), 1 / len(y)), size=DRAWS)
    drawn = [np.repeat(np.arange(len(y)), w) for w in weights[: DRAWS // SHARE]]
    print(f"{DRAWS} refits of {X.shape[0]} x {X.shape[1]}, milliseconds: a loop, ours")
    for name, (ours, peer) in PAIRS.items():
        best = [np.inf, np.inf]
        for _ in range(rounds):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                start = time.process_time()
                for rows in drawn:
                    peer.fit(X[rows], y[rows])
                middle = time.process_time()
                ours.fit_replicates(X, y, weights)
                end = time.process_time()
            best = [min(best[0], SHARE * (middle - start)), min(best[1], end - middle)]
        print(f"   {name:<40}{1e3 * best[0]:>9.1f}{1e3 * best[1]:>9.1f}")
        print(f"-> 1,000 refits of 140 x 6, {name}: {best[0] / best[1]:.0f}")


if __name__ == "__main__":
    main()

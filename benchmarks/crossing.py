"""Time a learning-curve crossing with all draws fitted at once against the same loop over scikit-learn's estimators.

Run: python benchmarks/crossing.py [--quick]
"""

import argparse
import time

from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genvsdisc import LogisticClassifier, NaiveBayesClassifier, learning_curve_crossing
from genvsdisc.datasets import make_pokemon_style

STATS = ["hp", "attack", "defense", "sp_attack", "sp_defense", "speed"]
PAIRS = {
    "genvsdisc, replicates": (
        NaiveBayesClassifier(shared_variance=True),
        LogisticClassifier(optimizer="newton", standardize=True),
    ),
    "scikit-learn, loop": (GaussianNB(), make_pipeline(StandardScaler(), LogisticRegression())),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="4 draws of 150 rows instead of 50 of 400")
    n_draws, n_rows = (4, 150) if parser.parse_args().quick else (50, 400)
    data = make_pokemon_style(n_rows, random_state=0)
    X = data.X[[column for column in data.X if column in STATS]]
    times = []
    for name, pair in PAIRS.items():
        start = time.perf_counter()
        found = learning_curve_crossing(*pair, X, data.y, n_draws=n_draws, random_state=0)
        times.append(time.perf_counter() - start)
        print(f"{name:<24}{times[-1]:7.2f} s   {found.finding}")
    print(f"-> learning-curve crossing, {n_draws} draws: {times[1] / times[0]:.1f}")


if __name__ == "__main__":
    main()

"""What is done to every model: folds, draws, sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.study.kinds import check_kind
from genvsdisc.study.plan import DESIGN
from genvsdisc.study.statistics.losses import LOSSES, RARE_CLASS_MEASURES
from genvsdisc.study.statistics.measures import is_measure, measure_name


@dataclass(frozen=True)
class Design:
    """How the models of a comparison are fitted and judged; the same for all of them.

    Parameters
    ----------
    n_splits : int, default=10
        Folds of the stratified cross-validation.
    n_repeats : int, default=10
        How often the folds are drawn anew.
    train_sizes : "auto" or sequence of int, default="auto"
        Training rows at which learning curves are taken; "auto" spaces ten sizes evenly in the logarithm.
    n_draws : int, default=200
        Training sets drawn for each point of a learning curve and for bias and variance.
    test_size : float, default=0.25
        Share of the rows that a draw holds out.
    losses : tuple of str or scorers, default=("zero_one", "brier", "log_loss")
        What is measured: some of these three, and further "balanced_error", "f1_macro", "mcc", "average_precision",
        names of scorers of scikit-learn, or scorers (``sklearn.metrics.make_scorer``). What is no mean over rows
        becomes a column of the leaderboard, with its interval; scorers as scikit-learn has them, greater is better. It
        is kept in `scorers`, the three in `losses`.
    rope : float, default=0.01
        Half-width of the region of practical equivalence, in units of the loss; of costs, in those of the least
        mistake.
    scorers : tuple of str or scorers, default=()
        More that is measured on each fold; where `losses` names such, it is moved here.

    Raises
    ------
    ValueError
        If a number is out of range or a loss is unknown.

    Examples
    --------
    >>> from genvsdisc import Design
    >>> Design(n_repeats=2).sizes(140, 2)
    array([  6,   8,  11,  16,  21,  29,  40,  56,  76, 105])
    """

    n_splits: int = 10
    n_repeats: int = 10
    train_sizes: Any = "auto"
    n_draws: int = 200
    test_size: float = 0.25
    losses: tuple[str, ...] = LOSSES
    rope: float = 0.01
    scorers: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        for name, least in (("n_splits", 2), ("n_repeats", 1), ("n_draws", 2)):
            value = getattr(self, name)
            if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
                raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
        given_sizes = np.asarray(self.train_sizes)  # "auto", else whole numbers
        numbers = given_sizes.ndim == 1 and given_sizes.dtype.kind in "iuf"
        if str(given_sizes) != "auto" and not (numbers and (given_sizes == np.floor(given_sizes)).all()):
            raise ValueError(f"train_sizes must be 'auto' or whole numbers of rows, got {self.train_sizes!r}")
        if not 0 < self.test_size < 1:
            raise ValueError(f"test_size must be between 0 and 1, got {self.test_size!r}")
        if not 0 <= self.rope < np.inf:
            raise ValueError(f"rope must be a finite number and not negative, got {self.rope!r}")
        given = (self.losses,) if isinstance(self.losses, str) else tuple(self.losses)
        means = tuple(loss for loss in given if isinstance(loss, str) and loss in LOSSES)
        others = [*self.scorers, *(loss for loss in given if loss not in means)]
        unknown = [measure for measure in others if not is_measure(measure)]
        if unknown or not means:
            what = f"{unknown[0]!r} is none" if unknown else f"got {given!r}"
            raise ValueError(
                f"losses must be some of {', '.join(LOSSES)}, at least one of them, and further "
                f"{', '.join(RARE_CLASS_MEASURES)}, or scorers of scikit-learn (sklearn.metrics.get_scorer_names()); "
                f"{what}"
            )
        named = {measure_name(measure): measure for measure in others if measure != "roc_auc"}
        if len(named) < len({id(measure) for measure in others if callable(measure)}):
            raise ValueError("two scorers have one name; give functions of different names")
        object.__setattr__(self, "losses", means)
        object.__setattr__(self, "scorers", tuple(named.values()))

    def sizes(self, n_rows: int, n_classes: int) -> NDArray:
        """Training sizes for a table of `n_rows`."""
        largest = n_rows - self.n_held_out(n_rows, n_classes)
        smallest = min(max(6, 2 * n_classes), largest)
        if isinstance(self.train_sizes, str):
            return np.unique(np.geomspace(smallest, largest, 10).round().astype(int))
        sizes = np.unique(np.asarray(self.train_sizes, dtype=int))
        if not len(sizes):
            raise ValueError("train_sizes is empty; give some numbers of rows, or 'auto'")
        if sizes[0] < n_classes or sizes[-1] > largest:
            raise ValueError(
                f"train_sizes must lie between {n_classes} (a row for each class) and {largest} "
                f"(rows left beside the held-out share of {self.test_size}), got {sizes.tolist()}"
            )
        return sizes

    def n_held_out(self, n_rows: int, n_classes: int) -> int:
        """Rows that a draw holds out: the share `test_size`, and at least a row of each class on either side.

        Raises
        ------
        ValueError
            If there are fewer than two rows a class.
        """
        if n_rows < 2 * n_classes:
            raise ValueError(
                f"{n_rows} rows of {n_classes} classes cannot be split: training and held-out rows need one of each "
                "class; merge classes or leave the rarest out"
            )
        return int(min(max(np.ceil(self.test_size * n_rows), n_classes), n_rows - n_classes))

    @classmethod
    def for_classes(cls, counts: Sequence[int]) -> Design:
        """Design for these class counts: ten folds where at least two classes have ten rows, else 5, 3 or 2."""
        return cls(n_splits=next((k for k in (10, 5, 3) if sum(count >= k for count in counts) >= 2), 2))

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Design:
        """Design from what `as_dict` gives; scorers that were functions are gone, and have to be given again."""
        check_kind(stored, DESIGN, "design")
        unknown = [name for name in stored if name not in DESIGN.kinds]
        if unknown:
            raise ValueError(f"a design has no {unknown[0]!r:.40}; it has {', '.join(DESIGN.kinds)}")
        lists = {name: tuple(value) for name, value in stored.items() if isinstance(value, list | tuple)}
        scorers = tuple(name for name in lists.get("scorers", ()) if is_measure(name))
        return cls(**{**stored, **lists, "scorers": scorers})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the record."""
        sizes = self.train_sizes
        plain = {name: value for name, value in vars(self).items() if name != "scorers"}
        named = {"scorers": [measure_name(scorer) for scorer in self.scorers]} if self.scorers else {}
        lists = {
            "train_sizes": sizes if isinstance(sizes, str) else [int(m) for m in sizes],
            "losses": list(self.losses),
        }
        return plain | lists | named


def partitions(n_draws: int) -> int:
    """Count the draws of parts in a study of `n_draws`: a quarter of them, as each takes six fits, but ten at least."""
    return max(n_draws // 4, min(n_draws, 10))

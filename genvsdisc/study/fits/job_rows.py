"""The rows that a job looks at: of a large table these travel to another process, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from genvsdisc.study.evidence import Draws
from genvsdisc.study.fits.job import Job
from genvsdisc.study.fits.sent_words import words_as_codes
from genvsdisc.study.plan import MOST_TRAIN
from genvsdisc.study.table import PreparedTable

OF_HELD_OUT = ("cross-validation", "fit to all rows", "rows of the model")
"""Stages that fit to the beginning of the rows that are not held out."""


class JobRows:
    """Parts of the tables that jobs take, each made once: the subtable, and the rows of the one part held out.

    Parameters
    ----------
    draws : Draws
        Of all jobs.
    """

    def __init__(self, draws: Draws) -> None:
        self.draws = draws
        self._made: list[tuple[PreparedTable, str, PreparedTable]] = []  # of few tables: most models share theirs
        self._sent: list[tuple[Any, tuple[Any, dict[Any, Any]]]] = []

    def of(self, job: Job, table: PreparedTable) -> tuple[PreparedTable, Draws]:
        """Table of the rows that a job looks at, and the draws with the places that these have there.

        A table that is looked at as a whole is given as it is.
        """
        draws = self.draws
        if job.stage not in OF_HELD_OUT:
            if draws.curve_rows is None:
                return table, draws
            places = np.arange(len(draws.curve_rows))
            return self._part(table, "subtable"), replace(draws, curve_rows=places, resampled_rows=places)
        if draws.cv_train is None or job.stop > min(MOST_TRAIN, len(draws.cv_train)):
            return table, draws
        n_train = min(MOST_TRAIN, len(draws.cv_train))
        tests, start = [], n_train
        for block in draws.cv_tests:
            tests.append(np.arange(start, start + len(block)))
            start += len(block)
        return self._part(table, "held out"), replace(draws, cv_train=np.arange(n_train), cv_tests=tests)

    def sent(self, X: Any) -> tuple[Any, dict[Any, Any]]:
        """Rows as they travel (`genvsdisc.study.fits.sent_words.words_as_codes`), made once."""
        for given, sent in self._sent:
            if given is X:
                return sent
        self._sent.append((X, words_as_codes(X)))
        return self._sent[-1][1]

    def _part(self, table: PreparedTable, which: str) -> PreparedTable:
        for whole, name, part in self._made:
            if whole.X is table.X and name == which:
                return part
        draws = self.draws
        train = [] if draws.cv_train is None else [draws.cv_train[:MOST_TRAIN]]
        part = table.take(draws.curve_rows if which == "subtable" else np.concatenate([*train, *draws.cv_tests]))
        self._made.append((table, which, part))
        return part

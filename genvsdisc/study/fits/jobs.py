"""Stages of models as jobs for several processes: a job is one stage of one model on a slice of its draws.

What the jobs are is part of the plan and does not depend on the number of processes, so neither do the results.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, cast

import numpy as np
from joblib import Memory, delayed
from joblib.externals.loky.process_executor import BrokenProcessPool
from numpy.typing import NDArray

from genvsdisc.features.reader import TableReader
from genvsdisc.freed_memory import LARGE_CELLS, give_freed_memory_back
from genvsdisc.models import Model
from genvsdisc.study.costs import last_step
from genvsdisc.study.evidence import OF_FOLDS, Draws, Predictions, Views
from genvsdisc.study.fits.elsewhere import died, in_processes
from genvsdisc.study.fits.encode import MOST_ENCODED_CELLS, Bench
from genvsdisc.study.fits.gaps import GAP_STAGE
from genvsdisc.study.fits.job import MOST_SIDE_BY_SIDE, Job
from genvsdisc.study.fits.job_rows import OF_HELD_OUT, JobRows
from genvsdisc.study.fits.part_fits import QUARTERS
from genvsdisc.study.fits.predictions import DRAWN_STAGE, check_portable, draw_views, predict
from genvsdisc.study.fits.sent_words import words_again
from genvsdisc.study.fits.workers import local_processes, release_workers, watch
from genvsdisc.study.statistics.dials import SHARE_DIALS, UNLABELED
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.study.table import PreparedTable

DIED = "its process ended in the middle of the work: killed, out of memory, or a crash in compiled code"


class Jobs:
    """What runs jobs, with what they share.

    Parameters
    ----------
    workbenches : sequence of Bench
        One for each model of the roster.
    draws : Draws
    n_jobs : int or None
        Processes, as joblib counts them; its backends apply (``joblib.parallel_config``).
    cache : path, default=None
        Folder of finished jobs.
    encoded : sequence of Bench, default=None
        For the jobs that delete entries of the encoded table: one for each model, behind its encoder alone.
    fingerprint : str, default=""
        Of the table and the draws: what a job in the cache was made from.
    """

    def __init__(
        self,
        workbenches: Sequence[Bench],
        draws: Draws,
        *,
        n_jobs: int | None,
        cache: Any = None,
        fingerprint: str = "",
        encoded: Sequence[Bench] | None = None,
    ) -> None:
        self.encoded = list(workbenches) if encoded is None else list(encoded)
        self.benches, self.draws, self.n_jobs, self.fingerprint = workbenches, draws, n_jobs, fingerprint
        self.rows = JobRows(draws)
        unseen = ["X", "words", "codes", "table", "draws", "parent"]
        self.work = run_job if cache is None else Memory(cache, verbose=0).cache(run_job, ignore=unseen)
        self.large = any(np.size(bench.table.X) > LARGE_CELLS for bench in workbenches)
        self.portable = [_can_travel(bench.model) for bench in workbenches]

    def run(self, jobs: Sequence[Job], advance: Callable[[Job], None]) -> dict[int, Predictions]:
        """Run jobs, those that take longest first.

        Parameters
        ----------
        jobs : sequence of Job
        advance : callable
            Called with each job once it is done.

        Returns
        -------
        found : dict
            Place of a model in the roster -> its predictions, put together in the order of the draws.
        """
        order = sorted(range(len(jobs)), key=lambda j: (-jobs[j].seconds, j))
        if self.large:
            give_freed_memory_back()
        results: dict[int, Predictions] = {}
        filling = [j for j in order if self._fills_memory(jobs[j])]
        for some, in_turn in ((filling, True), ([j for j in order if j not in filling], False)):
            away = [j for j in some if self.portable[jobs[j].model]]
            self._away(away, jobs, results, advance, in_turn=in_turn)
        for j in order:
            if j not in results:
                results[j] = self._here(jobs[j], advance)
        if self.large and local_processes():
            release_workers()
        by_model: dict[int, Predictions] = {}
        for j in sorted(results, key=lambda j: (jobs[j].model, jobs[j].start)):
            model = jobs[j].model
            add(by_model.setdefault(model, Predictions(self.benches[model].model)), results[j])
        return by_model

    def _away(
        self,
        some: Sequence[int],
        jobs: Sequence[Job],
        results: dict[int, Predictions],
        advance: Callable[[Job], None],
        *,
        in_turn: bool,
    ) -> None:
        """Run jobs in other processes; where one dies, what is left in smaller parts."""
        try:
            self._send(some, jobs, results, advance, in_turn=in_turn)
        except BrokenProcessPool as error:
            if not died(error):  # a classifier that another process cannot import: the rest is fitted in this one
                self.portable = [False] * len(self.portable)
            else:
                self._apart([j for j in some if j not in results], jobs, results, advance, in_turn=in_turn)
        except Exception as error:
            if not died(error):
                raise
            self._apart([j for j in some if j not in results], jobs, results, advance, in_turn=in_turn)

    def _fills_memory(self, job: Job) -> bool:
        """Whether a job of ours looks at most of a large table, or makes one: one at a time, on mapped rows."""
        bench = self.benches[job.model]
        ours = type(last_step(bench.model.estimator)).__module__.startswith("genvsdisc.")
        large = job.cells > MOST_SIDE_BY_SIDE or np.size(bench.table.X) > MOST_ENCODED_CELLS
        return ours and large and job.stage in OF_HELD_OUT and local_processes()

    def _here(self, job: Job, advance: Callable[[Job], None]) -> Predictions:
        """Run a job in this process."""
        function, arguments, named = self._call(job)
        result: Predictions = function(*arguments, **named)
        advance(job)
        return result

    def _send(
        self,
        some: Sequence[int],
        jobs: Sequence[Job],
        results: dict[int, Predictions],
        advance: Callable[[Job], None],
        *,
        in_turn: bool = False,
    ) -> None:
        """Run some of the jobs in other processes, and keep what comes back."""
        calls = [self._call(jobs[j]) for j in some]
        with closing(in_processes(calls, self.n_jobs, in_turn=in_turn)) as returned:
            for j, result in zip(some, returned, strict=True):
                results[j] = result
                if self.large:  # what was sent is freed by now
                    give_freed_memory_back()
                advance(jobs[j])

    def _apart(
        self,
        rest: Sequence[int],
        jobs: Sequence[Job],
        results: dict[int, Predictions],
        advance: Callable[[Job], None],
        *,
        in_turn: bool = False,
    ) -> None:
        """Run what is left after a process has died: model by model, then those of a model that does it one by one.

        A stage that ends its process when alone is named as failed, and its other jobs are not tried.
        """
        for model in dict.fromkeys(jobs[j].model for j in rest):
            try:
                self._send([j for j in rest if jobs[j].model == model], jobs, results, advance, in_turn=in_turn)
                continue
            except Exception as error:
                if not died(error):
                    raise
            left = [j for j in rest if jobs[j].model == model and j not in results]
            fatal_stages: set[str] = set()
            for j in sorted(left, key=lambda j: jobs[j].stage != "cross-validation"):  # without which the rest is idle
                if not fatal_stages & {jobs[j].stage, "cross-validation"}:
                    try:
                        self._send([j], jobs, results, advance, in_turn=in_turn)
                        continue
                    except Exception as error:
                        if not died(error):
                            raise
                    fatal_stages.add(jobs[j].stage)
                results[j] = Predictions(self.benches[model].model, failures={jobs[j].stage: DIED})
                advance(jobs[j])

    def views(self, table: PreparedTable) -> Views:
        """Draw the decision planes."""
        return draw_views(table, self.draws.seed)

    def _call(self, job: Job) -> Any:
        bench = (self.encoded if job.stage == GAP_STAGE else self.benches)[job.model]
        table, draws = self.rows.of(job, bench.table)
        # The rows travel as arguments of their own: joblib maps large arrays, and Dask sends each to a worker once.
        test = bench.table.test if job.stage == "fit to all rows" else None
        unlabeled = bench.table.unlabeled if job.stage == UNLABELED else None
        drawn = bench.table.drawn if job.stage == DRAWN_STAGE else None
        light = replace(
            table, X=cast(Any, None), y=np.empty(0), codes=np.empty(0, dtype=int), test=test, unlabeled=unlabeled,
            drawn=drawn, reader=TableReader({}),
        )  # fmt: skip
        key = (self.fingerprint, job.stage, job.start, job.stop)
        rows, part = (*self.rows.sent(table.X), table.codes), draws_of(job, draws)
        return delayed(self.work)(key, bench.model, bench.columns, *rows, light, part, parent=os.getpid())


def run_job(
    key: tuple[str, str, int, int],
    model: Model,
    columns: Sequence[Any],
    X: Any,
    words: dict[Any, Any],
    codes: NDArray,
    table: PreparedTable,
    draws: Draws,
    parent: int = 0,
) -> Predictions:
    """Fit one job. What of the arguments is large is not looked at by the cache: `key` holds its fingerprint."""
    watch(parent)
    whole = replace(table, X=words_again(X, words), y=table.classes[codes], codes=codes)
    predictions = predict(model, whole, draws, [key[1]], columns).in_one_piece()
    predictions = replace(predictions, model=replace(model, estimator=None))
    if np.size(X) > LARGE_CELLS:
        give_freed_memory_back()
    return predictions


def draws_of(job: Job, draws: Draws) -> Draws:
    """Keep of the draws what the job looks at, and nothing that would travel in vain."""
    part = draws.part(job.stage, job.start, job.stop)
    nothing: dict[str, Any] = {"design": replace(draws.design, scorers=())}  # functions need not travel
    if job.stage not in OF_FOLDS:
        nothing |= {"cv_weights": draws.cv_weights[:0], "cv_tests": []}
    if job.stage in ("fit to all rows", "rows of the model", "cross-validation", "bias and variance", DRAWN_STAGE):
        nothing |= {"curve_weights": draws.curve_weights[:, :0], "curve_tests": []}
    if job.stage != GAP_STAGE:
        nothing |= {"gaps": None}
    if job.stage != "bias and variance":
        nothing |= {"parts": draws.parts[:0]}
    return replace(part, **nothing)


def add(whole: Predictions, part: Predictions) -> None:
    """Take up what another job found for the same model on later draws."""
    whole.cv += part.cv
    whole.n_train = part.n_train if whole.n_train is None else whole.n_train
    whole.curves = joined(whole.curves, part.curves)
    whole.quarters += part.quarters
    whole.swapped |= {k: np.concatenate([whole.swapped.get(k, new[:0]), new]) for k, new in part.swapped.items()}
    whole.halves += part.halves
    whole.tables += part.tables
    whole.noise = part.noise if whole.noise is None else whole.noise
    for dial, along in part.dials.items():
        before = whole.dials.get(dial)
        whole.dials[dial] = along if before is None else replace(along, curves=joined(before.curves, along.curves))
    whole.novelty = part.novelty if whole.novelty is None else whole.novelty
    whole.fitted = part.fitted if whole.fitted is None else whole.fitted
    whole.test = part.test if whole.test is None else whole.test
    whole.density_floor = part.density_floor if whole.density_floor is None else whole.density_floor
    whole.descent = whole.descent or part.descent
    whole.predictive = part.predictive if whole.predictive is None else whole.predictive
    whole.dials_between |= part.dials_between
    whole.failures = part.failures | whole.failures
    whole.warnings = list(dict.fromkeys([*whole.warnings, *part.warnings]))
    for stage, seconds in part.seconds.items():
        whole.seconds[stage] = whole.seconds.get(stage, 0.0) + seconds
    if "learning curve" in whole.failures:
        whole.curves = {}
        whole.dials = {dial: along for dial, along in whole.dials.items() if dial not in SHARE_DIALS}
    whole.halves = [] if "bias and variance" in whole.failures else whole.halves
    if {"bias and variance", QUARTERS} & set(whole.failures):
        whole.quarters, whole.swapped = [], {}


def joined(first: dict[str, CurveLosses], second: dict[str, CurveLosses]) -> dict[str, CurveLosses]:
    """Join learning curves of the same rows on different draws."""
    return {loss: curve.joined(second[loss]) for loss, curve in first.items()} if first and second else first or second


def _can_travel(model: Model) -> bool:
    """Whether a model can be sent to another process; one that cannot is fitted in this one."""
    try:
        check_portable(model)
    except TypeError:
        return False
    return True

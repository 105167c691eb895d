"""One comparison under way: plan, draws, jobs, second round, tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from genvsdisc import __version__
from genvsdisc.features.encoding import TableEncoder
from genvsdisc.functional.bias_variance import noise
from genvsdisc.models import Model
from genvsdisc.preparation import takes_gaps
from genvsdisc.study.budgets import STANDARD_BUDGET
from genvsdisc.study.decision_costs import least_mistake
from genvsdisc.study.design import Design
from genvsdisc.study.evidence import Draws, Failure, Predictions, Views
from genvsdisc.study.facts import facts_of_options, value_hashes, versions
from genvsdisc.study.fits.candidates import candidates
from genvsdisc.study.fits.drawing import planned_draws
from genvsdisc.study.fits.encode import Made, behind_reader, benches
from genvsdisc.study.fits.gap_drawing import with_gaps
from genvsdisc.study.fits.job import Job, sliced
from genvsdisc.study.fits.jobs import Jobs, add
from genvsdisc.study.fits.predictions import DRAWN_STAGE
from genvsdisc.study.plan import CONDITION_STAGES, MOST_REPEATS, RESAMPLED_STAGES, ModelPlan, Plan
from genvsdisc.study.planning import planned_by_budget, planned_by_design, second_round
from genvsdisc.study.progress import Progress, Steps
from genvsdisc.study.stage_costs import MOST_AT_ONCE
from genvsdisc.study.statistics.differences import BEST, difference_table
from genvsdisc.study.statistics.failures import failure_table, isolated, meaning
from genvsdisc.study.statistics.losses import mean
from genvsdisc.study.statistics.scores import score_table
from genvsdisc.study.statistics.tables import comparison_tables, model_table
from genvsdisc.study.statistics.verdict import SURE, verdict_card, write_verdict
from genvsdisc.study.table import PreparedTable

NO_CARD = {"sentence": "No verdict could be written.", "probabilities": {}, "points": [], "warnings": []}
NOTHING_TOLD = "No verdict: no model could be fitted."


class NothingToCompare(ValueError):
    """No model could be fitted; the message lists why, and `tables` and `meta` hold what a page can show."""

    def __init__(self, message: str, tables: Mapping[str, pd.DataFrame | None], meta: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.tables, self.meta = tables, meta

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (*self.args, self.tables, self.meta)


class Run:
    """One comparison under way.

    Parameters
    ----------
    table : PreparedTable
    roster : list of Model
    design : Design
        Used as it stands, or, under a budget, for its folds, shares and losses.
    seed : int, RandomState instance or None
    n_jobs, cache
        As for `compare`.
    """

    def __init__(
        self, table: PreparedTable, roster: list[Model], *, seed: Any, n_jobs: int | None = None, cache: Any = None
    ) -> None:
        self.table, self.roster, self.seed = table, roster, seed
        self.n_jobs, self.cache = n_jobs, cache
        self.made: Made = {}
        self.benches = benches(roster, table, self.made)
        self.encoded = benches(roster, table, self.made, encode_only=True)
        self.failures: list[Failure] = []
        self.views = Views()

    # Before the first fit ------------------------------------------------------------------------------------------

    def plan_by(
        self, design: Design, *, budget: float | None, stored: Mapping[str, Any] | None, as_given: bool
    ) -> None:
        """Make the plan, or take the one given, and draw what it fits."""
        n_classes, n_columns = len(self.table.classes), self.table.X.shape[1]
        encoder = TableEncoder(self.table.columns)
        n_encoded = int(encoder.get_feature_names_out().size)
        n_unlabeled = 0 if self.table.unlabeled is None else len(self.table.unlabeled)
        self.plan: Plan
        timed: dict[str, float | None] = {}
        if stored is not None:
            names = [model.name for model in self.roster]
            self.plan = Plan.from_dict(stored, n_rows=len(self.table.y), n_classes=n_classes, names=names)
            timed = {name: chosen.timed for name, chosen in self.plan.models.items()}
        rng = check_random_state(self.seed)
        seed, measure = int(rng.randint(np.iinfo(np.int32).max)), stored is None and not as_given
        self.candidates = candidates(self.roster, self.benches, seed, timed, measure=measure, n_jobs=self.n_jobs)
        rng = check_random_state(self.seed) if not isinstance(self.seed, np.random.RandomState) else rng
        if stored is None and as_given:
            self.plan = planned_by_design(design, self.candidates, len(self.table.y), n_classes, n_encoded, n_unlabeled)
        elif stored is None:
            counts = np.bincount(self.table.codes).tolist()
            self.plan = planned_by_budget(
                budget or STANDARD_BUDGET, self.candidates, counts, n_columns, design, n_encoded, n_unlabeled
            )
        planned = Design.from_dict(self.plan.design)
        planned = replace(planned, scorers=design.scorers or planned.scorers)
        if self.plan.budget is not None and not self.plan.held_out_once:
            planned = replace(planned, n_repeats=MOST_REPEATS)  # of which the second round may need all
        self.draws: Draws = planned_draws(self.table.codes, planned, self.plan, rng, self.table.sampling)
        for name, chosen in self.plan.models.items():
            if chosen.left_out:
                stage = "cross-validation"
                self.failures.append(Failure(name, stage, f"left out: {chosen.left_out}", meaning(stage)))

    # Fits ------------------------------------------------------------------------------------------------------------

    def carry_out(self, advance: Progress | None) -> list[Predictions]:
        """Run all jobs, and those of the second round; predictions of every model in the order of the roster."""
        key = ""
        if self.cache is not None:
            names = ("X", "y", "sampling", "weights", "test", "costs", "unlabeled", "drawn")
            key = joblib.hash((*(getattr(self.table, name) for name in names), __version__, self.draws.fingerprint()))
        self.draws = with_gaps(self.draws, self.table, self.made, self.plan, self.failures)
        jobs = Jobs(
            self.benches, self.draws, n_jobs=self.n_jobs, cache=self.cache, fingerprint=key, encoded=self.encoded
        )
        first = [job for m in range(len(self.roster)) for job in self._jobs_of(m)]
        done = Steps(advance, self.roster, len(first) + 1)
        by_model = jobs.run(first, done)
        self.views = jobs.views(self.table)
        done("pictures in two columns")
        folds = self._folds_in_the_end(by_model)
        more = [
            job
            for m, model in enumerate(self.roster)
            if m in by_model
            for job in self._more_folds(m, folds[model.name])
        ]
        done.total += len(more)
        for m, part in jobs.run(more, done).items():
            add(by_model[m], part)
        evidence = []
        for m, model in enumerate(self.roster):
            result = by_model.get(m, Predictions(model))
            if m not in by_model:
                result.failures["cross-validation"] = f"left out: {self.plan.models[model.name].left_out}"
            if result.failed:  # the other stages fail for the same reason, or say what nobody will compare
                result.failures = {"cross-validation": result.failures["cross-validation"]}
            evidence.append(self.benches[m].whole(result, model))
        return evidence

    def _jobs_of(self, m: int) -> list[Job]:
        chosen = self.plan.models[self.roster[m].name]
        if chosen.left_out:
            return []
        cells = chosen.fit_rows * self.candidates[m].columns if self.draws.held_out_once else 0
        jobs = [Job(m, "fit to all rows", 0, chosen.fit_rows, chosen.seconds.get("fit to all rows", 0.0), cells)]
        jobs += self._fold_jobs(m, chosen, 0, chosen.folds)
        for stage in RESAMPLED_STAGES:
            n_draws = chosen.draws.get(stage, 0)
            whole = stage == "label noise" or self.table.sampling.kind != "rows"
            jobs += sliced(m, stage, 0, n_draws, chosen.seconds.get(stage, 0.0), 1 if whole else None)
        for stage in CONDITION_STAGES:
            jobs += sliced(m, stage, 0, chosen.draws.get(stage, 0), chosen.seconds.get(stage, 0.0), 1)
        if self.table.drawn is not None and chosen.draws.get("bias and variance"):
            jobs.append(Job(m, DRAWN_STAGE, 0, 1, 0.1 * chosen.seconds.get("cross-validation", 0.0)))
        if chosen.searched:
            jobs.append(Job(m, "descent paths", 0, 1, chosen.seconds.get("descent paths", 0.0)))
        for stage, folds in chosen.dials.items():
            jobs.append(Job(m, stage, 0, folds, chosen.seconds.get(stage, 0.0)))
        if chosen.drawn_from:
            stage = "rows of the model"
            rows = chosen.fit_rows if chosen.fit_rows <= MOST_AT_ONCE else chosen.rows
            jobs.append(Job(m, stage, 0, rows, chosen.seconds.get(stage, 0.0)))
        return jobs

    def _fold_jobs(self, m: int, chosen: ModelPlan, start: int, stop: int) -> list[Job]:
        stage, seconds = "cross-validation", chosen.seconds.get("cross-validation", 0.0)
        if self.draws.held_out_once:
            return [Job(m, stage, 0, chosen.rows, seconds, chosen.rows * self.candidates[m].columns)]
        stop = min(stop, len(self.draws.cv_tests))
        return sliced(m, stage, start, stop, seconds * (stop - start) / max(chosen.folds, 1), None)

    def _more_folds(self, m: int, stop: int) -> list[Job]:
        chosen = self.plan.models[self.roster[m].name]
        return self._fold_jobs(m, chosen, chosen.folds, stop) if stop > chosen.folds else []

    def _folds_in_the_end(self, by_model: Mapping[int, Predictions]) -> dict[str, int]:
        """Folds of every model after the second round."""
        if self.plan.second_round is None:
            undecided = isolated("second round", lambda: self._undecided(by_model), self.failures, [])
            self.plan.second_round = second_round(self.plan, undecided, self.candidates)
        return self.plan.second_round

    def _undecided(self, by_model: Mapping[int, Predictions]) -> list[str]:
        """Names of the models of pairs of which no probability reaches 0.95 in some loss.

        All models where that pair is the best of each family: which those are is then open too.
        """
        evidence = [replace(by_model[m], model=model) for m, model in enumerate(self.roster) if m in by_model]
        usable = [e for e in evidence if not e.failed]
        if not usable:
            return []
        models = model_table(usable)
        losses = score_table(usable, self.table, self.draws, losses_only=True)
        pairs = difference_table(losses, models, rope=self.draws.design.rope, mistake=least_mistake(self.table.costs))
        surest = pairs[["p_generative", "p_equal", "p_discriminative"]].max(axis=1)
        open_pairs = pairs[~(surest >= SURE)]
        if (open_pairs["form"] == BEST).any():
            return sorted(models["model"])
        return sorted({*open_pairs["generative"], *open_pairs["discriminative"]})

    # Tables ----------------------------------------------------------------------------------------------------------

    def results(
        self,
        evidence: Sequence[Predictions],
        posterior: Callable[[Any], NDArray] | None,
        *,
        name: str | None,
        tuned: bool,
        loss: str,
        notes: Sequence[str] = (),
    ) -> tuple[dict[str, pd.DataFrame | None], dict[str, Any]]:
        """Tables and facts.

        Raises
        ------
        NothingToCompare
            If no model could be cross-validated.
        """
        test_notes = () if self.table.test is None else self.table.test.notes
        meta = self.facts(name=name, tuned=tuned) | {"loss": loss, "notes": [*notes, *test_notes]}
        meta["density_floors"] = {e.model.name: e.density_floor for e in evidence if e.density_floor is not None}
        meta["takes_gaps"] = [model.name for model in self.roster if takes_gaps(model.estimator)]
        if all(e.failed for e in evidence):
            reasons = "; ".join(f"{e.model.name}: {e.failures['cross-validation']}" for e in evidence)
            meta["verdict"] = f"{NOTHING_TOLD} {reasons}"
            parts = failure_table(
                evidence, [f for f in self.failures if not f.model and f.stage not in CONDITION_STAGES]
            )
            few = {"models": model_table(evidence), "classes": self.table.class_counts, "failures": parts}
            raise NothingToCompare(meta["verdict"], few, meta)
        tables = comparison_tables(self.table, self.draws, evidence, self.views, posterior)
        failed = [f for f in self.failures if not f.model]
        if posterior is not None:
            law = np.asarray(posterior(self.table.X), dtype=float)
            meta["bayes"] = {loss: mean(noise(law, loss), self.table.weights) for loss in self.draws.design.losses}
        meta["verdict_card"] = isolated(
            "verdict",
            lambda: verdict_card({k: v for k, v in tables.items() if v is not None}, meta),
            failed,
            NO_CARD | {"loss": loss},
        )
        meta["verdict"] = isolated(
            "verdict", lambda: write_verdict(meta["verdict_card"]), failed, "No verdict could be written."
        )
        tables["failures"] = pd.concat([tables["failures"], failure_table([], failed)], ignore_index=True)
        return tables, meta

    def fitted(self, evidence: Sequence[Predictions]) -> dict[str, Any]:
        """Classifiers fitted to all rows, each behind the reader that takes the table as it was given."""
        return {e.model.name: behind_reader(e.fitted, self.table) for e in evidence if e.fitted is not None}

    def facts(self, *, name: str | None, tuned: bool) -> dict[str, Any]:
        """What a reader needs to run the comparison again."""
        whole = isinstance(self.seed, int | np.integer) and not isinstance(self.seed, bool)
        design = self.draws.design.as_dict()
        if self.plan.second_round and not self.draws.held_out_once:
            most = max(self.plan.second_round.values())
            design["n_repeats"] = max(1, min(most, len(self.draws.cv_tests)) // design["n_splits"])
        return {
            "name": name or "table",
            "target": self.table.target,
            "n_rows": len(self.table.y),
            "n_columns": self.table.X.shape[1],
            "seed": int(self.seed) if whole else None,
            "design": design,
            "plan": self.plan.as_dict(),
            "sampling": self.table.sampling.facts(),
            "splits_hash": self.draws.fingerprint(),
            "folds_hash": self.draws.folds_fingerprint(),
            "values": value_hashes(self.table),
            "versions": versions(),
            "left_out": list(self.table.left_out),
            "tuned": tuned,
            "boundary_axes": [str(axis) for axis in self.views.axes],
        } | facts_of_options(self.table, self.draws.design.rope)

"""A comparison as it is kept: tidy tables and a few facts, saved to a folder and read back to the last bit."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from genvsdisc.files import atomic_file, atomic_folder, finish_commit
from genvsdisc.study.fitted import Fitted
from genvsdisc.study.saved_folders import own_columns, refuse_other_version, saved_facts
from genvsdisc.study.schema import TABLES, SavedTables, conformed, read_csv, write_csv


class Comparison(SavedTables):
    """Result of a comparison: tidy tables, one row an observation, and the facts that go with them.

    Each table is an attribute and an entry of `tables`; the attributes, at the end of this help, list the columns.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Any of the tables; those not given are empty. Columns and their kinds are fixed.
    meta : mapping, default=None
        Facts that JSON can hold: name, target, n_rows, n_columns, seed, design, splits_hash, folds_hash, values (their
        hashes), versions, left_out, notes, boundary_axes, verdict.
    fitted : mapping of str to classifier, default=None
        Models fitted to all rows, by name.

    Attributes
    ----------
    tables : dict of str to DataFrame
        All tables by name, in the order of the list below.
    meta : dict
        As given.
    fitted : dict of str to Pipeline
        Each model that could be fitted to all rows with a label, as a pipeline that takes rows as they were given to
        `compare` and answers with the labels given. Empty where a comparison was read from files: the models that
        ``save(folder, models=True)`` wrote are read by `load_models`.

    Raises
    ------
    ValueError
        If a table or a column is unknown or lacking, or a column does not hold its kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc import Comparison
    >>> classes = pd.DataFrame({"label": ["a", "b"], "rows": [3, 2], "used": True, "note": ""})
    >>> comparison = Comparison({"classes": classes})
    >>> comparison.classes.rows.tolist()
    [3, 2]
    >>> comparison.scores.empty
    True
    """

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame | None],
        meta: Mapping[str, Any] | None = None,
        *,
        fitted: Mapping[str, Any] | None = None,
    ) -> None:
        unknown = sorted(set(tables) - set(TABLES))
        if unknown:
            raise ValueError(f"unknown table {unknown[0]!r}; a comparison has {', '.join(TABLES)}")
        self.tables = {name: conformed(name, tables.get(name)) for name in TABLES}
        # Through JSON once, so that what is in memory is what a saved folder gives back.
        self.meta: dict[str, Any] = json.loads(json.dumps(dict(meta or {}), default=_plain))
        self.fitted: dict[str, Any] = Fitted(fitted or {})

    def __repr__(self) -> str:
        return f"<Comparison {self.meta.get('name', '')!r}: {len(self.models)} models. {self.verdict}>"

    @property
    def verdict(self) -> str:
        """Which family, by how much, how surely, and why, in a few sentences."""
        return str(self.meta.get("verdict", ""))

    # Files -----------------------------------------------------------------------------------------------------

    def save(self, folder: str | os.PathLike[str], *, models: bool = False) -> Path:
        """Write each table as CSV, and ``meta.json``, into a folder.

        All of it is put in place together or not at all. Other files in the folder stay.

        Parameters
        ----------
        folder : path
            Made if it does not exist.
        models : bool, default=False
            Write the fitted models too, as skops files in a folder ``models`` with a ``schema.json``, which names those
            that skops cannot write; `load_models` reads them back.

        Returns
        -------
        folder : Path

        Examples
        --------
        >>> import tempfile
        >>> from genvsdisc import Comparison
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Comparison.load(Comparison({}, {"name": "wine"}).save(folder)).meta
        {'name': 'wine'}
        """
        with atomic_folder(folder) as staging:
            for name, table in self.tables.items():
                write_csv(table, staging / f"{name}.csv")
            text = json.dumps({"tables": own_columns(), "meta": self.meta}, indent=1, ensure_ascii=False)
            (staging / "meta.json").write_text(text + "\n", encoding="utf-8", newline="\n")
            if models:
                from genvsdisc.practice.saving import save_models

                save_models(self, staging)
        return Path(folder)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Read back what `save` wrote, or what a page of `to_html` carries.

        Parameters
        ----------
        folder : path
            A folder written by `save`, or the file of a page. A page carries no timings, and where it would weigh more
            than 300 kB by them, the tables that ``meta["rounded_in_page"]`` lists with five digits (a relative error
            of at most 2^-17), and not those that ``meta["not_in_page"]`` lists, which are empty.

        Returns
        -------
        comparison : Comparison
            With equal tables, dtypes included.

        Raises
        ------
        FileNotFoundError
            If the folder or one of its files is not there.
        ValueError
            If a file is not what `save` writes, or no page that carries its tables.
        """
        source = Path(folder)
        if source.is_file():
            from genvsdisc.practice.record import record_of_page

            tables, meta = record_of_page(source)
            names = {name: list(table.kinds) for name, table in TABLES.items()}
            unlike = (name for name, table in tables.items() if list(table.columns) != names.get(name))
            refuse_other_version(source, unlike)
            return cls(tables, meta)
        finish_commit(source)
        columns, meta = saved_facts(source)
        refuse_other_version(source, [name for name, _ in sorted(columns.items() ^ own_columns().items())])
        return cls({name: read_csv(name, source / f"{name}.csv") for name in TABLES}, meta)

    # Models --------------------------------------------------------------------------------------------------------

    def pipeline(self, name: str) -> str:
        """Write the code that makes a model, as it was fitted to all rows.

        Parameters
        ----------
        name : str
            A model of `fitted`.

        Returns
        -------
        code : str
            Python that, executed, gives ``pipeline``: equal parameters, nothing learned yet.

        Raises
        ------
        KeyError
            If no such model is kept.
        ValueError
            If a parameter is nothing that code can name.
        """
        from genvsdisc.practice.code import pipeline_code

        return pipeline_code(name, self.fitted[name])

    def check(self, rule: str) -> list[str]:
        """Hold the comparison against a rule that must not be true.

        Parameters
        ----------
        rule : str
            Such as ``"loss.logistic > 0.3"``, ``"zero_one.'naive Bayes' - zero_one.logistic > 2%"`` or
            ``"verdict == generative or winner != logistic"``; the grammar stands in `genvsdisc.practice.gate`.

        Returns
        -------
        failures : list of str
            What of the rule is true, with the numbers; empty where the rule is false. A number that is lacking, for the
            model was not scored, makes its clause true.

        Raises
        ------
        ValueError
            If the rule cannot be read or names an unknown loss or model; the message points at the place.

        Examples
        --------
        >>> import genvsdisc as gd
        >>> data = gd.datasets.make_gaussian_pair(60, random_state=0)
        >>> roster = [m for m in gd.default_models() if m.name in ("shared Gaussian", "logistic")]
        >>> result = gd.compare(data.X, data.y, roster, design=gd.Design(n_splits=2, n_repeats=1, n_draws=3))
        >>> result.check("loss.logistic > 0.9 or loss.winner > 90%")
        []
        """
        from genvsdisc.practice.gate import failed_rules

        return failed_rules(rule, self)

    # Pages -----------------------------------------------------------------------------------------------------

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Write the report as one self-contained page.

        Parameters
        ----------
        path : path
            File to write, or an existing folder, which gets an ``index.html``. A page that is there is replaced in
            one step or not at all.

        Returns
        -------
        path : Path
            The file.
        """
        from genvsdisc.report import write_page

        return write_page(self, path)

    def to_json(self, path: str | os.PathLike[str]) -> Path:
        """Write tables, verdict and facts as strict JSON, keys in the order of the documentation.

        Parameters
        ----------
        path : path
            File to write; one that is there is replaced in one step or not at all.

        Returns
        -------
        path : Path
            The file. Its object has ``format`` ("genvsdisc comparison, format 1"), ``verdict`` (outcome, winner,
            sentence, loss, probabilities, points, warnings, text), ``meta`` as it is, and ``tables``: for each its
            ``rows``, objects whose keys are the columns in order, and its ``columns``, objects with name and kind.
            A missing number is null, an infinite one 1e999 or -1e999.

        Examples
        --------
        >>> import json, tempfile
        >>> from genvsdisc import Comparison
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     json.loads(Comparison({}, {"name": "wine"}).to_json(f"{folder}/wine.json").read_text())["meta"]
        {'name': 'wine'}
        """
        from genvsdisc.practice.as_json import json_text

        target = Path(path)
        with atomic_file(target) as draft:
            draft.write_bytes(json_text(self).encode("utf-8"))
        return target

    def _repr_html_(self) -> str:
        """Verdict and leaderboard, for a notebook."""
        from genvsdisc.report import fragment

        return fragment(self)


def _plain(value: Any) -> Any:
    """Give JSON the plain value of NumPy's scalars and arrays."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"meta must be what JSON can hold, got {value!r}")

"""A comparison as it is kept: tidy tables and a few facts, saved to a folder and read back to the last bit."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from genvsdisc.files import atomic_folder, finish_commit
from genvsdisc.study.fitted import Fitted
from genvsdisc.study.schema import TABLES, SavedTables, conformed, read_csv, write_csv


class Comparison(SavedTables):
    """Result of a comparison: tidy tables, one row an observation, and the facts that go with them.

    Each table is an attribute and an entry of `tables`; the attributes, at the end of this help, list the columns.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Any of the tables; those not given are empty. Columns and their kinds are fixed.
    meta : mapping, default=None
        Facts that JSON can hold: name, target, n_rows, n_columns, seed, design, splits_hash, versions, left_out,
        notes, boundary_axes, verdict.
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

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write each table as CSV, and ``meta.json``, into a folder.

        All of it is put in place together or not at all. Other files in the folder stay.

        Parameters
        ----------
        folder : path
            Made if it does not exist.

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
            text = json.dumps({"tables": _columns(), "meta": self.meta}, indent=1, ensure_ascii=False)
            (staging / "meta.json").write_text(text + "\n", encoding="utf-8", newline="\n")
        return Path(folder)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Read back what `save` wrote.

        Parameters
        ----------
        folder : path
            A folder written by `save`.

        Returns
        -------
        comparison : Comparison
            With equal tables, dtypes included.

        Raises
        ------
        FileNotFoundError
            If the folder or one of its files is not there.
        ValueError
            If a file is not what `save` writes.
        """
        source = Path(folder)
        finish_commit(source)
        if not (source / "meta.json").is_file():
            raise FileNotFoundError(
                f"{source} holds no saved comparison: it has no meta.json. Give a folder that Comparison.save "
                "(or genvsdisc report) finished writing"
            )
        try:
            saved = json.loads((source / "meta.json").read_text(encoding="utf-8"))
            columns, meta = dict(saved.get("tables", {})), dict(saved["meta"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{source / 'meta.json'} is not what Comparison.save writes ({error})") from error
        differing = list(dict.fromkeys(name for name, _ in sorted(columns.items() ^ _columns().items())))
        if differing:
            raise ValueError(
                f"{source} was saved by another version of genvsdisc, whose tables differ from this one's in "
                f"{', '.join(differing[:4])}{', ...' if differing[4:] else ''}; run the comparison again"
            )
        return cls({name: read_csv(name, source / f"{name}.csv") for name in TABLES}, meta)

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

    def _repr_html_(self) -> str:
        """Verdict and leaderboard, for a notebook."""
        from genvsdisc.report import fragment

        return fragment(self)


def _columns() -> dict[str, str]:
    """Columns of each table, as a saved folder records them: it documents itself, and another version's is known."""
    return {name: table.columns for name, table in TABLES.items()}


def _plain(value: Any) -> Any:
    """Give JSON the plain value of NumPy's scalars and arrays."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"meta must be what JSON can hold, got {value!r}")

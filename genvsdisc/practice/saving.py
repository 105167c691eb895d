"""Fitted models in a folder: a skops file each, and beside them what they were trained on, as JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from genvsdisc.practice.skops_files import same_bytes
from genvsdisc.practice.trusted import TRUSTED_TYPES
from genvsdisc.practice.winner import winner

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

FOLDER, SCHEMA = "models", "schema.json"
FORMAT = "genvsdisc models, format 2"


def save_models(comparison: Comparison, folder: Path) -> dict[str, str]:
    """Write the fitted models of a comparison into ``folder/models``.

    Parameters
    ----------
    comparison : Comparison
        With `Comparison.fitted`.
    folder : Path
        An existing folder.

    Returns
    -------
    not_saved : dict
        Model -> why skops cannot write it; it stands in the schema too. The others are written.

    Raises
    ------
    ValueError
        If the comparison keeps no fitted models.
    """
    if not comparison.fitted:
        raise ValueError("the comparison keeps no fitted models: only one that `compare` returned does")
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    models: dict[str, Any] = {}
    not_saved: dict[str, str] = {}
    roster = comparison.models.set_index("model")
    for name, fitted in comparison.fitted.items():
        try:
            content, others = skops_bytes(fitted)
        except Exception as error:  # whatever a classifier of others raises while it is taken apart
            not_saved[name] = f"{type(error).__name__}: {' '.join(str(error).split())}"
            continue
        file = f"{len(models) + 1:02d}-{_plain_name(name)}.skops"
        (place / file).write_bytes(content)
        models[name] = {
            "file": file,
            "sha256": sha256(content).hexdigest(),
            "family": str(roster.family.get(name, "")),
            "form": str(roster.form.get(name, "")),
            "rows": _rows(comparison, name),
            "log_density_floor": comparison.meta.get("density_floors", {}).get(name),
            "other_types": others,
        }
    schema = _schema(comparison, models, not_saved)
    whole = schema | {"sha256": schema_digest(schema)}
    text = json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False)
    (place / SCHEMA).write_text(text + "\n", encoding="utf-8", newline="\n")
    return not_saved


def schema_digest(schema: Mapping[str, Any]) -> str:
    """Digest of what a schema says: its costs, floors and labels decide about answers as the models' files do."""
    content = {key: value for key, value in schema.items() if key != "sha256"}
    return sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()


def skops_bytes(fitted: Any) -> tuple[bytes, list[str]]:
    """Bytes of a model, and the types in it that nobody may build without the reader's word.

    Raises
    ------
    Exception
        Whatever skops or the classifier raises, also when what was written cannot be read back.
    """
    import skops.io as sio

    content = same_bytes(sio.dumps(fitted))
    others = [name for name in sio.get_untrusted_types(data=content) if name not in TRUSTED_TYPES]
    sio.loads(content, trusted=[*TRUSTED_TYPES, *others])
    return content, others


def _rows(comparison: Comparison, name: str) -> int | None:
    plan = comparison.meta.get("plan", {}).get("models", {}).get(name, {})
    return plan.get("fit_rows") or comparison.meta.get("n_rows")


def _schema(comparison: Comparison, models: Mapping[str, Any], not_saved: Mapping[str, str]) -> dict[str, Any]:
    """What was trained on what, and what may be asked of it."""
    meta = comparison.meta
    any_model = next(iter(comparison.fitted.values()))
    reader = any_model.steps[0][1]
    columns = comparison.columns.set_index("column")
    try:
        use, why = winner(comparison)
    except ValueError as error:
        use, why = "", str(error)
    return {
        "format": FORMAT,
        "versions": meta.get("versions", {}),
        "comparison": {key: meta.get(key) for key in ("name", "target", "seed", "n_rows", "splits_hash")},
        "labels": [_plain(label) for label in any_model.classes_],
        "costs": meta.get("costs", {}).get("matrix"),
        "columns": [
            {
                "name": str(name),
                "kind": str(columns.kind.get(str(name), "")),
                "dtype": given.dtype,
                "categories": [_plain(level) for level in given.levels],
            }
            for name, given in reader.columns.items()
        ],
        "columns_left_out": [str(name) for name in reader.names if name not in reader.columns],
        "left_out": meta.get("left_out", []),
        "winner": {"model": use, "why": why},
        "models": dict(models),
        "not_saved": dict(not_saved),
        "not_fitted": _not_fitted(comparison),
    }


def _not_fitted(comparison: Comparison) -> dict[str, str]:
    """Models of the roster that were left out or could not be fitted to all rows, and why."""
    failures = comparison.failures
    failed = failures[failures["model"].isin(set(comparison.models["model"]) - set(comparison.fitted))]
    return {str(row.model): str(row.error) for row in failed.drop_duplicates("model", keep="last").itertuples()}


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return value if isinstance(value, str | bool | int) or value is None else str(value)


def drop_former_models(folder: Path, written: Collection[str]) -> bool:
    """Remove the models that a former comparison left in a folder: what it says of other rows is not of this one.

    Returns
    -------
    dropped : bool
        Whether none are left where there were some.
    """
    place = folder / FOLDER
    models = [*place.glob("*.skops"), *place.glob(SCHEMA)]
    for file in models:
        if file.name not in written:
            file.unlink()
    if not models or written:
        return False
    if not any(place.iterdir()):
        place.rmdir()
    return True


def _plain_name(name: str) -> str:
    """A name that every file system takes."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_name).strip("-").lower()[:40] or "model"

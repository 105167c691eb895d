"""Saved models back from a folder: what does not belong there is refused, and no code of others runs unasked."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any

from genvsdisc.files import read_json
from genvsdisc.practice.saving import FOLDER, FORMAT, SCHEMA, schema_digest
from genvsdisc.practice.trusted import TRUSTED_TYPES
from genvsdisc.study.fitted import Fitted
from genvsdisc.study.saved_folders import saved_facts

_REMEDY = "save the models again with genvsdisc report --save-models"


def _is_of_another(facts: Path, schema: Mapping[str, Any]) -> bool:
    """Whether the comparison that was saved there last is not the one whose models these are."""
    if not facts.is_file():
        return False
    meta = saved_facts(facts.parent)[1]
    return any(meta.get(key) != value for key, value in schema.get("comparison", {}).items())


@dataclass(frozen=True)
class SavedModels:
    """Models in a folder, none of them built yet.

    Attributes
    ----------
    folder : Path
        Where their files lie.
    schema : mapping
        What `genvsdisc.practice.saving.save_models` wrote.
    """

    folder: Path
    schema: Mapping[str, Any]

    @classmethod
    def of(cls, folder: str | os.PathLike[str]) -> SavedModels:
        """Find the models of a saved comparison.

        Raises
        ------
        FileNotFoundError
            If there are none.
        ValueError
            If their schema is not what was saved.
        """
        place = Path(folder)
        if not place.exists():
            raise FileNotFoundError(f"no such folder: {os.fspath(folder)!r}")
        place = place if (place / SCHEMA).is_file() else place / FOLDER
        if not (place / SCHEMA).is_file():
            raise FileNotFoundError(f"{os.fspath(folder)!r} holds no saved models: {_REMEDY}")
        try:
            schema = read_json((place / SCHEMA).read_text(encoding="utf-8"))
            whole = schema["format"] == FORMAT and all(
                Path(model["file"]).name == model["file"] and len(model["sha256"]) == 64
                for model in schema["models"].values()
            )
            names = [column["name"] for column in schema["columns"]]
            whole = whole and bool(names) and isinstance(schema["winner"]["model"], str)
            damaged = whole and schema["sha256"] != schema_digest(schema)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{str(place / SCHEMA)!r} is not what was saved ({error!r}); {_REMEDY}") from error
        if not whole:
            raise ValueError(f"{str(place / SCHEMA)!r} is not what this version of genvsdisc saves; {_REMEDY}")
        if damaged:
            raise ValueError(f"{str(place / SCHEMA)!r} is not what was saved: its hash differs; {_REMEDY}")
        if place != Path(folder) and _is_of_another(Path(folder) / "meta.json", schema):
            raise ValueError(
                f"the models in {str(place)!r} are of another comparison than the tables beside; {_REMEDY}"
            )
        return cls(place, schema)

    @property
    def names(self) -> list[str]:
        """Models that were saved."""
        return list(self.schema["models"])

    def chosen(self, name: str | None) -> str:
        """The model asked for, or the winner of the verdict.

        Raises
        ------
        ValueError
            If it was not saved.
        """
        asked = self.schema["winner"]["model"] if name is None else name
        if asked in self.names:
            return asked
        unsaved, unfitted = (self.schema.get(key, {}).get(asked) for key in ("not_saved", "not_fitted"))
        why = "is not among the saved models"
        if unsaved or unfitted:
            why = f"could not be saved ({unsaved})" if unsaved else f"was not fitted to all rows ({unfitted})"
        elif near := get_close_matches(asked, self.names, n=1):
            why += f" (is {near[0]!r} meant?)"
        what = f"no model {asked!r}: it" if name is not None else f"the winner of the verdict, {asked!r},"
        raise ValueError(f"{what} {why}; there are: {'; '.join(self.names) or 'none'}")

    def load(self, name: str, trusted: Collection[str] = ()) -> Any:
        """Build one model.

        Parameters
        ----------
        name : str
            One of `names`.
        trusted : collection of str, default=()
            Packages of others whose types may be built: ``("xgboost",)``. Only with your word: such a file may run
            code of these packages.

        Raises
        ------
        ValueError
            If its file is not the one that was saved, or holds types of packages that are not trusted.
        """
        import skops.io as sio

        entry = self.schema["models"][name]
        path = self.folder / entry["file"]
        content = path.read_bytes()
        if sha256(content).hexdigest() != entry["sha256"]:
            raise ValueError(f"{str(path)!r} is not the file that was saved for {name!r}: its hash differs; {_REMEDY}")
        try:
            others = [each for each in sio.get_untrusted_types(data=content) if each not in TRUSTED_TYPES]
        except Exception as error:  # a file that nobody vouches for may break its reader in any way
            raise ValueError(f"{str(path)!r} is no skops file ({type(error).__name__}: {error}); {_REMEDY}") from error
        foreign = [each for each in others if each.partition(".")[0] not in trusted]
        if foreign:
            packages = sorted({each.partition(".")[0] for each in foreign})
            raise ValueError(
                f"the model {name!r} is built of types of other packages: {', '.join(foreign)}. If you trust whoever "
                f"saved it, say so: --trust {','.join(packages)} (in Python: trusted={packages!r})"
            )
        try:
            return sio.loads(content, trusted=[*TRUSTED_TYPES, *others])
        except ModuleNotFoundError as error:
            raise ValueError(
                f"the model {name!r} needs the module {error.name!r}, which is not found: install it, or put the "
                "folder where its file lies into PYTHONPATH"
            ) from error
        except Exception as error:  # a file whose types are trusted may still be no model
            raise ValueError(
                f"the model {name!r} cannot be built from {str(path)!r} ({type(error).__name__}: {error})"
            ) from error


def load_models(
    folder: str | os.PathLike[str], *, models: Collection[str] | None = None, trusted: Collection[str] = ()
) -> dict[str, Any]:
    """Read the models that ``Comparison.save(folder, models=True)`` wrote.

    Nothing is unpickled: skops builds objects of this package's types (`genvsdisc.practice.trusted`), scikit-learn's
    and NumPy's; those of other packages only if you name the package.

    Parameters
    ----------
    folder : path
        The folder of the comparison.
    models : collection of str, default=None
        Names of the models to read; None reads all.
    trusted : collection of str, default=()
        Packages of others whose types may be built, such as ``("xgboost",)``.

    Returns
    -------
    fitted : dict of str to Pipeline
        As `Comparison.fitted`.

    Raises
    ------
    FileNotFoundError
        If the folder holds no models.
    ValueError
        If a file is not the one that was saved, or needs a package that is not trusted.

    Examples
    --------
    >>> import tempfile
    >>> import genvsdisc as gd
    >>> data = gd.datasets.make_gaussian_pair(60, random_state=0)
    >>> roster = [m for m in gd.default_models() if m.name in ("shared Gaussian", "logistic")]
    >>> result = gd.compare(data.X, data.y, roster, design=gd.Design(n_splits=2, n_repeats=1, n_draws=3))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = gd.load_models(result.save(folder, models=True))
    >>> bool((again["logistic"].predict_proba(data.X) == result.fitted["logistic"].predict_proba(data.X)).all())
    True
    """
    saved = SavedModels.of(folder)
    names = saved.names if models is None else [saved.chosen(name) for name in models]
    return Fitted({name: saved.load(name, trusted) for name in names})

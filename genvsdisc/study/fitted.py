"""Fitted models by name, as a comparison keeps them."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any, Self

try:
    import cloudpickle
except ImportError:  # before joblib 1.6, which has its own copy
    from joblib.externals import cloudpickle


class Fitted(dict[str, Any]):
    """Fitted classifiers by the names of their models.

    They travel with a pickled comparison even where their classes were defined in a notebook.

    Examples
    --------
    >>> Fitted({"logistic": 1})["logistics"]
    Traceback (most recent call last):
    ...
    KeyError: "no model 'logistics' is kept; there are: logistic"
    """

    def __missing__(self, name: str) -> Any:
        kept = ", ".join(self) or "none (a comparison that was read from files keeps none: see load_models)"
        raise KeyError(f"no model {name!r} is kept; there are: {kept}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).unpacked, ({name: cloudpickle.dumps(model) for name, model in self.items()},)

    @classmethod
    def unpacked(cls, packed: Mapping[str, bytes]) -> Self:
        """Models of a pickle."""
        return cls({name: pickle.loads(model) for name, model in packed.items()})

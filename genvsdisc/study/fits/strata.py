"""An order of which every beginning has the class shares of the whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def stratified_order(codes: NDArray) -> NDArray:
    """Order of rows of which every beginning has the class shares of the whole, and each class once first of all.

    Webster's divisor method: unlike largest remainders it never takes a row away when the size grows.

    Examples
    --------
    >>> import numpy as np
    >>> np.array(list("aaaabb"))[stratified_order(np.array([0, 0, 0, 0, 1, 1]))].tolist()
    ['a', 'b', 'a', 'a', 'b', 'a']
    """
    key = np.empty(len(codes))
    for k in np.unique(codes):
        rows = np.flatnonzero(codes == k)
        key[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
        key[rows[0]] = -1
    return np.argsort(key, kind="stable")

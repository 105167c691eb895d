"""Anderson's step from the last few differences of iterates and residuals, for many members at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional import batched_linalg

_MEMORY, _OF_MANY = 12, 8  # differences kept, of few members and of so many that solving for each is dear
_MANY = 64
_RIDGE = 1e-13  # of the trace of dF'dF: what keeps its factor regular


@dataclass
class AndersonHistory:
    """The last differences of iterates plus residuals, and of residuals; zero where a member has none."""

    sums: NDArray  # (memory, R, p), dX + dF
    residuals: NDArray  # (memory, R, p), dF
    products: NDArray  # (memory, memory, R), dF' dF
    count: int = 0  # how many were ever added

    @classmethod
    def empty(cls, R: int, p: int, dtype: np.dtype) -> AndersonHistory:
        """Room for the differences of R members with p parameters."""
        memory = _MEMORY if R < _MANY else _OF_MANY
        sums, residuals = np.empty((2, memory, R, p), dtype)
        return cls(sums, residuals, np.zeros((memory, memory, R), dtype))

    @property
    def memory(self) -> int:
        """How many there can be."""
        return len(self.sums)

    @property
    def size(self) -> int:
        """How many there are."""
        return min(self.count, self.memory)

    def take(self, indices: NDArray) -> AndersonHistory:
        """Keep these members."""
        sums, residuals = (np.empty((self.memory, len(indices), each.shape[2]), each.dtype) for each in self._both)
        for new, old in zip((sums, residuals), self._both, strict=True):
            np.take(old[: self.size], indices, axis=1, out=new[: self.size])
        return AndersonHistory(sums, residuals, self.products.take(indices, axis=2), self.count)

    @property
    def _both(self) -> tuple[NDArray, NDArray]:
        return self.sums, self.residuals

    def add(self, moved: NDArray, changed: NDArray, mask: NDArray) -> None:
        """Put down how the iterates moved, and how the residuals changed with that, of the members in the mask."""
        i = self.count % self.memory
        self.residuals[i] = changed
        np.add(moved, changed, out=self.sums[i])
        if not mask.all():
            self.residuals[i, ~mask] = self.sums[i, ~mask] = 0
        self.count += 1
        m = self.size
        row = np.einsum("mrp,rp->mr", self.residuals[:m], self.residuals[i])
        self.products[i, :m] = self.products[:m, i] = row

    def clear(self, mask: NDArray) -> None:
        """Forget the members in the mask."""
        if mask.any():
            self.sums[: self.size, mask] = self.residuals[: self.size, mask] = 0
            self.products[..., mask] = 0

    def jump(self, residual: NDArray) -> tuple[NDArray, NDArray]:
        """What Anderson's step takes off the step of EM (0 without a history), and which members have a history."""
        m, R = self.size, len(residual)
        products = self.products[:m, :m]
        sizes = np.einsum("mmr->mr", products)
        possible = np.asarray(sizes.any(axis=0))
        if not possible.any():
            return np.zeros_like(residual), possible
        scale = 1 / np.sqrt(np.where(sizes > 0, sizes, 1))
        matrix = products * scale
        matrix *= scale[:, None]
        diagonal = np.einsum("mmr->mr", matrix)
        diagonal += _RIDGE * self.memory
        diagonal[sizes == 0] = 1
        right = np.einsum("mrp,rp->mr", self.residuals[:m], residual)
        right *= scale
        if batched_linalg.pays(m, R, solving=True):
            gamma = batched_linalg.solve(matrix, right)
        else:
            gamma = np.linalg.solve(matrix.transpose(2, 0, 1), right.T[:, :, None])[:, :, 0].T
        return np.einsum("mrp,mr->rp", self.sums[:m], gamma * scale), possible

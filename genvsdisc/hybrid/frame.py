"""Coordinates in which the hybrid objective is solved: columns of mean 0 and variance 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.natural import Features
from genvsdisc.functional.scaling import means_and_deviations


@dataclass(frozen=True)
class FeatureFrame:
    """Columns ``(X - center) / scale`` in which the problem is solved, and the way back for coefficients."""

    features: Features
    center: NDArray
    scale: NDArray
    to_raw: NDArray  # (F, F): coefficients of the features of X from those of the features of the columns

    @classmethod
    def of(cls, X: NDArray, features: Features) -> FeatureFrame:
        """Choose it from the rows, all of the same weight."""
        center, scale = (rows[0] for rows in means_and_deviations(X, np.full((1, len(X)), 1 / len(X))))
        d, F = features.d, features.count
        back = np.zeros((F, F))  # features of the columns from those of X, the last of 1
        back[-1, -1] = 1
        back[np.arange(d), np.arange(d)], back[:d, -1] = 1 / scale, -center / scale
        if not features.shared:
            first, second = features._pairs
            terms, unit = np.arange(d, F - 1), scale[first] * scale[second]
            back[terms, terms] = 1 / unit
            np.subtract.at(back, (terms, second), center[first] / unit)
            np.subtract.at(back, (terms, first), center[second] / unit)
            back[terms, -1] = center[first] * center[second] / unit
        return cls(features, center, scale, back.T)

    def columns(self, X: NDArray) -> NDArray:
        """Rows in the frame."""
        return (X - self.center) / self.scale

    def back(self, means: NDArray) -> NDArray:
        """Means on the scale of X."""
        return means * self.scale + self.center

    def covariances(self, covariances: NDArray, *, shared: bool) -> NDArray:
        """Covariances (R, G, ...) of the columns from those of X as they are published."""
        stacked = np.asarray(covariances, float)
        stacked = stacked[:, None] if shared else stacked
        return stacked / self._units

    def covariances_back(self, covariances: NDArray) -> NDArray:
        """Covariances on the scale of X."""
        return covariances * self._units

    @property
    def _units(self) -> NDArray:
        return np.outer(self.scale, self.scale) if self.features.full else self.scale**2

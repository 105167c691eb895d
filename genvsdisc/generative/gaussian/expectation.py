"""One E-step and M-step for Gaussian classes whose rows have missing entries, over R weightings of the rows.

Let V be the columns that are missing somewhere, those with the fewest gaps first, and O the others. The moments of O
are those of complete rows, so that only the regression of V on O and its residual covariance change: a step costs
O(n d v) for the n rows with missing entries plus O(d^2 v) a class.

The likelihood is a product of regressions, of each column of V on O and on the columns of V before it. A row whose last
observed column comes before says nothing about the regression of a column: the M-step leaves it out instead of counting
it with conditional moments, which maximizes the same likelihood and spares most of the steps of EM; all of them if the
gaps are monotone, each row observed up to some column (Anderson 1957; Liu 1995).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.acceleration import Evaluation, LeftParameterSpaceError, fixed_points
from genvsdisc.functional.gaussian.covariance import SingularCovarianceError, regular_factors, whiten
from genvsdisc.functional.gaussian.moments import Moments, class_moments
from genvsdisc.functional.linear.gram import packing
from genvsdisc.generative.gaussian.diagonal import Blend
from genvsdisc.generative.gaussian.incomplete_rows import IncompleteRows, Slices, levels_above
from genvsdisc.generative.gaussian.layout import Layout, LeftOutOfSampleError, Sample
from genvsdisc.generative.gaussian.missing_entries import missing_entries
from genvsdisc.generative.gaussian.row_patterns import pattern_keys, ragged_rows
from genvsdisc.generative.gaussian.row_products import weight_of_classes
from genvsdisc.generative.gaussian.shrinkage import Regularization

_LOG_2_PI = float(np.log(2 * np.pi))
_ROUGH, _MOST_STEPS = 1e-2, 200  # accuracy of the solution for a sample
_MANY_ROWS = 1 << 10  # with missing entries, from which on rows are completed one by one
_AT_ONCE = 1 << 17  # rows that are sorted together: in more, the sums of frequent patterns outgrow the cache


@dataclass
class JointProblem:
    """EM for full covariances: the regression of the columns V that are missing somewhere on the others, O.

    The parameters are, one vector for each weighting and covariance, the intercepts of V of its classes (K / G, v),
    the slopes on O (v, o) and the residual covariance (v, v).
    """

    blend: Blend
    gone: NDArray  # columns V
    kept: NDArray  # columns O
    levels: NDArray  # number of columns of V up to the last observed one of some row; v at the end
    origin: NDArray  # (K, d), in the order O, V
    weight: NDArray  # (R, K)
    offset: NDArray  # means of O from the origin, (R, K, o)
    scatter: NDArray  # of O about the means, (R, K, o, o)
    ragged: IncompleteRows
    variances: NDArray  # in the order O, V, (R, d)
    scale: NDArray  # of the parameters, (R, 1, p)
    unseen: NDArray  # means of V that no row determines, from the origin, NaN elsewhere, (R, K, v)
    targets: NDArray  # of the prior, T_k / c_k in the order O, V, as the last parameters gave them, (R, G, d, d)
    inverses: NDArray  # of the scatter of O over the rows of a level and above, with prior, (R, G, levels, o, o)
    constant: NDArray  # log likelihood of O, (R, G)
    singular: NDArray  # first singular column of the last covariances, or -1, (R, G)
    together: bool  # whether the covariances of a member depend on each other

    held: tuple[NDArray, NDArray] | None = None
    """Targets and constant of the objective, by which what is left to gain is judged."""
    latest: tuple[NDArray, Moments] | None = None
    """Last parameters, and the moments expected of all rows."""
    model: Self | None = None
    """The same problem for a sample of the rows."""
    inverse: NDArray | None = None
    """Of what is left of a step in the next one, the same for all members, (blocks, p, p); see `linearized`."""

    @classmethod
    def build(
        cls, X: NDArray, holes: NDArray, codes: NDArray, weights: NDArray, n_classes: int, rule: Regularization
    ) -> tuple[Self, NDArray]:
        """Problem and starting point."""
        counts, keys = pattern_keys(holes)
        sample = Sample.of(counts, codes, weights, n_classes)
        try:
            layout = Layout.of(X, holes, keys, codes, weights, n_classes, sample)
        except LeftOutOfSampleError:
            sample, layout = None, Layout.of(X, holes, keys, codes, weights, n_classes, None)
        problem = cls.of_rows(layout, X, holes, counts, keys, codes, weights, rule)
        if sample is not None:
            rows = sample.rows
            problem.model = cls.of_rows(
                layout,
                X.take(rows, axis=0),
                holes.take(rows, axis=0),
                counts[rows],
                keys[rows],
                codes[rows],
                sample.weights,
                rule,
            )
        return problem, problem.start(layout)

    def start(self, layout: Layout) -> NDArray:
        """Means of what is observed, its variances, no slopes."""
        R, G, o, v = *self.blend.coefficient.shape, len(self.kept), len(self.gone)
        dtype = layout.variances.dtype
        rest = np.repeat(layout.variances[:, None, o:, None] * np.eye(v, dtype=dtype), G, axis=1)
        return self.packed(layout.shift[..., o:], np.zeros((R, G, v, o), dtype), rest)

    @classmethod
    def of_rows(
        cls,
        layout: Layout,
        X: NDArray,
        holes: NDArray,
        counts: NDArray,
        keys: NDArray,
        codes: NDArray,
        weights: NDArray,
        rule: Regularization,
    ) -> Self:
        """Problem of rows that are all there."""
        K = len(layout.origin)
        weight = weight_of_classes(codes, weights, K).astype(X.dtype)
        others = class_moments(X[:, layout.kept], codes, weights, K) if len(layout.kept) else None
        many = len(weights) == 1 and np.count_nonzero(counts) >= _MANY_ROWS
        sort = ragged_rows if many else missing_entries

        def sorted_slice(some: slice) -> IncompleteRows:
            parts = X[some], holes[some], counts[some], keys[some], codes[some], weights[:, some]
            return sort(*parts, layout.origin, layout.order, layout.levels)

        if many and len(X) > _AT_ONCE:
            step = -(-len(X) // -(-len(X) // _AT_ONCE))  # slices of one size
            ragged: IncompleteRows = Slices.of(
                [sorted_slice(slice(start, start + step)) for start in range(0, len(X), step)]
            )
        else:
            ragged = sorted_slice(slice(None))
        return cls.of_sums(layout, weight, others, ragged, rule)

    @classmethod
    def of_sums(
        cls, layout: Layout, weight: NDArray, others: Moments | None, ragged: IncompleteRows, rule: Regularization
    ) -> Self:
        """Problem from the weights of the classes (R, K), the moments of O, and what is kept of rows with gaps."""
        origin, o = layout.origin, len(layout.kept)
        offset, scatter = np.zeros((*weight.shape, o), origin.dtype), np.zeros((*weight.shape, o, o), origin.dtype)
        if others is not None:
            offset = np.where(weight[..., None] > 0, others.center - origin[:, :o], 0)
            scatter = np.ascontiguousarray(others.second)
        blend = Blend.build(rule, weight)
        R, G = blend.coefficient.shape
        empty = np.zeros((R, G, 0, 0), origin.dtype)
        return cls(
            blend,
            layout.gone,
            layout.kept,
            layout.levels,
            origin,
            weight,
            offset,
            scatter,
            ragged,
            layout.variances,
            _scales(layout.variances, len(origin) // G, o),
            layout.unseen,
            empty,
            empty[:, :, None],
            np.zeros((R, G)),
            np.full((R, G), -1),
            blend.has_targets and (rule.couples_classes or rule.standardize),
        )

    def take(self, indices: NDArray) -> Self:
        """Keep these members of the stack."""
        names = (
            "weight",
            "offset",
            "scatter",
            "variances",
            "scale",
            "unseen",
            "targets",
            "inverses",
            "constant",
            "singular",
        )
        rest = {name: getattr(self, name)[indices] for name in names}
        return replace(self, blend=self.blend.take(indices), ragged=self.ragged.take(indices), **rest)

    def first_singular(self) -> tuple[tuple[int, int], int]:
        """Which covariance of the last step was singular, and the column that brings nothing new to it."""
        r, g = np.argwhere(self.singular >= 0)[0].tolist()
        return (r, g), int(self.gone[self.singular[r, g]])

    # Parameters as one vector -----------------------------------------------------------------------------------

    def packed(self, intercepts: NDArray, slopes: NDArray, rest: NDArray) -> NDArray:
        """Vectors (R, G, p), or (R, 1, G p), in units of the scale."""
        R, G = slopes.shape[:2]
        first, second, _ = packing(len(self.gone))
        parts = intercepts.reshape(R, G, -1), slopes.reshape(R, G, -1), rest[..., first, second]
        return self._in_blocks(np.concatenate(parts, axis=2) / self.scale)

    def _in_blocks(self, values: NDArray) -> NDArray:
        """Values (R, G, p) by blocks that have no influence on each other: side by side where covariances have."""
        return values.reshape(len(values), 1, -1) if self.together else values

    def unpacked(self, x: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        """Intercepts (R, K, v), slopes (R, G, v, o) and residual covariances (R, G, v, v)."""
        (R, K), G, v, o = self.weight.shape, self.blend.coefficient.shape[1], len(self.gone), len(self.kept)
        x, first = x.reshape(R, G, -1) * self.scale, K // G * v
        slopes = x[..., first : first + v * o].reshape(R, G, v, o)
        return x[..., :first].reshape(R, K, v), slopes, x[..., first + v * o :].take(packing(v)[2], axis=2)

    def _expected_moments(self, x: NDArray) -> Moments:
        """Moments of all rows that the parameters let expect, in the order O, V."""
        intercepts, slopes, rest = self.unpacked(x)
        factors, log_det, _ = regular_factors(rest, np.einsum("...ii->...i", rest))
        precision = factors @ np.swapaxes(factors, -1, -2)
        sums = self._expect(intercepts, *self._by_class(slopes, precision, log_det))[0]
        return self._moments_of(sums[:, :, 0], intercepts)[0]

    def _moments_at(self, x: NDArray) -> Moments:
        """Expected moments, which the last step knows already if it went from there."""
        if self.latest is not None and np.array_equal(self.latest[0], x):
            return self.latest[1]
        return self._expected_moments(x)

    def _moments_of(self, sums: NDArray, intercepts: NDArray) -> tuple[Moments, NDArray]:
        """Moments from the expected sums (R, K, v, 1 + d) over all rows, and the means of V from the origin."""
        (R, K), o, d = self.weight.shape, len(self.kept), self.origin.shape[1]
        present = self.weight[..., None] > 0
        mean = np.where(present, sums[..., 0] / np.where(present, self.weight[..., None], 1), intercepts)
        matrix = np.empty((R, K, d, d), sums.dtype)
        matrix[..., :o, :o] = self.scatter
        matrix[..., o:, :o] = sums[..., 1 : 1 + o] - sums[..., :1] * self.offset[..., None, :]
        matrix[..., :o, o:] = np.swapaxes(matrix[..., o:, :o], -1, -2)
        second = sums[..., 1 + o :] - sums[..., :1] * mean[..., None, :]
        matrix[..., o:, o:] = 0.5 * (second + np.swapaxes(second, -1, -2))
        known = np.where(np.isnan(self.unseen), mean, self.unseen)
        center = self.origin + np.concatenate([self.offset, known], axis=-1)
        return Moments(self.weight, center, np.zeros_like(center), matrix), mean

    @property
    def maximizes_likelihood(self) -> bool:
        """Whether there are no targets: no regularization, and no class without rows or with a constant column."""
        if self.blend.has_targets or not self.weight.all():
            return False
        o, squares = len(self.kept), self.ragged.base.sum(axis=2)[..., 1 + len(self.kept) :]
        both = (np.einsum("rkii->rki", each) for each in (self.scatter, squares))
        return all((self.blend.grouped(each) > 0).all() for each in both) and bool(o + len(self.gone))

    def _modeled_moments(self, x: NDArray) -> Moments:
        """Moments of so many rows with the parameters themselves, in the order O, V."""
        intercepts, slopes, rest = self.unpacked(x)
        (R, G), o, d = self.blend.coefficient.shape, len(self.kept), self.origin.shape[1]
        covariance = np.empty((R, G, d, d), x.dtype)
        covariance[..., :o, :o] = self.blend.coefficient[..., None, None] * self.blend.grouped(self.scatter)
        covariance[..., o:, :o] = slopes @ covariance[..., :o, :o]
        covariance[..., :o, o:] = np.swapaxes(covariance[..., o:, :o], -1, -2)
        covariance[..., o:, o:] = rest + slopes @ covariance[..., :o, o:]
        slopes, covariance = self._by_class(slopes, covariance)
        mean = intercepts + (slopes @ self.offset[..., None])[..., 0]
        center = self.origin + np.concatenate([self.offset, mean], axis=-1)
        return Moments(self.weight, center, np.zeros_like(center), self.weight[..., None, None] * covariance)

    def moments(self, x: NDArray) -> Moments:
        """Moments of all rows at the solution, in the order of the columns of X."""
        inner = self._modeled_moments(x) if self.maximizes_likelihood else self._last_moments(x)
        order = np.argsort(np.concatenate([self.kept, self.gone]))
        second = np.ascontiguousarray(inner.second[..., order[:, None], order])
        return Moments(inner.weight, inner.center[..., order], inner.first, second)

    def _last_moments(self, x: NDArray) -> Moments:
        """Moments that all rows let expect; by those before the last step, and the sample, where there is one."""
        if self.model is None or self.latest is None:
            return self._expected_moments(x)
        before, moments = self.latest
        now, then = (self.model._moments_at(each) for each in (x, before))
        return replace(
            moments, center=moments.center + now.center - then.center, second=moments.second + now.second - then.second
        )

    # One step ---------------------------------------------------------------------------------------------------

    def begin(self, x: NDArray) -> NDArray:
        """Take the targets that stay, if those of a regularization do not change them in every step; return a start."""
        if not self.blend.has_targets:
            self._hold(x)
        if self.model is None:
            return x
        try:
            if not self.blend.has_targets:
                self.model._hold(x)
            return fixed_points(self.model, x, tol=_ROUGH, max_iter=_MOST_STEPS).x
        except (LeftParameterSpaceError, SingularCovarianceError):
            self.model = None
            return x

    def _hold(self, x: NDArray) -> None:
        if self.maximizes_likelihood:
            self.targets = np.zeros((*self.blend.coefficient.shape, *self.origin.shape[1:] * 2), x.dtype)
            self._factor_others(self.blend.coefficient[..., None, None] * self.blend.grouped(self.scatter))
            return
        self._aim(self._expected_moments(x))

    def _aim(self, moments: Moments) -> None:
        """Take the targets of these moments."""
        o = len(self.kept)
        covariances = self.blend.covariances(moments)
        c = self.blend.coefficient[..., None, None]
        targets = covariances - c * self.blend.grouped(moments.second)
        if not self.blend.has_targets:  # what rounding left, except for the floor of constant features
            targets = np.where(np.abs(targets) > 1e-10 * np.abs(covariances), targets, 0)
        self.targets = targets / c
        self._factor_others(covariances[..., :o, :o])

    def _ahead(self, x: NDArray, image: NDArray) -> NDArray | None:
        """Where steps like this one lead to, by those of the sample, each with what it leaves out of this one."""
        if self.inverse is not None:
            move = np.swapaxes(np.swapaxes(image - x, 0, 1) @ np.swapaxes(self.inverse, 1, 2), 0, 1)
            return np.asarray(x + move)
        if self.model is None:
            return None
        try:
            there, here = self.model.evaluate(image), self.model.evaluate(x)
        except SingularCovarianceError:
            self.model = None
            return None
        if not (here.regular.all() and there.regular.all()):
            return None
        return image + there.image - here.image

    def _factor_others(self, covariances: NDArray) -> None:
        """Log likelihood of O, and inverses of what its rows at each level add up to."""
        o, weight = len(self.kept), self.blend.grouped(self.weight)
        R, G, L = *weight.shape, len(self.levels)
        self.constant, self.inverses = np.zeros((R, G)), np.zeros((R, G, L, o, o), covariances.dtype)
        if not o:
            return
        first, inner = self.ragged.behind[..., 1:, 0], self.ragged.behind[..., 1:, 1:]
        size = self.ragged.behind[..., :1, 0]
        mean = first / np.where(size > 0, size, 1)
        scatters = self.blend.grouped(inner - first[..., :, None] * mean[..., None, :])
        scatters += self.targets[:, :, None, :o, :o]
        self._inverted_others(covariances)
        factors, _ = self._whitened(scatters)
        self.inverses = factors @ np.swapaxes(factors, -1, -2)

    def _whitened(self, matrices: NDArray) -> tuple[NDArray, NDArray]:
        """See `whiten`, of matrices of the columns O."""
        try:
            return whiten(matrices, full=True)
        except SingularCovarianceError as error:
            error.index, error.column = error.index[:2], int(self.kept[error.column])
            raise

    def _inverted_others(self, covariances: NDArray) -> NDArray:
        """Inverse covariances of O; their log likelihood is put down."""
        factors, log_det = self._whitened(covariances)
        inverses = factors @ np.swapaxes(factors, -1, -2)
        square = np.einsum("rgij,rgij->rg", inverses, self.blend.grouped(self.scatter))
        weight = self.blend.grouped(self.weight)
        self.constant = -0.5 * (weight * (log_det + len(self.kept) * _LOG_2_PI) + square)
        return inverses

    def _regressions(self, mean: NDArray, covariances: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        """M-step where all rows speak of all regressions: those of these covariances, with means (R, K, v) of V."""
        o = len(self.kept)
        rest, on_o = covariances[..., o:, o:], covariances[..., o:, :o]
        if o:
            slopes = on_o @ self._inverted_others(covariances[..., :o, :o])
            rest = rest - slopes @ np.swapaxes(on_o, -1, -2)
            return mean - (self._by_class(slopes)[0] @ self.offset[..., None])[..., 0], slopes, rest
        self.constant = np.zeros(rest.shape[:2])
        return mean, on_o, rest

    def _by_class(self, *parts: NDArray) -> tuple[NDArray, ...]:
        """Parameters (R, G, ...) as (R, K, ...)."""
        K = self.weight.shape[1]
        return tuple(np.broadcast_to(part, (len(part), K, *part.shape[2:])) for part in parts)

    def evaluate(self, x: NDArray) -> Evaluation:
        """One E-step and M-step, with the objective at the parameters before."""
        intercepts, slopes, rest = self.unpacked(x)
        factors, log_det, self.singular = regular_factors(rest, self.variances[:, None, len(self.kept) :])
        precision = factors @ np.swapaxes(factors, -1, -2)
        sums, log_likelihood = self._expect(intercepts, *self._by_class(slopes, precision, log_det))
        if self.blend.has_targets:
            moments, mean = self._moments_of(sums[:, :, 0], intercepts)
            self.latest = x, moments
        if self.blend.has_targets and self.model is None and len(self.levels) == 1:
            new = self.packed(*self._regressions(mean, self.blend.covariances(moments)))
        else:
            if self.blend.has_targets:
                self._aim(moments)
            new = self.packed(*self._maximize(sums))
        B, residual = new.shape[1], np.abs(new - x).max(axis=2, initial=0)
        objective = log_likelihood = log_likelihood + self.constant
        if self.model is not None and self.blend.has_targets:
            self.held = self.held or (self.targets, self.constant)
            objective = log_likelihood - self.constant + self.held[1] - self._penalty(slopes, precision, log_det)
        if objective.shape[1] > B:
            log_likelihood, objective = (each.sum(axis=1, keepdims=True) for each in (log_likelihood, objective))
        regular = np.asarray((self.singular < 0).reshape(len(x), B, -1).all(axis=2))
        ahead = self._ahead(x, new)
        return Evaluation(new, residual, log_likelihood, objective, regular, ahead, not self.blend.has_targets)

    def _penalty(self, slopes: NDArray, precision: NDArray, log_det: NDArray) -> NDArray:
        """What the objective takes off the log likelihood, (R, G), less a constant."""
        assert self.held is not None
        o, T = len(self.kept), self.held[0]
        along = slopes @ T[..., :o, o:]
        spread = T[..., o:, o:] - along - np.swapaxes(along, -1, -2)
        spread += slopes @ T[..., :o, :o] @ np.swapaxes(slopes, -1, -2)
        traces = np.einsum("rgij,rgij->rg", precision, spread)
        return 0.5 * (self.blend.prior * log_det + traces)

    def _maximize(self, sums: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        """M-step: regressions of the columns of V, level by level, from sums (R, K, levels, v, 1 + d)."""
        (R, K), o, v = self.weight.shape, len(self.kept), len(self.gone)
        G = self.blend.coefficient.shape[1]
        intercepts = np.empty((R, K, v), sums.dtype)
        slopes, rest = np.empty((R, G, v, o), sums.dtype), np.empty((R, G, v, v), sums.dtype)
        start = 0
        for level, stop in enumerate(self.levels):
            if stop == 0:
                continue
            part, before, now = slice(0, stop), slice(0, start), slice(start, stop)
            size = self.ragged.behind[:, :, level, :1, 0]
            safe = np.where(size > 0, size, 1)
            first = sums[:, :, level, part, 0]
            mean = first / safe
            second = sums[:, :, level, part, 1 + o : 1 + o + stop] - first[..., None] * mean[..., None, :]
            second = self.blend.grouped(second) + self.targets[..., o : o + stop, o : o + stop]
            on_o, mean_o = np.zeros((R, G, stop, o), sums.dtype), np.zeros((R, K, o), sums.dtype)
            if o:
                mean_o = self.ragged.behind[:, :, level, 1:, 0] / safe
                cross = sums[:, :, level, part, 1 : 1 + o] - first[..., None] * mean_o[..., None, :]
                cross = self.blend.grouped(cross) + self.targets[..., o : o + stop, :o]
                on_o = cross @ self.inverses[:, :, level]
                second = second - on_o @ np.swapaxes(cross, -1, -2)
            second = 0.5 * (second + np.swapaxes(second, -1, -2))
            weight = self.blend.grouped(size[..., 0]) + self.blend.prior
            weight = np.where(weight > 0, weight, 1)[..., None, None]
            intercepts[..., now], slopes[..., now, :] = mean[..., now], on_o[..., now, :]
            rest[..., now, now] = second[..., now, now] / weight
            if start:
                on_v = np.swapaxes(_solve_symmetric(second[..., before, before], second[..., before, now]), -1, -2)
                on_o = on_o[..., now, :] - on_v @ on_o[..., before, :]
                slopes[..., now, :] = on_o + on_v @ slopes[..., before, :]
                rest[..., now, before] = on_v @ rest[..., before, before]
                rest[..., before, now] = np.swapaxes(rest[..., now, before], -1, -2)
                rest[..., now, now] -= on_v @ second[..., before, now] / weight
                rest[..., now, now] += on_v @ rest[..., before, now]
                (on_v,) = self._by_class(on_v)
                intercepts[..., now] += (on_v @ (intercepts[..., before] - mean[..., before])[..., None])[..., 0]
            if o:
                intercepts[..., now] -= (self._by_class(on_o)[0] @ mean_o[..., None])[..., 0]
            start = stop
        return intercepts, slopes, rest

    def _expect(
        self, intercepts: NDArray, slopes: NDArray, precision: NDArray, log_det: NDArray
    ) -> tuple[NDArray, NDArray]:
        """E-step: expected sums of products of V with (1, O, V), and the log likelihoods of V given O, (R, G).

        The sums (R, K, levels, v, 1 + d) are over the rows of each level and above. The squared length of what a row
        shows is that of the row as completed, and the covariances of the completed entries add their number.
        """
        v = slopes.shape[-2]
        sums, log_determinants = self.ragged.expect(intercepts, slopes, precision)
        sums = levels_above(sums)
        square = self._squares(sums[:, :, 0], intercepts, slopes, precision) - self.ragged.missing
        observed = self.weight * v - self.ragged.missing
        log_determinants = log_determinants + self.weight * log_det
        return sums, -0.5 * self.blend.grouped(square + log_determinants + observed * _LOG_2_PI)

    def _squares(self, sums: NDArray, intercepts: NDArray, slopes: NDArray, precision: NDArray) -> NDArray:
        """Sums (R, K) of squared lengths of the residuals of V given O, from sums (R, K, v, 1 + d) over all rows."""
        inner = self.ragged.behind[:, :, 0]
        on_others = np.concatenate([intercepts[..., None], slopes], axis=-1)
        weighed = precision @ on_others
        width = inner.shape[-1]
        square = np.einsum("rkij,rkij->rk", precision, sums[..., width:])
        square -= 2 * np.einsum("rkij,rkij->rk", weighed, sums[..., :width])
        return np.asarray(square + np.einsum("rkij,rkij->rk", weighed, on_others @ inner))


def _solve_symmetric(matrices: NDArray, right: NDArray) -> NDArray:
    """Solutions of positive definite systems, in units in which the matrices have unit diagonals."""
    if not matrices.shape[-1]:
        return right
    diagonal = np.einsum("...ii->...i", matrices)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1))
    unit = matrices * scale[..., :, None] * scale[..., None, :]
    try:
        return scale[..., None] * np.linalg.solve(unit, right * scale[..., None])
    except np.linalg.LinAlgError:
        return scale[..., None] * (np.linalg.pinv(unit, hermitian=True) @ (right * scale[..., None]))


def _scales(variances: NDArray, classes: int, o: int) -> NDArray:
    """Units (R, 1, p) of the parameters of so many classes with one covariance: deviations, ratios, products."""
    R = len(variances)
    deviations = np.sqrt(variances)
    outer, inner = deviations[:, o:], deviations[:, :o]
    slopes = (outer[:, :, None] / inner[:, None, :]).reshape(R, -1)
    one, two, _ = packing(outer.shape[1])
    products = outer[:, one] * outer[:, two]
    return np.concatenate([np.tile(outer, classes), slopes, products], axis=1)[:, None]

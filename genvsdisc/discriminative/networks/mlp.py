"""The multilayer perceptron."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from genvsdisc.discriminative.networks.classifier import NetworkClassifier
from genvsdisc.discriminative.sampling import RandomState
from genvsdisc.functional.networks.activations import ACTIVATIONS, Activation
from genvsdisc.functional.networks.initialization import INITS


class MLPClassifier(NetworkClassifier):
    """Multilayer perceptron: affine layers with activations between them, then a softmax.

    With a⁰ = x, each hidden layer is aˡ = f(Wˡ aˡ⁻¹ + bˡ), with batch normalization before f if asked for; the
    probabilities are the softmax of the last affine layer (for two classes the sigmoid of its one output). Training
    minimizes, by mini-batches,

        Σ w_i loss_i / Σ w_i + (λ / 2) Σ_l ‖Wˡ‖²

    where w_i are the weights of the rows, which stand for repeated rows. Biases, scales and shifts are not penalized.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Units of each hidden layer. () is logistic regression.
    activation : str or sequence of str, default="relu"
        "relu", "leaky_relu", "tanh", "sigmoid" or "identity"; one for all hidden layers or one for each.
    batch_norm : bool, default=False
        Normalize the affine sums of hidden layers by the mean and variance of the mini-batch, then scale and shift by
        learned factors.
    batch_norm_statistics : {"exact", "moving", "batches"}, default="exact"
        Mean and variance used at prediction: those over the whole training set, layer after layer, under the final
        weights; averages over the mini-batches seen in training, moving by a tenth with each; or the means of those
        of the mini-batches of the last epoch, as in Andrew Ng's notes.
    dropout : float, default=0.0
        Share of hidden units left out for each row in each training step; at prediction none is.
    init : {"auto", "he", "glorot", "small", "zeros"}, default="auto"
        Initial weights: "auto" is He for "relu" and "leaky_relu", else Glorot; "small" is normal with deviation 0.01.
        Biases start at 0.
    loss : {"cross_entropy", "squared_error"}, default="cross_entropy"
        −log p(class), or ½ Σ_k (p_k − 1[class = k])².
    optimizer : {"gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"}, default="adam"
        Rule of the updates.
    learning_rate : float, default=1e-3
        Step size. With `standardize` and more than 100 features it is divided by their number over 100: a step moves
        what a unit sums up in proportion to them (Yang et al. 2022).
    schedule : {"constant", "inverse_sqrt"}, default="constant"
        Factor on the learning rate after t updates: 1, or 1 / √(t + 1).
    reg_lambda : float, default=1e-4
        λ. scikit-learn's `alpha` is λ times the number of rows in a batch.
    batch_size : int or "auto" or None, default="auto"
        Most rows in a mini-batch: the rows are dealt into as few, equal ones as that needs. "auto" is
        min(200, n_samples), None all rows.
    max_iter : int, default=200
        Most epochs.
    tol : float, default=1e-4
        Training stops when the loss (that of the validation rows with early stopping) has not fallen by more than this
        below its least value for `n_iter_no_change` epochs.
    early_stopping : bool, default=False
        Set validation rows apart, watch their loss, and return to the parameters where it was least.
    validation_fraction : float, default=0.1
        Share of the rows of each class set apart with early stopping.
    n_iter_no_change : int, default=10
        Patience, in epochs.
    class_weight : dict, "balanced" or None, default=None
        Factor on the weights of the rows of each class.
    standardize : bool, default=False
        Train on z-scored features. `coefs_` and predictions are for X as given.
    warm_start : bool, default=False
        Start from the parameters of the last fit, if it was of the same layers.
    random_state : int, RandomState instance or None, default=None
        Seed of initial weights, order of rows, dropout and validation rows. With an integer, every replicate of
        `fit_replicates` uses that seed, as the plain fit with its weights does; with an instance or None each has its
        own, as so many fits one after the other.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    coefs_, intercepts_ : list of ndarrays
        (inputs, outputs) and (outputs,) of each layer of the network that predicts: standardization and batch
        normalization are folded in.
    class_prior_ : ndarray of shape (n_classes,)
        Class shares of the training rows, with their weights: what `set_priors` and `adapt_priors` exchange.
    n_iter_ : int
        Epochs run.
    loss_curve_ : ndarray of shape (n_iter_,)
        Mean loss of the mini-batches of each epoch, penalty included.
    validation_loss_curve_ : ndarray
        Loss of the validation rows after each epoch; empty without early stopping.
    architecture_ : Architecture
        Widths and activations of the network that was trained.
    parameters_, feature_mean_, feature_scale_ : ndarray
        All learned numbers in one vector, and what features are centered and divided by before.
    n_parameters_ : int
        Number of learned parameters.

    References
    ----------
    Rumelhart, Hinton, Williams (1986). Learning representations by back-propagating errors. Nature 323, 533-536.
    Ioffe, Szegedy (2015). Batch normalization. ICML.
    Srivastava et al. (2014). Dropout. Journal of Machine Learning Research 15, 1929-1958.
    Yang et al. (2022). Tensor programs V: tuning large neural networks via zero-shot hyperparameter transfer.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from genvsdisc import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), learning_rate=0.05, tol=1e-3, standardize=True, random_state=0).fit(X, y)
    >>> bool(mlp.score(X, y) > 0.95)
    True
    >>> mlp.hidden_features(X).shape
    (150, 8)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **NetworkClassifier._parameter_constraints,
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(ACTIVATIONS)), list, tuple],
        "batch_norm": ["boolean"],
        "batch_norm_statistics": [StrOptions({"exact", "moving", "batches"})],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "init": [StrOptions(set(INITS))],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        batch_norm: bool = False,
        batch_norm_statistics: str = "exact",
        dropout: float = 0.0,
        init: str = "auto",
        loss: str = "cross_entropy",
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        schedule: str = "constant",
        reg_lambda: float = 1e-4,
        batch_size: int | str | None = "auto",
        max_iter: int = 200,
        tol: float = 1e-4,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        class_weight: Mapping[Any, float] | str | None = None,
        standardize: bool = False,
        warm_start: bool = False,
        random_state: RandomState = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.batch_norm = batch_norm
        self.batch_norm_statistics = batch_norm_statistics
        self.dropout = dropout
        self.init = init
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.reg_lambda = reg_lambda
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.class_weight = class_weight
        self.standardize = standardize
        self.warm_start = warm_start
        self.random_state = random_state

    def _hidden_layers(self) -> tuple[tuple[int, ...], tuple[Activation, ...]]:
        widths = np.atleast_1d(np.asarray(self.hidden_layer_sizes))
        if widths.ndim > 1 or (widths.size and (widths.dtype.kind not in "iu" or widths.min() < 1)):
            raise ValueError(f"hidden_layer_sizes must be integers from 1 on, got {self.hidden_layer_sizes!r}")
        names = [self.activation] * widths.size if isinstance(self.activation, str) else list(self.activation)
        if len(names) != widths.size:
            raise ValueError(
                f"activation must be one name or one for each of the {widths.size} hidden layers, "
                f"got {self.activation!r}"
            )
        unknown = [name for name in names if name not in ACTIVATIONS]
        if unknown:
            raise ValueError(f"activation must be among {list(ACTIVATIONS)}, got {unknown[0]!r}")
        return tuple(widths.tolist()), tuple(ACTIVATIONS[name] for name in names)

    def _rows_in_batch(self, n_samples: int) -> int:
        if self.batch_size is None:
            return n_samples
        return min(200 if isinstance(self.batch_size, str) else self.batch_size, n_samples)

    def hidden_features(self, X: ArrayLike, layer: int = -1) -> NDArray:
        """Values of the units of a hidden layer: the features that the network has learned.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        layer : int, default=-1
            Which hidden layer, from 0; negative numbers count from the last one.

        Returns
        -------
        features : ndarray of shape (n_samples, units)
        """
        check_is_fitted(self)
        return self._hidden_features(self._validate_rows(X), layer)

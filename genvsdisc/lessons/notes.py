"""Formula, lines of code and something to try, for the lessons that do not bring their own."""

from __future__ import annotations

from dataclasses import replace

from genvsdisc.lessons.lesson import Lesson
from genvsdisc.lessons.mathml import mathml

_ROWS = (
    "from genvsdisc.datasets import make_pokemon_style\n"
    "data = make_pokemon_style(200, random_state=0)\n"
    "X, y = data.X.iloc[:, :6], data.y\n"
)
_LOGISTIC = "from genvsdisc import LogisticClassifier\n" + _ROWS
_DIGITS = (
    "from sklearn.datasets import load_digits\n"
    "from genvsdisc import MLPClassifier\n"
    "X, y = load_digits(return_X_y=True)\n"
)
# Name of the lesson -> formula as `mathml` reads it, code, what to try.
LESSON_NOTES: dict[str, tuple[str, str, str]] = {
    "adagrad": (
        r"w ← w − \frac{η}{\sqrt{∑_t g_t^2}} g",
        _LOGISTIC + "for o in ('gd', 'adagrad'):\n"
        "    m = LogisticClassifier(optimizer=o, learning_rate=1e-4 if o == 'gd' else 0.5, max_iter=100)\n"
        "    print(o, m.fit(X, y).loss_curve_[-1])",
        "Run 10,000 updates: Adagrad's steps shrink with the root of their number, and it gets slower and slower.",
    ),
    "stochastic": (
        r"w ← w − η ∇ ℓ_i(w)",
        _LOGISTIC + "for size in (None, 20, 1):\n"
        "    m = LogisticClassifier(optimizer='gd', batch_size=size, standardize=True, max_iter=2, random_state=0)\n"
        "    print(size, m.fit(X, y).loss_curve_)",
        "Add schedule='inverse_sqrt' to the single rows.",
    ),
    "feature-scaling": (
        r"z = \frac{x − μ}{σ}",
        _LOGISTIC + "for s in (False, True):\n"
        "    print(s, LogisticClassifier(optimizer='gd', standardize=s, max_iter=100).fit(X, y).loss_curve_[-1])",
        "Use optimizer='newton': its steps do not know the scales, and scaling changes nothing.",
    ),
    "where-descent-stops": (
        r"∇ L(w) ≈ 0",
        _DIGITS + "m = MLPClassifier((10,), 'tanh', init='zeros', max_iter=20).fit(X / 16, y)\n"
        "print(m.loss_curve_[[0, -1]] if hasattr(m.loss_curve_, 'shape') else m.loss_curve_[:1])",
        "Start from 'small' instead of 'zeros': a push off the saddle is enough.",
    ),
    "regularization": (
        r"L(w) + \frac{λ}{2} {∥ w ∥}^2",
        _LOGISTIC + "for reg in (1e-4, 1e-2, 1.0):\n"
        "    m = LogisticClassifier(reg, standardize=True).fit(X[:30], y[:30])\n"
        "    print(reg, m.score(X[:30], y[:30]), m.score(X[30:], y[30:]))",
        "Train on all 200 rows: the best λ gets smaller as rows get more.",
    ),
    "complexity": (
        r'"mean loss" = "noise" + "bias" + "variance"',
        "from genvsdisc import LogisticClassifier, bias_variance\n"
        "from genvsdisc.datasets import make_pokemon_style\n"
        "a, b = (make_pokemon_style(n, random_state=n) for n in (200, 1000))\n"
        "A, B = a.X.iloc[:, :6], b.X.iloc[:, :6]\n"
        "print(bias_variance(LogisticClassifier(standardize=True), A, a.y, B, b.y, n_repeats=50))",
        "Double the training rows: the variance halves, the bias stays.",
    ),
    "public-test-set": (
        r"E [ min_m \hat{e}_m ] ≤ min_m e_m",
        "import numpy as np\n"
        "rng = np.random.default_rng(0)\n"
        "errors = rng.binomial(50, 0.3, size=(1000, 30)) / 50   # 30 models, all err on 30%\n"
        "print(errors.min(axis=1).mean())",
        "Take 500 public rows instead of 50: the luck of the best is a third of what it was.",
    ),
    "regression-as-classifier": (
        r"∑_i {(y_i − w · x_i)}^2",
        "import numpy as np\n"
        "x = np.array([-2, -1, 1, 2, 30.0]); y = np.sign(x)\n"
        "slope, intercept = np.polyfit(x, y, 1)\n"
        "print(-intercept / slope)   # the boundary: 0 without the last row",
        "Move the last row out to 300: it was right before, and pulls harder the more it is.",
    ),
    "pokemon": (
        r"p(k ∣ x) ∝ π_k N(x ; μ_k , Σ_k)",
        "from genvsdisc import GaussianClassifier\n" + _ROWS + "for c in ('separate', 'shared'):\n"
        "    m = GaussianClassifier(c).fit(X[:140], y[:140]); print(c, m.n_parameters_, m.score(X[140:], y[140:]))",
        "Between the two lies pooling=0.5.",
    ),
    "shared-covariance-line": (
        r"w = Σ^{−1} (μ_1 − μ_2)",
        "from genvsdisc import GaussianClassifier\n" + _ROWS + "m = GaussianClassifier('shared').fit(X, y)\n"
        "print(m.coef_, m.intercept_)",
        "Ask a separate covariance for coef_: it has none, for its boundary bends.",
    ),
    "naive-bayes-toy": (
        r'\frac{1}{13} ~ "against" ~ \frac{12}{13} · \frac{1}{3} · \frac{1}{3}',
        "from genvsdisc import NaiveBayesClassifier\n"
        "from genvsdisc.datasets import make_naive_bayes_toy\n"
        "data = make_naive_bayes_toy()\n"
        "m = NaiveBayesClassifier('bernoulli', alpha=0).fit(data.X, data.y)\n"
        "print(m.predict_proba([[1, 1]]))",
        "Set alpha=1: a row added to every count changes the answer.",
    ),
    "cross-entropy": (
        r'\frac{∂ L}{∂ z} = p − y ~ "against" ~ (p − y) p (1 − p)',
        "import numpy as np\n"
        "z = np.array([-6.0, -3, 0, 3]); p = 1 / (1 + np.exp(-z))   # the truth is 1\n"
        "print(p - 1, (p - 1) * p * (1 - p))",
        "Fit LogisticClassifier(loss='squared_error') from several starts: it ends in several minima.",
    ),
    "crossing": (
        r'ε_"gen"(n) = ε_"dis"(n)',
        "import genvsdisc as gd\n"
        "data = gd.datasets.load('breast_cancer')\n"
        "pair = gd.GaussianClassifier(structure='diagonal'), gd.LogisticClassifier(standardize=True)\n"
        "c = gd.learning_curve_crossing(*pair, data.X, data.y, n_draws=40, random_state=0)\n"
        "print(c.estimate, c.lower, c.upper, c.curves['mean'].round(3).tolist())",
        "Ask for metric='log_loss': the crossing is not where that of the error is.",
    ),
    "softmax": (
        r"p_k = \frac{e^{z_k}}{∑_j e^{z_j}}",
        "from scipy.special import softmax\n"
        "for scale in (0.1, 1, 10):\n"
        "    print(softmax([scale * z for z in (3, 1, -3)]).round(3))",
        "Let the scale grow: the largest takes everything, which is the hard maximum.",
    ),
    "computation-graph": (
        r"J = 3 (a + b c)",
        "a, b, c = 5, 3, 2\n"
        "u = b * c; v = a + u; J = 3 * v\n"
        "dv = 3; du = dv; da = dv; db = du * c; dc = du * b\n"
        "print(J, da, db, dc)",
        "du is used twice, for db and for dc: that reuse is all there is to backpropagation.",
    ),
    "vectorization": (
        r"Z = X W ′ + b",
        "import numpy as np, timeit\n"
        "X, w = np.random.rand(10_000, 50), np.random.rand(50)\n"
        "print(timeit.timeit(lambda: X @ w, number=10),\n"
        "      timeit.timeit(lambda: [sum(a * b for a, b in zip(x, w)) for x in X], number=1) * 10)",
        "Use float32: half the bytes, and nearly half the time.",
    ),
    "backward-pass": (
        r"\frac{∂ L}{∂ W^l} = δ^l (a^{l − 1}) ′",
        "import numpy as np\n"
        "f = lambda w: np.log1p(np.exp(-w)); h = 1e-6\n"
        "print((f(1 + h) - f(1 - h)) / (2 * h), -1 / (1 + np.exp(1)))",
        "Take h = 1e-12: the difference drowns in rounding; a check needs a step that is neither large nor tiny.",
    ),
    "activation-functions": (
        r"σ ′ = σ (1 − σ) , ~ \tanh ′ = 1 − \tanh^2",
        "import numpy as np\n"
        "z = np.array([-5.0, 0, 5]); s = 1 / (1 + np.exp(-z))\n"
        "print(s * (1 - s), 1 - np.tanh(z) ** 2)",
        "Multiply ten slopes of the sigmoid: 0.25^10 is what is left of a gradient after ten layers, at best.",
    ),
    "linear-activations": (
        r"W_2 (W_1 x) = (W_2 W_1) x",
        "from genvsdisc import MLPClassifier\n"
        "from genvsdisc.datasets import make_xor\n"
        "data = make_xor(200, random_state=0)\n"
        "for g in ('identity', 'tanh'):\n"
        "    m = MLPClassifier((16, 16), g, learning_rate=0.02, random_state=0).fit(data.X, data.y)\n"
        "    print(g, m.score(data.X, data.y))",
        "Use a hundred layers of the identity: still one line.",
    ),
    "zero-initialization": (
        r"w_1 = w_2 ⇒ ∂ L / ∂ w_1 = ∂ L / ∂ w_2",
        _DIGITS + "for start in ('zeros', 'small', 'glorot'):\n"
        "    m = MLPClassifier((8,), 'sigmoid', init=start, max_iter=30, random_state=0).fit(X / 16, y)\n"
        "    print(start, m.coefs_[0].std(axis=1).max().round(4))",
        "For logistic regression zeros are fine: it has no hidden units that could be the same.",
    ),
    "activation-speed": (
        r"a^l = g(W^l a^{l − 1} + b^l)",
        _DIGITS + "for g in ('sigmoid', 'tanh', 'relu'):\n"
        "    m = MLPClassifier((30, 30, 30), g, optimizer='gd', learning_rate=0.1, batch_size=50, max_iter=20)\n"
        "    print(g, m.fit(X[:500] / 16, y[:500]).loss_curve_[-1])",
        "Give the sigmoid a rate of 3, or batch_norm=True: then it starts to learn.",
    ),
    "deep-or-wide": (
        r"a^l = g(W^l a^{l − 1} + b^l)",
        _DIGITS + "for widths in ((25,), (17, 17, 17)):\n"
        "    m = MLPClassifier(widths, learning_rate=0.01, max_iter=100, random_state=0).fit(X[:600] / 16, y[:600])\n"
        "    print(widths, m.n_parameters_, m.score(X[600:] / 16, y[600:]))",
        "Draw classes that are a function of a function (rings, checkerboards): depth pays.",
    ),
    "modules": (
        r"p(a, b ∣ x)",
        "import numpy as np\n"
        "print('rows that teach the attribute a:', 150 + 5, 'rows that teach the class (1, 1) alone:', 5)",
        "Give every combination 150 rows: four networks of their own are then no worse.",
    ),
}


def with_notes(lesson: Lesson) -> Lesson:
    """The lesson with its formula, code and what to try, where it has none of its own."""
    formula, code, try_this = LESSON_NOTES.get(lesson.name, ("", "", ""))
    return replace(
        lesson,
        formula=lesson.formula or mathml(formula),
        code=lesson.code or code,
        try_this=lesson.try_this or try_this,
    )

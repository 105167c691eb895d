"""Formula, lines of code and something to try, for the lessons that do not bring their own."""

from __future__ import annotations

from dataclasses import replace

from genvsdisc.lessons.lesson import Lesson

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
_PROBABILITY = (
    "<msub><mi>p</mi><mi>k</mi></msub><mo>=</mo><mfrac><msup><mi>e</mi><msub><mi>z</mi><mi>k</mi></msub></msup><mrow>"
    "<munder><mo>∑</mo><mi>j</mi></munder><msup><mi>e</mi><msub><mi>z</mi><mi>j</mi></msub></msup></mrow></mfrac>"
)
_POSTERIOR = (
    "<mi>p</mi><mo>(</mo><mi>k</mi><mo>∣</mo><mi>x</mi><mo>)</mo><mo>∝</mo><msub><mi>π</mi><mi>k</mi></msub><mi>N</mi>"
    "<mo>(</mo><mi>x</mi><mo>;</mo><msub><mi>μ</mi><mi>k</mi></msub><mo>,</mo><msub><mi>Σ</mi><mi>k</mi></msub><mo>)</mo>"
)
_LAYER = (
    "<msup><mi>a</mi><mrow><mi>l</mi></mrow></msup><mo>=</mo><mi>g</mi><mo>(</mo><msup><mi>W</mi><mi>l</mi></msup>"
    "<msup><mi>a</mi><mrow><mi>l</mi><mo>−</mo><mn>1</mn></mrow></msup><mo>+</mo><msup><mi>b</mi><mi>l</mi></msup><mo>)</mo>"
)

# Name of the lesson -> formula (MathML), code, what to try.
NOTES: dict[str, tuple[str, str, str]] = {
    "adagrad": (
        "<mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo><mfrac><mi>η</mi><msqrt><mrow><munder><mo>∑</mo><mi>t</mi></munder>"
        "<msubsup><mi>g</mi><mi>t</mi><mn>2</mn></msubsup></mrow></msqrt></mfrac><mi>g</mi>",
        _LOGISTIC + "for o in ('gd', 'adagrad'):\n"
        "    m = LogisticClassifier(optimizer=o, learning_rate=1e-4 if o == 'gd' else 0.5, max_iter=100)\n"
        "    print(o, m.fit(X, y).loss_curve_[-1])",
        "Run 10,000 updates: Adagrad's steps shrink with the root of their number, and it gets slower and slower.",
    ),
    "stochastic": (
        "<mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo><mi>η</mi><mo>∇</mo><msub><mi>ℓ</mi><mi>i</mi></msub><mo>(</mo>"
        "<mi>w</mi><mo>)</mo>",
        _LOGISTIC + "for size in (None, 20, 1):\n"
        "    m = LogisticClassifier(optimizer='gd', batch_size=size, standardize=True, max_iter=2, random_state=0)\n"
        "    print(size, m.fit(X, y).loss_curve_)",
        "Add schedule='inverse_sqrt' to the single rows.",
    ),
    "feature-scaling": (
        "<mi>z</mi><mo>=</mo><mfrac><mrow><mi>x</mi><mo>−</mo><mi>μ</mi></mrow><mi>σ</mi></mfrac>",
        _LOGISTIC + "for s in (False, True):\n"
        "    print(s, LogisticClassifier(optimizer='gd', standardize=s, max_iter=100).fit(X, y).loss_curve_[-1])",
        "Use optimizer='newton': its steps do not know the scales, and scaling changes nothing.",
    ),
    "where-descent-stops": (
        "<mo>∇</mo><mi>L</mi><mo>(</mo><mi>w</mi><mo>)</mo><mo>≈</mo><mn>0</mn>",
        _DIGITS + "m = MLPClassifier((10,), 'tanh', init='zeros', max_iter=20).fit(X / 16, y)\n"
        "print(m.loss_curve_[[0, -1]] if hasattr(m.loss_curve_, 'shape') else m.loss_curve_[:1])",
        "Start from 'small' instead of 'zeros': a push off the saddle is enough.",
    ),
    "regularization": (
        "<mi>L</mi><mo>(</mo><mi>w</mi><mo>)</mo><mo>+</mo><mfrac><mi>λ</mi><mn>2</mn></mfrac><msup><mrow><mo>∥</mo>"
        "<mi>w</mi><mo>∥</mo></mrow><mn>2</mn></msup>",
        _LOGISTIC + "for reg in (1e-4, 1e-2, 1.0):\n"
        "    m = LogisticClassifier(reg, standardize=True).fit(X[:30], y[:30])\n"
        "    print(reg, m.score(X[:30], y[:30]), m.score(X[30:], y[30:]))",
        "Train on all 200 rows: the best λ gets smaller as rows get more.",
    ),
    "complexity": (
        "<mtext>loss</mtext><mo>=</mo><mtext>noise</mtext><mo>+</mo><mtext>bias</mtext><mo>+</mo><mtext>variance</mtext>",
        "from genvsdisc import LogisticClassifier, bias_variance\n"
        "from genvsdisc.datasets import make_pokemon_style\n"
        "a, b = (make_pokemon_style(n, random_state=n) for n in (200, 1000))\n"
        "A, B = a.X.iloc[:, :6], b.X.iloc[:, :6]\n"
        "print(bias_variance(LogisticClassifier(standardize=True), A, a.y, B, b.y, n_repeats=50))",
        "Double the training rows: the variance halves, the bias stays.",
    ),
    "public-test-set": (
        "<mi>E</mi><mo>[</mo><munder><mi>min</mi><mi>m</mi></munder><msub><mover><mi>e</mi><mo>^</mo></mover><mi>m</mi></msub>"
        "<mo>]</mo><mo>≤</mo><munder><mi>min</mi><mi>m</mi></munder><msub><mi>e</mi><mi>m</mi></msub>",
        "import numpy as np\n"
        "rng = np.random.default_rng(0)\n"
        "errors = rng.binomial(50, 0.3, size=(1000, 30)) / 50   # 30 models, all err on 30%\n"
        "print(errors.min(axis=1).mean())",
        "Take 500 public rows instead of 50: the luck of the best is a third of what it was.",
    ),
    "regression-as-classifier": (
        "<munder><mo>∑</mo><mi>i</mi></munder><msup><mrow><mo>(</mo><msub><mi>y</mi><mi>i</mi></msub><mo>−</mo><mi>w</mi>"
        "<mo>·</mo><msub><mi>x</mi><mi>i</mi></msub><mo>)</mo></mrow><mn>2</mn></msup>",
        "import numpy as np\n"
        "x = np.array([-2, -1, 1, 2, 30.0]); y = np.sign(x)\n"
        "slope, intercept = np.polyfit(x, y, 1)\n"
        "print(-intercept / slope)   # the boundary: 0 without the last row",
        "Move the last row out to 300: it was right before, and pulls harder the more it is.",
    ),
    "pokemon": (
        _POSTERIOR,
        "from genvsdisc import GaussianClassifier\n" + _ROWS + "for c in ('separate', 'shared'):\n"
        "    m = GaussianClassifier(c).fit(X[:140], y[:140]); print(c, m.n_parameters_, m.score(X[140:], y[140:]))",
        "Between the two lies pooling=0.5.",
    ),
    "shared-covariance-line": (
        "<mi>w</mi><mo>=</mo><msup><mi>Σ</mi><mrow><mo>−</mo><mn>1</mn></mrow></msup><mo>(</mo><msub><mi>μ</mi><mn>1</mn>"
        "</msub><mo>−</mo><msub><mi>μ</mi><mn>2</mn></msub><mo>)</mo>",
        "from genvsdisc import GaussianClassifier\n" + _ROWS + "m = GaussianClassifier('shared').fit(X, y)\n"
        "print(m.coef_, m.intercept_)",
        "Ask a separate covariance for coef_: it has none, for its boundary bends.",
    ),
    "naive-bayes-toy": (
        "<mfrac><mn>1</mn><mn>13</mn></mfrac><mspace width='1em'/><mtext>against</mtext><mspace width='1em'/><mfrac>"
        "<mn>12</mn><mn>13</mn></mfrac><mo>·</mo><mfrac><mn>1</mn><mn>3</mn></mfrac><mo>·</mo><mfrac><mn>1</mn><mn>3</mn></mfrac>",
        "from genvsdisc import NaiveBayesClassifier\n"
        "from genvsdisc.datasets import make_naive_bayes_toy\n"
        "data = make_naive_bayes_toy()\n"
        "m = NaiveBayesClassifier('bernoulli', alpha=0).fit(data.X, data.y)\n"
        "print(m.predict_proba([[1, 1]]))",
        "Set alpha=1: a row added to every count changes the answer.",
    ),
    "cross-entropy": (
        "<mfrac><mrow><mo>∂</mo><mi>L</mi></mrow><mrow><mo>∂</mo><mi>z</mi></mrow></mfrac><mo>=</mo><mi>p</mi><mo>−</mo>"
        "<mi>y</mi><mspace width='1em'/><mtext>against</mtext><mspace width='1em'/><mo>(</mo><mi>p</mi><mo>−</mo>"
        "<mi>y</mi><mo>)</mo><mi>p</mi><mo>(</mo><mn>1</mn><mo>−</mo><mi>p</mi><mo>)</mo>",
        "import numpy as np\n"
        "z = np.array([-6.0, -3, 0, 3]); p = 1 / (1 + np.exp(-z))   # the truth is 1\n"
        "print(p - 1, (p - 1) * p * (1 - p))",
        "Fit LogisticClassifier(loss='squared_error') from several starts: it ends in several minima.",
    ),
    "crossing": (
        "<msub><mi>ε</mi><mtext>gen</mtext></msub><mo>(</mo><mi>n</mi><mo>)</mo><mo>=</mo><msub><mi>ε</mi>"
        "<mtext>dis</mtext></msub><mo>(</mo><mi>n</mi><mo>)</mo>",
        "import genvsdisc as gd\n"
        "data = gd.datasets.load('breast_cancer')\n"
        "pair = gd.GaussianClassifier(structure='diagonal'), gd.LogisticClassifier(standardize=True)\n"
        "c = gd.learning_curve_crossing(*pair, data.X, data.y, n_draws=40, random_state=0)\n"
        "print(c.estimate, c.lower, c.upper, c.curves['mean'].round(3).tolist())",
        "Ask for metric='log_loss': the crossing is not where that of the error is.",
    ),
    "softmax": (
        _PROBABILITY,
        "from scipy.special import softmax\n"
        "for scale in (0.1, 1, 10):\n"
        "    print(softmax([scale * z for z in (3, 1, -3)]).round(3))",
        "Let the scale grow: the largest takes everything, which is the hard maximum.",
    ),
    "computation-graph": (
        "<mi>J</mi><mo>=</mo><mn>3</mn><mo>(</mo><mi>a</mi><mo>+</mo><mi>b</mi><mi>c</mi><mo>)</mo>",
        "a, b, c = 5, 3, 2\n"
        "u = b * c; v = a + u; J = 3 * v\n"
        "dv = 3; du = dv; da = dv; db = du * c; dc = du * b\n"
        "print(J, da, db, dc)",
        "du is used twice, for db and for dc: that reuse is all there is to backpropagation.",
    ),
    "vectorization": (
        "<mi>Z</mi><mo>=</mo><mi>X</mi><msup><mi>W</mi><mo>′</mo></msup><mo>+</mo><mi>b</mi>",
        "import numpy as np, timeit\n"
        "X, w = np.random.rand(10_000, 50), np.random.rand(50)\n"
        "print(timeit.timeit(lambda: X @ w, number=10),\n"
        "      timeit.timeit(lambda: [sum(a * b for a, b in zip(x, w)) for x in X], number=1) * 10)",
        "Use float32: half the bytes, and nearly half the time.",
    ),
    "backward-pass": (
        "<mfrac><mrow><mo>∂</mo><mi>L</mi></mrow><mrow><mo>∂</mo><msup><mi>W</mi><mi>l</mi></msup></mrow></mfrac><mo>=</mo>"
        "<msup><mi>δ</mi><mi>l</mi></msup><mo>(</mo><msup><mi>a</mi><mrow><mi>l</mi><mo>−</mo><mn>1</mn></mrow></msup><mo>)</mo>"
        "<mo>′</mo>",
        "import numpy as np\n"
        "f = lambda w: np.log1p(np.exp(-w)); h = 1e-6\n"
        "print((f(1 + h) - f(1 - h)) / (2 * h), -1 / (1 + np.exp(1)))",
        "Take h = 1e-12: the difference drowns in rounding; a check needs a step that is neither large nor tiny.",
    ),
    "activation-functions": (
        "<msup><mi>σ</mi><mo>′</mo></msup><mo>=</mo><mi>σ</mi><mo>(</mo><mn>1</mn><mo>−</mo><mi>σ</mi><mo>)</mo><mo>,</mo>"
        "<mspace width='1em'/><msup><mi>tanh</mi><mo>′</mo></msup><mo>=</mo><mn>1</mn><mo>−</mo><msup><mi>tanh</mi>"
        "<mn>2</mn></msup>",
        "import numpy as np\n"
        "z = np.array([-5.0, 0, 5]); s = 1 / (1 + np.exp(-z))\n"
        "print(s * (1 - s), 1 - np.tanh(z) ** 2)",
        "Multiply ten slopes of the sigmoid: 0.25^10 is what is left of a gradient after ten layers, at best.",
    ),
    "linear-activations": (
        "<msub><mi>W</mi><mn>2</mn></msub><mo>(</mo><msub><mi>W</mi><mn>1</mn></msub><mi>x</mi><mo>)</mo><mo>=</mo><mo>(</mo>"
        "<msub><mi>W</mi><mn>2</mn></msub><msub><mi>W</mi><mn>1</mn></msub><mo>)</mo><mi>x</mi>",
        "from genvsdisc import MLPClassifier\n"
        "from genvsdisc.datasets import make_xor\n"
        "data = make_xor(200, random_state=0)\n"
        "for g in ('identity', 'tanh'):\n"
        "    m = MLPClassifier((16, 16), g, learning_rate=0.02, random_state=0).fit(data.X, data.y)\n"
        "    print(g, m.score(data.X, data.y))",
        "Use a hundred layers of the identity: still one line.",
    ),
    "zero-initialization": (
        "<msub><mi>w</mi><mn>1</mn></msub><mo>=</mo><msub><mi>w</mi><mn>2</mn></msub><mo>⇒</mo><mo>∂</mo><mi>L</mi><mo>/</mo>"
        "<mo>∂</mo><msub><mi>w</mi><mn>1</mn></msub><mo>=</mo><mo>∂</mo><mi>L</mi><mo>/</mo><mo>∂</mo><msub><mi>w</mi><mn>2</mn>"
        "</msub>",
        _DIGITS + "for start in ('zeros', 'small', 'glorot'):\n"
        "    m = MLPClassifier((8,), 'sigmoid', init=start, max_iter=30, random_state=0).fit(X / 16, y)\n"
        "    print(start, m.coefs_[0].std(axis=1).max().round(4))",
        "For logistic regression zeros are fine: it has no hidden units that could be the same.",
    ),
    "activation-speed": (
        _LAYER,
        _DIGITS + "for g in ('sigmoid', 'tanh', 'relu'):\n"
        "    m = MLPClassifier((30, 30, 30), g, optimizer='gd', learning_rate=0.1, batch_size=50, max_iter=20)\n"
        "    print(g, m.fit(X[:500] / 16, y[:500]).loss_curve_[-1])",
        "Give the sigmoid a rate of 3, or batch_norm=True: then it starts to learn.",
    ),
    "deep-or-wide": (
        _LAYER,
        _DIGITS + "for widths in ((25,), (17, 17, 17)):\n"
        "    m = MLPClassifier(widths, learning_rate=0.01, max_iter=100, random_state=0).fit(X[:600] / 16, y[:600])\n"
        "    print(widths, m.n_parameters_, m.score(X[600:] / 16, y[600:]))",
        "Draw classes that are a function of a function (rings, checkerboards): depth pays.",
    ),
    "modules": (
        "<mi>p</mi><mo>(</mo><mi>a</mi><mo>,</mo><mi>b</mi><mo>∣</mo><mi>x</mi><mo>)</mo>",
        "import numpy as np\n"
        "print('rows that teach the attribute a:', 150 + 5, 'rows that teach the class (1, 1) alone:', 5)",
        "Give every combination 150 rows: four networks of their own are then no worse.",
    ),
}


def noted(lesson: Lesson) -> Lesson:
    """The lesson with its formula, code and what to try, where it has none of its own."""
    formula, code, try_this = NOTES.get(lesson.name, ("", "", ""))
    return replace(
        lesson,
        formula=lesson.formula or formula,
        code=lesson.code or code,
        try_this=lesson.try_this or try_this,
    )

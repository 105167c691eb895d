"""The thesis of the notes: one set of functions, fitted two ways; and what the assumptions of one way are worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, xlogy

from genvsdisc.datasets import make_pokemon_style
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, more, per_seed, tidy
from genvsdisc.lessons.pictures import Lines

TRAINED_ROWS = (30, 100, 1000)
LAWS = ("normal", "skewed")
CORRELATIONS = (0.0, 0.3, 0.6, 0.9)
_TRUE_SLOPES = np.array([1.0, -1.0, 0.5, 0.0])


def _drawn(law: str, n: int, rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
    """Rows, labels and true log-odds, which are linear in both laws; normal given the class in one of them."""
    if law == "normal":
        y = rng.integers(0, 2, n)
        X = rng.normal(size=(n, 4)) + (y[:, None] - 0.5) * _TRUE_SLOPES
        return X, y, X @ _TRUE_SLOPES
    X = rng.exponential(size=(n, 4)) ** 1.5
    log_odds = X @ _TRUE_SLOPES - 0.3
    return X, (rng.random(n) < expit(log_odds)).astype(int), log_odds


def run_same_functions(seed: int) -> Tables:
    """Coefficients of both fits, how linear they are, and what is lost against the truth."""
    rng = np.random.default_rng(seed)
    rows = []
    for law in LAWS:
        X_test, _, log_odds = _drawn(law, 5000, rng)
        truth = expit(log_odds)
        for n in TRAINED_ROWS:
            X, y, _ = _drawn(law, n, rng)
            fits = {"generative": GaussianClassifier(shrinkage=1e-3), "discriminative": LogisticClassifier(1e-3)}
            slopes = {}
            for name, model in fits.items():
                p = np.clip(model.fit(X, y).predict_proba(X_test)[:, 1], 1e-12, 1 - 1e-12)
                lost = xlogy(truth, truth / p) + xlogy(1 - truth, (1 - truth) / (1 - p))
                plane = X_test @ model.coef_[0] + model.intercept_[0]
                bend = float(np.abs(plane - model.decision_function(X_test)).max() / (1 + np.abs(plane).max()))
                slopes[name] = np.append(model.coef_[0], model.intercept_[0])
                rows.append([law, n, name, bend, float(np.mean(lost)), 0.0])
            apart = float(np.linalg.norm(slopes["generative"] - slopes["discriminative"]))
            for row in rows[-2:]:
                row[-1] = apart / float(np.linalg.norm(slopes["discriminative"]))
    return {"results": tidy([tuple(row) for row in rows], "law n_train model bend lost apart")}


def judge_same_functions(tables: Tables) -> Finding:
    """The same lines to choose from, not the same line; and which is nearer to the truth."""
    rows = tables["results"]

    def of(value: str, law: str, n: int, model: str = "generative") -> NDArray:
        return per_seed(rows, value, law=law, n_train=n, model=model)

    worst = np.maximum(of("bend", "skewed", 1000), of("bend", "skewed", 1000, "discriminative"))
    few, most = TRAINED_ROWS[0], TRAINED_ROWS[-1]
    pair = ("generative", "discriminative")
    normal = [of("lost", "normal", few, name) for name in pair]
    skewed = [of("lost", "skewed", most, name) for name in pair]
    return Finding(
        (
            below("both log-odds are w · x + b: what is not linear is rounding", worst, 1e-9),
            above("yet w and b differ by more than a tenth, with 1,000 rows too", of("apart", "skewed", most), 0.1),
            less(f"normal columns, {few} rows: the generative w and b lose less against the truth", *normal),
            less(f"skewed columns, {most} rows: the discriminative ones lose less", *skewed[::-1]),
        ),
        reason="The generative fit reads w and b off means and covariances and uses what it assumes of the columns; "
        "the discriminative one asks the labels only. The assumption is worth rows where true, and costs where not.",
    )


def run_correlated(seed: int) -> Tables:
    """Error of naive Bayes and of a full covariance, as the columns of each class go together more and more."""
    rng = np.random.default_rng(seed)
    rows = []
    for rho in CORRELATIONS:
        covariance = np.full((2, 2), rho) + (1 - rho) * np.eye(2)
        root = np.linalg.cholesky(covariance)
        y = rng.integers(0, 2, 8200)
        X = rng.normal(size=(8200, 2)) @ root.T + np.outer(y, [1.0, 0.0])
        for name, structure in (("naive Bayes", "diagonal"), ("full covariance", "full")):
            model = GaussianClassifier(structure=structure).fit(X[:200], y[:200])
            rows.append((rho, name, 1 - model.score(X[200:], y[200:])))
    return {"results": tidy(rows, "correlation model error")}


def judge_correlated(tables: Tables) -> Finding:
    """Harmless at 0, costly at 0.9."""
    error = {
        (rho, name): per_seed(tables["results"], "error", correlation=rho, model=name)
        for rho in CORRELATIONS
        for name in ("naive Bayes", "full covariance")
    }
    gap = {rho: error[rho, "naive Bayes"] - error[rho, "full covariance"] for rho in CORRELATIONS}
    return Finding(
        (
            below("independent columns: naive Bayes costs less than a point", gap[0.0], 0.01, share=True),
            above("correlation 0.9: it costs more than five points", gap[0.9], 0.05, share=True),
            more("it costs more at 0.9 than at 0.3", gap[0.9], gap[0.3], share=True),
        ),
        reason="A full covariance can subtract what the second column shares with the first and sees the rest; naive "
        "Bayes takes the second column for evidence of its own, which here it is not.",
    )


def run_entropy(seed: int) -> Tables:  # noqa: ARG001 - every lesson is given a seed
    """Cross-entropy H(p, q) over q, for one p."""
    rows = [("at q = p", p, float(-xlogy(p, p) - xlogy(1 - p, 1 - p))) for p in (0.0, 0.3, 0.5, 0.7)]
    q = np.round(np.arange(0.05, 1.0, 0.05), 2)
    curve = [("H(0.7, q)", float(each), float(-0.7 * np.log(each) - 0.3 * np.log(1 - each))) for each in q]
    return {"results": tidy(rows, "what p entropy"), "curve": tidy(curve, "what q entropy")}


def judge_entropy(tables: Tables) -> Finding:
    """The least is at q = p, and it is the entropy of p, not 0."""
    values = {p: per_seed(tables["results"], "entropy", p=p) for p in (0.3, 0.5, 0.7)}
    return Finding(
        tuple(below(f"p = {p:g}: the cross-entropy of p with itself is 0", v, 1e-9) for p, v in values.items()),
        reason="H(p, q) is least at q = p, where it is the entropy of p; what is 0 there is the divergence, H(p, q) - "
        "H(p). Only for labels that are sure, p = 0 or 1, are the two the same.",
    )


def run_shrinking_steps(seed: int) -> Tables:
    """Loss above its minimum after passes of single-row descent, at a constant and at a shrinking rate."""
    data = make_pokemon_style(400, random_state=seed)
    X = data.X.iloc[:, :6].to_numpy(dtype=float)
    X, y = (X - X.mean(axis=0)) / X.std(axis=0), np.asarray(data.y)

    def objective(model: LogisticClassifier) -> float:
        losses = -model.predict_log_proba(X)[np.arange(len(y)), np.searchsorted(model.classes_, y)]
        return float(losses.mean() + 0.005 * (model.coef_**2).sum())

    least = objective(LogisticClassifier(0.01, optimizer="newton").fit(X, y))
    rows = []
    for passes in (1, 5, 20, 50):
        for name, schedule in (("constant", "constant"), ("1 / sqrt(t + 1)", "inverse_sqrt")):
            model = LogisticClassifier(
                0.01, optimizer="gd", learning_rate=0.3, schedule=schedule, batch_size=1, max_iter=passes, tol=0.0,
                n_iter_no_change=passes, random_state=seed,
            ).fit(X, y)  # fmt: skip
            rows.append((name, passes, objective(model) - least))
    return {"results": tidy(rows, "rate passes excess")}


def judge_shrinking_steps(tables: Tables) -> Finding:
    """A constant rate goes on shaking, a shrinking one settles."""
    constant, shrinking = (
        per_seed(tables["results"], "excess", rate=rate, passes=50) for rate in ("constant", "1 / sqrt(t + 1)")
    )
    return Finding(
        (
            less("after 50 passes the shrinking rate is nearer to the minimum", shrinking, constant),
            below("it is within 0.002 of it", shrinking, 0.002),
            above("the constant rate stays more than 0.01 above it", constant, 0.01),
        ),
        reason="The slope of a single row never vanishes, not even at the minimum; only shorter steps make it settle.",
    )  # fmt: skip


SAME_FUNCTIONS = Lesson(
    name="same-functions",
    title="One set of functions, two fits",
    claim="The generative and the discriminative classifier choose from the same functions and find different w and b",
    source="Hung-yi Lee, Logistic regression, discriminative against generative",
    experiment=(
        "Gaussians with a shared covariance and logistic regression on 30, 100 and 1,000 rows of four columns whose "
        "true log-odds are linear: normal given the class, or skewed. What is lost is the divergence of the predicted "
        "from the true probabilities, in nats, over 5,000 rows."
    ),
    run=run_same_functions,
    judge=judge_same_functions,
    by={"law": "Columns", "n_train": "Rows", "model": "Fit"},
    measures=(Measure("lost", "Lost (nats)"), Measure("apart", "w and b apart"), Measure("bend", "Not linear")),
    pictures=tuple(
        Lines(
            "n_train", "lost", "model", f"Lost against the truth, {law} columns", "training rows (log scale)",
            where={"law": law}, log_x=True, log_y=True,
        )
        for law in LAWS
    ),
    formula=(
        "<mi>p</mi><mo>(</mo><mi>y</mi><mo>∣</mo><mi>x</mi><mo>)</mo><mo>=</mo><mi>σ</mi><mo>(</mo><mi>w</mi><mo>·</mo>"
        "<mi>x</mi><mo>+</mo><mi>b</mi><mo>)</mo><mo>,</mo><mspace width='1em'/><mi>w</mi><mo>=</mo><msup><mi>Σ</mi>"
        "<mrow><mo>−</mo><mn>1</mn></mrow></msup><mo>(</mo><msub><mi>μ</mi><mn>1</mn></msub><mo>−</mo><msub><mi>μ</mi>"
        "<mn>0</mn></msub><mo>)</mo><mspace width='.5em'/><mtext>or</mtext><mspace width='.5em'/><mi>w</mi><mo>=</mo>"
        "<mtext>argmax</mtext><mo>∑</mo><mi>log</mi><mi>p</mi><mo>(</mo><mi>y</mi><mo>∣</mo><mi>x</mi><mo>)</mo>"
    ),
    code=(
        "from genvsdisc import GaussianClassifier, LogisticClassifier\n"
        "from genvsdisc.datasets import make_pokemon_style\n"
        "data = make_pokemon_style(800, random_state=0)\n"
        "for model in (GaussianClassifier(), LogisticClassifier(standardize=True)):\n"
        "    model.fit(data.X.iloc[:, :6], data.y)\n"
        "    print(model.coef_.round(3), model.intercept_.round(2))"
    ),
    try_this="HybridClassifier(a) goes from one fit to the other as a goes from 1 to 0: print its coef_ along the way.",
    n_seeds=40,
)  # fmt: skip

CORRELATED = Lesson(
    name="naive-bayes-correlated",
    title="Naive Bayes and columns that go together",
    claim="Naive Bayes is fine where columns are independent within the classes, and biased where they are not",
    source="Hung-yi Lee, Classification, naive Bayes",
    experiment=(
        "Two normal columns whose correlation within the classes grows from 0 to 0.9; only the first has a mean that "
        "differs. 200 training rows, naive Bayes against a full shared covariance, error on 8,000 rows."
    ),
    run=run_correlated,
    judge=judge_correlated,
    by={"correlation": "Correlation", "model": "Model"},
    measures=(Measure("error", "Test error", share=True),),
    pictures=(Lines("correlation", "error", "model", "Test error", "correlation within the classes", share=True),),
    formula=(
        "<mi>p</mi><mo>(</mo><mi>x</mi><mo>∣</mo><mi>y</mi><mo>)</mo><mo>=</mo><munder><mo>∏</mo><mi>j</mi></munder>"
        "<mi>p</mi><mo>(</mo><msub><mi>x</mi><mi>j</mi></msub><mo>∣</mo><mi>y</mi><mo>)</mo>"
    ),
    code=(
        "import numpy as np\n"
        "from genvsdisc import GaussianClassifier\n"
        "rng = np.random.default_rng(0); y = rng.integers(0, 2, 5000); a = rng.normal(size=5000)\n"
        "X = np.column_stack([a + 0.4 * rng.normal(size=5000) + y, a])\n"
        "for s in ('diagonal', 'full'):\n"
        "    print(s, GaussianClassifier(structure=s).fit(X, y).score(X, y))"
    ),
    try_this="Let both means differ: naive Bayes then counts the same evidence twice, and is too sure of itself.",
    n_seeds=10,
)

ENTROPY = Lesson(
    name="entropy",
    title="The cross-entropy of equal distributions",
    claim="The cross-entropy of two equal distributions is 0",
    source="Hung-yi Lee, Logistic regression, aside",
    experiment="Compute H(p, q) = -p log q - (1 - p) log(1 - q), in nats, at q = p for several p, and over q.",
    run=run_entropy,
    judge=judge_entropy,
    by={"what": "Where", "p": "p"},
    measures=(Measure("entropy", "H(p, p) (nats)"),),
    pictures=(Lines("q", "entropy", "what", "Cross-entropy (nats)", "q", table="curve"),),
    formula=(
        "<mi>H</mi><mo>(</mo><mi>p</mi><mo>,</mo><mi>q</mi><mo>)</mo><mo>=</mo><mo>−</mo><munder><mo>∑</mo><mi>k</mi>"
        "</munder><msub><mi>p</mi><mi>k</mi></msub><mi>log</mi><msub><mi>q</mi><mi>k</mi></msub>"
    ),
    code=(
        "import numpy as np\n"
        "p = np.array([0.7, 0.3])\n"
        "print(-(p * np.log(p)).sum())"
    ),
    try_this="Plot H(p, q) - H(p): that is 0 at q = p, and the reason why both are minimized by the same q.",
    n_seeds=1,
)  # fmt: skip

SHRINKING_STEPS = Lesson(
    name="shrinking-steps",
    title="A rate that shrinks",
    claim="Descent by single rows settles at the minimum only if the learning rate shrinks, as 1 / sqrt(t + 1)",
    source="Hung-yi Lee, Gradient descent, adaptive learning rates",
    experiment=(
        "Logistic regression (λ = 0.01) on 400 Pokemon-style rows, an update for each row, rate 0.3: constant, or "
        "divided by the root of the number of updates. Loss above its minimum after 1, 5, 20 and 50 passes."
    ),
    run=run_shrinking_steps,
    judge=judge_shrinking_steps,
    by={"rate": "Rate", "passes": "Passes"},
    measures=(Measure("excess", "Loss above minimum"),),
    pictures=(
        Lines("passes", "excess", "rate", "Loss above its minimum (log)", "passes (log scale)", log_x=True, log_y=True),
    ),
    formula=(
        "<msub><mi>η</mi><mi>t</mi></msub><mo>=</mo><mfrac><mi>η</mi><msqrt><mi>t</mi><mo>+</mo><mn>1</mn></msqrt></mfrac>"
    ),
    code=(
        "from genvsdisc import LogisticClassifier\n"
        "from genvsdisc.datasets import make_pokemon_style\n"
        "data = make_pokemon_style(400, random_state=0)\n"
        "for s in ('constant', 'inverse_sqrt'):\n"
        "    m = LogisticClassifier(\n"
        "        optimizer='gd', learning_rate=0.3, schedule=s, batch_size=1, standardize=True, max_iter=50)\n"
        "    print(s, m.fit(data.X.iloc[:, :6], data.y).loss_curve_[-1])"
    ),
    try_this="Shrink as 1 / t instead: it settles too, but may stop moving before it has arrived.",
)

"""Formula, reason and something to try, for the lessons that do not bring their own; code for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from genvsdisc.lessons.lesson import Finding, Lesson, Tables
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.snippets import SNIPPETS


@dataclass(frozen=True)
class Note:
    """A formula as `mathml` reads it, why the claim holds where it does, and what to try."""

    formula: str
    try_this: str
    reason: str = ""


LESSON_NOTES = {
    "adagrad": Note(
        r"w ← w − \frac{η}{\sqrt{∑_t g_t^2}} g",
        "Run 10,000 updates (max_iter): Adagrad's steps shrink with the root of their number, ever slower.",
        reason=(
            "Each weight is divided by the size of its own slopes, so a column that is a hundred times as large no "
            "longer sets the pace for all."
        ),
    ),
    "stochastic": Note(
        r"w ← w − η ∇ ℓ_i(w)",
        "Add schedule='inverse_sqrt' to the single rows.",
    ),
    "feature-scaling": Note(
        r"z = \frac{x − μ}{σ}",
        "Use optimizer='newton': its steps do not know the scales, and scaling changes nothing.",
        reason=(
            "One rate serves all weights and must suit the steepest; in a round bowl no direction is steeper than "
            "another, and every step points at the minimum."
        ),
    ),
    "where-descent-stops": Note(
        r"∇ L(w) ≈ 0",
        "Print the whole curve of 'zeros': it lies flat at ln 10, the loss of knowing nothing.",
        reason=(
            "A step is the rate times the gradient, and the gradient alone does not tell a valley from a pass or a "
            "plain; zeros are a saddle of a network because all its units are alike there."
        ),
    ),
    "regularization": Note(
        r"L(w) + \frac{λ}{2} {∥ w ∥}^2",
        "Train on 1,000 rows: the best λ gets smaller as rows get more.",
        reason=(
            "The penalty buys smaller weights with training error; a little of it takes away what was fitted to "
            "chance, a lot of it what was true."
        ),
    ),
    "complexity": Note(
        r'"mean loss" = "noise" + "bias" + "variance"',
        "Double the training rows: the variance halves, the bias stays.",
    ),
    "public-test-set": Note(
        r"E [ \min_m \hat{e}_m ] ≤ \min_m e_m",
        "Take 500 public rows instead of 50: the luck of the best is a third of what it was.",
    ),
    "regression-as-classifier": Note(
        r"∑_i {(y_i − w · x_i)}^2",
        "Move the last row out to 300: it was right before, and pulls harder the more it is.",
        reason=(
            "The squared error charges a row for being farther out on the right side than its label says; the cross-"
            "entropy stops caring once it is right."
        ),
    ),
    "pokemon": Note(
        r"p(k ∣ x) ∝ π_k N(x ; μ_k , Σ_k)",
        "Between the two lies pooling=0.5.",
    ),
    "shared-covariance-line": Note(
        r"w = Σ^{−1} (μ_1 − μ_2)",
        "Ask a separate covariance for coef_: it has none, for its boundary bends.",
        reason=(
            "With one Σ the squares of x are the same in both log densities and cancel in their difference; with two "
            "they stay."
        ),
    ),
    "naive-bayes-toy": Note(
        r'\frac{1}{13} ~ "against" ~ \frac{12}{13} · \frac{1}{3} · \frac{1}{3}',
        "Set alpha=1: a row added to every count changes the answer.",
        reason=(
            "Given C2 each of two columns is 1 in a third of the rows, so as independent they are both 1 in a ninth "
            "of twelve rows; that beats the one row of C1."
        ),
    ),
    "cross-entropy": Note(
        r'\frac{∂ L}{∂ z} = p − y ~ "against" ~ (p − y) p (1 − p)',
        "Fit LogisticClassifier(loss='squared_error') from several starts: it ends in several minima.",
        reason=(
            "The slope of the squared error has the factor p (1 − p), which vanishes where the model is sure, also "
            "where it is surely wrong."
        ),
    ),
    "crossing": Note(
        r'ε_"gen"(n) = ε_"dis"(n)',
        "Ask for metric='log_loss': the crossing is not where that of the error is.",
    ),
    "softmax": Note(
        r"p_k = \frac{e^{z_k}}{∑_j e^{z_j}}",
        "Let the scale grow: the largest takes everything, which is the hard maximum.",
        reason="Exponentials turn differences of scores into ratios: two more is e² = 7.4 times as much.",
    ),
    "computation-graph": Note(
        r"J = 3 (a + b c)",
        "du is used twice, for db and for dc: that reuse is all there is to backpropagation.",
        reason=(
            "Each node needs the derivative of the node to its right and its own: du is computed once, and serves db "
            "and dc."
        ),
    ),
    "vectorization": Note(
        r"Z = X W ′ + b",
        "Use float32: half the bytes, and nearly half the time.",
    ),
    "backward-pass": Note(
        r"\frac{∂ L}{∂ W^l} = δ^l (a^{l − 1}) ′",
        "Take h = 1e-12: the difference drowns in rounding; a check needs a step that is neither large nor tiny.",
        reason=(
            "The chain rule, taken from the last layer to the first, is exact; finite differences only agree with it "
            "up to their own error."
        ),
    ),
    "activation-functions": Note(
        r"σ ′ = σ (1 − σ) , ~ \tanh ′ = 1 − \tanh^2",
        "Multiply ten slopes of the sigmoid: 0.25^10 is what is left of a gradient after ten layers, at best.",
        reason="Sigmoid and tanh level off on both sides, the ReLU on one; the leaky ReLU keeps a slope of 0.01 there.",
    ),
    "linear-activations": Note(
        r"W_2 (W_1 x) = (W_2 W_1) x",
        "Use a hundred layers of the identity: still one line.",
        reason="A product of matrices is a matrix: without a bend between them, layers multiply into one.",
    ),
    "zero-initialization": Note(
        r"w_1 = w_2 ⇒ ∂ L / ∂ w_1 = ∂ L / ∂ w_2",
        "For logistic regression zeros are fine: it has no hidden units that could be the same.",
        reason=(
            "Units with the same weights compute the same values and get the same gradient, so they stay the same; "
            "any difference at the start breaks the tie."
        ),
    ),
    "activation-speed": Note(
        r"a^l = g(W^l a^{l − 1} + b^l)",
        "Give the sigmoid a rate of 3, or batch_norm=True: then it starts to learn.",
    ),
    "deep-or-wide": Note(
        r"a^l = g(W^l a^{l − 1} + b^l)",
        "Draw classes that are a function of a function (rings, checkerboards): depth pays.",
    ),
    "modules": Note(
        r"p(a, b ∣ x)",
        "Give every combination 150 rows: four networks of their own are then no worse.",
        reason=(
            "The shared layers learn each attribute from all rows that have it, also those of the frequent "
            "combinations; a network for the rare class alone has five rows."
        ),
    ),
}
"""Name of the lesson -> its note."""
_NONE = Note("", "")


def with_notes(lesson: Lesson) -> Lesson:
    """The lesson with its code, and with its formula, reason and what to try, where it has none of its own."""
    note = LESSON_NOTES.get(lesson.name, _NONE)
    return replace(
        lesson,
        formula=lesson.formula or mathml(note.formula),
        code=SNIPPETS[lesson.name],
        try_this=lesson.try_this or note.try_this,
        judge=_with_reason(lesson.judge, note.reason) if note.reason else lesson.judge,
    )


def _with_reason(judge: Callable[[Tables], Finding], reason: str) -> Callable[[Tables], Finding]:
    """Add why a claim holds to findings that it does; another finding has another reason."""

    def judged(tables: Tables) -> Finding:
        finding = judge(tables)
        return replace(finding, reason=reason) if finding.word in ("holds", "mostly holds") else finding

    return judged

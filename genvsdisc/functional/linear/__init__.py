"""Softmax regression: its objective, and the solvers that minimize it."""

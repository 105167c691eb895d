"""Logistic regression: the problem, its solvers, the classifier."""

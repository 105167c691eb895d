"""Classifiers that model the boundary between classes, and the training they share."""

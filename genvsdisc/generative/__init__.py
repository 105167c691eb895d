"""Classifiers that model how each class generates its features."""

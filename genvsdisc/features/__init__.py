"""Transformers put in front of a classifier."""

"""Gaussian classifiers with shared or separate covariance."""

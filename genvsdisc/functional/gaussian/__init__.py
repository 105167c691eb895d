"""Gaussian class-conditional densities: moments, covariances, log densities, missing entries."""

"""Gradient descent: the loop, mini-batches, optimizers and schedules."""

"""Multilayer networks: layers, activations, initialization, the objective and its gradient."""

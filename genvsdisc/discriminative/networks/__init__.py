"""Networks of layers: the multilayer perceptron and the cascade of logistic regressions."""

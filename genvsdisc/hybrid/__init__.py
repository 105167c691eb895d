"""The continuum between the families: one set of functions, fitted to a weighted sum of both likelihoods."""

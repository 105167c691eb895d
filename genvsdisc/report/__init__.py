"""The page: a function of the saved tables."""

"""Column by column: exponential families and the additive scores of naive Bayes."""

"""One question, one function: fit what it takes and compute the answer."""

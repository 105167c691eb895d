"""Every fit of a comparison: splits, refits, predictions, tuning, label noise, descent paths, decision planes."""

"""The comparison: one place fits, all the rest are functions of its predictions."""

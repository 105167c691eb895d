"""Pure maths on arrays: NumPy and SciPy only."""

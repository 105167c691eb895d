"""Seconds of the budgets that have a name. The command line shows them, and waits for nothing to be imported."""

QUICK_BUDGET, STANDARD_BUDGET, THOROUGH_BUDGET = 10.0, 60.0, 600.0
"""Seconds of ``--quick``, of the command line by default, and of ``--thorough``, on a machine of two cores."""

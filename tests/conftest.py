"""What holds for every test: one BLAS thread a worker, no display, examples that are drawn alike each time."""

import os

from hypothesis import HealthCheck, settings

# Before NumPy is first imported, or two workers fight for two cores.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("MPLBACKEND", "Agg")

# A test passes or fails by the code alone. `--hypothesis-profile fresh` looks for what nobody has thought of yet, and
# prints the decorator that reproduces what it finds.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile(
    "fresh",
    derandomize=False,
    deadline=None,
    print_blob=True,
    max_examples=500,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same")

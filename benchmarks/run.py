"""Run every benchmark of this folder, then print the ratios they found in one table.

Run ``python benchmarks/run.py [--quick] [name ...]``. Each benchmark runs in a process of its own; what it prints is
shown as it comes. A line ``-> what: ratio`` is a row of the table: how many times faster this package is than its peer.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
OWN_THREADS = {"logistic", "networks"}
"""Benchmarks that give each side the better of one and two threads."""


def run(name: str, quick: bool) -> list[str]:
    """Show what a benchmark prints, and give its lines."""
    path = os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")]))
    environment = os.environ | ({} if name in OWN_THREADS else ONE_THREAD) | {"PYTHONPATH": path}
    command = [sys.executable, "-W", "ignore", "-u", str(HERE / f"{name}.py"), *(["--quick"] if quick else [])]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    if process.returncode:
        raise SystemExit(f"benchmark {name} failed with exit code {process.returncode}")
    return lines


def main() -> None:
    names = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in ("run", "costs", "tables", "streaming"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="name", help=f"some of {', '.join(names)}; default: all")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a look, not a measurement")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(names))
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(names)}")
    rows = []
    for name in options.names or names:
        start = time.perf_counter()
        print(f"== {name}", flush=True)
        rows += [line[3:].rpartition(": ") for line in run(name, options.quick) if line.startswith("-> ")]
        print(f"   {time.perf_counter() - start:.0f} s\n", flush=True)
    print(f"{'':<72}{'times as fast':>14}")
    for what, _, ratio in rows:
        print(f"{what:<72}{ratio:>14}")


if __name__ == "__main__":
    main()

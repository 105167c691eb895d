"""Time, memory and outcome of the report over a folder of tables.

Usage: python benchmarks/tables.py FOLDER [--quick] [--rows 1000,10000,100000] [--columns 5,20,80] [--limit 600]
       [--plot FILE.png]

FOLDER holds tables and a TARGETS.csv with the columns file and target. For each table ``genvsdisc report`` runs as a
process of its own; a line says its exit status, wall clock, processor seconds of all its processes, the peak memory of
the largest of them, and the size of the page. Without FOLDER, or with --rows or --columns, synthetic tables of those
sizes (numbers, words and gaps) are run, and the slopes of time over rows and over columns are fitted; --plot draws
them.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd


@dataclass
class Outcome:
    """What one report took."""

    name: str
    status: int
    wall: float
    processor: float
    peak_mb: float
    page_kb: float
    last_words: str

    def line(self) -> str:
        """Markdown row."""
        return (
            f"| {self.name} | {self.status} | {self.wall:.1f} | {self.processor:.1f} | {self.peak_mb:.0f} | "
            f"{self.page_kb:.0f} | {self.last_words[:90]} |"
        )


HEADER = "| table | exit | s | processor s | peak MB | page kB | last words |\n|---|--:|--:|--:|--:|--:|---|"


def report(path: Path, target: str, name: str, *, quick: bool, limit: float) -> Outcome:
    """Run one report in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "genvsdisc", "report", str(path), "--target", target, "--output", folder]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        run = subprocess.Popen(words + ["--quick"] * quick, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        peak = _Peak(run.pid)
        said, status = "", 124
        while time.perf_counter() - start < limit:
            try:
                said, _ = run.communicate(timeout=0.2)
                status = run.returncode
                break
            except subprocess.TimeoutExpired:
                peak.look()
        else:
            run.terminate()
            said, _ = run.communicate()
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        page = Path(folder, "index.html")
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        size = page.stat().st_size / 1e3 if page.is_file() else 0.0
        words_said = said.strip().splitlines() or [""]
        return Outcome(name, status, wall, used, peak.mb, size, words_said[0])


class _Peak:
    """Most memory held at once by a process and those it started, looked at five times a second."""

    def __init__(self, pid: int) -> None:
        self.pid, self.mb = pid, 0.0

    def look(self) -> None:
        """Add up what all of them hold, pages that they share counted once in proportion."""
        self.mb = max(self.mb, sum(_held(pid) for pid in _tree(self.pid)) / 1e3)


def _tree(pid: int) -> list[int]:
    started: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            started.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
        except OSError:  # it has ended
            continue
    found = [pid]
    for each in found:
        found += started.get(each, [])
    return found


def _held(pid: int) -> float:
    """Kilobytes."""
    for name, field in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            text = Path(f"/proc/{pid}/{name}").read_text()
        except OSError:
            continue
        return float(next((line.split()[1] for line in text.splitlines() if line.startswith(field)), 0))
    return 0.0


def synthetic(rows: int, columns: int, path: Path, *, gaps: float = 0.05) -> None:
    """Write a table of numbers, words and truth values with gaps, two classes."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, rows)
    table = {}
    for j in range(columns):
        if j % 5 < 3:
            values = rng.normal(size=rows) + 0.3 * (j % 3) * y
            values[rng.random(rows) < gaps] = np.nan
        else:
            levels = np.array(["no", "yes"] if j % 5 == 3 else list("abcde"), dtype=object)
            values = levels[(rng.integers(0, len(levels), rows) + (y & (rng.random(rows) < 0.2))) % len(levels)]
            values[rng.random(rows) < gaps] = None
        table[f"x{j}"] = values
    pd.DataFrame(table | {"y": np.array(["negative", "positive"])[y]}).to_csv(path, index=False)


def slope(sizes: list[int], seconds: list[float]) -> float:
    """Exponent of time over size."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def draw(grown: dict[str, tuple[list[int], list[float]]], path: Path) -> None:
    """Draw processor seconds against rows and against columns, with the fitted power of each."""
    fig, axes = plt.subplots(
        1, len(grown), figsize=(4.2 * len(grown), 3.2), sharey=True, squeeze=False, layout="constrained"
    )
    for ax, (label, (sizes, seconds)) in zip(axes[0], grown.items(), strict=True):
        exponent, level = np.polyfit(np.log(sizes), np.log(seconds), 1)
        ends = np.array([min(sizes), max(sizes)], dtype=float)
        ax.plot(ends, np.exp(level) * ends**exponent, color="0.6", lw=1.5, label=f"{label}$^{{{exponent:.2f}}}$")
        ax.plot(sizes, seconds, "o", color="#0072b2")
        ax.set(xscale="log", yscale="log", xlabel=label, ylim=(min(seconds) / 3, 3 * max(seconds)))
        ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
        ax.minorticks_off()
        ax.legend(frameon=False)
    axes[0, 0].set_ylabel("processor seconds")
    low, high = axes[0, 0].get_ylim()
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if low < t < high]
    axes[0, 0].set_yticks(ticks, map(str, ticks))
    fig.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rows", default="")
    parser.add_argument("--columns", default="")
    parser.add_argument("--limit", type=float, default=600.0)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    how = {"quick": options.quick, "limit": options.limit}
    print(HEADER)
    if options.folder is not None:
        with (options.folder / "TARGETS.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                path = options.folder / row["file"]
                print(report(path, row["target"], path.stem, **how).line(), flush=True)
    rows = [int(n) for n in (options.rows or ("" if options.folder else "1000,10000,100000")).split(",") if n]
    columns = [int(d) for d in (options.columns or ("" if options.folder else "5,20,80")).split(",") if d]
    grown = {}
    for label, grid in (("rows", [(n, 20) for n in rows]), ("columns", [(2000, d) for d in columns])):
        seconds = []
        for n, d in grid:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "table.csv")
                synthetic(n, d, path)
                outcome = report(path, "y", f"{n} x {d}", **how)
            print(outcome.line(), flush=True)
            seconds.append(outcome.processor)
        if len(grid) > 1:
            grown[label] = [size[label == "columns"] for size in grid], seconds
            print(f"\nprocessor seconds grow as {label}^{slope(*grown[label]):.2f}\n")
    if options.plot is not None and grown:
        draw(grown, options.plot)


if __name__ == "__main__":
    main()

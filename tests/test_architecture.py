"""The rules of the house that neither ruff nor import-linter can hold: read off the source."""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "genvsdisc"
SOURCES = {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in SOURCES.items()}

# One place fits ----------------------------------------------------------------------------------------------------

FITTING = {"fit", "fit_replicates", "fit_transform", "partial_fit"}
# The estimators themselves, the fits of a comparison, and the lessons, whose subject is fitting.
MAY_FIT = (
    "generative/",
    "discriminative/",
    "features/",
    "base.py",
    "baseline.py",
    "replicates.py",
    "study/fits/",
    "lessons/",
)


def fitting(tree):
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in FITTING]


def test_models_are_fitted_in_study_fits_and_the_lessons_only():
    found = {name for name, tree in TREES.items() if fitting(tree) and not name.startswith(MAY_FIT)}
    assert {name: fitting(TREES[name]) for name in found} == {}
    assert any(name.startswith("study/fits/") and fitting(tree) for name, tree in TREES.items())


# One name, one thing -----------------------------------------------------------------------------------------------


def public_definitions():
    """Modules that define each public name; overloads of one function count once."""
    modules = defaultdict(set)
    for module, tree in TREES.items():
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            targets = [each for target in targets for each in getattr(target, "elts", [target])]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names = [node.name]
            for name in names:
                if not name.startswith("_"):
                    modules[name].add(module)
    return modules


def test_a_public_name_is_defined_once():
    twice = {name: sorted(modules) for name, modules in public_definitions().items() if len(modules) > 1}
    assert twice == {}


def bound_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        if isinstance(node, ast.arg):
            yield node.arg, node.lineno


def test_no_variable_has_a_name_that_meant_ten_things():
    words = {"own", "found", "said", "told"}
    assert [(name, *at) for name, tree in TREES.items() for at in bound_names(tree) if at[0] in words] == []


# Sizes and places --------------------------------------------------------------------------------------------------


LONG = {
    "generative/gaussian/classifier.py": "one estimator, a quarter of it documentation",
    "generative/gaussian/expectation.py": "one EM map: steps and objective share the layout of its parameters",
    "hybrid/classifier.py": "one estimator, a quarter of it documentation",
    "generative/naive_bayes/classifier.py": "one estimator, a third of it documentation",
}


def test_modules_fit_on_a_few_screens():
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in SOURCES.items()}
    assert {name: length for name, length in lengths.items() if length > 300 and name not in LONG} == {}
    assert [name for name in LONG if lengths[name] <= 300] == [], "short enough: take it off the list"


def test_no_module_is_a_drawer():
    drawers = ("util", "helper", "manager", "common", "misc")
    assert [name for name in SOURCES if any(word in name for word in drawers)] == []


def test_the_map_of_contributing_is_the_tree():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    named = {word for row in rows for word in row.split("|")[1].split("`")[1::2]}
    places = {f"{path.parent.relative_to(PACKAGE)}/" for path in PACKAGE.rglob("__init__.py")} - {"./"}
    places |= {path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")}
    assert named == places


# Importing costs little --------------------------------------------------------------------------------------------

IMPORTED = """
import sys, threading, tracemalloc
tracemalloc.start()
import genvsdisc, genvsdisc.cli, genvsdisc.files
light = sorted({name.partition(".")[0] for name in sys.modules})
import numpy, scipy.linalg, scipy.special, pandas, sklearn.base, sklearn.pipeline, joblib, jinja2, matplotlib.figure
tracemalloc.reset_peak()
before, threads = tracemalloc.get_traced_memory()[0], threading.active_count()
from importlib import import_module
from pkgutil import walk_packages
for module in walk_packages(genvsdisc.__path__, "genvsdisc."):
    if not module.name.endswith("__main__"):
        import_module(module.name)
arrays = sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces(
    [tracemalloc.DomainFilter(True, numpy.lib.tracemalloc_domain)]).traces)
print(threading.active_count() - threads, arrays, *light)
"""


def test_nothing_runs_on_import():
    """A module defines. A statement that is a mere call does something, such as tuning the allocator."""
    doing = {
        module
        for module, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.Expr | ast.For | ast.While | ast.With) and not is_docstring(node)
    }
    assert doing == set()


def is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@pytest.mark.slow
def test_importing_starts_no_thread_allocates_no_large_array_and_waits_with_heavy_imports():
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True, cwd=ROOT)
    threads, arrays, *light = done.stdout.split()
    assert int(threads) == 0
    assert int(arrays) < 2**20
    assert {"numpy", "scipy", "pandas", "sklearn", "matplotlib"}.isdisjoint(light)


# Tests mirror the tree -----------------------------------------------------------------------------------------------

# The file in which each is tested instead.
TESTED_ELSEWHERE = {
    "study/allocation.py": "study/test_plan.py",
    "study/budgets.py": "cli/test_report.py",
    "study/cost_table.py": "study/test_costs.py",
    "study/facts.py": "study/test_compare.py",
    "study/fits/job.py": "study/fits/test_jobs.py",
    "study/fits/candidates.py": "study/test_plan.py",
    "study/planning.py": "study/test_plan.py",
    "study/run.py": "study/test_compare.py",
    "study/stage_costs.py": "study/test_plan.py",
    "study/statistics/failures.py": "study/test_always_a_page.py",
    "study/statistics/verdict_points.py": "study/statistics/test_verdict.py",
    "study/fits/condition_stages.py": "study/statistics/test_conditions.py",
    "study/fits/gap_drawing.py": "study/statistics/test_conditions.py",
    "study/statistics/dials.py": "study/statistics/test_conditions.py",
    "study/statistics/novelty.py": "study/statistics/test_conditions.py",
    "study/statistics/words.py": "study/statistics/test_verdict.py",
    "functional/gaussian/continuum_newton.py": "functional/gaussian/test_continuum.py",
    "functional/linear/accelerated.py": "functional/linear/test_solvers.py",
    "functional/linear/lbfgs.py": "functional/linear/test_solvers.py",
    "functional/linear/newton.py": "functional/linear/test_solvers.py",
    "functional/solution.py": "functional/linear/test_solvers.py",
    "functional/networks/objective.py": "functional/networks/test_layers.py",
    "study/design.py": "study/test_compare.py",
    "study/evidence.py": "study/test_compare.py",
    "study/fits/coded_labels.py": "study/fits/test_trial.py",
    "study/fits/learning_curves.py": "questions/test_two_regimes.py",
    "study/fits/predictions.py": "study/test_compare.py",
    "study/fits/resampling.py": "study/fits/test_splits.py",
    "study/fits/strata.py": "study/fits/test_splits.py",
    "study/statistics/group_leaks.py": "study/statistics/test_leaks.py",
    "study/statistics/label_leaks.py": "study/statistics/test_leaks.py",
    "study/statistics/leak.py": "study/statistics/test_leaks.py",
    "study/statistics/assumption_tests.py": "study/statistics/test_assumptions.py",
    "study/statistics/henze_zirkler.py": "study/statistics/test_assumptions.py",
    "study/statistics/condition_words.py": "study/statistics/test_conditions.py",
    "study/statistics/contributions.py": "questions/test_bias_variance_of_refits.py",
    "study/statistics/learning_curves.py": "study/statistics/test_crossing.py",
    "study/statistics/paired_tests.py": "study/statistics/test_differences.py",
    "study/statistics/reliability.py": "study/statistics/test_calibration.py",
    "study/statistics/robustness.py": "study/fits/test_label_noise.py",
}


# Without a test file yet.
UNTESTED: set[str] = set()


def test_each_module_of_functional_and_study_has_a_test_file_of_its_name():
    modules = [name for name in SOURCES if name.startswith(("functional/", "study/")) and "__init__" not in name]
    files = {name: ROOT / "tests" / Path(name).with_name(f"test_{Path(name).name}") for name in modules}
    listed = {*TESTED_ELSEWHERE, *UNTESTED}
    lacking = {name for name, file in files.items() if not file.is_file()}
    assert lacking - listed == set()
    assert listed - lacking == set(), "has a test file: take it off the list"
    assert all((ROOT / "tests" / where).is_file() for where in TESTED_ELSEWHERE.values())


def test_a_check_that_is_switched_off_has_its_reason_beside_it():
    marks = re.compile(r"# (?:noqa: [A-Z0-9, ]+|type: ignore\[[a-z-]+\])$", re.MULTILINE)
    files = [*SOURCES.values(), *(ROOT / "benchmarks").glob("*.py")]
    bare = {str(path): marks.findall(path.read_text(encoding="utf-8")) for path in files}
    assert {path: found for path, found in bare.items() if found} == {}

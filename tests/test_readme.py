"""The README's Python runs, block by block, as a newcomer would paste it, and does what its comments say."""

import inspect
import pydoc
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_wine
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import genvsdisc as gd
from genvsdisc.cli.diff import diff_command
from genvsdisc.cli.predict import predict_command
from genvsdisc.cli.report import report

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.slow
def test_the_python_blocks_run_in_order(capsys):
    names = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="joblib")  # slow start of a worker
        for block in BLOCKS:
            exec(compile(block, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    assert names["result"].verdict in printed
    X, y, search, replicates, weights = (names[name] for name in ("X", "y", "search", "replicates", "weights"))
    assert str(search.best_params_) in printed
    assert "verdict" in printed
    assert "..." not in printed.splitlines()[-2]  # pandas hides columns that do not fit
    candidates = [clone(search.estimator).set_params(**parameters) for parameters in search.cv_results_["params"]]
    means = [cross_val_score(each, X, y, cv=5, scoring="neg_log_loss").mean() for each in candidates]
    assert means[search.best_index_] == pytest.approx(max(means), rel=1e-9)
    assert replicates.predict_proba(X).shape == (1000, 178, 3)
    alone = gd.GaussianClassifier().fit(X, y, sample_weight=weights[7])
    np.testing.assert_allclose(replicates[7].coef_, alone.coef_, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("standardize", [True, False])
def test_f1_the_settings_shown_are_good_ones(standardize):
    """Shrinkage to a sphere on raw columns had the error .456 on wine: each one shown standardizes or chooses."""
    X, y = load_wine(return_X_y=True)
    shown = re.findall(r"(gd\.GaussianClassifier\([^)]*\))", README)
    assert len(shown) >= 3
    for code in set(shown):
        classifier = eval(code, {"gd": gd})
        if classifier.shrinkage in (0, "auto") or classifier.standardize:
            assert cross_val_score(classifier, X, y, cv=5).mean() > 0.95
        else:
            raise AssertionError(f"{code} shrinks raw columns")
    trap = gd.GaussianClassifier("separate", shrinkage=0.1, standardize=standardize)
    assert (cross_val_score(trap, X, y, cv=5).mean() > 0.95) == standardize


SHOWN = re.compile(r"\bgd\.(?:Gaussian|Logistic|Hybrid|MLP|NaiveBayes)\w*\((?:[^()]|\([^()]*\))*\)")
"""Calls of our estimators in the documentation."""
PAGES = sorted((Path(__file__).parents[1] / "docs").glob("*/*.md"))


def test_f1_the_settings_that_the_other_pages_show_are_good_ones_too():
    """Neighbours: pages a reader comes to next. What shrinks a Gaussian to a sphere there has columns of one scale."""
    shown = {code for page in PAGES for code in SHOWN.findall(page.read_text(encoding="utf-8")) if "..." not in code}
    gaussians = {code for code in shown if "Gaussian" in code}
    assert len(shown) >= 8
    assert len(gaussians) >= 3
    X, y = load_wine(return_X_y=True)
    for code in gaussians:
        assert cross_val_score(eval(code, {"gd": gd}), X, y, cv=5).mean() > 0.95, code


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e3])
def test_f1_penalized_models_of_the_readme_are_free_of_units(unit):
    """Neighbour: a penalty on weights of raw columns is the same trap."""
    X, y = load_wine(return_X_y=True)
    columns = X * np.where(np.arange(X.shape[1]) % 2, unit, 1)
    search = re.search(r"^descent = (.*)$", README, re.MULTILINE)[1]
    codes = {search, *(code for code in SHOWN.findall(README) if "Logistic" in code and "standardize" in code)}
    assert len(codes) >= 2
    for code in codes:
        names = {"gd": gd, "make_pipeline": make_pipeline, "StandardScaler": StandardScaler}
        assert cross_val_score(eval(code, names), columns, y, cv=5).mean() > 0.95, code
    bare = [code for code in SHOWN.findall(README) if "Logistic" in code and "standardize" not in code]
    assert all(code in search for code in bare)


@pytest.mark.parametrize("name", ["docs/index.md", "docs/guide/page.md", "docs/howto/own-model.md", "CITATION.cff"])
def test_f2_f3_the_readme_leads_to_guide_page_and_citation(name):
    assert f"]({name})" in README
    assert (Path(__file__).parents[1] / name).is_file()
    assert len(list((Path(__file__).parents[1] / "docs" / "examples").glob("plot_*.py"))) >= 10


def test_f3_every_link_of_the_readme_is_a_file():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert len(links) >= 6
    assert [link for link in links if not (Path(__file__).parents[1] / link).exists()] == []


def test_f4_help_lists_what_there_is_and_each_table_with_its_columns():
    shown = pydoc.render_doc(gd, renderer=pydoc.plaintext)
    for name in set(gd.__all__) - {"__version__", "datasets", "figures", "TableEncoder", "load_models"}:
        assert name in gd.__doc__ or name in shown
    for name in ("compare", "bias_variance", "GaussianClassifier", "read_table"):
        assert name in gd.__doc__


@pytest.fixture(scope="module")
def listed():
    return pydoc.render_doc(gd.Comparison, renderer=pydoc.plaintext)


@pytest.mark.parametrize("name", ["summary", "differences", "decomposition", "leaks", "calibration"])
def test_f4_help_lists_the_columns_of_each_table(listed, name):
    assert all(column in listed for column in gd.Comparison({}, {}).tables[name].columns)


COMMANDS = [line.split("#")[0].strip() for line in re.findall(r"^(genvsdisc .*)$", README, flags=re.MULTILINE)]
FUNCTIONS = {"report": report, "predict": predict_command, "diff": diff_command}


@pytest.mark.parametrize("command", COMMANDS)
def test_f5_each_command_shown_is_one(command):
    word = command.split()[1]
    assert word in (*FUNCTIONS, "lessons", "datasets")
    assert set(re.findall(r"--[a-z-]+", command)) <= (_options(FUNCTIONS[word]) if word in FUNCTIONS else set())


def test_f5_commands_are_shown_and_each_option_named_is_one():
    assert len(COMMANDS) >= 4
    known = {option for function in FUNCTIONS.values() for option in _options(function)}
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= known | {"--install-completion"}


def _options(function):
    names = [name.replace("_", "-") for name in inspect.signature(function).parameters]
    return {f"--{name}" for name in names}


@pytest.mark.parametrize(
    "command",
    ["python -m pip install . && genvsdisc report", 'python -m pip install ".[test]" && python -m pytest'],
)
def test_the_two_set_up_lines_stand_in_it(command):
    assert command in README

"""Every option has an example in the help and a twin in Python."""

import inspect
import re

import pytest

import genvsdisc
from genvsdisc.cli import options
from genvsdisc.cli.program import app
from genvsdisc.models import default_models

# Option -> parameter of `genvsdisc.compare`, or what does the same in Python.
TWINS = {
    "--target": "datasets.read_table(path, target)",
    "--columns": "X",
    "--drop": "X",
    "--groups": "groups",
    "--time": "time",
    "--weights": "sample_weight",
    "--test": "X_test",
    "--test-column": "y_test",
    "--unlabeled": "unlabeled",
    "--models": "models",
    "--tune": "tune",
    "--loss": "loss",
    "--costs": "costs",
    "--seed": "random_state",
    "--budget": "budget",
    "--quick": "budget",
    "--thorough": "budget",
    "--plan": "plan",
    "--cache": "cache",
    "--jobs": "n_jobs",
    "--output": "Comparison.to_html(path)",
    "--save-models": "Comparison.save(folder, models=True)",
    "--json": "Comparison.to_json(path)",
    "--fail-if": "Comparison.check(rule)",
    "--config": "keyword arguments",
}
# Parameters of `compare` that no word can say, or that the table says.
NO_OPTION = {"X", "y", "design", "progress", "name", "posterior", "draw"}


@pytest.fixture
def entries(run):
    """Words of the help on each option of `report`."""
    _, out, _ = run("report", "--help")
    entries, current = {}, ""
    for line in out.splitlines():
        found = re.match(r"  (--[\w-]+)", line)
        current = found[1] if found else current
        if current and line.startswith(" "):
            entries[current] = f"{entries.get(current, '')} {line.strip()}"
    return entries


def test_every_option_has_an_example(entries):
    assert all(re.search(rf"Example: .*{option}\b", words) for option, words in entries.items() if option != "--help")


def test_every_option_has_a_twin_in_python(entries):
    assert set(entries) - {"--help"} == set(TWINS)
    parameters = set(inspect.signature(genvsdisc.compare).parameters)
    assert parameters - set(TWINS.values()) == NO_OPTION - {"X"}


def test_the_help_fits_eighty_columns_and_stands_in_panels(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = run("report", "--help")
    assert max(map(len, out.splitlines())) <= 80
    panels = [options.DATA, options.MODELS, options.JUDGING, options.EFFORT, options.OUTPUT]
    places = [out.index(f"\n{panel}:\n") for panel in panels]
    assert places == sorted(places)
    assert "\x1b" not in out


def test_the_names_of_models_in_the_help_are_those_of_the_roster():
    assert list(options.MODEL_NAMES) == [model.name for model in default_models()]


def test_every_option_may_stand_in_a_configuration():
    import typer

    command = typer.main.get_command(app)
    names = {each.name for each in command.commands["report"].params}
    assert {each.removeprefix("--").replace("-", "_") for each in TWINS} == names - {"tables"}

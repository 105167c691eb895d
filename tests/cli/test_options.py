"""Every option has an example in the help and a twin in Python."""

import inspect
import itertools
import re
import sys
from pathlib import Path

import pytest
import typer

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
    "--encoding": "read_table(encoding=)",
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


def test_so_has_every_option_of_the_other_commands():
    commands = typer.main.get_command(app).commands
    options_ = [
        each for name in commands if name != "report" for each in commands[name].params if each.opts[0][0] == "-"
    ]
    assert len(options_) >= 6
    assert all(re.search(rf"Example: .*{each.opts[0]}\b", each.help) for each in options_)


def test_no_word_may_be_empty(run, tmp_path, monkeypatch):
    """As scripts write it whose variable is unset: `--output "$OUT"` would fill the current folder."""
    monkeypatch.chdir(tmp_path)
    needed = {"report": ["iris"], "predict": ["a", "b"], "diff": ["a", "b"], "datasets": ["iris"], "lessons": ["bayes"]}
    for command, made in typer.main.get_command(app).commands.items():
        valued = [each.opts[0] for each in made.params if each.opts[0][0] == "-" and not each.is_flag]
        for option, blank in zip(valued, itertools.cycle(["", "  "])):
            status, out, err = run(command, *needed[command], option, blank)
            assert (status, out, err.count("\n")) == (2, "", 1)
            assert err.startswith(f"genvsdisc: {option} is empty; write, say, {option} ")
        status, out, err = run(command, *needed[command][1:], "")
        assert (status, out, " is empty; it stands for: " in err) == (2, "", True)
    for name in ("table", "output", "cache", "columns", "fail-if"):
        Path("study.toml").write_text(f"{name} = ' '\n")
        status, out, err = run("report", "--config", "study.toml")
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "study.toml', line 1: " in err
    assert [file.name for file in tmp_path.iterdir()] == ["study.toml"]


def test_every_option_has_a_twin_in_python(entries):
    assert set(entries) - {"--help"} == set(TWINS)
    parameters = set(inspect.signature(genvsdisc.compare).parameters)
    assert parameters - set(TWINS.values()) == NO_OPTION - {"X"}
    page = Path(__file__).parents[2].joinpath("docs/howto/command-line.md").read_text(encoding="utf-8")
    told = page.partition("## The same in Python")[2].partition("## ")[0]
    assert {option for option in TWINS if f"`{option}`" not in told} == set()


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


# Option -> what a file says, and what the command is then given.
IN_A_FILE = {
    "target": ("'y'", "y"),
    "columns": ('["a", "b,c"]', 'a,"b,c"'),
    "drop": ("'d'", "d"),
    "groups": ("'who'", "who"),
    "time": ("'when'", "when"),
    "weights": ("'w'", "w"),
    "encoding": ("'cp1250'", "cp1250"),
    "test": ("'test.csv'", Path("test.csv")),
    "test-column": ("'part'", "part"),
    "unlabeled": ("'new.csv'", Path("new.csv")),
    "models": ('["logistic", "naive Bayes"]', "logistic, naive Bayes"),
    "tune": ("true", True),
    "loss": ("'cost'", "cost"),
    "costs": ("{fp = 1, fn = 5}", "fp=1,fn=5"),
    "seed": ("7", 7),
    "budget": ("2.5", 2.5),
    "quick": ("true", True),
    "thorough": ("true", True),
    "plan": ("'old.json'", Path("old.json")),
    "cache": ("'kept'", Path("kept")),
    "jobs": ("2", 2),
    "output": ("'here'", Path("here")),
    "save-models": ("true", True),
    "json": ("'all.json'", Path("all.json")),
    "fail-if": ("['loss.logistic > 0.3', 'verdict == open']", ["loss.logistic > 0.3", "verdict == open"]),
}


def test_every_option_may_stand_in_a_configuration(tmp_path):
    command = typer.main.get_command(app).commands["report"]
    names = {each.name.replace("_", "-") for each in command.params} - {"tables", "config"}
    assert names == set(IN_A_FILE) == {each.removeprefix("--") for each in TWINS} - {"config"}
    file = tmp_path / "all.toml"
    file.write_text("".join(f"{name} = {said}\n" for name, (said, _) in IN_A_FILE.items()))
    given = command.make_context("report", ["--config", str(file)]).params
    assert {name: given[name.replace("-", "_")] for name in IN_A_FILE} == {
        name: value for name, (_, value) in IN_A_FILE.items()
    }
    assert all(value not in (None, False, 0) for _, value in IN_A_FILE.values())  # none is its default


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("genvsdisc rep", ["report"]),
        ("genvsdisc d", ["diff", "datasets"]),
        ("genvsdisc report --te", ["--test", "--test-column"]),
        ("genvsdisc report iris --save", ["--save-models"]),
        ("genvsdisc predict reports/iris new.csv --m", ["--model"]),
    ],
)
def test_a_shell_completes_commands_and_options(monkeypatch, run, line, words):
    monkeypatch.setattr(sys, "argv", ["genvsdisc"])
    monkeypatch.setenv("_GENVSDISC_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    status, out, err = run()
    assert (status, out.split(), err) == (0, words, "")


@pytest.mark.parametrize(
    ("shell", "asked", "words"),
    [
        ("zsh", {}, '_arguments \'*: :(("--save-models":'),
        ("fish", {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}, "--save-models\tSave the fitted models too"),
    ],
)
def test_so_do_other_shells(monkeypatch, run, shell, asked, words):
    """In the words of each, as `genvsdisc --show-completion` asks for them when that shell has called it."""
    monkeypatch.setattr(sys, "argv", ["genvsdisc"])
    for name, value in asked.items() | {
        ("_GENVSDISC_COMPLETE", f"complete_{shell}"), ("_TYPER_COMPLETE_ARGS", "genvsdisc report iris --sav"),
    }:  # fmt: skip
        monkeypatch.setenv(name, value)
    status, out, err = run()
    assert (status, err) == (0, "")
    assert out.startswith(words)


def test_the_shell_asks_the_program_that_it_completes(monkeypatch, run):
    monkeypatch.setattr(sys, "argv", ["genvsdisc"])
    monkeypatch.setenv("_GENVSDISC_COMPLETE", "source_bash")
    status, out, _ = run()
    assert status == 0
    assert "_GENVSDISC_COMPLETE=complete_bash" in out
    assert "complete -o default -F _genvsdisc_completion genvsdisc" in out

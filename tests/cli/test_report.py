"""The command line, with a stand-in for the fitting: words in, files out, one line for what the user can mend."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from stand_ins import Result, files_under

import genvsdisc
from genvsdisc import cli
from genvsdisc.datasets import drop_rare_classes, load
from genvsdisc.study.run import NothingToCompare


@pytest.fixture(autouse=True)
def _stand_in(calls):
    """No test of this file fits anything."""


# report --------------------------------------------------------------------------------------------------------


def test_report_without_words_is_about_the_embedded_table(calls, run, tmp_path):
    status, out, err = run("report")
    assert status == 0
    assert err.startswith("note: The settings of the cascade and the multilayer perceptron were picked on this table")
    assert len(err.splitlines()) == 1
    assert out.splitlines() == ["Cannot tell.", str(Path("reports", "pokemon_style", "index.html"))]
    assert files_under(tmp_path / "reports" / "pokemon_style") == ["index.html", "meta.json"]
    (call,) = calls
    assert call.X.equals(load("pokemon_style").X)
    assert call.posterior(call.X).shape == (800, 2)
    assert (call.models, call.budget, call.plan, call.cache) == (None, 60, None, None)
    assert (call.random_state, call.n_jobs, call.tune) == (0, -1, False)
    assert call.progress is None  # standard error is no terminal


def test_report_hands_its_options_on(calls, run):
    words = ["--models", "Logistic, naive Bayes, shared variance", "--seed", 7, "--jobs", 2, "--quick", "--tune"]
    assert run("report", "iris", *words, "--output", "here/there")[0] == 0
    (call,) = calls
    assert [model.name for model in call.models] == ["logistic", "naive Bayes, shared variance"]
    assert (call.random_state, call.n_jobs, call.tune, call.name) == (7, 2, True, "iris")
    assert call.budget == 10
    assert files_under("here") == ["there", "there/index.html", "there/meta.json"]


def test_report_of_a_file_with_wild_names(calls, run, tmp_path):
    wild = tmp_path / "<script>\n'träger\" 大.csv"
    pd.DataFrame({'"<b>\n': [1.5, 2.5, 3.0], "ß": ["</td>", "'", "'"]}).to_csv(wild, index=False)
    assert run("report", wild, "--target", "ß")[0] == 0
    assert calls[0].name == wild.stem
    assert calls[0].y.tolist() == ["</td>", "'", "'"]
    assert files_under("reports")[0] == "script-träger-大"


def test_notes_of_the_reader_reach_the_report(run, tmp_path):
    (tmp_path / "t.csv").write_text("x,y\n1,a\n2,b\n3,\n")
    run("report", "t.csv")
    page = Path("reports/t/index.html").read_text()
    assert "the last column, 'y', is taken" in page
    assert "1 row without a value of 'y' left out" in page


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["--seed", 3, "--quick", "--jobs", 1, "--output", "o"], "'a file.csv' --target y --seed 3 --quick"),
        (["--target", "x", "--budget", 5, "--cache", "c"], "'a file.csv' --target x --seed 0 --budget 5.0"),
        (["--models", "logistic, naive Bayes"], "'a file.csv' --target y --models 'logistic, naive Bayes' --seed 0"),
    ],
)
def test_the_report_holds_the_command_that_gives_it_again(run, tmp_path, words, command):
    (tmp_path / "a file.csv").write_text("x,y\n" + "1,a\n2,b\n" * 9)
    assert run("report", tmp_path / "a file.csv", *words)[0] == 0
    (page,) = Path().rglob("index.html")
    assert repr(f"genvsdisc report {command}") in page.read_text()


def test_other_files_in_the_output_folder_stay(run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("mine")
    assert run("report", "--output", "out")[0] == 0
    assert files_under("out") == ["index.html", "meta.json", "thesis.tex"]


def test_saved_comparison_is_drawn_anew_without_fitting(calls, run, monkeypatch):
    run("report")
    saved = SimpleNamespace(load=lambda folder: Result({"from": str(folder)}))
    monkeypatch.setitem(vars(genvsdisc), "Comparison", saved)
    status, out, _ = run("report", "reports/pokemon_style")
    assert status == 0
    assert out.splitlines()[1] == str(Path("reports/pokemon_style/index.html"))
    assert "from" in Path("reports/pokemon_style/index.html").read_text()
    assert len(calls) == 1


def test_interruption_leaves_the_old_page_or_none(run, monkeypatch):
    run("report", "iris")
    before = Path("reports/iris/index.html").read_text()

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setitem(vars(genvsdisc), "compare", interrupted)
    status, out, err = run("report", "iris")
    assert (status, out, len(err.strip().splitlines())) == (130, "", 1)
    assert Path("reports/iris/index.html").read_text() == before
    run("report", "wine")
    assert files_under("reports") == ["iris", "iris/index.html", "iris/meta.json"]


def test_page_that_fails_leaves_the_old_one(run, monkeypatch):
    run("report", "iris")
    before = Path("reports/iris/index.html").read_text()

    def half(_, path):
        Path(path).write_text("<html>")
        raise RuntimeError("a bug in a figure")

    monkeypatch.setattr(Result, "to_html", half)
    with pytest.raises(RuntimeError, match="a bug"):
        cli.main(["report", "iris"])
    assert Path("reports/iris/index.html").read_text() == before
    assert files_under("reports/iris") == ["index.html", "meta.json"]


# What the user can mend ----------------------------------------------------------------------------------------

TABLES = {
    "empty.csv": "",
    "binary.csv": "\0\1",
    "header.csv": "x,y\n",
    "one_class.csv": "x,y\n1,a\n2,a\n",
    "no_label.csv": "x,y\n1,\n2,\n",
    "amounts.csv": "x,amount\n" + "".join(f"{i % 7},{i}.5\n" for i in range(40)),
    "colors.csv": "Colour 1,Colour 2,y\nred,blue,a\nblue,red,b\n",
    "broken.parquet": "PAR1",
}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["report", "nothing.csv"], "no such file: 'nothing.csv'"),
        (["report", "pokemonstyle"], "no file and no table is named 'pokemonstyle'; tables by name: pokemon_style"),
        (["report", "empty.csv"], "'empty.csv' is empty"),
        (["report", "binary.csv"], "not a text table"),
        (["report", "header.csv"], "no rows"),
        (["report", "broken.parquet"], "cannot read 'broken.parquet' as Parquet"),
        (["report", "one_class.csv"], "one class only"),
        (["report", "no_label.csv"], "only missing values"),
        (["report", "amounts.csv", "--target", "amount"], "continuous"),
        (["report", "colors.csv", "--target", "colour1"], "did you mean 'Colour 1' or 'Colour 2'?"),
        (["report", "iris", "--target", "petal"], "the target of 'iris' is 'species', not 'petal'"),
        (["report", "iris", "--models", "logstic"], "no model is named 'logstic'; did you mean logistic?"),
        (["report", "iris", "--models", " , "], "--models names no model"),
        (["report", "iris", "--seed", "x"], "--seed"),
        (["report", "iris", "--jobs", "0"], "--jobs must be a number of processes, or -1 for all cores, got 0"),
        (["report", "iris", "--budget", "0"], "--budget must be a number of seconds above 0, got 0"),
        (["report", "iris", "--quick", "--thorough"], "--quick and --thorough are two budgets; give one"),
        (["report", "iris", "--quick", "--budget", "9"], "--budget and --quick are two budgets"),
        (["report", "iris", "--plan", "empty.csv"], "--plan 'empty.csv' holds no plan"),
        (["report", "iris", "--plan", "nothing.json"], "--plan: no such file: 'nothing.json'"),
        (["report", "iris", "--output", "empty.csv"], "empty.csv"),
        (["report", "iris", "--output", "empty.csv/below"], "empty.csv"),
        (["report", "."], "holds no saved comparison"),
        (["report", ".", "--quick"], "is a saved comparison, to be drawn anew as it is"),
        (["datasets", "irs"], "no table is named 'irs'; did you mean iris?"),
        (["datasets", "--to", "x.csv"], "--to needs the name of a table"),
        (["datasets", "iris", "--to", "x.xls"], "--to must end in .csv, .tsv, .parquet; got 'x.xls'"),
        (["datasets", "iris", "--to", "nowhere/x.csv"], "nowhere"),
        (["frobnicate"], "frobnicate"),
        (["report", "--frobnicate"], "--frobnicate"),
    ],
)
def test_one_line_and_nothing_written(calls, run, tmp_path, words, message):
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text)
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert err.startswith("genvsdisc: ")
    assert message in err
    assert err.count("\n") == 1
    assert files_under(tmp_path) == sorted(TABLES)
    assert calls == []


def test_a_refusal_of_the_study_is_one_line(run, monkeypatch):
    monkeypatch.setitem(vars(genvsdisc), "compare", lambda X, y, *_, **__: drop_rare_classes(X, y, minimum=10_000))
    status, _, err = run("report", "iris")
    assert status == 2
    assert "fewer than two classes of 'species' have the 10000 rows" in err
    assert files_under(".") == []


@pytest.mark.parametrize("bug", [TypeError("a bug"), ValueError("operands could not be broadcast")])
def test_a_bug_keeps_its_traceback_and_leaves_nothing(monkeypatch, bug):
    def broken(*_, **__):
        raise bug

    monkeypatch.setitem(vars(genvsdisc), "compare", broken)
    with pytest.raises(type(bug), match=str(bug)):
        cli.main(["report", "iris"])
    assert files_under(".") == []


# datasets, lessons, the program ----------------------------------------------------------------------------------


def test_datasets_lists_all(run):
    status, out, err = run("datasets")
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(genvsdisc.datasets.names())
    assert out.splitlines()[1].split()[1:7] == ["150", "rows", "4", "columns", "3", "classes"]


def test_datasets_describes_one(run):
    status, out, _ = run("datasets", "pokemon_style")
    assert status == 0
    assert "true posterior: known" in out
    assert "classes: normal (399), water (401)" in out
    assert next(line.split()[:2] for line in out.splitlines() if "continuous" in line) == ["hp", "continuous"]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_datasets_writes_what_report_reads(calls, run, tmp_path, suffix):
    assert run("datasets", "iris", "--to", f"flowers{suffix}") == (0, f"flowers{suffix}\n", "")
    assert files_under(tmp_path) == [f"flowers{suffix}"]
    run("report", f"flowers{suffix}", "--target", "species")
    pd.testing.assert_frame_equal(calls[0].X, load("iris").X)
    assert calls[0].y.tolist() == load("iris").y.tolist()


def test_lessons_are_written_like_reports(run, monkeypatch, tmp_path):
    def write_lessons(path, names, progress):
        Path(path).write_text(f"{names} {progress}")
        return Path(path)

    monkeypatch.setattr("genvsdisc.lessons.write_lessons", write_lessons, raising=False)
    assert run("lessons", "xor", "parity")[0] == 0
    assert files_under(tmp_path) == ["reports", "reports/lessons", "reports/lessons/index.html"]
    assert Path("reports/lessons/index.html").read_text() == "['xor', 'parity'] None"


@pytest.mark.parametrize(
    ("words", "budget"), [([], 60), (["--quick"], 10), (["--thorough"], 600), (["--budget", "7.5"], 7.5)]
)
def test_budgets(calls, run, words, budget):
    assert run("report", "iris", *words)[0] == 0
    assert calls[0].budget == budget


def test_f11_c4_when_no_model_could_be_fitted_a_page_lists_why_and_the_status_is_2(run, monkeypatch):
    meta = {"verdict": "No verdict: no model could be fitted. LDA: ValueError: text"}

    def nothing(*_, **__):
        raise NothingToCompare(meta["verdict"], {}, meta)

    def made(_, meta):
        result = Result(meta)
        result.verdict = meta["verdict"]
        return result

    monkeypatch.setitem(vars(genvsdisc), "compare", nothing)
    monkeypatch.setitem(vars(genvsdisc), "Comparison", made)
    status, out, err = run("report", "iris")
    assert (status, out) == (2, "")
    assert "LDA: ValueError: text" in err
    assert files_under("reports/iris") == ["index.html", "meta.json"]


@pytest.mark.parametrize(
    ("word", "family"),
    [
        ("logistic", "generative"),
        ("LOGISTIC", "generative"),
        ("naive Bayes, shared variance", "discriminative"),
        ("naive Bayes", "discriminative"),
    ],
)
def test_c09_one_family_is_a_note(run, word, family):
    status, _, err = run("report", "iris", "--models", word)
    assert status == 0
    assert f"note: --models names no {family} model" in err


def test_a_plan_is_read_from_the_report_that_made_it(calls, run, tmp_path):
    for name, text in {
        "meta.json": '{"format": 1, "meta": {"plan": {"budget": 3}}}',
        "plan.json": '{"budget": 3}',
    }.items():
        (tmp_path / name).write_text(text)
        assert run("report", "iris", "--plan", name)[0] == 0
        assert calls[-1].plan == {"budget": 3}


@pytest.mark.parametrize("command", ["report", "predict", "diff", "lessons", "datasets"])
def test_c08_the_summary_of_a_command_is_not_cut(run, command):
    _, out, _ = run("--help")
    _, _, listed = out.partition("Commands:")
    told = " ".join(re.split(r"\n  (?=\S)", listed.split(f"\n  {command} ")[1])[0].split())
    assert told.endswith(".")
    assert not told.endswith("...")


@pytest.mark.parametrize("name", ["shared Gaussian", "naive Bayes", "cascade", "weighted naive Bayes"])
def test_c08_help_lists_each_model(run, name):
    _, out, _ = run("report", "--help")
    assert name in " ".join(out.replace("\u2502", " ").split())


def test_c08_help_lists_models_and_lessons(run):
    _, out, _ = run("report", "--help")
    assert "multilayer perceptron" in " ".join(out.split())
    _, out, _ = run("lessons", "--help")
    assert "feature-scaling" in out


def test_the_module_runs_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "genvsdisc", "--version"],
        env=os.environ | {"PYTHONPATH": str(Path(genvsdisc.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"genvsdisc {genvsdisc.__version__}\n"


def test_no_words_is_a_question_for_help(run):
    status, out, err = run()
    assert (status, err) == (0, "")
    assert "Usage:" in out
    assert "report" in out

"""Models in a folder come back bit for bit; what is foreign, changed or lacking is refused in one line."""

import json
import pickle
import shutil
import sys
import types
from hashlib import sha256
from importlib import import_module
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
import skops.io as sio
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

import genvsdisc as gd
from genvsdisc.cli import main
from genvsdisc.features.reader import TableReader
from genvsdisc.practice.loading import SavedModels
from genvsdisc.practice.new_rows import told_of_rows, why_not
from genvsdisc.practice.saving import drop_former_models, schema_digest, skops_bytes
from genvsdisc.practice.skops_files import same_bytes
from genvsdisc.practice.trusted import OWN_TYPES, PLAIN_TYPES

FEW = gd.Design(n_splits=2, n_repeats=1, n_draws=3, train_sizes=(20, 40))
NAMES = ("shared Gaussian", "naive Bayes", "logistic")


class Unwritable(LogisticRegression):
    """A classifier that skops cannot take apart."""

    def __getstate__(self):
        if sys._getframe(1).f_globals["__name__"].startswith("skops"):
            raise RuntimeError("no state for you")
        return super().__getstate__()


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "<b>price</b>": rng.normal(50, 9, 120).round(2),
            "=size": rng.integers(0, 9, 120),
            "town \x1b[31m": rng.choice(["=1+1", "007", "<script>"], 120),
        }
    )
    X.iloc[3, 0] = np.nan
    return X, pd.Series(np.where(rng.random(120) < 0.5, "=yes", "no"), name="bought")


@pytest.fixture(scope="module")
def compared(table):
    roster = {m.name: m for m in gd.default_models(table[0]) if m.name in NAMES}
    return gd.compare(*table, {**roster, "tree": DecisionTreeClassifier(max_depth=2)}, design=FEW)


@pytest.fixture(scope="module")
def folder(compared, tmp_path_factory):
    return compared.save(tmp_path_factory.mktemp("kept") / "saved", models=True)


@pytest.fixture
def copied(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


def run(*words):
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in words])
    return stopped.value.code


def test_models_come_back_bit_for_bit(compared, folder, table):
    again = gd.load_models(folder, trusted=["sklearn"])
    assert list(again) == list(compared.fitted)
    for name, model in again.items():
        np.testing.assert_array_equal(model.predict_proba(table[0]), compared.fitted[name].predict_proba(table[0]))


def test_a_model_has_the_same_bytes_wherever_it_lies_in_memory(compared):
    for name, model in compared.fitted.items():
        content, others = skops_bytes(model)
        elsewhere = pickle.loads(pickle.dumps(model))
        assert skops_bytes(elsewhere) == (content, others), name
        with ZipFile(BytesIO(content)) as archive:
            assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_words_of_a_model_may_be_those_of_its_file():
    words = ["a file of bytes", "__id__ is_json content", "file __loader__", "b folder"]
    content = same_bytes(sio.dumps(CountVectorizer().fit(words)))
    assert content == same_bytes(sio.dumps(CountVectorizer().fit(words)))
    again = sio.loads(content, trusted=sio.get_untrusted_types(data=content))
    np.testing.assert_array_equal(again.transform(words).toarray(), CountVectorizer().fit_transform(words).toarray())


@pytest.mark.slow
def test_the_models_of_a_comparison_have_the_same_bytes_for_any_number_of_processes(folder, table, tmp_path):
    roster = {m.name: m for m in gd.default_models(table[0]) if m.name in NAMES}
    again = gd.compare(*table, {**roster, "tree": DecisionTreeClassifier(max_depth=2)}, design=FEW, n_jobs=2)
    kept = again.save(tmp_path / "again", models=True)
    for file in sorted((folder / "models").iterdir()):
        assert (kept / "models" / file.name).read_bytes() == file.read_bytes(), file.name


def test_the_schema_says_what_was_trained_on_what(folder, compared):
    schema = json.loads((folder / "models" / "schema.json").read_text(encoding="utf-8"))
    assert [column["name"] for column in schema["columns"]] == ["<b>price</b>", "=size", "town \x1b[31m"]
    assert [column["kind"] for column in schema["columns"]] == ["continuous", "continuous", "categorical"]
    assert schema["labels"] == ["=yes", "no"]
    assert schema["comparison"]["splits_hash"] == compared.meta["splits_hash"]
    assert schema["models"]["naive Bayes"]["log_density_floor"] == compared.meta["density_floors"]["naive Bayes"]
    assert schema["models"]["tree"]["other_types"] == ["sklearn.tree._tree.Tree"]


def test_types_of_this_package_are_classes_or_functions_of_it():
    for name in (*OWN_TYPES, *PLAIN_TYPES):
        module, _, attribute = name.rpartition(".")
        found = getattr(import_module(module), attribute)
        assert isinstance(found, type | types.FunctionType)
        assert name in PLAIN_TYPES or found.__module__ == module


ROWS, LABELS = gd.datasets.make_gaussian_pair(60, random_state=0).X.to_numpy(), np.arange(60) % 3
VARIANTS = [
    gd.GaussianClassifier("separate", shrinkage="auto"),
    gd.HybridClassifier(),
    gd.HybridClassifier("auto", covariance="separate"),
    gd.HybridClassifier(0.3, distributions="bernoulli"),
    gd.WeightedNaiveBayesClassifier(),
    make_pipeline(gd.QuadraticFeatures(), gd.LogisticClassifier(optimizer="newton")),
    make_pipeline(gd.PrototypeDistances(), gd.LogisticClassifier(optimizer="newton")),
    *(gd.GaussianClassifier(c, structure=s) for c in ("shared", "separate") for s in ("full", "diagonal", "spherical")),
    gd.NaiveBayesClassifier(),
    gd.NaiveBayesClassifier(["poisson", "categorical"]),
    gd.NaiveBayesClassifier("bernoulli"),
    gd.LogisticClassifier(),
    gd.LogisticClassifier(optimizer="adam", early_stopping=True, max_iter=3, random_state=0),
    gd.CascadeClassifier(n_restarts=1, max_iter=2),
    *(
        gd.MLPClassifier((3,), activation=a, batch_norm=b, max_iter=2, random_state=0)
        for a, b in [("relu", True), ("leaky_relu", False), ("tanh", False), ("sigmoid", True), ("identity", False)]
    ),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("classifier", VARIANTS, ids=str)
def test_every_classifier_of_this_package_is_read_without_anybodys_word(classifier):
    X = (np.abs(ROWS) > 0.7).astype(float) if isinstance(classifier, gd.NaiveBayesClassifier) else ROWS
    content, others = skops_bytes(classifier.fit(X, LABELS))
    assert others == []
    again = sio.loads(content, trusted=[*OWN_TYPES, *PLAIN_TYPES])
    for rows in (X, X[:1]):  # a product with one row sums in the order in which arrays lie
        np.testing.assert_array_equal(again.predict_proba(rows), classifier.predict_proba(rows))


def arrays_of(value, path=""):
    """Arrays of a fitted classifier, at any depth."""
    if isinstance(value, np.ndarray):
        yield path, value
    parts = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    for name, part in [*parts.items(), *enumerate(value if isinstance(value, list | tuple) else ())]:
        yield from arrays_of(part, f"{path}.{name}")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("classifier", VARIANTS, ids=str)
def test_arrays_lie_as_after_a_way_through_a_file(classifier):
    X = (np.abs(ROWS) > 0.7).astype(float) if isinstance(classifier, gd.NaiveBayesClassifier) else ROWS
    fitted = [classifier.fit(X, LABELS)]
    fitted += [classifier.fit_replicates(X, LABELS, np.ones((2, len(X))))[1]] if hasattr(classifier, "coef_") else []
    assert [
        path for each in fitted for path, array in arrays_of(each) if not array.flags.forc and "_moments" not in path
    ] == []  # which more rows are added to


@pytest.mark.slow
def test_a_tuned_model_is_read_without_anybodys_word(table):
    roster = [m for m in gd.default_models(table[0]) if m.name == "shared Gaussian"]
    tuned = gd.compare(*table, roster, design=FEW, tune=True).fitted["shared Gaussian"]
    content, others = skops_bytes(tuned)
    assert others == []
    again = sio.loads(content, trusted=[*OWN_TYPES, *PLAIN_TYPES])
    np.testing.assert_array_equal(again.predict_proba(table[0]), tuned.predict_proba(table[0]))


def test_types_of_others_need_the_users_word(folder):
    with pytest.raises(ValueError, match=r"types of other packages: sklearn.tree._tree.Tree.* --trust sklearn"):
        gd.load_models(folder)
    assert list(gd.load_models(folder, models=["logistic"])) == ["logistic"]


def test_a_model_that_cannot_be_saved_is_named_and_the_others_are_saved(table, tmp_path):
    X, y = table[0].iloc[:, [1]], table[1]
    compared = gd.compare(X, y, {"odd": Unwritable(), "plain": LogisticRegression()}, design=FEW)
    saved = compared.save(tmp_path / "saved", models=True)
    assert list(gd.load_models(saved)) == ["plain"]
    with pytest.raises(ValueError, match=r"no model 'odd': it could not be saved .RuntimeError: no state for you"):
        gd.load_models(saved, models=["odd"])


def test_only_a_comparison_with_models_saves_some(tmp_path):
    with pytest.raises(ValueError, match="keeps no fitted models"):
        gd.Comparison({}).save(tmp_path / "saved", models=True)
    assert not (tmp_path / "saved").exists()


def changed(folder, how):
    """Another schema, under a right hash."""
    schema = folder / "models" / "schema.json"
    record = json.loads(schema.read_text(encoding="utf-8"))
    how(record)
    schema.write_text(json.dumps(record | {"sha256": schema_digest(record)}), encoding="utf-8")


def test_a_changed_file_is_refused(copied):
    file = next((copied / "models").glob("*logistic.skops"))
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(ValueError, match="is not the file that was saved for 'logistic': its hash differs"):
        gd.load_models(copied)


@pytest.mark.parametrize("old", ['"log_density_floor": -', '"costs": ', '"=yes"', '"kind": "continuous"', "\n}"])
def test_a_changed_schema_is_refused_wherever_it_was_changed(copied, old):
    """Its labels, costs and floors decide about answers: a changed cost was taken without a word."""
    schema = copied / "models" / "schema.json"
    text = schema.read_text(encoding="utf-8")
    new = {'"costs": ': '"costs": 3, "was": ', "\n}": ',"more":1\n}'}.get(old, old.replace("=", "~").replace("c", "d"))
    new = new if new != old else old.replace("-", "")
    assert old in text
    schema.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"schema.json' is not what was saved"):
        gd.load_models(copied)


def test_a_foreign_object_is_refused_even_under_a_right_hash(copied):
    file = next((copied / "models").glob("*logistic.skops"))
    content = sio.dumps(import_module("os").path.exists)
    file.write_bytes(content)
    changed(copied, lambda record: record["models"]["logistic"].update(sha256=sha256(content).hexdigest()))
    with pytest.raises(ValueError, match=r"types of other packages: .*path.exists"):
        gd.load_models(copied, models=["logistic"])


@pytest.mark.parametrize("record", [None, "[1]", "{}", "[", "3", '{"protocol": 2, "__loader__": 7}'])
def test_what_is_no_skops_file_is_refused_even_under_a_right_hash(copied, record):
    file = next((copied / "models").glob("*logistic.skops"))
    with ZipFile(file, "w") as archive:
        archive.writestr("more.json" if record is None else "schema.json", record or "")
    digest = sha256(file.read_bytes()).hexdigest()
    changed(copied, lambda schema: schema["models"]["logistic"].update(sha256=digest))
    with pytest.raises(ValueError, match="is no skops file"):
        gd.load_models(copied, models=["logistic"])


@pytest.mark.parametrize(
    "how",
    [
        lambda record: record.clear(),
        lambda record: record.update(format="genvsdisc models, format 99"),
        lambda record: record["models"]["logistic"].update(file="../../secret.skops"),
        lambda record: record.update(models=[]),
        lambda record: record.update(columns=[]),
    ],
)
def test_a_schema_that_was_not_saved_is_refused(copied, how):
    changed(copied, how)
    with pytest.raises(ValueError, match=r"schema.json' is not what"):
        gd.load_models(copied)


# The command -------------------------------------------------------------------------------------------------------


def test_predict_writes_what_the_pipeline_says_bit_for_bit(compared, folder, table, tmp_path, capsys):
    X = table[0].iloc[::-1]
    X[X.columns[::-1]].assign(more="<i>").to_csv(tmp_path / "new.csv", index=False)
    for name in NAMES:
        out = tmp_path / "out.csv"
        assert run("predict", folder, tmp_path / "new.csv", "--model", name, "--output", out) == 0
        found = pd.read_csv(out, converters={"p(=yes)": float, "p(no)": float})
        fitted = compared.fitted[name]
        np.testing.assert_array_equal(found[["p(=yes)", "p(no)"]], fitted.predict_proba(X))
        assert found.label.tolist() == fitted.predict(X).tolist()
        assert ("unlike_any_class" in found) == (name in compared.meta["density_floors"])
    assert "begins like a formula" in capsys.readouterr().err


def test_the_answer_of_least_expected_cost_stands_beside_the_likeliest(copied, compared, table, tmp_path):
    changed(copied, lambda record: record.update(costs=[[0, 1], [9, 0]]))  # costs[true, said]
    table[0].to_csv(tmp_path / "new.csv", index=False)
    out = tmp_path / "out.csv"
    assert run("predict", copied, tmp_path / "new.csv", "--model", "logistic", "--output", out) == 0
    found, fitted = pd.read_csv(out), compared.fitted["logistic"]
    p = fitted.predict_proba(table[0])
    expected = [min(("=yes", "no"), key=lambda s, row=row: row[1] * 9 if s == "=yes" else row[0]) for row in p]
    assert found.least_cost.tolist() == expected
    assert found.label.tolist() == fitted.predict(table[0]).tolist()
    assert expected != found.label.tolist()


@pytest.mark.parametrize(("terminal", "shown"), [(True, "no\\x1b[2J"), (False, "no\x1b[2J")])
def test_a_terminal_does_not_obey_labels_of_others(copied, table, tmp_path, capsys, monkeypatch, terminal, shown):
    labels = pd.DataFrame({"row": [1], "label": ["no\x1b[2J"]})
    monkeypatch.setattr("genvsdisc.practice.predicting.prediction_table", lambda *_: labels)
    table[0].to_csv(tmp_path / "new.csv", index=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    assert run("predict", copied, tmp_path / "new.csv", "--model", "logistic") == 0
    assert capsys.readouterr().out == f"row,label\n1,{shown}\n"


@pytest.mark.parametrize("suffix", [".parquet", ".tsv", ".jsonl", ".csv.gz"])
def test_rows_in_any_format_give_the_same(compared, folder, table, tmp_path, suffix):
    path, X = tmp_path / f"new{suffix}", table[0]
    {
        ".parquet": lambda: X.to_parquet(path),
        ".tsv": lambda: X.to_csv(path, sep="\t", index=False),
        ".jsonl": lambda: X.to_json(path, orient="records", lines=True),
        ".csv.gz": lambda: X.to_csv(path, index=False),
    }[suffix]()
    assert run("predict", folder, path, "--model", "naive Bayes", "--output", tmp_path / "out.parquet") == 0
    found = pd.read_parquet(tmp_path / "out.parquet")
    np.testing.assert_array_equal(found["p(no)"], compared.fitted["naive Bayes"].predict_proba(X)[:, 1])


def test_decimal_commas_gaps_and_unseen_levels_are_read_as_in_training(compared, folder, tmp_path, capsys):
    path = tmp_path / "new.csv"
    path.write_text("town \x1b[31m;<b>price</b>;=size\nParis;51,5;3\n007;;\n", encoding="utf-8")
    assert run("predict", folder, path, "--model", "logistic") == 0
    rows = pd.DataFrame({"<b>price</b>": [51.5, np.nan], "=size": [3, np.nan], "town \x1b[31m": ["Paris", "007"]})
    expected = compared.fitted["logistic"].predict_proba(rows)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "row,label,p(=yes),p(no)"
    assert [float(line.split(",")[2]) for line in lines[1:]] == expected[:, 0].tolist()


def test_cells_of_a_new_file_are_read_as_those_of_the_file_of_training(tmp_path, capsys):
    """Thousands and days first, of which the new rows alone tell nothing; a unit that differs is told."""
    rng = np.random.default_rng(0)
    rows = [
        f"{1 + i % 9}.{100 + i},{i % 10}5;{1 + i % 28}/{1 + i % 12}/2021;{rng.normal(60, 9):.1f} kg;{'ab'[i % 2]}"
        for i in range(60)
    ]
    (tmp_path / "old.csv").write_text("\n".join(["price;since;mass;y", *rows]))
    data = gd.datasets.read_table(tmp_path / "old.csv", "y")
    result = gd.compare(data.X, data.y, {"ridge": make_pipeline(gd.TableEncoder(), LogisticRegression())}, design=FEW)
    place = result.save(tmp_path / "saved", models=True)
    (tmp_path / "new.csv").write_text("price;since;mass\n1.234;3/4/2021;50 g\n5.678;5/6/2021;70 g\n")
    assert run("predict", place, tmp_path / "new.csv", "--model", "ridge") == 0
    out, err = capsys.readouterr()
    since = pd.to_datetime(["2021-04-03", "2021-06-05"])
    meant = pd.DataFrame({"price": [1234.0, 5678.0], "since": since, "mass": [50.0, 70.0]})
    told = [[float(cell) for cell in line.split(",")[2:]] for line in out.splitlines()[1:]]
    assert told == result.fitted["ridge"].predict_proba(meant).tolist()
    assert "Column 'mass': its numbers were in kg in training and are in g now" in err


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    """Models trained on rows without a gap."""
    rng = np.random.default_rng(1)
    X = pd.DataFrame({"size": rng.normal(size=60), "fuel": rng.choice(["gas", "diesel"], 60)})
    y = np.where(X["size"] + rng.normal(size=60) > 0, "yes", "no")
    roster = {m.name: m for m in gd.default_models(X) if m.name in NAMES} | {
        "ridge": make_pipeline(gd.TableEncoder(), LogisticRegression())
    }
    return gd.compare(X, y, roster, design=FEW).save(tmp_path_factory.mktemp("kept") / "whole", models=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("size,fuel\n1,gas\n,gas\n", "row 2: column 'size' is empty, and {}, trained on rows without such gaps"),
        ("size,fuel\n1,LPG\n", "row 1: column 'fuel' holds 'LPG', which was not met in training, and {}, trained"),
    ],
)
@pytest.mark.parametrize("model", ["logistic", "ridge"])
def test_a_gap_where_training_had_none_is_one_line_with_the_row(complete, tmp_path, capsys, content, message, model):
    (tmp_path / "new.csv").write_text(content)
    assert run("predict", complete, tmp_path / "new.csv", "--model", model) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert message.format(model) in last
    assert last.endswith("or ask a model that takes gaps, such as 'shared Gaussian'")
    assert run("predict", complete, tmp_path / "new.csv", "--model", "naive Bayes") == 0


def test_a_frequent_word_in_other_letters_is_told_where_rare_words_count_as_one():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"make": rng.choice([f"make {i}" for i in range(30)], 600), "size": rng.normal(size=600)})
    y = np.where(X["size"] > 0, "yes", "no")
    roster = [m for m in gd.default_models(X) if m.name == "shared Gaussian"]
    fitted = gd.compare(X, y, roster, design=FEW).fitted["shared Gaussian"]
    frequent = X.make.value_counts().index[0]
    new = pd.DataFrame({"make": [frequent.upper(), "another", frequent], "size": 0.5})
    told = f"Column 'make': {frequent.upper()!r} (1 entry) was not met in training, but for the case of letters, and "
    assert told_of_rows(fitted, new) == [f"{told}counted among its rare words."]


def test_what_is_not_looked_at_and_what_was_not_met_is_told(complete, tmp_path, capsys):
    (tmp_path / "new.csv").write_text("fuel,more,size\nLPG,1,2\nLPG,1,2\ngas,1,2\n")
    assert run("predict", complete, tmp_path / "new.csv", "--model", "naive Bayes") == 0
    told = " ".join(capsys.readouterr().err.split())
    assert "Not looked at, for the models did not learn from it: 'more'." in told
    assert "Column 'fuel': 'LPG' (2 entries) were not met in training." in told


def test_what_a_classifier_of_others_says_of_rows_is_one_line():
    X, y = pd.DataFrame({"a": [0.0, 1.0, 2.0, 4.0]}), [0, 1, 0, 1]
    model = make_pipeline(TableReader.for_table(X), DecisionTreeClassifier()).fit(X, y)
    reason = why_not(model, X, RuntimeError("no\nmore"), name="tree", others=[])
    assert reason == "tree cannot predict these rows: RuntimeError: no"


def test_the_model_of_the_verdict_is_asked_by_default_and_said(folder, table, tmp_path, capsys):
    table[0].to_csv(tmp_path / "new.csv", index=False)
    record = json.loads((folder / "models" / "schema.json").read_text(encoding="utf-8"))
    trust = ["--trust", "sklearn"]
    assert run("predict", folder, tmp_path / "new.csv", *trust) == 0
    assert f"note: the model is {record['winner']['model']} (" in capsys.readouterr().err


def test_a_module_of_the_users_own_is_found_where_the_command_is_run(copied, table, tmp_path, monkeypatch, capsys):
    (tmp_path / "our_models.py").write_text(
        "from sklearn.tree import DecisionTreeClassifier\nclass Ours(DecisionTreeClassifier):\n    pass\n"
    )
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    tree = gd.load_models(copied, models=["tree"], trusted=["sklearn"])["tree"]
    last = tree.steps[-1][1]
    ours = import_module("our_models").Ours()
    ours.__dict__.update(vars(last))
    tree.steps[-1] = (tree.steps[-1][0], ours)
    content, _ = skops_bytes(tree)
    next((copied / "models").glob("*tree.skops")).write_bytes(content)
    changed(copied, lambda record: record["models"]["tree"].update(sha256=sha256(content).hexdigest()))
    table[0].to_csv(tmp_path / "new.csv", index=False)
    words = ["predict", copied, tmp_path / "new.csv", "--model", "tree", "--trust", "sklearn,our_models"]
    for place, status in [("elsewhere", 2), (".", 0)]:
        monkeypatch.delitem(sys.modules, "our_models", raising=False)
        monkeypatch.setattr(sys, "path", [each for each in sys.path if each != str(tmp_path)])
        monkeypatch.chdir(tmp_path / place)
        assert run(*words) == status
        out, err = capsys.readouterr()
        assert ("needs the module 'our_models', which is not found" in err) == bool(status)
        assert len(out.splitlines()) == (0 if status else len(table[0]) + 1)


def test_rows_far_from_all_others_are_flagged(folder, table, tmp_path):
    far = table[0].iloc[:2].assign(**{"<b>price</b>": [50.0, 1e4]})
    far.to_csv(tmp_path / "new.csv", index=False)
    out = tmp_path / "out.csv"
    assert run("predict", folder, tmp_path / "new.csv", "--model", "naive Bayes", "--output", out) == 0
    assert pd.read_csv(out).unlike_any_class.tolist() == [False, True]


@pytest.mark.parametrize(
    ("content", "words", "message"),
    [
        ("", [], "'new.csv' is empty"),
        ("<b>price</b>,=size,town \x1b[31m\n", [], "has column names but no rows"),
        ("a,b\n1,2\n", [], "lacks the columns '<b>price</b>'"),
        ("<b>price</b>,=size,town \x1b[31m\nx,1,a\n", [], "held numbers in training, but now 'x' is no number"),
        ("a,a\n1,2\n", [], "column names must differ"),
        ("a\n1\n", ["--model", "oracle"], "no model 'oracle': it is not among the saved models"),
        ("a\n1\n", ["--output", "out.pkl"], "--output must end in .csv"),
        ("a\n1\n", ["--output", "nowhere/out.csv"], "there is no folder 'nowhere'"),
    ],
)
def test_bad_input_is_one_clear_line(folder, tmp_path, monkeypatch, capsys, content, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.csv").write_text(content, encoding="utf-8")
    model = [] if "--model" in words else ["--model", "logistic"]
    assert run("predict", folder, "new.csv", *model, *words) == 2
    said = capsys.readouterr()
    last = said.err.splitlines()[-1]
    assert message in last
    assert "\x1b" not in said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.csv"]


@pytest.mark.parametrize("where", ["absent", "."])
def test_a_folder_without_models_is_refused(tmp_path, monkeypatch, capsys, where):
    monkeypatch.chdir(tmp_path)
    assert run("predict", where, "new.csv") == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_models_of_a_former_report_do_not_outlive_it(tmp_path):
    (tmp_path / "models").mkdir()
    for name in ("01-old.skops", "schema.json", "notes.txt"):
        (tmp_path / "models" / name).write_text("former")
    assert not drop_former_models(tmp_path, {"schema.json", "01-new.skops"})
    assert sorted(file.name for file in (tmp_path / "models").iterdir()) == ["notes.txt", "schema.json"]
    assert drop_former_models(tmp_path, ())
    assert [file.name for file in (tmp_path / "models").iterdir()] == ["notes.txt"]  # somebody's own
    assert not drop_former_models(tmp_path, ())
    assert not drop_former_models(tmp_path / "elsewhere", ())


def test_models_of_another_comparison_than_the_tables_beside_are_refused(compared, copied):
    compared.save(copied)  # the same comparison again, without its models: they are still its own
    assert list(gd.load_models(copied, models=["logistic"])) == ["logistic"]
    gd.Comparison(compared.tables, compared.meta | {"splits_hash": "other"}).save(copied)
    with pytest.raises(ValueError, match="are of another comparison than the tables beside"):
        gd.load_models(copied)
    assert run("predict", copied, copied / "meta.json") == 2
    assert list(gd.load_models(copied / "models", models=["logistic"])) == ["logistic"]  # asked for by name


def test_a_model_that_was_not_fitted_says_why_and_a_name_that_is_nearly_one_is_suggested(tmp_path):
    data = gd.datasets.make_gaussian_pair(60, random_state=0)
    roster = {
        "nb": gd.NaiveBayesClassifier(),
        "lr": gd.LogisticClassifier(),
        "no": gd.GaussianClassifier(priors=[0.5] * 3),
    }
    result = gd.compare(data.X, data.y, roster, design=gd.Design(n_splits=2, n_repeats=1, n_draws=3))
    saved = SavedModels.of(result.save(tmp_path / "report", models=True))
    with pytest.raises(
        ValueError, match=r"no model 'no': it was not fitted to all rows \(ValueError: priors .*; there are: nb; lr"
    ):
        saved.chosen("no")
    with pytest.raises(ValueError, match=r"no model 'nbb': it is not among the saved models \(is 'nb' meant\?\)"):
        saved.chosen("nbb")

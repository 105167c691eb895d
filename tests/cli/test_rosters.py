"""`--models`: names, import paths and files, mixed; what is wrong is told with the file and the line."""

import sys

import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

import genvsdisc
from genvsdisc.cli.import_paths import estimator_of
from genvsdisc.cli.rosters import asked_roster, content_of_files, divided, file_names_only

X = pd.DataFrame({"a": [1.0, 2.0], "b": [0.5, 0.1]})
ROSTER = """\
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC
from genvsdisc import Model
MODELS = [Model("forest", RandomForestClassifier(n_estimators=3)), GaussianNB()]
NAMED = {"mine": GaussianNB(), "tree": RandomForestClassifier(max_depth=2)}
EMPTY = []
NUMBER = 3
BAD = [
    GaussianNB(),
    LinearSVC(),
]
CLASS = {"nb": GaussianNB}
TWICE = [Model("x", GaussianNB()), Model("x", GaussianNB())]
def wide(X):
    return {"nb": GaussianNB(var_smoothing=1e-3 * X.shape[1])}
def broken(X):
    return 1 / 0
"""

DERIVED = "from sklearn.naive_bayes import GaussianNB\nclass {}(GaussianNB): pass"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder with a roster, which is forgotten afterwards."""
    (tmp_path / "roster.py").write_text(ROSTER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    modules = dict(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - set(modules):
        if name.startswith("roster"):
            del sys.modules[name]


def names(words):
    return [model.name for model in asked_roster(words, X)]


def test_names_paths_and_files_stand_together_in_the_order_asked():
    words = "logistic, roster.py:MODELS,sklearn.svm.SVC(probability=True, kernel='poly'), Naive Bayes, shared variance"
    models = asked_roster(words, X)
    assert [m.name for m in models] == ["logistic", "forest", "GaussianNB", "SVC", "naive Bayes, shared variance"]
    families = ["discriminative", "discriminative", "generative", "discriminative", "generative"]
    assert [m.family for m in models] == families
    assert (models[3].estimator.kernel, models[3].estimator.probability) == ("poly", True)
    assert isinstance(models[1].estimator, RandomForestClassifier)


def test_a_dict_a_function_of_the_table_and_one_model():
    assert names("roster.py:NAMED") == ["mine", "tree"]
    (model,) = asked_roster("roster.py:wide", X)
    assert (model.name, model.estimator.var_smoothing) == ("nb", 2e-3)


def test_models_of_one_class_are_told_apart():
    path = "sklearn.naive_bayes.GaussianNB"
    assert names(f"{path}, {path}(var_smoothing=0.1), {path}()") == ["GaussianNB", "GaussianNB 2", "GaussianNB 3"]
    assert names(f"roster.py:MODELS, {path}") == ["forest", "GaussianNB", "GaussianNB 2"]


def test_modules_beside_the_roster_and_in_the_current_folder_are_found(folder):
    (folder / "below").mkdir()
    (folder / "below" / "beside_it.py").write_text(
        "from sklearn.naive_bayes import GaussianNB\nclass Mine(GaussianNB): pass"
    )
    (folder / "below" / "roster_two.py").write_text("from beside_it import Mine\nALL = [Mine()]")
    (folder / "here_too.py").write_text(DERIVED.format("Yours"))
    assert names("below/roster_two.py:ALL, here_too.Yours()") == ["Mine", "Yours"]
    assert {model.family for model in asked_roster("below/roster_two.py:ALL", X)} == {"generative"}


def test_a_file_named_like_a_package_does_not_replace_it(folder):
    (folder / "pandas.py").write_text(ROSTER)
    assert names("pandas.py:NAMED") == ["mine", "tree"]
    assert sys.modules["pandas"] is pd


def test_default_roster_without_words():
    assert asked_roster(None, X) is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("roster.py:MODLES", "roster.py defines no 'MODLES'; did you mean MODELS?"),
        ("roster.py", "write roster.py:MODELS"),
        ("roster.py:EMPTY", "roster.py, line 7: EMPTY is empty; it must be a list of classifiers"),
        ("roster.py:NUMBER", "roster.py, line 8: NUMBER must be a list of classifiers or Model"),
        ("roster.py:BAD", "roster.py, line 11: BAD: 'LinearSVC' has no predict_proba"),
        ("roster.py:CLASS", "roster.py, line 13: CLASS: 'nb' must be a classifier such as GaussianNB()"),
        ("roster.py:TWICE", "roster.py, line 14: TWICE: models must have different names, 'x' stands twice"),
        ("roster.py:broken", "roster.py, line 18: ZeroDivisionError: division by zero"),
        ("syntax.py:MODELS", "syntax.py, line 2: "),
        ("raises.py:MODELS", "raises.py, line 3: KeyError: 'b'"),
        ("leaves.py:MODELS", "leaves.py, line 2: SystemExit: 4"),
        ("imports.py:MODELS", "imports.py, line 1: ModuleNotFoundError: No module named 'nowhere_at_all'; pip install"),
        ("zeros.py:MODELS", "zeros.py"),
        ("logstic", "no model is named 'logstic'; did you mean logistic?"),
        ("XGBClassifer()", "no model is named 'XGBClassifer'; did you mean xgboost.XGBClassifier?"),
        ("RandomForestClassifier(n_estimators=3)", "did you mean sklearn.ensemble.RandomForestClassifier?"),
        ("sklearn.svm.SCV", "sklearn.svm has no 'SCV'; did you mean SVR or SVC?"),
        ("sklearn.swm.SVC", "sklearn has no 'swm'; did you mean svm"),
        ("nowhere_at_all.Model()", "no package is named 'nowhere_at_all'; pip install nowhere_at_all"),
        ("sklearn.svm.SVC(probabilty=True)", "unexpected keyword argument 'probabilty'; did you mean probability?"),
        ("sklearn.svm.LinearSVC()", "'LinearSVC' has no predict_proba"),
        ("sklearn.svm.SVC(", "cannot be read, at its character"),
        ("sklearn.svm.SVC(C=1+1)", "'1+1' is neither a literal nor an import path"),
        ("sklearn.svm.SVC(*[1])", "* and ** cannot be read"),
        ("sklearn.svm.SVC(**{'C': 1})", "* and ** cannot be read"),
        ("os.system('touch pwned')", "os.system is no estimator, and is not called"),
        ("sklearn.svm.SVC(C=os.system('touch pwned'))", "os.system is no estimator, and is not called"),
        ("builtins.eval('1')", "builtins.eval is no estimator"),
        ("(lambda: 1).x()", "no model is named"),
        (" , ", "--models names no model"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(folder, words, message):
    (folder / "syntax.py").write_text("x = 1\ndef f(:\n    pass\n")
    (folder / "raises.py").write_text("a = {}\n\nMODELS = a['b']\n")
    (folder / "leaves.py").write_text("import sys\nsys.exit(4)\n")
    (folder / "imports.py").write_text("import nowhere_at_all\n")
    (folder / "zeros.py").write_bytes(b"x = 1\0\n")
    with pytest.raises(ValueError, match=r"\w") as error:
        asked_roster(words, X)
    assert message in str(error.value)
    assert not (folder / "pwned").exists()


def test_no_such_file():
    with pytest.raises(FileNotFoundError, match=r"no such file: 'nothing\.py'"):
        asked_roster("nothing.py:MODELS", X)


def test_values_of_arguments():
    made = estimator_of(
        "sklearn.pipeline.make_pipeline(sklearn.preprocessing.StandardScaler(), sklearn.svm.SVC(C=-1.5))"
    )
    assert made.steps[1][1].C == -1.5
    made = estimator_of("sklearn.svm.SVC(class_weight={0: 1, 1: [2, (3, None)]}, gamma=+2)")
    assert made.class_weight == {0: 1, 1: [2, (3, None)]}
    assert made.gamma == 2
    search = estimator_of("sklearn.model_selection.GridSearchCV(sklearn.svm.SVC, {'C': [1, 2]})")
    assert isinstance(search.estimator, SVC)


def test_words_are_divided_outside_parentheses_and_quotes_only():
    assert list(divided("a, b(1, [2, 3], 'x,)'), c")) == ["a", "b(1, [2, 3], 'x,)')", "c"]
    assert list(divided("x, y, z", ["x, y"])) == ["x, y", "z"]


def test_a_page_names_files_without_their_folders():
    assert file_names_only("/home/me/secret/roster.py:ALL, logistic") == "roster.py:ALL, logistic"


def test_finished_work_is_kept_apart_for_each_version_of_a_file(folder):
    before = content_of_files("roster.py:MODELS, logistic")
    (folder / "roster.py").write_text(ROSTER + "\n")
    assert len({before, content_of_files("roster.py:MODELS"), content_of_files("logistic")}) == 3
    assert content_of_files("logistic") == ""


CLASSES = '''\
from sklearn.naive_bayes import GaussianNB
class Own(GaussianNB):
    """A class that other processes get whole."""
MODELS = [Own(), __import__("sklearn.linear_model").linear_model.LogisticRegression()]
'''


@pytest.mark.slow
def test_classes_of_the_file_are_fitted_in_other_processes(folder):
    (folder / "roster_of_classes.py").write_text(CLASSES)
    models = asked_roster("roster_of_classes.py:MODELS", X)
    data = genvsdisc.datasets.make_gaussian_pair(60, random_state=0)
    design = genvsdisc.Design(n_splits=2, n_repeats=1, n_draws=2)
    result = genvsdisc.compare(data.X, data.y, models, design=design, n_jobs=2)
    assert "failed" not in set(result.models["status"])
    assert list(result.models["family"]) == ["generative", "discriminative"]

"""A stand-in for the fitting: words in, files out."""

from types import SimpleNamespace

import pytest
from stand_ins import Result

import genvsdisc
from genvsdisc import cli


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Stand-ins for fitting, in a folder of their own; what they were called with."""
    seen = []

    def compare(X, y, models, **options):
        seen.append(SimpleNamespace(X=X, y=y, models=models, **options))
        return Result({"name": options["name"]})

    families = {"logistic": "discriminative", "naive Bayes": "generative", "naive Bayes, shared variance": "generative"}
    roster = [SimpleNamespace(name=name, family=family) for name, family in families.items()]
    monkeypatch.setitem(vars(genvsdisc), "compare", compare)
    monkeypatch.setitem(vars(genvsdisc), "default_models", lambda _: roster)
    monkeypatch.chdir(tmp_path)
    return seen


@pytest.fixture
def run(capsys):
    """Run words; gives exit status, standard output, standard error."""

    def run(*words):
        with pytest.raises(SystemExit) as stop:
            cli.main([str(word) for word in words])
        out = capsys.readouterr()
        return stop.value.code, out.out, out.err

    return run

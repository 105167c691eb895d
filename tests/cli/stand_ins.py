"""What the command line's tests put in the place of fitting."""

import json
from pathlib import Path

import pandas as pd


class Result:
    """What `compare` returns, as far as the command line looks."""

    verdict = "Cannot tell."
    leaks = pd.DataFrame(columns=["kind", "message"])
    models = pd.DataFrame(columns=["model"])
    summary = pd.DataFrame(columns=["loss"])

    models = pd.DataFrame({"model": ["logistic"]})
    summary = pd.DataFrame({"model": ["logistic"], "loss": ["zero_one"]})

    def __init__(self, meta=None):
        self.meta = dict(meta or {})

    def save(self, folder, *, models=False):  # noqa: ARG002
        Path(folder, "meta.json").write_text(json.dumps({"meta": self.meta}))

    def to_html(self, path):
        Path(path).write_text(f"page of {self.meta}")
        return Path(path)


def files_under(folder):
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*"))

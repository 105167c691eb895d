"""Random files and random words for the reader and the command line; run by itself it goes on as long as it is told.

    PYTHONPATH=. python tests/cli/fuzzed.py --seconds 3600 --seed 1

A case is a seed: the table, how it is written, what is broken of it and the words are drawn from it. A fault is an
error that is none of ours, a message of several lines, a warning, a line on the terminal that no one wrote for it, a
row that changes between training and prediction, or a number out of floating point.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import os
import random
import re
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from genvsdisc import cli
from genvsdisc.cli.terminal import mendable, words_of
from genvsdisc.datasets import read_table
from genvsdisc.features.encoding import TableEncoder
from genvsdisc.study.table import prepare

NUMBERS = (
    "0",
    "1",
    "-1",
    "1.5",
    "1,5",
    "1.234",
    "1,234",
    "1.234,5",
    "1,234.5",
    "1 234,5",
    "1'234.50",
    "1e3",
    "1e400",
    "1e308",
    "-1e200",
    "1e-320",
    "12.5%",
    "12.5 %",
    "$3",
    "3 \u20ac",
    "(3.2)",
    "\u22123.2",
    "3-",
    ".5",
    "5.",
    "+7",
    "0x10",
    "007",
    "1_000",
    "1.2.3",
    "1,2,3",
    "--1",
    "1 cm",
    "2 kg",
    "inf",
    "-Infinity",
    "99999999999999999999",
    "9007199254740993",
    "\u0663",
    "\uff11\uff12",
    "\u00bd",
    "1/2",
    "<3",
    "~4",
    "5+",
    "6 or more",
    "-999",
    "1e",
    "e5",
    "1e+5",
    "12:30",
    "7:30:01",
)
WORDS = (
    "",
    " ",
    "NA",
    "n/a",
    "?",
    "-",
    ".",
    "*",
    "None",
    "nan",
    "NULL",
    "missing",
    "yes",
    "no",
    "Yes",
    "yes ",
    "TRUE",
    "False",
    "x",
    "a",
    "b",
    "red",
    "sky blue",
    "gr\u00fcn",
    "\u65e5\u672c",
    "\U0001f600",
    "\u202eabc",
    "\x1b[31mred",
    "a\tb",
    "<b>",
    "{{x}}",
    "'",
    '"',
    "a,b",
    "a;b",
    "#ref!",
    "#N/A",
    "=1+1",
    "@x",
    "\\N",
    "{}",
    "[1]",
    "x" * 300,
    "ca. 5",
    "Total",
    "\u00a0",
    "\ufeff",
    "\u200b",
    "the old man and the sea went to town",
    "https://a.b/c?d=e",
    "10.0.0.1",
    "v1.2",
)
DATES = (
    "2020-01-31",
    "31.01.2020",
    "01/31/2020",
    "1/2/20",
    "2020-02-30",
    "0001-01-01",
    "9999-12-31",
    "2020-01-31T12:00:00Z",
    "2020-01-31 12:00:00+02:00",
    "Jan 5, 2020",
    "5 Jan 2020",
    "20200131",
    "2020-W05",
    "2020Q1",
    "1600-05-05",
    "2020-13-01",
    "31-Dec-1999",
    "00/00/0000",
    "2020-01-31T25:00",
)
NAMES = (
    "x",
    "y",
    "age",
    "date",
    "class",
    "id",
    "",
    " ",
    "Unnamed: 0",
    "x.1",
    "index",
    "target",
    "a,b",
    'q"q',
    "gr\u00f6\u00dfe",
    "1",
    "3.5",
    "NA",
    "<i>",
    "a\nb",
    "{x}",
    "%s",
    "$m$",
    "_",
    "\\",
    "weights",
    "true",
    "None",
    "\u202e",
    "long " * 30,
)
LABELS = (
    ("p", "q"),
    ("yes", "no"),
    ("0", "1"),
    ("1.0", "2.0"),
    ("a", "b", "c"),
    ("NA", "EU"),
    ("Yes", "yes", "no"),
    ("?", "x"),
    ("1", "one"),
    ("", "x"),
    ("True", "False"),
    ("2020-01-01", "2021-01-01"),
    ("<b>", "&"),
    ("18446744073709551616", "2"),
    ("1.5", "2.5"),
    ("inf", "nan", "0"),
    ("-1", "1"),
    ("\U0001f600", "\u65e5"),
    ("a,b", "a;b"),
    ("01", "1"),
    ("x" * 300, "y"),
)
ENCODINGS = (*("utf-8",) * 20, "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1", "shift_jis", "cp1251")
SUFFIXES = (
    ".csv",
    ".csv",
    ".csv",
    ".tsv",
    ".txt",
    "",
    ".csv.gz",
    ".dat",
    ".json",
    ".jsonl",
    ".parquet",
    ".xlsx",
    ".CSV",
    ".zip",
)


def column(rng, n):
    """A column: one habit of writing, and now and then a cell of another one."""
    kind = rng.randrange(9)
    if kind == 0:
        cells = [f"{rng.gauss(0, 1) * 10 ** rng.randrange(-3, 7):.{rng.randrange(4)}f}" for _ in range(n)]
    elif kind == 1:
        cells = [
            f"{rng.gauss(0, 1) * 1e5:,.2f}".translate(str.maketrans(",.", rng.choice((".,", " ,", "',", ",."))))
            for _ in range(n)
        ]
    elif kind == 2:
        few = rng.sample(NUMBERS, rng.randrange(1, 5))
        cells = [rng.choice(few) for _ in range(n)]
    elif kind == 3:
        few = rng.sample(WORDS, rng.randrange(1, 5))
        cells = [rng.choice(few) for _ in range(n)]
    elif kind == 4:
        form = rng.choice(("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d %b %Y", "%Y-%m-%dT%H:%M:%S", "%H:%M", "%d/%m/%y"))
        start = pd.Timestamp("1970-01-01") + pd.Timedelta(days=rng.randrange(-40000, 40000))
        cells = [(start + pd.Timedelta(minutes=rng.randrange(3_000_000))).strftime(form) for _ in range(n)]
    elif kind == 5:
        cells = [str(k + rng.randrange(2)) for k in range(n)]
    elif kind == 6:
        cells = [
            " ".join(rng.choice((*WORDS, "alpha", "beta", "gamma")) for _ in range(rng.randrange(1, 8)))
            for _ in range(n)
        ]
    elif kind == 7:
        scale = 10.0 ** rng.randrange(-320, 309)
        cells = [repr(rng.gauss(1, 1) * scale) for _ in range(n)]
    else:
        cells = [rng.choice(NUMBERS + WORDS + DATES) for _ in range(n)]
    for _ in range(rng.choice((0, 0, 0, 1, 3))):
        cells[rng.randrange(n)] = rng.choice(NUMBERS + WORDS + DATES)
    return cells


def table(rng):
    """Names and rows."""
    n, width = rng.choice((1, 3, 12, 30, 30, 30, 60, 60)), rng.randrange(1, 6)
    names = [rng.choice(NAMES) if rng.random() < 0.1 else f"c{k}" for k in range(width)]
    columns = [column(rng, n) for _ in range(width)]
    labels = rng.choice(LABELS)
    if rng.random() < 0.5:
        labels = ("p", "q", "r")[: rng.randrange(2, 4)]
    y = [labels[k % len(labels)] for k in range(n)] if rng.random() < 0.9 else column(rng, n)
    if rng.random() < 0.2:
        y[rng.randrange(n)] = rng.choice(NUMBERS + WORDS)
    return [*names, rng.choice(("y",) * 9 + ("class", names[0], ""))], list(zip(*columns, y, strict=True))


def _inserted(rng, lines, line):
    place = rng.randrange(len(lines) + 1)
    return [*lines[:place], line, *lines[place:]]


EXTRAS = (
    lambda _rng, lines, _mark: ["A title", *lines],
    lambda _rng, lines, _mark: ["# a comment", *lines],
    lambda _rng, lines, mark: [*lines, f"Total{mark}400"],
    lambda rng, lines, _mark: _inserted(rng, lines, ""),
    lambda rng, lines, _mark: _inserted(rng, lines, lines[0]),
    lambda _rng, lines, mark: [f"sep={mark}", *lines],
    lambda _rng, lines, mark: [line + mark for line in lines],
    lambda rng, lines, mark: _inserted(rng, lines, mark.join(rng.choices(WORDS, k=rng.randrange(1, 9)))),
)
"""What stands in files that is no row."""


def delimited(rng, names, rows):
    """Rows as text, as somebody's program may write them."""
    delimiter, newline = rng.choice(",,,;\t| "), rng.choice(("\n", "\n", "\r\n", "\r"))
    quoted = rng.random() < 0.3

    def cell(text):
        if quoted or (rng.random() < 0.95 and any(sign in text for sign in (delimiter, '"', "\n", "\r"))):
            return '"' + text.replace('"', '""') + '"'
        return text

    lines = [delimiter.join(map(cell, row)) for row in [names, *rows]]
    for extra in rng.sample(EXTRAS, rng.choice((0, 0, 0, 1, 2))):
        lines = extra(rng, lines, delimiter)
    return newline.join(lines) + rng.choice((newline, newline, ""))


def typed(rng, names, rows):
    """The same table with types: of Parquet."""
    columns = {}
    for place, name in enumerate(names):
        cells = pd.Series([row[place] for row in rows])
        how = rng.randrange(10)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            numbers = pd.to_numeric(cells, errors="coerce")
            small = numbers.astype("float32")
            days = pd.Series(pd.to_datetime("2020-01-01") + pd.to_timedelta(np.arange(len(cells)) * 7 % 11, unit="D"))
        columns[name or f"c{place}"] = (
            cells,
            numbers,
            small,
            cells.astype("category"),
            days.mask(days.dt.day == 3),
            days.dt.tz_localize("UTC"),
            days.dt.date,
            (days - days.min()),
            cells == cells.iloc[0],
            pd.Series(range(len(cells))),
        )[how]
    return pd.DataFrame(columns)


def broken(rng, raw):
    """Bytes lost, doubled or changed."""
    raw = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 5))):
        if not raw:
            break
        place, how = rng.randrange(len(raw)), rng.randrange(5)
        if how == 0:
            del raw[place:]
        elif how == 1:
            raw[place] = rng.randrange(256)
        elif how == 2:
            raw[place:place] = rng.choice((b'"', b"\x00", b"\n", b",", b"\xff\xfe", b"\r", b'""', b"\xc3", b"\t"))
        elif how == 3:
            end = min(len(raw), place + rng.randrange(1, 60))
            del raw[place:end]
        else:
            raw[place:place] = raw[place : place + 40]
    return bytes(raw)


def write(rng, folder):
    """A file, and the names of its columns."""
    names, rows = table(rng)
    path = Path(folder, "t" + rng.choice(SUFFIXES))
    if path.suffix in (".parquet", ".xlsx", ".jsonl") and rng.random() < 0.9:
        frame = typed(rng, names, rows)
        names = list(frame.columns)
        try:
            if path.suffix == ".parquet":
                frame.to_parquet(path)
            elif path.suffix == ".xlsx":
                for name in frame.columns:
                    if isinstance(frame[name].dtype, pd.DatetimeTZDtype):
                        frame[name] = frame[name].dt.tz_localize(None)
                frame.to_excel(path, index=False)
            else:
                frame.astype(object).to_json(path, orient="records", lines=True, date_format="iso")
        except Exception:  # a table that the format cannot hold
            path.write_text(delimited(rng, names, rows), encoding="utf-8", errors="replace", newline="")
    else:
        raw = delimited(rng, names, rows).encode(rng.choice(ENCODINGS), errors="replace")
        path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    if rng.random() < 0.15:
        path.write_bytes(broken(rng, path.read_bytes()))
    return path, names


class Fault(Exception):
    """What should not have happened."""


def _ours(error):
    """Whether an error is a refusal with one clear line."""
    text = words_of(error) if isinstance(error, ValueError | OSError) else str(error)
    if not isinstance(error, ValueError | OSError) or not mendable(error):
        return False
    return (
        bool(text.strip())
        and len(text) < 1500
        and not re.search(r"<class|0x[0-9a-f]{8}|Traceback|site-packages|is not in list", text)
    )


def _sound(data):
    """Every row has a label, every note is a line."""
    if len(data.X) != len(data.y) or data.y.isna().any():
        raise Fault(f"rows {len(data.X)} and labels {len(data.y)}, {data.y.isna().sum()} missing")
    for text in data.notes:
        if not isinstance(text, str) or "\n" in text or len(text) > 1000:
            raise Fault(f"a note of several lines: {text!r}")


def _same_as_new_rows(table, data):
    """Rows of training are read as new rows as they were in training."""
    if len(data.X) != len(table.X):  # of rows that were left out some cells may be no numbers
        return
    again = table.reader.transform(data.X)
    if list(again.columns) != list(table.X.columns):
        raise Fault("columns of new rows")
    for name in again.columns:
        one, other = again[name].reset_index(drop=True), table.X[name]
        if not (one.isna() == other.isna()).all() or not (one[one.notna()] == other[other.notna()]).all():
            raise Fault(f"column {name!r} reads otherwise as new rows")


def read_case(rng, folder):
    """Read a file, prepare it, and bring its rows to the columns of training; returns what became of it."""
    path, names = write(rng, folder)
    target = rng.choice((None, names[-1], names[-1], names[-1], names[-1], rng.choice(names)))
    try:
        data = read_table(path, target)
    except (ValueError, OSError) as error:
        if not _ours(error):
            raise
        return "refused by the reader"
    _sound(data)
    try:
        table = prepare(data.X, data.y, n_splits=3)
    except (ValueError, OSError) as error:
        if not _ours(error):
            raise
        return "refused by prepare"
    _same_as_new_rows(table, data)
    try:
        numbers = TableEncoder().fit(table.X).transform(table.X)
    except ValueError as error:
        if "holds infinite values" not in str(error):
            raise
        return "refused by the encoder"
    if np.isinf(np.asarray(numbers, dtype=float)).any():
        raise Fault("infinite features")
    path.unlink()
    return "read"


WORD_OPTIONS = {
    "--target": (*NAMES, "y", "Y"),
    "--columns": ("c0", "c0,c1", "", ",", '"c0"', "c9", '"c0'),
    "--drop": ("c0", "y", "c0,c1,c2", "", "zz"),
    "--groups": ("c0", "y", "zz"),
    "--time": ("c0", "c1", "zz", "y"),
    "--weights": ("c0", "y", "zz"),
    "--test": ("t.csv", "nowhere.csv", "."),
    "--test-column": ("c0", "y", "zz"),
    "--models": (
        "logistic",
        "logistic,naive Bayes",
        "logistc",
        "",
        ",",
        "sklearn.svm.SVC(",
        "os.system('x')",
        "x.py:M",
        "sklearn.svm.SVC(C=-1)",
        "shared Gaussian",
        "majority class",
        "sklearn.naive_bayes.GaussianNB()",
    ),
    "--loss": ("brier", "log_loss", "cost", "", "auc"),
    "--costs": ("fp=1,fn=10", "fp=,fn=", "fp=-1,fn=2", "fp=nan,fn=1", "x", "t.csv", "fp=1e400,fn=1"),
    "--seed": ("0", "-1", "4294967296", "x", "1.5", ""),
    "--budget": ("0", "-1", "nan", "inf", "x", "1e-9", ""),
    "--plan": ("t.csv", ".", "nowhere", ""),
    "--cache": ("t.csv", "/proc/x"),
    "--jobs": ("0", "x", "-3", ""),
    "--output": ("t.csv", "/proc/x", "", "."),
    "--json": ("/proc/x", "nowhere/a.json", ""),
    "--fail-if": ("loss.logistic > 0", "winner ==", "1 > 2", "(", "verdict == nobody", "", "loss.x > 1", "()" * 40),
    "--config": ("t.csv", "nowhere.toml", ".", ""),
    "--tune": None,
    "--no-tune": None,
    "--quick": None,
    "--thorough": None,
    "--save-models": None,
    "--nonsense": None,
    "--help": None,
}
SMALL = ("--models", "shared Gaussian,logistic", "--budget", "0.3", "--jobs", "1")


def run(words):
    """Run the program in this process: exit status, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main(list(words))
        except SystemExit as stop:
            status = stop.code
    return status, out.getvalue(), err.getvalue()


def words_case(rng, folder):
    """Odd words for the program, which are told before anything is fitted, or a small comparison."""
    path, names = write(rng, folder)
    whole = rng.random() < 0.5
    words = ["report", str(path) if rng.random() < 0.95 else rng.choice(("iris2", "-", "", ".", "\x00", "a/b"))]
    for name in rng.sample(list(WORD_OPTIONS), 0 if whole else rng.randrange(1, 4)):
        values = WORD_OPTIONS[name]
        words += [name] if values is None else [name, rng.choice(values)]
    if whole and rng.random() < 0.7:
        words += ["--target", names[-1]]
    words += [each for k in range(0, len(SMALL), 2) if SMALL[k] not in words for each in SMALL[k : k + 2]]
    if "--output" not in words:
        words += ["--output", str(Path(folder, "out"))]
    status, out, err = run(words)
    if status not in (0, 2, 3):
        raise Fault(f"status {status}: {words}: {err}")
    rules = {each for place, name in enumerate(words) if name == "--fail-if" for each in words[place + 1 : place + 2]}
    odd = [line for line in err.splitlines() if not line.startswith(("note: ", "genvsdisc: "))]
    odd = [line for line in odd if line not in rules and line.strip() != "^"]  # the rule, and where it is wrong
    if odd:
        raise Fault(f"{words}: {odd}")
    if status == 2 and len([line for line in err.splitlines() if line.startswith("genvsdisc: ")]) != 1:
        raise Fault(f"{words}: {err}")
    if re.search(r"\bnan\b|Traceback|<class|NoneType", out):
        raise Fault(f"{words}: {out}")
    page = Path(folder, "out", "index.html")
    if status == 0 and page.exists():
        meta = json.loads(page.with_name("meta.json").read_text())
        left = [text for text in meta["meta"].get("failures", []) if "site-packages" in text]
        if left:
            raise Fault(str(left))
        return "a page"
    return f"status {status}"


def case(seed):
    """Run one case; returns its kind and what became of it."""
    rng = random.Random(seed)
    kind = words_case if seed % 50 == 0 else read_case
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        os.chdir(folder)
        try:
            what = kind(rng, folder)
        finally:
            os.chdir(here)
    seen = [each for each in told if not issubclass(each.category, ResourceWarning)]
    if seen:
        raise Fault(f"warning {seen[0].category.__name__}: {seen[0].message} ({seen[0].filename}:{seen[0].lineno})")
    return kind.__name__, what


def main():
    """Run cases for some time; print each new fault, and at the end what the cases came to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    counts, faults = Counter(), Counter()
    seed, end = asked.seed * 10**9, time.monotonic() + asked.seconds
    while time.monotonic() < end:
        try:
            counts[case(seed)] += 1
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                break
            last = traceback.extract_tb(error.__traceback__)[-1]
            key = f"{type(error).__name__} {last.filename}:{last.lineno} {re.sub(r'[0-9]+', '#', str(error))[:60]}"
            faults[key] += 1
            if faults[key] == 1:
                print(
                    f"--- seed {seed}: {type(error).__name__}: {str(error)[:600]}",
                    *traceback.format_tb(error.__traceback__)[-3:],
                    sep="\n",
                    flush=True,
                )
        seed += 1
        if seed % 5000 == 0:
            print(seed, dict(counts), flush=True)
    print(
        f"{sum(counts.values()) + sum(faults.values())} cases",
        dict(counts),
        "faults:",
        dict(faults),
        file=sys.stdout,
        flush=True,
    )


if __name__ == "__main__":
    main()

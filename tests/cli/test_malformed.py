"""Malformed inputs: one clear line each, exit status 2, and nothing is written. With the real comparison, unfitted."""

import bz2
import gzip
import io
import sqlite3
import sys
import zipfile
from pathlib import Path

import pytest
from stand_ins import files_under

from genvsdisc import cli
from genvsdisc.study.fits import jobs

ROWS = [f"s{k % 9},2020-01-{1 + k % 28:02d},{1 + k % 2},{k % 7},{k % 5},{'pq'[k % 2]}" for k in range(60)]
GOOD = "\n".join(["who,when,w,x,z,y", *ROWS]) + "\n"
ROSTER = "from sklearn.svm import LinearSVC\nMODELS = {'svm': LinearSVC()}\nX = 1 /\n"


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in members.items():
            archive.writestr(name if "." in name else f"{name}.csv", text)
    return file.getvalue()


FILES = {
    "good.csv": GOOD,
    "empty.csv": "",
    "blank.csv": " \n\n\t\n",
    "bytes.csv": b"\x00\x01\x02\xff\xfe",
    "names_only.csv": "x,y\n",
    "twice.csv": "x,x,y\n1,2,p\n3,4,q\n",
    "one_column.csv": "y\np\nq\n",
    "one_class.csv": "x,y\n1,p\n2,p\n",
    "no_label.csv": "x,y\n1,\n2,\n",
    "amounts.csv": "x,y\n" + "".join(f"{k},{k}.25\n" for k in range(60)),
    "twelve.csv": "x,y\n" + "".join(f"{k},c{k % 12}\n" for k in range(240)),
    "all_rare.csv": "x,y\n" + "".join(f"{k},c{k}\n" for k in range(30)),
    "page.csv": "<!DOCTYPE html><html><body>Not found</body></html>",
    "torn.csv.gz": gzip.compress(GOOD.encode())[:-20],
    "torn.csv.bz2": bz2.compress(GOOD.encode())[:-9],
    "torn.zst": b"\x28\xb5\x2f\xfd\x00\x00",
    "two.zip": zipped(a=GOOD, b=GOOD),
    "none.zip": zipped(),
    "broken.parquet": b"PAR1 and no more",
    "broken.xlsx": zipped(**{"[Content_Types].xml": "no workbook"}),
    "words.xlsx": "x,y\n1,p\n",
    "broken.jsonl": '{"x": 1, "y": "p"}\n{"x": 2, "y":\n',
    "list.jsonl": '{"x": 1, "y": "p"}\n[2, "q"]\n',
    "nested.jsonl": '{"x": [1], "y": "p"}\n{"x": [2], "y": "q"}\n',
    "negative.csv": GOOD.replace(",1,", ",-1,"),
    "other.csv": "who,x,y\ns1,1,p\ns2,2,q\n",
    "labels.csv": GOOD.replace(",p\n", ",r\n").replace(",q\n", ",s\n"),
    "roster.py": ROSTER,
    "bad.toml": "seed = 1\nmodles = 'logistic'\n",
    "fine.py": "from sklearn.linear_model import LogisticRegression\nMODELS = [LogisticRegression()]\n",
    "exit.py": "import sys; sys.exit(0)\n",
    "scores.csv": GOOD,
    "infinite.csv": GOOD.replace(",1,", ",inf,"),
    "void.toml": "table = []\n",
    "section.toml": "[report]\ntarget = 'y'\n",
    "zero.toml": 'output = "a\\u0000b"\n',
    "ragged.csv": "x,y\n1,p\n2,q,3,4\n3,p\n",
    "quote.csv": 'x,y\n"1,p\n2,q\n',
    "shown/index.html": "<!DOCTYPE html>",
    "plan.json": '{"meta": {"plan": {"models": 3}}}',
    "list.json": "[]",
    "costs.csv": "0,1\n",
    "class.py": "from sklearn.svm import SVC\nMODELS = [SVC]\n",
    "latin.toml": b"target = 'Stra\xdfe'\n",
    "costs.bin": b"\x00\x01\xff",
    "wrong_costs.csv": "true,p,r\np,0,1\nq,5,0\n",
    "broken.toml": "seed = \n",
    "kept/models/schema.json": '{"format": "genvsdisc models, format 1"}',
    "torn.html": '<template id="genvsdisc-record">{Wp48S^xk9=GL@E0stWa761SMb</template>',
    "parts.csv": GOOD.replace(",2,", ",train,").replace(",1,", ",,", 1),
    "gaps.csv": GOOD.replace("s1,", ",").replace("2020-01-02", "?"),
}
MALFORMED = [
    ("no such file", ["nothing.csv"], "no such file: 'nothing.csv'"),
    ("no name", ["irsi"], "no file and no table is named 'irsi'"),
    ("a folder", ["folder"], "holds no saved comparison"),
    ("a URL", ["https://example.org/t.csv"], "is a URL: download it first"),
    ("nothing in it", ["empty.csv"], "'empty.csv' is empty"),
    ("blanks only", ["blank.csv"], "'blank.csv' is empty"),
    ("bytes", ["bytes.csv"], "not a text table"),
    ("no rows", ["names_only.csv"], "has column names but no rows"),
    ("a name twice", ["twice.csv"], "column names must differ; 'x' stands more than once"),
    ("one column", ["one_column.csv"], "has one column only"),
    ("one class", ["one_class.csv"], "one class only"),
    ("no labels", ["no_label.csv"], "only missing values"),
    ("a continuous target", ["amounts.csv"], "is continuous"),
    ("classes of one row", ["all_rare.csv"], "fewer than two classes"),
    ("a web page", ["page.csv"], "page.csv"),
    ("a torn gzip", ["torn.csv.gz"], "'torn.csv.gz' is compressed, and damaged"),
    ("a torn bzip2", ["torn.csv.bz2"], "'torn.csv.bz2' is compressed, and damaged"),
    ("a torn zstd", ["torn.zst"], "'torn.zst' is compressed, and damaged"),
    ("two files in a zip", ["two.zip"], "holds 2 files ('a.csv', 'b.csv')"),
    ("no file in a zip", ["none.zip"], "none.zip"),
    ("a database", ["base.csv"], "an SQLite database"),
    ("a broken Parquet file", ["broken.parquet"], "cannot read 'broken.parquet' as Parquet"),
    ("a broken workbook", ["broken.xlsx"], "cannot read 'broken.xlsx' as Excel"),
    ("a workbook that is text", ["words.xlsx"], "cannot read 'words.xlsx' as Excel"),
    ("broken JSON lines", ["broken.jsonl"], "as JSON lines: line 2"),
    ("JSON that is no object", ["list.jsonl"], "line 2 is no object"),
    ("lists in cells", ["nested.jsonl"], "holds lists or other nested values"),
    ("nothing on standard input", ["-"], "'standard input' is empty"),
    ("other columns in a second file", ["good.csv", "other.csv"], "'other.csv' lacks the column"),
    ("a file twice", ["good.csv", "good.csv"], "'good.csv' is given twice"),
    ("no such target", ["good.csv", "--target", "Y2"], "has no column named 'Y2'"),
    ("no such column", ["good.csv", "--columns", "xx"], "--columns: the table has no column 'xx'"),
    ("no column left", ["good.csv", "--drop", "who,when,w,x,z"], "leave no column to learn from"),
    ("no such groups", ["good.csv", "--groups", "whom"], "'whom' is not a column of X; did you mean 'who'"),
    ("no such times", ["good.csv", "--time", "wen"], "'wen' is not a column of X; did you mean 'when'"),
    ("no such weights", ["good.csv", "--weights", "weight"], "'weight' is not a column of X"),
    ("negative weights", ["negative.csv", "--weights", "w"], "sample_weight 'w' is negative in"),
    ("weights that are words", ["good.csv", "--weights", "who"], "sample_weight 'who' must hold numbers, got 's0'"),
    ("a test file without a column", ["good.csv", "--test", "other.csv"], "X_test lacks the columns"),
    ("a test file of other classes", ["good.csv", "--test", "labels.csv"], "0 rows that can be scored"),
    ("no such test file", ["good.csv", "--test", "nothing.csv"], "no such file: 'nothing.csv'"),
    ("costs of another shape", ["good.csv", "--costs", "costs.csv"], "holds 1 rows of 2; it needs 2 of 2 numbers"),
    ("costs that are no text", ["good.csv", "--costs", "costs.bin"], "'costs.bin' is not a text table"),
    ("costs in a folder", ["good.csv", "--costs", "folder"], "'folder' is a folder"),
    ("costs that are empty", ["good.csv", "--costs", ""], "--costs is empty; write, say, --costs fp=1,fn=10"),
    ("groups that are the target", ["good.csv", "--groups", "y"], "--groups names 'y', which is the target"),
    ("a column of two uses", ["good.csv", "--groups", "w", "--weights", "w"], "--groups and --weights both name 'w'"),
    ("a class for a classifier", ["good.csv", "--models", "class.py:MODELS"], "must be a classifier such as SVC()"),
    ("a configuration in Latin-1", ["good.csv", "--config", "latin.toml"], "'latin.toml' is not in UTF-8 (byte "),
    ("costs of nothing", ["good.csv", "--costs", "fp=0,fn=0"], "costs"),
    ("no such loss", ["good.csv", "--loss", "auc"], "loss must be one of the design's losses"),
    ("a roster that is no Python", ["good.csv", "--models", "roster.py:MODELS"], "roster.py, line 3: "),
    ("a model that is not there", ["good.csv", "--models", "sklearn.svm.SVM()"], "sklearn.svm has no 'SVM'"),
    ("an unknown option in a file", ["good.csv", "--config", "bad.toml"], "line 2: no option is named 'modles'"),
    ("a plan of nothing", ["good.csv", "--plan", "plan.json"], "plan"),
    ("a rule that cannot be read", ["good.csv", "--fail-if", "loss.logistic >"], "--fail-if: "),
    ("an output that is a file", ["good.csv", "--output", "good.csv"], "good.csv"),
    ("a JSON file in no folder", ["good.csv", "--json", "nowhere/a.json"], "there is no folder 'nowhere'"),
    ("groups with gaps", ["gaps.csv", "--groups", "who"], "who"),
    ("times with gaps", ["gaps.csv", "--time", "when"], "when"),
    ("times that are words", ["good.csv", "--time", "who"], "who"),
    ("a word that sets nothing apart", ["good.csv", "--test-column", "who"], "--test-column 'who' holds 's0' in row 0"),
    ("a word that is not there", ["parts.csv", "--test-column", "w"], "--test-column 'w' is empty in row 0"),
    ("standard output for tables", ["good.csv", "--json", "-"], "--json '-' is no file; standard output has"),
    ("two test sets", ["good.csv", "--test", "good.csv", "--test-column", "z"], "are two sets of rows to test on"),
    ("costs of other classes", ["good.csv", "--costs", "wrong_costs.csv"], "no class is named 'r'"),
    ("half of the costs", ["good.csv", "--costs", "fp=1"], "lacks fn"),
    ("no such file of costs", ["good.csv", "--costs", "nothing.csv"], "no such file: 'nothing.csv'"),
    ("a loss without costs", ["good.csv", "--loss", "cost"], "loss needs costs="),
    ("no such name in a roster", ["good.csv", "--models", "good.csv:M"], "no model is named 'good.csv:M'"),
    ("a call of anything", ["good.csv", "--models", "os.system('ls')"], "os.system is no estimator, and is not called"),
    ("a file that is no TOML", ["good.csv", "--config", "broken.toml"], "is no TOML"),
    ("a page as configuration", ["--config", "torn.html"], "torn.html"),
    ("a rule about costs that nobody gave", ["good.csv", "--fail-if", "cost.logistic > 1"], "no loss is named 'cost'"),
    ("models asked twice", ["good.csv", "--models", "logistic", "--models", "naive Bayes"], "with commas between"),
    ("a target asked twice", ["good.csv", "--target", "y", "--target", "x"], "given twice, where one value is taken"),
    ("a rule about many classes, none rare", ["twelve.csv", "--fail-if", "mcc.logistic < 0"], "no loss is named 'mcc'"),
    ("a rule about no rare class", ["good.csv", "--fail-if", "mcc.logistic < 0"], "no loss is named 'mcc'"),
    ("none rare by weights", ["good.csv", "--weights", "w", "--fail-if", "mcc.logistic < 0"], "no loss is named 'mcc'"),
    ("a rule about no model", ["good.csv", "--fail-if", "loss.svm > 1"], "no model is named 'svm'"),
    ("JSON over the table", ["good.csv", "--json", "./good.csv"], "'good.csv' would be written over, and is read"),
    ("JSON over a roster", ["good.csv", "--models", "fine.py:MODELS", "--json", "fine.py"], "'fine.py' would be"),
    ("a report over its table", ["scores.csv", "--output", "."], "--output: 'scores.csv' would be written over"),
    ("a report over its test set", ["good.csv", "--test", "scores.csv", "--output", "."], "'scores.csv' would be"),
    ("predictions over the rows", ["predict", "kept", "good.csv", "--output", "good.csv"], "'good.csv' would be"),
    ("an output of nothing", ["good.csv", "--output", ""], "--output is empty; write, say, --output reports/mine"),
    ("a cache of blanks", ["good.csv", "--cache", " "], "--cache is empty"),
    ("an empty folder of models", ["predict", "", "good.csv"], "FOLDER is empty; it stands for: Folder of a report"),
    ("a table of nothing in a file", ["--config", "void.toml"], "'void.toml', line 1: table must be a file, or a list"),
    ("a section of a file", ["good.csv", "--config", "section.toml"], "line 1: no option is named 'report'"),
    ("a zero byte in a name", ["good.csv", "--config", "zero.toml"], "'zero.toml', line 1: output"),
    ("a roster that ends Python", ["good.csv", "--models", "exit.py:MODELS"], "exit.py, line 1: SystemExit"),
    ("a regressor", ["good.csv", "--models", "sklearn.linear_model.LinearRegression()"], "has no predict_proba"),
    ("a call that is not closed", ["good.csv", "--models", "sklearn.svm.SVC(C=1"], "cannot be read, at its character"),
    ("infinite costs", ["good.csv", "--costs", "fp=1e400,fn=1"], "costs must be finite numbers, got inf"),
    ("infinite weights", ["infinite.csv", "--weights", "w"], "sample_weight 'w' is infinite in"),
    ("a seed that is no integer", ["good.csv", "--seed", "1e3"], "--seed"),
    ("a budget below 0", ["good.csv", "--budget", "-5"], "--budget must be a number of seconds above 0, got -5"),
    ("differences over a page", ["diff", "shown", "folder", "--output", "shown"], "shown/index.html' would be"),
    ("differences into a file", ["diff", "shown", "folder", "--output", "good.csv"], "'good.csv' is a file; give"),
    ("two moments and groups", ["good.csv", "--groups", "who", "--time", "when"], "give groups or time, not both"),
    ("a line with more cells", ["ragged.csv"], "Expected 2 fields in line 3, saw 4"),
    ("a quote that is open", ["quote.csv"], "is a quote not closed?"),
    ("a cache that is a file", ["good.csv", "--cache", "good.csv"], "cache must be a folder, got 'good.csv'"),
    ("no such rows without labels", ["good.csv", "--unlabeled", "nothing.csv"], "no such file: 'nothing.csv'"),
    ("a seed below 0", ["good.csv", "--seed", "-1"], "--seed"),
    ("a budget of nothing", ["good.csv", "--budget", "nan"], "--budget must be a number of seconds above 0, got nan"),
    ("a word too many for a saved report", ["folder", "--tune"], "is a saved comparison, to be drawn anew as it is"),
    ("no saved models", ["predict", "folder", "good.csv"], "'folder' holds no saved models"),
    ("a folder that is not there", ["predict", "nowhere", "good.csv"], "no such folder: 'nowhere'"),
    ("a schema of nothing", ["predict", "kept", "good.csv"], "schema.json' is not what was saved"),
    ("a destination that is no table", ["predict", "kept", "good.csv", "--output", "a.pkl"], "must end in .csv"),
    ("a destination that is a folder", ["predict", "kept", "good.csv", "--output", "lake.csv"], "is a folder"),
    ("a report that is not there", ["diff", "folder", "nowhere"], "folder"),
    ("a torn page", ["diff", "torn.html", "torn.html"], "'torn.html': the record is damaged"),
    ("weights that are dates", ["good.csv", "--weights", "when"], "must hold numbers, got '2020-01-01"),
    ("an argument twice", ["good.csv", "--models", "sklearn.svm.SVC(C=1, C=2)"], "C is given twice; write it once"),
    ("a name like no other", ["good.csv", "--models", "3"], "no model is named '3'; there are shared Gaussian; "),
    ("no such configuration", ["good.csv", "--config", "no.toml"], "--config: no such file: 'no.toml'"),
    ("a folder of no report", ["good.csv", "--config", "folder"], "--config: the folder 'folder' holds no report"),
    ("no such plan", ["good.csv", "--plan", "no.json"], "--plan: no such file: 'no.json'"),
    ("a plan of no report", ["good.csv", "--plan", "folder"], "--plan: the folder 'folder' holds no report"),
    ("facts without a plan", ["good.csv", "--plan", "list.json"], "--plan 'list.json' holds no plan: give the meta"),
    ("facts without options", ["good.csv", "--config", "list.json"], "--config 'list.json' holds no options: give"),
    ("a page of something else", ["diff", "page.csv", "page.csv"], "page.csv"),
]  # fmt: skip


def test_they_are_thirty_and_more():
    assert len({name for name, _, _ in MALFORMED}) == len(MALFORMED) >= 30


@pytest.mark.parametrize(("words", "message"), [case[1:] for case in MALFORMED], ids=[case[0] for case in MALFORMED])
def test_one_line_and_nothing_written(tmp_path, monkeypatch, capsys, words, message):
    def never(*_):
        raise AssertionError("a fault must be told before anything is fitted")

    monkeypatch.setattr(jobs.Jobs, "run", never)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        if Path(name).parts[0] not in " ".join(words):
            continue
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    Path("folder").mkdir()
    Path("lake.csv").mkdir()
    if "base.csv" in words:
        sqlite3.connect("base.csv").execute("create table t (x)").connection.close()
    before = files_under(tmp_path)
    with pytest.raises(SystemExit) as stop:
        cli.main(words if words[0] in ("predict", "diff") else ["report", *words, "--jobs", "1"])
    out, err = capsys.readouterr()
    assert (stop.value.code, out) == (2, "")
    told = [line for line in err.splitlines() if line.startswith("genvsdisc: ")]
    assert len(told) == 1
    assert message in told[0]
    assert err.splitlines()[-1] == told[0]
    assert files_under(tmp_path) == before


def test_a_workbook_without_openpyxl_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    (tmp_path / "book.xlsx").write_bytes(FILES["broken.xlsx"])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        cli.main(["report", "book.xlsx"])
    assert stop.value.code == 2
    assert "'book.xlsx' is an Excel file: pip install openpyxl, or save it as CSV" in capsys.readouterr().err

"""Where a report goes: tables of one name do not overwrite each other's report without a word."""

import json
from pathlib import Path

from genvsdisc.cli.folders import SOURCE, report_folder, source_digest


def written(folder: Path, *tables: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meta.json").write_text(json.dumps({"meta": {SOURCE: source_digest(tables)}}))


def two_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for place in ("a", "b", "c"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "train.csv").write_text("x,y\n")


def test_b18_files_of_one_name_get_folders_of_their_own(tmp_path, monkeypatch):
    two_files(tmp_path, monkeypatch)
    assert report_folder("train", ["a/train.csv"], None) == (Path("reports/train"), [])
    written(Path("reports/train"), "a/train.csv")
    assert report_folder("train", ["a/train.csv"], None) == (Path("reports/train"), [])  # the same again
    assert report_folder("train", [str(tmp_path / "a" / "train.csv")], None) == (Path("reports/train"), [])
    folder, (told,) = report_folder("train", ["b/train.csv"], None)
    assert folder == Path("reports/train-2")
    assert told == "reports/train holds the report of another table named 'train': this one goes to reports/train-2"
    written(folder, "b/train.csv")
    assert report_folder("train", ["b/train.csv"], None)[0] == folder
    assert report_folder("train", ["c/train.csv"], None)[0] == Path("reports/train-3")


def test_b18_a_folder_that_was_asked_for_is_replaced_and_told(tmp_path, monkeypatch):
    two_files(tmp_path, monkeypatch)
    written(tmp_path / "out", "a/train.csv")
    assert report_folder("train", ["a/train.csv"], tmp_path / "out") == (tmp_path / "out", [])
    folder, (told,) = report_folder("train", ["b/train.csv"], tmp_path / "out")
    assert folder == tmp_path / "out"
    assert told == f"{tmp_path / 'out'} held the report of another table: it will be replaced"


def test_b18_a_table_by_name_and_a_file_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(Path("reports/iris"), "iris")
    assert report_folder("iris", ["iris"], None) == (Path("reports/iris"), [])
    (tmp_path / "iris.csv").write_text("x,y\n")
    assert report_folder("iris", ["iris.csv"], None)[0] == Path("reports/iris-2")


def test_a_report_of_an_older_version_says_not_of_which_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("reports/train").mkdir(parents=True)
    for content in ("{}", '{"meta": {}}', "not json", "[1]"):
        Path("reports/train/meta.json").write_text(content)
        assert report_folder("train", ["train.csv"], None) == (Path("reports/train"), [])


def test_the_digest_tells_no_path(tmp_path):
    digest = source_digest([str(tmp_path)])
    assert len(digest) == 16
    assert str(tmp_path) not in digest

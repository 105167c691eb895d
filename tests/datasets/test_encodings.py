"""Text in the encodings of old programs: the words that were meant, and a note that names the encoding."""

import json

import numpy as np
import pandas as pd
import pytest

from genvsdisc.datasets import read_table

RUSSIAN = ["возраст", "город", "Москва", "мужчина", "женщина", "доход", "работа", "семья", "зарплата", "большой"]
WESTERN = ["Größe", "Köln", "Zürich", "naïve", "café", "école", "garçon", "niño", "señor", "fenêtre", "été", "Málaga"]


def in_columns(words, encoding):
    rng = np.random.default_rng(len(words))
    rows = "".join(f"{i},{words[i % len(words)]},{rng.normal():.3f},{'ab'[i % 2]}\n" for i in range(60))
    return ("id,word,x,y\n" + rows).encode(encoding)


@pytest.mark.parametrize(
    ("words", "encoding", "told"),
    [
        *[(RUSSIAN, encoding, encoding) for encoding in ("cp1251", "koi8_r", "cp866", "iso8859_5")],
        ([*RUSSIAN, "заявка Яна", "я"], "mac_cyrillic", "mac_cyrillic"),
        (WESTERN, "latin-1", "Latin-1"),
        ([*WESTERN, "“quoted”", "10 €"], "cp1252", "Windows-1252"),
        (WESTERN, "mac_roman", "Mac Roman"),
        (WESTERN, "cp850", "cp850, of DOS"),
        (WESTERN, "cp437", "cp850, of DOS"),
    ],
)
def test_f24_words_of_old_encodings(tmp_path, words, encoding, told):
    path = tmp_path / "t.csv"
    path.write_bytes(in_columns(words, encoding))
    data = read_table(path, "y")
    assert set(data.X["word"]) == set(words)
    assert data.notes[0].startswith(f"The file is not in UTF-8; it was read as {told}: where its words look wrong, say")


@pytest.mark.parametrize(
    "text", ["GRÖßE,5°C", "Grand\u00a0Rapids", "word—word", "l’été", "µg/m³", "wait…what", "iPhone®"]
)
def test_f24_signs_of_windows_do_not_make_another_encoding(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_bytes(
        "".join(["w;x;y\n", *(f"{text}{'é' * (i == 7)};{i % 7};{'ab'[i % 2]}\n" for i in range(40))]).encode("cp1252")
    )
    assert text in set(read_table(path, "y").X["w"])


POLISH = ["łódź", "żółć", "Kraków", "źdźbło", "dom", "gęś"]


@pytest.mark.parametrize(
    "encoding", ["cp1250", "iso8859_2", "cp852", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]
)
def test_f24_words_in_the_encoding_that_is_said(tmp_path, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes(in_columns(POLISH, encoding))
    data = read_table(path, "y", encoding=encoding)
    assert list(data.X) == ["id", "word", "x"]
    assert set(data.X["word"]) == set(POLISH)
    assert data.notes == ()


def test_f24_what_is_said_goes_before_the_guess_and_bytes_of_utf8_are_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(in_columns(POLISH, "utf-8"))
    data = read_table(path, "y", encoding="latin-1")
    assert set(data.X["word"]) == {word.encode().decode("latin-1").strip() for word in POLISH}
    told = "The file was read as iso8859-1, as asked, but by its bytes it is in UTF-8: where its words look wrong, "
    assert data.notes[0] == f"{told}name no encoding."


@pytest.mark.parametrize(
    "name", ["nonsense", "", "hex", "base64", "zlib", "rot13", "undefined", "a\0b", "é", "ansi", "x" * 999]
)
def test_f24_names_of_no_encoding(tmp_path, name):
    path = tmp_path / "t.csv"
    path.write_text("x,y\n1,a\n2,b\n")
    with pytest.raises(ValueError, match="no encoding of text is named") as error:
        read_table(path, encoding=name)
    assert len(str(error.value)) < 160


def test_f24_json_is_in_the_encoding_that_is_said_and_parquet_says_it_itself(tmp_path):
    rows = [{"x": k, "słowo": POLISH[k % 5], "y": "ab"[k % 2]} for k in range(20)]
    path = tmp_path / "t.json"
    path.write_bytes(json.dumps(rows, ensure_ascii=False).encode("cp1250"))
    assert set(read_table(path, "y", encoding="cp1250").X["słowo"]) == set(POLISH[:5])
    pd.DataFrame(rows).to_parquet(tmp_path / "t.parquet")
    data = read_table(tmp_path / "t.parquet", "y", encoding="cp1250")
    assert set(data.X["słowo"]) == set(POLISH[:5])
    assert data.notes == ("'t.parquet' is no text and says itself what its words are in: no encoding is needed.",)

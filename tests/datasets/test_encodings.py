"""Text in the encodings of old programs: the words that were meant, and a note that names the encoding."""

import numpy as np
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
    assert data.notes[0].startswith(
        f"The file is not in UTF-8; it was read as {told}: where its words look wrong, save"
    )


@pytest.mark.parametrize(
    "text", ["GRÖßE,5°C", "Grand\u00a0Rapids", "word—word", "l’été", "µg/m³", "wait…what", "iPhone®"]
)
def test_f24_signs_of_windows_do_not_make_another_encoding(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_bytes(
        "".join(["w;x;y\n", *(f"{text}{'é' * (i == 7)};{i % 7};{'ab'[i % 2]}\n" for i in range(40))]).encode("cp1252")
    )
    assert text in set(read_table(path, "y").X["w"])

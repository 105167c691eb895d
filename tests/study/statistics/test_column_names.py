from genvsdisc.study.statistics.column_names import names_a_group, names_a_row, names_a_split, split_words


def test_names():
    assert [names_a_group(n) for n in ("subject", "SubjectID", "user_id", "File Name", "session")] == [True] * 5
    assert [names_a_group(n) for n in ("id", "ID", "pid", "patID", "subjid", "hhid", "family_id", "idcode")] == [
        True
    ] * 8
    assert [names_a_group(n) for n in ("family", "paid", "acid", "idea", "index", "case", "grid", "zip code")] == [
        False
    ] * 8
    assert [names_a_group(n) for n in ("patient_age", "username_length", "number", "age", "family history")] == [
        False
    ] * 5
    assert [names_a_row(n) for n in ("id", "Unnamed: 0", "row_number", "sample id")] == [True] * 4
    assert [names_a_row(n) for n in ("idea", "acid", "body mass index", "grid")] == [False] * 4
    assert names_a_split("Train or Test", 2)
    assert not names_a_split("test", 2)
    assert split_words(["Train", "TEST "])
    assert not split_words(["train", "bus"])

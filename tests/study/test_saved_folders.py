"""What a saved comparison says of itself, and what of it is refused."""

import pytest

from genvsdisc import Comparison
from genvsdisc.study.saved_folders import own_columns, refuse_other_version, saved_facts
from genvsdisc.study.schema import TABLES


def test_a_folder_tells_its_tables_and_facts(tmp_path):
    assert saved_facts(Comparison({}, {"name": "wine"}).save(tmp_path)) == (own_columns(), {"name": "wine"})
    assert list(own_columns()) == list(TABLES)


def test_a_folder_without_facts_and_facts_that_are_none(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds no saved comparison: it has no meta\.json"):
        saved_facts(tmp_path)
    for text in ("", "[]", "{}", '{"meta": 3}', '{"tables": 1, "meta": {}}'):
        (tmp_path / "meta.json").write_text(text)
        with pytest.raises(ValueError, match=r"meta\.json is not what Comparison\.save writes"):
            saved_facts(tmp_path)


def test_other_tables_are_refused_and_named_once_each(tmp_path):
    refuse_other_version(tmp_path, [])
    with pytest.raises(ValueError, match=r"differ from this one's in a, b, c, d, \.\.\.; run the comparison again"):
        refuse_other_version(tmp_path, ["a", "a", "b", "c", "d", "e"])

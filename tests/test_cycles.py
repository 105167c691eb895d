import gc
import sys
from importlib import import_module

import pytest

from genvsdisc.cycles import loading


@pytest.fixture(autouse=True)
def thaw():
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_nothing_is_looked_for_while_modules_are_loaded_nor_in_them(monkeypatch):
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with loading():
        assert not gc.isenabled()
        import_module("this")
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_where_none_was_loaded_cycles_are_found_as_before():
    with loading():
        import_module("sys")
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_it_goes_on_after_an_error():
    with pytest.raises(ZeroDivisionError), loading():
        raise ZeroDivisionError
    assert gc.isenabled()

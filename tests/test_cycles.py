import gc

import pytest

from genvsdisc.cycles import loading


def test_nothing_is_looked_for_inside_and_it_goes_on_after_an_error():
    assert gc.isenabled()
    before = gc.get_freeze_count()
    try:
        with loading():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > before
        with pytest.raises(ZeroDivisionError), loading():
            raise ZeroDivisionError
        assert gc.isenabled()
    finally:
        gc.unfreeze()

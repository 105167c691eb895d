"""Pages are built once: drawing one takes seconds."""

import example
import pytest

from genvsdisc import report
from genvsdisc.report import isolation


@pytest.fixture(scope="session")
def full():
    return report.page(example.full())


@pytest.fixture(scope="session")
def nasty():
    return report.page(example.nasty())


@pytest.fixture(scope="session")
def bare():
    return report.page(example.bare())


@pytest.fixture(params=["full", "nasty", "bare"])
def page(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def undrawn(monkeypatch):
    """Sections without the time that drawing takes."""
    monkeypatch.setattr(isolation, "svg", lambda *_, **__: "<svg/>")

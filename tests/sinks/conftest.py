import pytest

from pixgrep.sinks import lines


@pytest.fixture(params=[1, 2, 1 << 16])
def rows_at_a_time(request, monkeypatch):
    monkeypatch.setattr(lines, "LINES_AT_A_TIME", request.param)

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.sinks import lines


@pytest.mark.parametrize("colors", [["white"], ["white", "#0a0a0a"]])
def test_lines_of_many_chunks_equal_a_plain_loop(monkeypatch, colors):
    monkeypatch.setattr(lines, "LINES_AT_A_TIME", 7)
    rng = np.random.default_rng(20261122)
    found = pg.find(rng.choice(np.array([0, 10, 255], np.uint8), (31, 45)), colors)
    templates = [b"a:%d,%d:" + name.encode() + b"\n" for name in colors]
    expected = "".join(f"a:{x},{y}:{color}\n" for x, y, color in found).encode()
    assert b"".join(lines.match_lines(found, templates)) == expected
    assert b"".join(lines.match_lines(found, templates, 10)) == b"".join(expected.splitlines(keepends=True)[:10])

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.backends import cpu, reference
from pixgrep.compile import compile_program
from pixgrep.model import PixelFormat, Program, Term


@pytest.mark.parametrize("colors", [1, 9, 64, 4096])
@pytest.mark.parametrize("table", [None, bytes(1 << 21)])
def test_a_native_call_gets_fewer_pixels_the_more_it_must_do_with_each(colors, table):
    """Ctrl-C waits for the end of a call: 4,096 colours in one call over four megapixels took a second."""
    term = Term((0, 0, 0), (255, 255, 255), table)
    blocks = cpu._Kernel(Program(PixelFormat("uint8", 3), ((term,),) * colors)).blocks
    assert blocks >= 1
    assert blocks * colors * (16 if table else 1) <= 128 * cpu.MOST_BLOCKS
    assert blocks == cpu.MOST_BLOCKS or colors >= 4


def test_pieces_of_a_call_give_the_answer_of_the_whole(monkeypatch):
    monkeypatch.setattr(cpu, "MOST_BLOCKS", 3)
    pixels = np.random.default_rng(3).integers(0, 4, (37, 41, 3), dtype=np.uint8)
    program = compile_program((pg.near((1, 1, 1), 1), pg.near((2, 2, 2), 1.5, "rgb")), PixelFormat("uint8", 3))
    found, expected = cpu.match(pixels, program), reference.match(pixels, program)
    np.testing.assert_array_equal(found.words, expected.words)
    np.testing.assert_array_equal(found.union, expected.union)

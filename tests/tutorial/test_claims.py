"""What the pages say about mistakes: the stand-in stops at each of them, and says where."""

import re

import pytest

from tests.tutorial.pages import blocks, pages, type_page

pytest.importorskip("numba_cuda")

from tests.simt import BadCollective, OutOfBounds, Race, Uninitialised
from tests.tutorial.stand_in import stand_in

PAGES = {int(page.stem[:2]): page for page in pages()}
BARRIER = "cuda.syncthreads()"


LONGER = """
d_starts = cuda.device_array(301, np.int32)
scan_counts[1, 256](cuda.to_device(np.ones(300, np.int32)), d_starts)
print((d_starts.copy_to_host() == np.arange(301)).all())
"""
"""More counts than the scan of page 9 takes at once."""


def shown_by(number, seed=0):
    """Return all that a page shows."""
    with stand_in(seed):
        return [shown for _, shown in type_page(PAGES[number], {})]


def run(code, seed=0):
    """Run code of a page, which may have been changed, as a script."""
    with stand_in(seed):
        exec(compile(code, "page", "exec"), {})


def code_of(number):
    return "\n\n".join(block.code for block in blocks(PAGES[number]))


def changed(number, old, new, count=1):
    code = code_of(number)
    assert code.count(old) >= count
    return code.replace(old, new, count)


def test_without_the_guard_threads_leave_the_picture():
    code = changed(2, "if x < image.shape[1] and y < image.shape[0]:", "if True:")
    with pytest.raises(OutOfBounds, match=r"image\[\d+, \d+, 0\] has shape \(60, 90, 3\)"):
        run(code)


def test_a_careless_counter_is_a_race():
    race = shown_by(4)[1]
    assert re.search(r"thread \(.*\) at <stdin>:6 in count_carelessly: race at count\[0\]: .* by block \(", race)


def test_the_list_is_in_another_order_on_every_run():
    orders = {shown_by(4, seed)[2].splitlines()[0] for seed in range(4)}
    assert len(orders) == 4


def test_a_list_without_a_guard_is_overrun():
    code = changed(4, "if place < places.shape[0]:", "if True:")
    with pytest.raises(OutOfBounds, match=r"places\[256, 0\] has shape \(256, 2\)"):
        run(code)


def test_fresh_memory_makes_wrong_hits():
    assert "5400 of 343" in shown_by(3)[2]


def test_a_return_before_a_vote_is_caught():
    old = "    hit = False\n    if number < pixels.shape[0]:\n"
    code = changed(8, old, "    hit = False\n    if number >= pixels.shape[0]:\n        return\n    if True:\n")
    with pytest.raises(BadCollective, match=r"0x\w+ of mask 0xffffffff exited"):
        run(code)


def test_sums_before_the_barrier_are_caught():
    assert re.search("race at|uninitialised read", shown_by(8)[3])


@pytest.mark.parametrize("number", [8, 9])
@pytest.mark.parametrize("seed", [1, 2])
def test_right_kernels_are_right_in_any_order(number, seed):
    with stand_in(seed):
        for block, shown in type_page(PAGES[number], {}):
            assert block.fits(shown)


def test_the_scan_goes_on_after_the_first_counts(capsys):
    run(code_of(9) + LONGER)
    assert capsys.readouterr().out.endswith("True\n")


@pytest.mark.parametrize("barrier", range(5))
def test_every_barrier_of_page_nine_is_needed(barrier):
    parts = code_of(9).split(BARRIER)
    assert len(parts) == 6
    code = BARRIER.join(parts[: barrier + 1]) + "pass" + BARRIER.join(parts[barrier + 1 :]) + LONGER
    found = set()
    for seed in range(3):
        try:
            run(code, seed)
        except (Race, Uninitialised) as error:
            found.add(type(error))
    assert found


def test_a_forgotten_wait_shows():
    shown = shown_by(11)
    assert shown[2].startswith("0 too early, 343 ")
    assert "without waiting: False" in shown[3]

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixgrep.rates import BUILT_IN, Speed, Work

SPEED = Speed(
    loading=1.0, call=0.5, term=0.25, byte=1e-3, exact=1e-2, box=2e-2, table=4e-2, formula=8e-2, label=0.1, census=0.2
)
SECONDS = st.floats(0, 1e-3)
SPEEDS = st.builds(Speed, **{field.name: SECONDS for field in fields(Speed)} | {"shared": st.floats(0, 1)})
KINDS = st.lists(st.tuples(st.sampled_from(["exact", "box", "table", "formula", "label", "census"]), st.integers(1, 9)))


def test_a_prediction_is_the_sum_of_its_parts():
    work = Work(100, 3, (("exact", 2), ("table", 1)))
    calls, reading, computing = 0.5 + 3 * 0.25, 100 * 3 * 1e-3, 100 * (2 * 1e-2 + 4e-2)
    assert SPEED.predict(work) == pytest.approx(calls + reading + computing)
    assert SPEED.predict(work, tiles=7) == pytest.approx(7 * calls + reading + computing)


def test_threads_divide_computing_and_share_the_memory():
    work = Work(100, 3, (("exact", 1),))
    assert SPEED.predict(work, threads=4) == pytest.approx((0.75 + 0.3 + 1.0) / 4)
    assert SPEED.predict(work, threads=4, memory=1e-3) == pytest.approx((0.75 + 1.0) / 4 + 0.3)
    assert replace(SPEED, shared=0.0).predict(work, threads=4) == pytest.approx(0.75 + 0.3 / 4 + 1.0)
    assert replace(SPEED, shared=0.5).predict(work, threads=4, memory=1.0) == pytest.approx(1.75 * 0.625 + 0.3)


def test_loading_is_no_part_of_it():
    work = Work(100, 3, (("label", 1),))
    assert SPEED.predict(work) == replace(SPEED, loading=0.0).predict(work)


@given(SPEEDS, KINDS, st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 8), st.integers(1, 99))
def test_more_pixels_never_take_less_time(speed, kinds, pixels, more, threads, tiles):
    few, many = (Work(number, 3, tuple(kinds)) for number in (pixels, pixels + more))
    options = {"threads": threads, "tiles": tiles, "memory": 1e-9}
    assert 0 <= speed.predict(few, **options) <= speed.predict(many, **options)


@given(SPEEDS, KINDS, st.integers(0, 10**9), st.integers(1, 8))
def test_more_threads_never_take_more_time(speed, kinds, pixels, threads):
    work = Work(pixels, 3, tuple(kinds))
    fewer = speed.predict(work, threads=threads, memory=1e-9)
    assert speed.predict(work, threads=threads + 1, memory=1e-9) <= fewer * (1 + 1e-9)


def test_nothing_is_built_in_for_gpus():
    assert BUILT_IN.gpu is None
    assert BUILT_IN.numpy.loading == 0 < BUILT_IN.cpu.loading

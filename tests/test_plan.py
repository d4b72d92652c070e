"""Plans: by cost, the same for the same facts, and never one that is slower than another by more than a tenth."""

import re
from dataclasses import fields
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pixgrep as pg
from pixgrep import plan as planning
from pixgrep.backends import BACKENDS
from pixgrep.compile import compile_program
from pixgrep.expressions import to_queries
from pixgrep.model import PixelFormat
from pixgrep.plan import Machine, make_plan, plan_census, plan_labels
from pixgrep.rates import BUILT_IN, GpuSpeed, Rates, Speed
from tests.rates.samples import FAST_GPU, SLOW_GPU, rates

RGB, DEEP = PixelFormat("uint8", 3), PixelFormat("uint16", 3)


def program(*colors, format=RGB, **options):
    return compile_program(to_queries(list(colors), **options), format)


ONE = program("red")
NINE = program(*[(i, i, i) for i in range(9)])
BOX = program("gray", within=10)
TABLE = program("gray", within=20, metric="rgb")
FORMULA = program("gray", within=20, metric="rgb", format=DEEP)
PROGRAMS = (ONE, NINE, BOX, TABLE, FORMULA)
FRESH, WARM = Machine(4, False, rates=BUILT_IN), Machine(4, True, rates=BUILT_IN)
LARGE = 30_000_000


def cost_of(plan, backend=None):
    return next(cost for cost in plan.costs if cost.backend == (backend or plan.backend))


def price(cost, saved):
    """Return what a choice costs by the rule of ADR 12: its time, and what of loading is not paid for yet."""
    return cost.seconds + max(0.0, cost.loading - saved.get(cost.backend, 0.0) if cost.loading else 0.0)


def speeds():
    seconds = {"loading": st.floats(0, 1), "call": st.floats(0, 1e-3), "term": st.floats(0, 1e-4)}
    each = {field.name: st.floats(0, 1e-8) for field in fields(Speed)}
    return st.builds(Speed, **{**each, **seconds, "shared": st.floats(0, 1)})


def gpus():
    return st.builds(GpuSpeed, st.just("any"), speeds(), st.floats(0, 1e-8), st.floats(0, 1e-8))


MACHINES = st.builds(
    Machine,
    st.integers(1, 64),
    st.booleans(),
    st.booleans(),
    st.dictionaries(st.sampled_from(["cpu", "cuda"]), st.floats(0, 2)),
    st.builds(Rates, speeds(), speeds(), st.floats(0, 1e-9), st.none() | gpus()),
)


@st.composite
def planners(draw):
    """Return what makes a plan of a number of pixels for a machine."""
    options = {"is_contiguous": draw(st.booleans()), "threads": draw(st.none() | st.integers(1, 20))}
    if draw(st.booleans()):
        output = draw(st.sampled_from(["bits", "count", "first"]))
        return partial(make_plan, draw(st.sampled_from(PROGRAMS)), output=output, **options)
    format = draw(st.sampled_from([RGB, PixelFormat("uint8", 1)]))
    return partial(draw(st.sampled_from([plan_census, plan_labels])), format, **options)


@given(planners(), st.integers(0, 10**9), MACHINES)
def test_no_other_backend_would_be_faster_by_more_than_a_tenth(plan, pixels, machine):
    chosen = plan(pixels, machine)
    least = min(price(cost, machine.saved) for cost in chosen.costs)
    assert price(cost_of(chosen), machine.saved) <= 1.1 * least + 1e-12


@given(planners(), st.integers(0, 10**9), MACHINES)
def test_the_same_facts_make_the_same_plan(plan, pixels, machine):
    first = plan(pixels, machine)
    for cache in (planning.making._plans,):
        cache.cache_clear()
    assert plan(pixels, machine) == first


@given(planners(), st.integers(0, 10**8), st.integers(1, 10), MACHINES)
def test_more_pixels_are_never_predicted_to_take_less_time_by_one_thread(plan, pixels, times, machine):
    few, many = (partial(plan, number, machine, threads=1)() for number in (pixels, pixels * times))
    for cost in few.costs:
        assert cost.seconds <= cost_of(many, cost.backend).seconds * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize("program", [ONE, NINE, BOX, TABLE])
def test_a_process_begins_with_numpy_and_changes_over_when_it_pays(program):
    assert make_plan(program, 1000, FRESH).backend == "numpy"
    assert make_plan(program, 10**10, FRESH).backend == "cpu"
    paid = Machine(4, False, saved={"cpu": BUILT_IN.cpu.loading}, rates=BUILT_IN)
    assert make_plan(program, 10**6, paid).backend == "cpu"
    almost = Machine(4, False, saved={"cpu": BUILT_IN.cpu.loading * 0.9}, rates=BUILT_IN)
    assert make_plan(program, 1000, almost).backend == "numpy"


@pytest.mark.parametrize("program", [ONE, NINE, BOX, TABLE])
@pytest.mark.parametrize("pixels", [1, 256, 4096, 10**5, 10**7])
def test_what_is_loaded_already_is_used(program, pixels):
    assert make_plan(program, pixels, WARM).backend == "cpu"
    assert plan_labels(RGB, pixels, WARM).backend == "cpu"


def test_a_long_loop_of_small_pictures_pays_for_loading_in_the_end():
    """At worst, all in all, the time of the better choice twice."""
    saved: dict[str, float] = {}
    number = 0
    while number < 100_000:
        plan = make_plan(ONE, 100_000, Machine(1, False, saved=saved, rates=BUILT_IN))
        if plan.backend == "cpu":
            break
        for backend, seconds in plan.saved.items():
            saved[backend] = saved.get(backend, 0.0) + seconds
        number += 1
    assert plan.backend == "cpu"
    assert number * cost_of(plan, "numpy").seconds <= 2 * (BUILT_IN.cpu.loading + number * cost_of(plan).seconds)


def test_only_what_is_not_loaded_saves_anything():
    assert set(make_plan(ONE, 10**6, FRESH).saved) == {"cpu"}
    assert make_plan(ONE, 10**6, WARM).saved == {}
    assert make_plan(ONE, 10**6, WARM, backend="numpy").saved == {}, "to load it is not what it would take"
    assert make_plan(ONE, 10**6, FRESH, is_on_device=True).saved == {}
    forced = make_plan(ONE, 10**6, FRESH, backend="numpy")
    assert forced.saved == make_plan(ONE, 10**6, FRESH).saved, "who asks for NumPy has worked, too"


class TestGpu:
    """A picture of the processor is moved only where measured rates say that it pays."""

    warm = staticmethod(partial(Machine, 4, True, True))

    def test_never_without_rates_of_one(self):
        assert make_plan(TABLE, 10**11, self.warm(rates=rates())).backend == "cpu"

    @pytest.mark.parametrize("program", [ONE, NINE, BOX, TABLE])
    @pytest.mark.parametrize("output", ["bits", "count"])
    def test_a_fast_one_gets_a_large_picture_and_a_slow_one_does_not(self, program, output):
        plan = make_plan(program, LARGE, self.warm(rates=rates(FAST_GPU)), output=output)
        assert (plan.backend, plan.threads, plan.tile_pixels) == ("cuda", 1, planning.DEVICE_TILE)
        assert plan.is_moved
        plan = make_plan(ONE, LARGE, self.warm(rates=rates(SLOW_GPU)), output=output)
        assert plan.backend == "cpu"
        assert not plan.is_moved
        assert any("copying it to the GPU alone would take 90 ms; searching here " in reason for reason in plan.why)

    def test_what_stays_with_the_processor(self):
        machine = self.warm(rates=rates(FAST_GPU))
        assert make_plan(ONE, LARGE, machine, output="first").backend == "cpu"
        assert make_plan(FORMULA, LARGE, machine).backend == "cpu"
        assert plan_census(RGB, LARGE, machine).backend == "cpu"
        assert plan_labels(RGB, LARGE, machine).backend == "cpu"

    def test_it_must_have_paid_for_loading(self):
        fast = partial(Machine, 4, True, False, rates=rates(FAST_GPU))
        plan = make_plan(TABLE, LARGE, fast())
        assert plan.backend == "cpu"
        assert plan.saved["cuda"] == pytest.approx(cost_of(plan).seconds - cost_of(plan, "cuda").seconds)
        assert make_plan(TABLE, LARGE, fast(saved={"cuda": 0.5})).backend == "cuda"

    def test_what_is_there_stays_there(self):
        plan = make_plan(ONE, 10, self.warm(rates=rates(SLOW_GPU)), is_on_device=True)
        assert plan.backend == "cuda"
        assert plan.costs == ()
        assert not plan.is_moved
        assert plan.why[-1] == "the picture is on the GPU, and the answer stays there"
        assert make_plan(ONE, 10, WARM, backend="cpu", is_on_device=True).backend == "cpu"


def test_the_gpu_gets_large_tiles_one_after_the_other():
    plan = make_plan(ONE, 10**9, Machine(8, True), backend="cuda", threads=4)
    assert (plan.backend, plan.threads, plan.tile_pixels) == ("cuda", 1, planning.DEVICE_TILE)
    assert not plan.is_moved


def test_rates_of_the_machine_are_read_only_where_they_may_matter(monkeypatch):
    read = []

    def known_rates():
        read.append(1)
        return rates(SLOW_GPU)

    monkeypatch.setattr("pixgrep.plan.making.known_rates", known_rates)
    assert [cost.backend for cost in make_plan(ONE, 64 * 64, Machine(4, False)).costs] == ["numpy", "cpu"]
    assert not read
    assert [cost.backend for cost in make_plan(ONE, 10**9, Machine(4, False)).costs] == ["numpy", "cpu", "cuda"]
    assert make_plan(ONE, 64 * 64, Machine(4, False, saved={"cpu": 0.4})).costs[-1].backend == "cuda"
    assert len(read) == 2


@pytest.mark.parametrize("name", BACKENDS)
def test_the_backend_asked_for_is_taken(name):
    plan = make_plan(ONE, 5, FRESH, backend=name)
    assert plan.backend == name
    assert any("asked for" in reason for reason in plan.why)


@pytest.mark.parametrize("name", ["", "gpu", "CPU", "os", "../cpu", None])
def test_an_unknown_backend_is_named(name):
    with pytest.raises(pg.PixgrepError, match=r"no backend.*'auto'"):
        pg.compile("red", backend=name)


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "2", float("nan")])
def test_a_number_of_threads_that_is_none_is_named(threads):
    with pytest.raises(pg.PixgrepError, match="threads is"):
        pg.compile("red", threads=threads)


@pytest.mark.parametrize("cores", [1, 2, 4, 64])
@pytest.mark.parametrize("program", [ONE, NINE, FORMULA])
@pytest.mark.parametrize("is_contiguous", [True, False])
@pytest.mark.parametrize("pixels", [0, 1, 64, 10**4, 10**6, 3 * 10**7, 10**11])
@pytest.mark.parametrize("backend", [*BACKENDS, "auto"])
def test_tiles_are_whole_words_and_no_thread_is_without_one(cores, program, is_contiguous, pixels, backend):
    machine = Machine(cores, False, rates=BUILT_IN)
    plan = make_plan(program, pixels, machine, backend=backend, is_contiguous=is_contiguous)
    assert plan.tile_pixels % 64 == 0
    assert plan.tile_pixels >= 64
    assert 1 <= plan.threads <= min(cores, planning.MOST_THREADS)
    assert plan.threads == 1 or plan.threads * plan.tile_pixels <= pixels


def test_as_many_threads_as_asked_for_where_there_is_work():
    assert make_plan(ONE, 10**9, FRESH, backend="cpu", threads=20).threads == 20
    assert make_plan(ONE, 100, FRESH, backend="cpu", threads=20).threads == 1
    assert make_plan(ONE, 10**9, FRESH, backend="cpu", threads=20, output="first").threads == 1


def test_a_census_and_labels_of_the_same_pixels_have_plans_of_their_own():
    """Their jobs are equal as tuples, and plans are kept by them."""
    plans = [plan(RGB, 12_345_678, WARM, threads=1) for plan in (plan_census, plan_labels)]
    assert plans[0].costs != plans[1].costs


def test_the_plan_explains_itself():
    text = make_plan(NINE, 10**9, FRESH).explain()
    for fact in (
        "backend  cpu",
        "threads  4",
        "1,000,000,000 pixels",
        "RGB uint8",
        "loading the compiled backend (0.5 s)",
    ):
        assert fact in text
    assert re.search(
        r"^cost     numpy [\d,]+ ms\ncost     cpu \d+ ms \(and 500 ms to load it\)\nrates    built in$", text, re.M
    )


def test_this_machine_knows_its_cores():
    assert planning.this_machine().cores >= 1
    assert planning.this_machine({"cpu": 5.0}).saved == {"cpu": 5.0}


def census_plan(format=None, pixels=1_000_000, machine=None, **options):
    return plan_census(format or RGB, pixels, machine or FRESH, **options)


def test_a_census_begins_with_numpy_and_changes_over():
    assert census_plan().backend == "numpy"
    assert census_plan(machine=WARM).backend == "cpu"
    assert census_plan(machine=Machine(4, False, saved={"cpu": 0.5}, rates=BUILT_IN)).backend == "cpu"
    assert census_plan(pixels=10**9).backend == "cpu"
    assert census_plan(backend="reference").backend == "reference"
    assert census_plan().is_free
    assert not census_plan(backend="cpu").is_free


def test_a_census_in_a_table_is_for_one_thread_and_sorting_for_several():
    assert census_plan(pixels=100_000_000, threads=8).threads == 1
    for format in (PixelFormat("uint8", 4), PixelFormat("uint16", 3), PixelFormat("uint8", 2)):
        assert census_plan(format, 100_000_000, threads=3).threads == 3
        assert census_plan(format, 100_000_000).threads == 4
        assert census_plan(format, 1000, threads=3).threads == 1
        assert census_plan(format, is_on_device=True).backend == "cpu"
        assert census_plan(format, backend="cuda").backend == "cpu"
    assert census_plan(is_on_device=True).backend == "cuda"


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("backend", ["numpy", "cpu"])
def test_tiles_of_a_census_are_copied_in_small_pieces(channels, backend):
    format = PixelFormat("uint8", channels)
    strided = census_plan(format, 10**9, backend=backend, is_contiguous=False).tile_pixels
    assert strided * (channels + 12 * (backend == "numpy")) <= planning.SMALL_TILE_BYTES
    assert strided % 64 == 0
    assert census_plan(format, 10**9, backend="cpu").tile_pixels == planning.LARGE_TILE


def test_labels_of_deep_pictures_are_found_by_numpy():
    for backend in ("auto", "cpu", "cuda"):
        plan = plan_labels(DEEP, 10**9, WARM, backend=backend)
        assert plan.backend == "numpy"
        assert plan.saved == {}

import pytest

import pixgrep as pg
from pixgrep import plan as planning
from pixgrep.backends import BACKENDS
from pixgrep.compile import compile_program
from pixgrep.model import PixelFormat
from pixgrep.plan import Machine, make_plan
from pixgrep.query import to_queries

ONE = compile_program(to_queries("red"), PixelFormat("uint8", 3))
NINE = compile_program(to_queries([(i, i, i) for i in range(9)]), PixelFormat("uint8", 3))
FRESH, WARM = Machine(4, False), Machine(4, True)
PAYS = planning.WORK_THAT_PAYS_FOR_LOADING


@pytest.mark.parametrize(
    ("program", "pixels", "machine", "backend"),
    [
        (ONE, 1000, FRESH, "numpy"),
        (ONE, PAYS - 1, FRESH, "numpy"),
        (ONE, PAYS, FRESH, "cpu"),
        (NINE, PAYS // 9, FRESH, "numpy"),
        (NINE, PAYS // 9 + 1, FRESH, "cpu"),
        (ONE, 1, Machine(4, False, PAYS), "cpu"),
        (ONE, 1, Machine(4, False, PAYS - 2), "numpy"),
        (ONE, planning.SMALL_WORK - 1, WARM, "numpy"),
        (ONE, planning.SMALL_WORK, WARM, "cpu"),
        (ONE, 0, WARM, "numpy"),
    ],
)
def test_numpy_until_loading_the_compiled_backend_pays(program, pixels, machine, backend):
    assert make_plan(program, pixels, machine).backend == backend


def test_the_gpu_gets_large_tiles_one_after_the_other():
    plan = make_plan(ONE, 10**9, Machine(8, True), backend="cuda", threads=4)
    assert (plan.backend, plan.threads, plan.tile_pixels) == ("cuda", 1, planning.DEVICE_TILE)
    plan = make_plan(ONE, 10**6, Machine(8, True), is_on_device=True)
    assert plan.backend == "cuda"
    plan = make_plan(ONE, 10**6, Machine(8, True), backend="cpu", is_on_device=True)
    assert plan.backend == "cpu"


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
@pytest.mark.parametrize("program", [ONE, NINE])
@pytest.mark.parametrize("is_contiguous", [True, False])
@pytest.mark.parametrize("pixels", [0, 1, 64, 10**4, 10**6, 3 * 10**7, 10**11])
@pytest.mark.parametrize("backend", [*BACKENDS, "auto"])
def test_tiles_are_whole_words_and_no_thread_is_without_one(cores, program, is_contiguous, pixels, backend):
    plan = make_plan(program, pixels, Machine(cores, False), backend=backend, is_contiguous=is_contiguous)
    assert plan.tile_pixels % 64 == 0
    assert plan.tile_pixels >= 64
    assert 1 <= plan.threads <= min(cores, planning.MOST_THREADS)
    assert plan.threads == 1 or plan.threads * plan.tile_pixels <= pixels


def test_as_many_threads_as_asked_for_where_there_is_work():
    assert make_plan(ONE, 10**9, FRESH, backend="cpu", threads=20).threads == 20
    assert make_plan(ONE, 100, FRESH, backend="cpu", threads=20).threads == 1


def test_the_plan_explains_itself():
    text = make_plan(NINE, 10**8, FRESH).explain()
    for fact in ("backend  cpu", "threads  ", "100,000,000 pixels", "RGB uint8", "0.5 s"):
        assert fact in text


def test_this_machine_knows_its_cores():
    assert planning.this_machine(5).cores >= 1
    assert planning.this_machine(5).work_done == 5

import pytest

import pixgrep as pg
from pixgrep import plan as planning
from pixgrep.backends import BACKENDS
from pixgrep.compile import compile_program
from pixgrep.expressions import to_queries
from pixgrep.model import PixelFormat
from pixgrep.plan import Machine, make_plan, plan_census

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


def census_plan(format=None, pixels=1_000_000, machine=None, **options):
    return plan_census(format or PixelFormat("uint8", 3), pixels, machine or FRESH, **options)


def test_a_census_begins_with_numpy_and_changes_over():
    assert census_plan().backend == "numpy"
    assert census_plan(machine=WARM).backend == "cpu"
    assert census_plan(machine=Machine(4, False, PAYS)).backend == "cpu"
    assert census_plan(pixels=PAYS).backend == "cpu"
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

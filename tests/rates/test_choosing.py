import pytest

from pixgrep.rates import BUILT_IN, Work
from pixgrep.rates.choosing import SHORT, Cost, cheapest, choices, is_short, milliseconds
from tests.rates.samples import FAST_GPU, SLOW_GPU, rates

LARGE = Work(30_000_000, 3, (("exact", 1),))
ALL = ("numpy", "cpu", "cuda")


def layout(backend):
    return 1, 1 << 17


def best(found, saved=None):
    return found[cheapest(found[0].costs, saved or {})]


def test_the_least_time_is_chosen_and_of_equal_ones_the_first():
    assert cheapest((Cost("numpy", 2.0), Cost("cpu", 1.0)), {}) == 1
    assert cheapest((Cost("numpy", 1.0), Cost("cpu", 1.0)), {}) == 0


@pytest.mark.parametrize(("saved", "number"), [(0.0, 0), (0.29, 0), (0.31, 1), (9.0, 1)])
def test_loading_is_paid_for_by_what_it_would_have_saved(saved, number):
    assert cheapest((Cost("numpy", 0.3), Cost("cpu", 0.1, loading=0.5)), {"cpu": saved}) == number


def test_much_saved_makes_no_backend_cheaper_than_it_is():
    assert cheapest((Cost("numpy", 0.1), Cost("cpu", 0.2, loading=0.5)), {"cpu": 100.0}) == 0


def test_a_gpu_must_be_faster_by_a_margin():
    assert cheapest((Cost("cpu", 1.0), Cost("cuda", 0.92)), {}) == 0
    assert cheapest((Cost("cpu", 1.0), Cost("cuda", 0.9)), {}) == 1


def test_without_rates_of_a_gpu_there_is_none_to_choose():
    assert [choice.backend for choice in choices(LARGE, layout, BUILT_IN, answer_bytes=1)] == ["numpy", "cpu"]
    assert [choice.backend for choice in choices(LARGE, layout, rates(FAST_GPU), answer_bytes=1)] == list(ALL)
    assert [choice.backend for choice in choices(LARGE, layout, rates(FAST_GPU))] == ["numpy", "cpu"]


def test_what_is_asked_for_is_the_only_choice_but_has_all_costs():
    (choice,) = choices(LARGE, layout, BUILT_IN, asked="reference")
    assert choice.backend == "reference"
    assert [cost.backend for cost in choice.costs] == ["numpy", "cpu"]


def test_what_is_loaded_costs_no_loading():
    costs = choices(LARGE, layout, rates(FAST_GPU), loaded=("numpy", "cpu"), answer_bytes=0)[0].costs
    assert [cost.loading for cost in costs] == [0.0, 0.0, 0.5]


def test_a_picture_moved_to_a_gpu_pays_both_ways():
    there = choices(LARGE, layout, rates(SLOW_GPU), loaded=ALL, answer_bytes=1_000_000)[0].costs[2]
    assert there.copying == pytest.approx(90e6 * 1e-9)
    searching = SLOW_GPU.there.predict(LARGE, tiles=-(-LARGE.pixels // (1 << 17)))
    assert there.seconds == pytest.approx(there.copying + searching + 1e6 * 1e-12)


def test_the_reasons_name_the_numbers():
    moved = best(choices(LARGE, layout, rates(FAST_GPU), loaded=ALL, answer_bytes=0))
    assert moved.backend == "cuda"
    assert "less time than to search here (" in moved.why[0]
    stays = best(choices(LARGE, layout, rates(SLOW_GPU), loaded=ALL, answer_bytes=0))
    assert stays.backend == "cpu"
    assert stays.why[1].startswith("copying it to the GPU alone would take 90 ms; searching here ")
    unloaded = best(choices(LARGE, layout, rates(FAST_GPU), loaded=("numpy", "cpu"), answer_bytes=0))
    assert unloaded.why[1].startswith("so far the GPU would not have paid for loading it (500 ms)")


def test_only_short_work_leaves_the_rates_unread():
    assert is_short((Cost("numpy", SHORT / 2),), {})
    assert not is_short((Cost("numpy", SHORT),), {})
    assert not is_short((Cost("numpy", SHORT / 2),), {"cpu": SHORT})


def test_costs_are_for_people():
    assert str(Cost("numpy", 0.0123)) == "numpy 12 ms"
    assert str(Cost("cpu", 0.0015, loading=0.5)) == "cpu 1.5 ms (and 500 ms to load it)"
    assert str(Cost("cuda", 0.1, copying=0.08)) == "cuda 100 ms (copying 80 ms of them)"
    assert [milliseconds(seconds) for seconds in (0, 1e-9, 9.949e-3, 12.3456)] == [
        "0 ms",
        "0 ms",
        "9.9 ms",
        "12,346 ms",
    ]

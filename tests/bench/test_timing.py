"""Contestants take turns; what one of them does is not paid for by the others."""

import gc

from pixgrep.bench.timing import LEAST_ROUNDS, MOST_ROUNDS, Timing, in_turn


class Counter:
    """A search that counts how often it is asked, and fails at the call that it is told."""

    def __init__(self, work: int = 300_000, fails_at: int = 0) -> None:
        self.calls = 0
        self.work = work
        self.fails_at = fails_at

    def __call__(self) -> int:
        self.calls += 1
        if self.calls == self.fails_at:
            raise RuntimeError("enough")
        return sum(range(self.work))


def test_all_get_the_same_number_of_rounds():
    searches = {"a": Counter(), "b": Counter(10), "c": Counter()}
    timings = in_turn(searches, 0.0)
    assert [len(timing.samples) for timing in timings.values() if isinstance(timing, Timing)] == [LEAST_ROUNDS] * 3
    assert searches["b"].calls > searches["a"].calls, "what is quick is repeated within a sample"


def test_rounds_end_also_where_there_is_time():
    (timing,) = in_turn({"a": Counter(10)}, 3600).values()
    assert isinstance(timing, Timing)
    assert len(timing.samples) == MOST_ROUNDS


def test_who_fails_is_left_out_and_the_error_is_told():
    searches = {"a": Counter(), "b": Counter(fails_at=2), "c": Counter()}
    timings = in_turn(searches, 0.0)
    assert isinstance(timings["b"], RuntimeError)
    assert isinstance(timings["a"], Timing)
    assert isinstance(timings["c"], Timing)
    assert searches["b"].calls == 2


def test_garbage_is_collected_again_afterwards():
    in_turn({"a": Counter(fails_at=1)}, 0.0)
    assert gc.isenabled()


def test_quartiles_of_a_single_sample():
    assert Timing((2.0,)).quartiles == (2.0, 2.0)

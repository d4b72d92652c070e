"""Memory that was let go of, and who gets it next."""

import threading
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixgrep.gpu.pool import Pool, rounded
from pixgrep.model import Stream


class Maker:
    """Counts what is made and what is freed."""

    def __init__(self, most=1 << 20):
        self.made: list[int] = []
        self.alive = 0
        self.pool = Pool(self, most)

    def __call__(self, size):
        self.made.append(size)
        self.alive += 1
        return Piece(self)


class Piece:
    def __init__(self, maker):
        self.maker = maker

    def __del__(self):
        self.maker.alive -= 1


def test_what_was_let_go_of_is_taken_again_by_the_same_stream_only():
    maker = Maker()
    first = maker.pool.take(1000, stream=Stream(7)).content
    again = maker.pool.take(1000, stream=Stream(7))
    assert again.content is first
    assert maker.pool.take(1000, stream=Stream(8)).content is not first
    assert maker.pool.take(1000, stream=Stream(7)).content is not first, "it is in use"
    assert len(maker.made) == 3


def test_sizes_that_are_alike_share_memory():
    maker = Maker()
    for size in range(9001, 9100):
        maker.pool.take(size)
    assert maker.made == [9216]


@given(size=st.integers(0, 1 << 40))
def test_rounding_wastes_little(size):
    got = rounded(size)
    assert got >= max(size, 1)
    assert got <= max(size * 1.126, size + 512)
    assert rounded(got) == got, "or what is given back would never be found again"
    assert got % 512 == 0


def test_no_more_is_kept_than_allowed_and_the_oldest_goes_first():
    maker = Maker(most=3000)
    held = [maker.pool.take(size) for size in (1000, 1500, 2000)]
    while held:
        held.pop(0)
    kept = maker.pool.take(2000)
    assert maker.made == [1024, 1536, 2048], "the newest is still there"
    assert maker.alive == 1
    del kept
    maker.pool.clear()
    assert maker.alive == 0


def test_memory_that_left_is_freed_and_not_handed_on():
    maker = Maker()
    lease = maker.pool.take(1000)
    lease.leave()
    del lease
    maker.pool.take(1000)
    assert len(maker.made) == 2
    maker.pool.clear()
    assert maker.alive == 0


def test_memory_that_is_used_is_never_handed_to_another():
    maker = Maker()
    used: set[int] = set()
    failed: list[int] = []
    lock = threading.Lock()

    def work(seed):
        random = np.random.default_rng(seed)
        for _ in range(300):
            lease = maker.pool.take(int(random.integers(1, 3)) * 512)
            with lock:
                if id(lease.content) in used:
                    failed.append(seed)
                used.add(id(lease.content))
            with lock:
                used.discard(id(lease.content))
            del lease

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(maker.made) <= 16


def test_where_nothing_can_be_made_the_error_comes_through_and_the_pool_goes_on():
    def make(size):
        raise MemoryError(size)

    pool = Pool(make, 1000)
    for _ in range(2):
        with pytest.raises(MemoryError):
            pool.take(5)


def test_memory_keeps_its_stream_alive_or_another_might_get_its_handle():
    class Owner:
        pass

    maker, owner = Maker(), Owner()
    alive = weakref.ref(owner)
    maker.pool.take(1000, Stream(7, owner))
    del owner
    assert alive() is not None
    maker.pool.clear()
    assert alive() is None


def test_what_is_too_large_to_be_kept_is_freed_at_once():
    maker = Maker(most=3000)
    maker.pool.take(4000)
    assert maker.alive == 0

"""What warp collectives give each lane, from what all of them brought."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import BadCollective
from .lanes import WARP, Lane

ALLOWED_IN_SHUFFLE = (np.int32, np.int64, np.float32, np.float64, int, float)


def _mask(lanes: list[Lane]) -> np.int32:
    """Return a mask as Numba types it: signed, so that lane 31 makes it negative."""
    return np.uint32(sum(lane.bit for lane in lanes)).view(np.int32)


def _sync(lanes: list[Lane]) -> None:
    for lane in lanes:
        lane.result = None


def _ballot(lanes: list[Lane]) -> None:
    _same(lanes, _mask([lane for lane in lanes if lane.value]))


def _any(lanes: list[Lane]) -> None:
    _same(lanes, any(lane.value for lane in lanes))


def _all(lanes: list[Lane]) -> None:
    _same(lanes, all(lane.value for lane in lanes))


def _eq(lanes: list[Lane]) -> None:
    _same(lanes, len({bool(lane.value) for lane in lanes}) == 1)


def _match_any(lanes: list[Lane]) -> None:
    for lane in lanes:
        lane.result = _mask([other for other in lanes if other.value == lane.value])


def _match_all(lanes: list[Lane]) -> None:
    is_same = len({lane.value for lane in lanes}) == 1
    _same(lanes, (_mask(lanes if is_same else []), is_same))


def _same(lanes: list[Lane], result: Any) -> None:
    for lane in lanes:
        lane.result = result


def _shuffle(source_of: Callable[[int, int], int]) -> Callable[[list[Lane]], None]:
    def shuffle(lanes: list[Lane]) -> None:
        values = {lane.position: lane.value for lane in lanes}
        for lane in lanes:
            source = source_of(lane.position, lane.argument)
            if source not in values:
                raise BadCollective(f"shuffle: {lane} reads lane {source}, which is not in its mask")
            lane.result = values[source]

    return shuffle


def require_shuffle(operation: str, value: Any, argument: int) -> None:
    """Raise for what Numba does not compile, and for what the device takes modulo 32."""
    if type(value) not in ALLOWED_IN_SHUFFLE:
        raise TypeError(f"{operation} takes integers and floats of 32 or 64 bits, signed: not {type(value).__name__}")
    if not 0 <= argument < WARP:
        raise BadCollective(f"{operation}: {argument} is not in 0..31")


OPERATIONS: dict[str, Callable[[list[Lane]], None]] = {
    "syncwarp": _sync,
    "ballot_sync": _ballot,
    "any_sync": _any,
    "all_sync": _all,
    "eq_sync": _eq,
    "match_any_sync": _match_any,
    "match_all_sync": _match_all,
    "shfl_sync": _shuffle(lambda me, source: source),
    "shfl_up_sync": _shuffle(lambda me, delta: me - delta if me >= delta else me),
    "shfl_down_sync": _shuffle(lambda me, delta: me + delta if me + delta < WARP else me),
    "shfl_xor_sync": _shuffle(lambda me, mask: me ^ mask),
}

BARRIERS: dict[str, Callable[[list[Lane]], Any]] = {
    "syncthreads": lambda lanes: None,
    "syncthreads_count": lambda lanes: sum(bool(lane.value) for lane in lanes),
    "syncthreads_and": lambda lanes: int(all(lane.value for lane in lanes)),
    "syncthreads_or": lambda lanes: int(any(lane.value for lane in lanes)),
}

"""Pictures on a GPU, as users hand them over: whatever has the CUDA Array Interface."""

import pickle
from typing import Any

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.errors import DeviceError, PictureError
from pixgrep.gpu.array import DeviceArray
from pixgrep.gpu.device import get_device
from tests.backends.cuda.check import picture

COLORS: list[Any] = [(1, 2, 3), pg.near((1, 2, 3), 1), ~pg.near((1, 2, 3), 2, "rgb")]


class Tensor:
    """What a library for GPUs hands over: a view of memory on the device."""

    def __init__(self, array: np.ndarray, version: int = 3, **extra: Any) -> None:
        base = array if array.base is None else array.base
        while base.base is not None:
            base = base.base
        device = get_device()
        self.memory = device.allocate(base.nbytes)
        device.upload(self.memory, base)
        address = self.memory.address + array.ctypes.data - base.ctypes.data
        strides = None if array.flags.c_contiguous else array.strides
        self.__cuda_array_interface__ = {
            "shape": array.shape,
            "typestr": array.dtype.str,
            "data": (address, False),
            "strides": strides,
            "version": version,
            **extra,
        }


def fresh(array: np.ndarray) -> np.ndarray:
    """Return a copy that owns its memory."""
    return np.array(array, order="C", copy=True)


BASE = fresh(picture(640, 0.3, 4))
LAYOUTS = {
    "whole": BASE,
    "colour of rgba": BASE[..., :3],
    "grey": fresh(BASE[..., 0]),
    "grey and alpha": fresh(BASE[..., :2]),
    "rgb": fresh(BASE[..., :3]),
    "cropped": fresh(BASE[..., :3])[1:-1, 2:-3],
    "every second row": fresh(BASE[..., :3])[::2],
    "upside down": fresh(BASE[..., :3])[::-1],
    "mirrored": fresh(BASE[..., :3])[:, ::-1],
    "transposed": np.moveaxis(fresh(np.moveaxis(BASE[..., :3], 2, 0)), 0, 2),
    "columns first": np.asfortranarray(BASE[..., :3]).T.copy().T,
    "16 bits": BASE.astype(np.uint16) * 257,
    "floats": (BASE[..., :3] / 255).astype(np.float32),
    "one row": fresh(BASE.reshape(1, -1, 4)),
    "one column": fresh(BASE.reshape(-1, 1, 4)),
    "nothing": np.zeros((0, 7, 3), np.uint8),
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("channels", ["rgb", "bgr"])
def test_a_picture_on_the_device_gives_the_answer_of_the_same_on_the_host(name, channels):
    array = LAYOUTS[name]
    options: Any = {"channels": channels}
    expected, found = (pg.find(image, COLORS, **options) for image in (array, Tensor(array)))
    np.testing.assert_array_equal(found.counts, expected.counts)
    assert (len(found), found.first, found.last, found.bbox, bool(found)) == (
        *(len(expected), expected.first, expected.last, expected.bbox, bool(expected)),
    )
    for attribute in ("xy", "colors", "mask", "masks"):
        np.testing.assert_array_equal(np.asarray(getattr(found, attribute)), getattr(expected, attribute))
    np.testing.assert_array_equal(found.yx, expected.yx)
    assert pg.count(Tensor(array), COLORS, **options).counts == tuple(expected.counts)
    assert pg.first(Tensor(array), COLORS, **options) == expected.first
    assert list(found) == list(expected)
    assert repr(found) == repr(expected)
    assert (5, 3) in found if array.size and (5, 3) in expected else (5, 3) not in found


def test_arrays_stay_on_the_device_and_numbers_do_not():
    found = pg.find(Tensor(BASE), COLORS)
    assert all(isinstance(array, DeviceArray) for array in (found.xy, found.mask, found.masks, found.colors))
    assert isinstance(found.counts, np.ndarray)
    assert isinstance(found.host.xy, np.ndarray)
    assert found.host is found.host
    assert found.host.host is found.host
    assert found.source == "<array on a GPU>"


@pytest.mark.parametrize("attribute", ["xy", "colors", "mask", "masks"])
def test_nothing_is_handed_out_before_it_is_written(attribute):
    device = get_device()
    hits = pg.find(Tensor(BASE), COLORS[:2])
    assert device.queue == []  # type: ignore[attr-defined]
    getattr(hits, attribute)
    assert device.queue == []  # type: ignore[attr-defined]


def test_matches_on_a_device_say_how_to_pickle_them():
    hits = pg.find(Tensor(BASE), COLORS[:2])
    with pytest.raises(TypeError, match="host"):
        pickle.dumps(hits)
    assert len(pickle.loads(pickle.dumps(hits.host))) == len(hits)


def test_an_array_on_another_gpu_is_refused():
    device: Any = get_device()
    tensor = Tensor(BASE)
    device.elsewhere[tensor.memory.address] = 1
    try:
        with pytest.raises(PictureError, match=r"on GPU 1, and GPU 0 searches.*CUDA_VISIBLE_DEVICES"):
            pg.find(tensor, "red")
    finally:
        device.elsewhere.clear()


def test_euclidean_distances_in_deep_pictures_are_planned_for_the_processor():
    deep = Tensor(LAYOUTS["16 bits"])
    search = pg.compile(pg.near((1, 2, 3), 1, "rgb"), backend="cuda")
    assert "backend  cpu" in search.explain(deep)
    assert "for the processor" in search.explain(deep)
    np.testing.assert_array_equal(search.find(deep).xy, search.find(LAYOUTS["16 bits"]).xy)


@pytest.mark.filterwarnings("ignore::pixgrep.PixgrepWarning")
def test_where_kernels_cannot_be_compiled_auto_searches_a_copy(monkeypatch):
    def fail(*_: Any) -> None:
        raise DeviceError("kernels cannot be compiled for the GPU: libNVVM is missing")

    tensor, expected = Tensor(LAYOUTS["rgb"]), pg.find(LAYOUTS["rgb"], COLORS)
    monkeypatch.setattr(type(get_device()), "launch", fail)
    np.testing.assert_array_equal(pg.find(tensor, COLORS).xy, expected.xy)
    with pytest.raises(DeviceError, match="libNVVM"):
        pg.find(tensor, COLORS, backend="cuda")


def test_a_region_keeps_the_coordinates_of_the_whole():
    array = LAYOUTS["rgb"]
    region = (3, 2, 10, 4)
    expected, found = (pg.find(image, COLORS[:2], region=region) for image in (array, Tensor(array)))
    assert len(expected) > 0
    np.testing.assert_array_equal(np.asarray(found.xy), expected.xy)
    assert found.first == expected.first


@pytest.mark.parametrize("backend", ["cpu", "numpy", "reference"])
def test_another_backend_that_was_asked_for_gets_a_copy(backend):
    array = LAYOUTS["rgb"]
    found = pg.find(Tensor(array), COLORS, backend=backend)
    assert isinstance(found.xy, np.ndarray)
    np.testing.assert_array_equal(found.xy, pg.find(array, COLORS).xy)


def test_tables_and_overlays_are_made_on_the_host():
    pytest.importorskip("pyarrow")
    array = LAYOUTS["rgb"]
    tensor = Tensor(array)
    expected, found = pg.find(array, COLORS[:2]), pg.find(tensor, COLORS[:2])
    assert found.to_arrow().equals(expected.to_arrow())
    np.testing.assert_array_equal(np.asarray(found.draw(tensor)), np.asarray(expected.draw(array)))


def test_the_plan_says_where_the_picture_is():
    text = pg.compile("red").explain(Tensor(LAYOUTS["rgb"]))
    assert "backend  cuda" in text
    assert "the picture is on the GPU" in text


@pytest.mark.parametrize("stream", [None, 1, 2, 12345])  # 2, the thread's, and the default one wait for each other
def test_what_was_begun_on_another_stream_is_waited_for_by_the_device(stream):
    device: Any = get_device()
    tensor = Tensor(BASE, stream=stream)
    device.log.clear()
    pg.count(tensor, "red")
    followed = [] if stream in (None, 1, 2) else [(stream, "record"), (1, f"follow {stream}")]
    assert device.log[: len(followed)] == followed
    assert sum("follow" in what for _, what in device.log) == len(followed) // 2


def test_a_producer_without_a_stream_is_asked_to_make_the_default_stream_wait():
    """PyTorch: its side streams do not wait for the default stream, nor it for them."""
    asked = []

    class Torch(Tensor):
        def __dlpack__(self, *, stream: int) -> None:
            asked.append(stream)

    pg.count(Torch(BASE), "red")
    assert asked == [1]
    pg.count(Torch(BASE, stream=7), "red")
    assert asked == [1]


class Broken:
    """Raises, as PyTorch does for a tensor that wants gradients."""

    @property
    def __cuda_array_interface__(self) -> Any:
        raise RuntimeError("Can't get __cuda_array_interface__ on Variable that requires grad")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Broken(), "requires grad"),
        (lambda: Tensor(np.zeros((4, 4, 5), np.uint8)), "shape"),
        (lambda: Tensor(np.zeros((3, 40, 50), np.uint8)), "give layout='chw'"),
        (lambda: Tensor(np.zeros((4, 4), np.int64)), "int64"),
        (lambda: Tensor(np.zeros((4, 4), bool)), "bool"),
        (lambda: Tensor(np.zeros((4, 4), np.uint8), mask=object()), "masked"),
        (lambda: Tensor(np.zeros(65, np.uint8)[1:].view(np.uint16).reshape(4, 8)), "across the borders"),
    ],
)
def test_what_cannot_be_searched_is_said(make, text):
    with pytest.raises(PictureError, match=text):
        pg.find(make(), "red")

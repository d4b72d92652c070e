"""Labels of pictures on a GPU: those of the same picture on the processor, and they stay where the picture is."""

import pickle
from typing import Any

import numpy as np
import pytest

import pixgrep as pg
from pixgrep.backends import cuda
from pixgrep.errors import DeviceError
from pixgrep.gpu.array import DeviceArray
from pixgrep.gpu.device import get_device, lose_device, use_device
from pixgrep.gpu.faults import LostDeviceError
from pixgrep.labeling import table
from pixgrep.model import PixelFormat
from pixgrep.plan import Machine, plan_labels

pytest.importorskip("numba_cuda")

from tests.backends.cuda.test_faults import FaultyDevice
from tests.sources.test_device import Tensor

RNG = np.random.default_rng(31)
PALETTE = RNG.integers(0, 6, (90, 3)).astype(np.uint8) * 51
RGB = RNG.integers(0, 6, (9, 32, 3)).astype(np.uint8) * 51 + RNG.integers(0, 2, (9, 32, 1), np.uint8)
LAYOUTS = {
    "rgb": RGB,
    "rgba": np.dstack([RGB, RGB[..., 0]]),
    "grey": RGB[..., 1].copy(),
    "grey and alpha": RGB[..., 1:].copy(),
    "cropped": RGB[1:-1, 2:-3],
    "mirrored": RGB[::-1, ::-1],
    "colours swapped": RGB[..., ::-1],
    "transposed": np.moveaxis(np.moveaxis(RGB, 2, 0).copy(), 0, 2),
    "16 bits": RGB.astype(np.uint16) * 257,
    "floats": (RGB / 255).astype(np.float32),
    "nothing": np.zeros((0, 7, 3), np.uint8),
}
OPTIONS: list[dict[str, Any]] = [
    {},
    {"unknown": 0},
    {"unknown": 300},
    {"within": 1, "unknown": 7},
    {"within": 20, "metric": "rgb"},
    {"unknown": "nearest", "metric": "oklab"},
    {"within": 255, "unknown": "error"},
]


def noting(calls: list[Any], verb: Any) -> Any:
    """Return a verb of a backend that notes the last of what it is given: the table."""

    def noted(*given: Any) -> Any:
        calls.append(given[-1])
        return verb(*given)

    return noted


def assert_equal(found: pg.Labels, expected: pg.Labels) -> None:
    np.testing.assert_array_equal(found.counts, expected.counts)
    assert (found.unknown_count, found.unknown, found.region) == (
        *(expected.unknown_count, expected.unknown, expected.region),
    )
    assert (found.ids.dtype, found.shape) == (expected.ids.dtype, expected.shape)
    np.testing.assert_array_equal(np.asarray(found.ids), expected.ids)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_labels_are_those_of_the_same_picture_on_the_processor(name, options, order):
    array = LAYOUTS[name]
    able = pg.labeler(PALETTE, channels=order, **options)
    found = able.label(Tensor(array))
    assert isinstance(found.ids, DeviceArray) == (array.dtype == np.uint8)
    for labels in (found, found.host):
        assert_equal(labels, able.label(array))


@pytest.mark.parametrize("unknown", [None, 0, 256, "error", "nearest"])
@pytest.mark.parametrize("classes", [255, 256, 65535])
@pytest.mark.parametrize("within", [0, 3])
def test_the_dtype_is_that_of_labels_not_of_tables(unknown, classes, within):
    codes = np.random.default_rng(2).choice(1 << 24, classes, replace=False)
    colors = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)
    picture = colors[-60:].reshape(6, 10, 3)
    if unknown != "error":
        picture = np.concatenate([picture, 255 - picture])
    options: Any = {"unknown": unknown, "within": within}
    assert_equal(pg.label(Tensor(picture.copy()), colors, **options), pg.label(picture.copy(), colors, **options))


def test_a_warm_table_knows_the_colours_of_other_pictures():
    able = pg.labeler(PALETTE, within=25, metric="rgb")
    for seed in range(3):
        picture = np.random.default_rng(seed).integers(0, 256, (5, 40, 3), np.uint8)
        cold = pg.label(picture, PALETTE, within=25, metric="rgb", unknown=254)
        for given in (Tensor(picture), picture, Tensor(picture)):
            np.testing.assert_array_equal(able.label(given).unknown_count, cold.unknown_count)
            np.testing.assert_array_equal(np.asarray(able.label(given)) == 255, cold.ids == 254)


@pytest.mark.parametrize(
    ("options", "is_counted"),
    [({}, False), ({"unknown": 255}, False), ({"unknown": 0}, True), ({"unknown": "error", "within": 255}, True)],
)
def test_colours_are_counted_only_where_they_must_be_known(monkeypatch, options, is_counted):
    counted: list[Any] = []
    monkeypatch.setattr(cuda, "census", noting(counted, cuda.census))
    labels = pg.label(Tensor(RGB), PALETTE, **options)
    assert len(counted) == is_counted
    assert get_device().queue == []  # type: ignore[attr-defined]
    assert labels.unknown_count == pg.label(RGB, PALETTE, **options).unknown_count
    assert len(counted) == is_counted


def test_a_table_that_is_right_already_is_not_copied(monkeypatch):
    taken: list[Any] = []
    monkeypatch.setattr(cuda, "label", noting(taken, cuda.label))
    able = pg.labeler(PALETTE, within=1)
    for _ in range(2):
        able.label(Tensor(RGB))
    known = able._rule.table(True, "rgb")._labels
    assert len(known) == table.COLORS
    assert all(given is known for given in taken)
    assert len(taken) == 2


@pytest.mark.parametrize("within", [0, 3])
@pytest.mark.parametrize("region", [None, (20, 5, 20, 20)])
def test_unknown_colours_can_be_an_error_that_names_the_first(within, region):
    picture = np.full((30, 40, 3), (255, 0, 0), np.uint8)
    picture[7, 30], picture[9, 0] = (0, 200, 20), (5, 0, 0)
    options: Any = {"unknown": "error", "within": within, "region": region}
    messages = []
    for given in (picture, Tensor(picture)):
        with pytest.raises(pg.PictureError, match=r"first at \(30, 7\): #00c814, nearest is go") as raised:
            pg.label(given, {"stop": "#f00", "go": "#0f0"}, **options)
        messages.append(str(raised.value).split(": ", 1)[1])
    assert messages[0] == messages[1]


def test_the_region_is_labelled_where_it_is():
    found, expected = (pg.label(given, PALETTE, within=1, region=(3, 2, 10, 4)) for given in (Tensor(RGB), RGB))
    assert_equal(found, expected)


def test_ids_stay_on_the_device_and_host_has_them_on_the_processor():
    found, expected = (pg.label(given, PALETTE) for given in (Tensor(RGB), RGB))
    assert isinstance(found.ids, DeviceArray)
    assert found.source == "<array on a GPU>"
    assert isinstance(found.host.ids, np.ndarray)
    assert found.host is found.host
    assert found.host.host is found.host
    assert expected.host is expected
    assert (found.host.source, found.host.region, found.host.unknown) == (found.source, found.region, found.unknown)
    assert_equal(found.host, expected)
    assert repr(found) == repr(expected)
    np.testing.assert_array_equal(np.asarray(found), expected.ids)
    assert np.asarray(found, np.int64).dtype == np.int64
    np.testing.assert_array_equal(found.colorize("black"), expected.colorize("black"))
    np.testing.assert_array_equal(pg.colorize(found, PALETTE, unknown_color="red"), expected.colorize("red"))
    np.testing.assert_array_equal(pg.colorize(found.ids, PALETTE, unknown_color="red"), expected.colorize("red"))
    np.testing.assert_array_equal(found.to_image("black"), expected.to_image("black"))
    with pytest.raises(TypeError, match="to_host"):
        pickle.dumps(found)
    assert_equal(pickle.loads(pickle.dumps(found.host)), expected)


@pytest.mark.parametrize("backend", ["cpu", "numpy", "reference"])
def test_another_backend_that_was_asked_for_gets_a_copy(backend):
    found = pg.label(Tensor(RGB), PALETTE, within=1, backend=backend)
    assert isinstance(found.ids, np.ndarray)
    assert_equal(found, pg.label(RGB, PALETTE, within=1))


def test_a_picture_of_the_processor_is_answered_there():
    found = pg.label(RGB, PALETTE, within=1, backend="cuda")
    assert isinstance(found.ids, np.ndarray)
    assert_equal(found, pg.label(RGB, PALETTE, within=1))


def test_the_gpu_labels_what_is_there():
    for format, options, backend in (
        (PixelFormat("uint8", 3), {"is_on_device": True}, "cuda"),
        (PixelFormat("uint8", 2), {"is_on_device": True}, "cuda"),
        (PixelFormat("uint16", 3), {"is_on_device": True}, "numpy"),
        (PixelFormat("uint8", 3), {"is_on_device": True, "backend": "cpu"}, "cpu"),
        (PixelFormat("uint8", 3), {}, "numpy"),
    ):
        assert plan_labels(format, 1 << 20, Machine(4, False), **options).backend == backend


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("image", [RGB, LAYOUTS["grey"], RGB[::-1]], ids=["colour", "grey", "strided"])
def test_where_kernels_cannot_be_compiled_auto_labels_a_copy(monkeypatch, options, image):
    def fail(*_: Any) -> None:
        raise DeviceError("kernels cannot be compiled for the GPU: libNVVM is missing")

    tensor, expected = Tensor(image), pg.label(image, PALETTE, **options)
    monkeypatch.setattr(type(get_device()), "launch", fail)
    with pytest.warns(pg.PixgrepWarning, match="^labelling on the processor: .*libNVVM") as warned:
        found = pg.label(tensor, PALETTE, **options)
    assert len(warned) == 1
    assert isinstance(found.ids, np.ndarray)
    assert_equal(found, expected)
    with pytest.raises(DeviceError, match="libNVVM"):
        pg.label(tensor, PALETTE, backend="cuda", **options)


@pytest.fixture
def _bring_the_device_back():
    kept = get_device()
    yield
    use_device(kept)


@pytest.mark.usefixtures("_bring_the_device_back")
class TestFaults:
    """The device is full, or lost."""

    @pytest.mark.filterwarnings("ignore::pixgrep.PixgrepWarning")
    @pytest.mark.parametrize("options", OPTIONS, ids=str)
    def test_labels_of_a_picture_on_a_full_device_are_the_processors(self, options):
        device = FaultyDevice(RuntimeError(), at=0)
        use_device(device)
        tensor = Tensor(RGB)
        device.faults.most = 0
        found = pg.label(tensor, PALETTE, **options)
        assert isinstance(found.ids, np.ndarray)
        assert_equal(found, pg.label(RGB, PALETTE, **options))

    @pytest.mark.parametrize("backend", ["auto", "cuda"])
    @pytest.mark.parametrize("options", [{}, {"within": 1}])
    def test_a_picture_on_a_lost_device_is_lost_with_it(self, backend, options):
        for at in range(1, 5):
            device = FaultyDevice(RuntimeError(), at=0)
            use_device(device)
            tensor = Tensor(LAYOUTS["grey"])
            device.fail_from(at, LostDeviceError("it fell out"))
            with pytest.raises(LostDeviceError, match="it fell out"):
                pg.label(tensor, PALETTE, backend=backend, **options)

    def test_ids_on_a_lost_device_are_an_error_when_they_are_read(self):
        device = FaultyDevice(RuntimeError(), at=0)
        use_device(device)
        labels = pg.label(Tensor(RGB), PALETTE)
        device.fail_from(1, LostDeviceError("it fell out"))
        for read in (lambda: labels.host, lambda: labels.counts, lambda: np.asarray(labels), labels.colorize):
            with pytest.raises(LostDeviceError, match="it fell out"):
                read()
        lose_device(LostDeviceError("it fell out"))

"""Files decoded on a GPU: a stand-in decodes them into the memory of the device that tests search on."""

import io
import pickle
import sys
import threading
import warnings
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage
import tifffile
from PIL import Image
from skimage import data

import pixgrep as pg
from pixgrep.cli import doctor
from pixgrep.cli.commands import census as census_command
from pixgrep.cli.commands import find as find_command
from pixgrep.errors import DeviceError, MissingExtraError, Remark
from pixgrep.gpu.array import DeviceArray
from pixgrep.gpu.device import get_device
from pixgrep.gpu.faults import LostDeviceError
from pixgrep.sources import Reading, nvimagecodec, open_source
from pixgrep.sources.still import SUFFIXES
from tests.sources import fake_nvimagecodec
from tests.sources.fake_nvimagecodec import FakeNvImageCodec

RGB = np.ascontiguousarray(data.astronaut()[40:88, 200:261])
RGBA = np.dstack([RGB, RGB[..., 0]])
COLORS = [pg.near(tuple(map(int, RGB[20, 30])), 40), ~pg.near("black", 60)]


@pytest.fixture
def codec(monkeypatch):
    """nvImageCodec, and no decoder of other tests."""
    module = FakeNvImageCodec()
    monkeypatch.setitem(sys.modules, "nvidia.nvimgcodec", module)
    monkeypatch.setattr(nvimagecodec, "_this_thread", threading.local())
    return module


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(pixels: np.ndarray, **options: Any) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, **options)
    return buffer.getvalue()


PICTURE, GREY = Image.fromarray(RGB), Image.fromarray(RGB[..., 0])
TURNED = Image.Exif()
TURNED[0x0112] = 6
JPEG = encoded(PICTURE, "JPEG")
ON_GPU = {
    "colour.jpg": JPEG,
    "grey.jpg": encoded(GREY, "JPEG"),
    "progressive.jpg": encoded(PICTURE, "JPEG", progressive=True, subsampling=0),
    "colour.tif": tiff(RGB, photometric="rgb"),
    "grey.tif": tiff(RGB[..., 0], photometric="minisblack"),
    "alpha.tif": tiff(RGBA, photometric="rgb", extrasamples=["unassalpha"]),
    "packed.tif": encoded(PICTURE, "TIFF", compression="tiff_lzw"),
    "tiles.tif": tiff(RGB, photometric="rgb", tile=(16, 32), compression="zlib"),
}
ON_PROCESSOR = {
    "colour.png": (encoded(PICTURE, "PNG"), "JPEG and TIFF, and this is PNG"),
    "palette.png": (encoded(PICTURE.quantize(16), "PNG"), "this is PNG"),
    "several.gif": (encoded(GREY, "GIF", save_all=True, append_images=[GREY.rotate(180)]), "several pictures"),
    "cmyk.jpg": (encoded(PICTURE.convert("CMYK"), "JPEG"), "pixels are CMYK"),
    "rgb.jpg": (encoded(PICTURE, "JPEG", keep_rgb=True), "a JPEG of RGB"),
    "deep.tif": (tiff(RGB.astype(np.uint16) * 257, photometric="rgb"), "pixels are RGB of 3 x 16 bits"),
    "white is 0.tif": (tiff(RGB[..., 0], photometric="miniswhite"), "pixels are MINISWHITE"),
    "bilevel.tif": (tiff(RGB[..., 0] > 99, photometric="minisblack"), "1 x 1 bits"),
    "palette.tif": (encoded(PICTURE.quantize(16), "TIFF"), "pixels are PALETTE"),
    "ycbcr.tif": (encoded(PICTURE.convert("YCbCr"), "TIFF", compression="jpeg"), "plain kinds of TIFF"),
    "jpeg.tif": (tiff(RGB[..., 0], photometric="minisblack", compression="jpeg"), "compression is JPEG"),
    "planes.tif": (tiff(np.moveaxis(RGB, 2, 0), photometric="rgb", planarconfig="separate"), "plane by plane"),
    "premultiplied.tif": (tiff(RGBA, photometric="rgb", extrasamples=["assocalpha"]), "multiplied by alpha"),
    "pages.tif": (tiff(np.stack([RGB, RGB[::-1]]), photometric="rgb"), "several pictures"),
    "doubles.tif": (tiff(RGB / 255, photometric="rgb"), "3 x 64 bits"),
}
quietly = pytest.mark.filterwarnings("ignore::pixgrep.PixgrepWarning")


def downloads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return where what is copied to the host comes from, as it is copied."""
    kind, seen = type(get_device()), []

    def watched(copy: Any) -> Any:
        def download(self: Any, memory: Any, found: Any) -> None:
            seen.append(memory.address)
            copy(self, memory, found)

        return download

    for name in ("download", "begin_download"):
        if hasattr(kind, name):
            monkeypatch.setattr(kind, name, watched(getattr(kind, name)))
    return seen


@pytest.mark.parametrize("name", ON_GPU)
def test_what_the_gpu_decodes_is_searched_there_with_the_same_answer(codec, monkeypatch, name):
    content = ON_GPU[name]
    expected = pg.find(content, COLORS)
    seen = downloads(monkeypatch)
    found = pg.find(content, COLORS, decoder="cuda")
    assert isinstance(found.xy, DeviceArray)
    np.testing.assert_array_equal(found.counts, expected.counts)
    np.testing.assert_array_equal(np.asarray(found.xy), expected.xy)
    np.testing.assert_array_equal(np.asarray(found.masks), expected.masks)
    (image,) = codec.images
    assert seen, "counts come to the host"
    assert not any(address in image.addresses for address in seen), "pixels do not"
    assert found.source == expected.source
    assert found.notes[0].startswith("decoded on the GPU by nvImageCodec")
    assert ("may differ" in found.notes[0]) == name.endswith(".jpg")


@pytest.mark.parametrize("name", ON_GPU)
def test_what_is_known_of_a_picture_is_what_the_processor_knows_of_it(codec, name):
    ours, theirs = (open_source(ON_GPU[name], reading).info for reading in (Reading(decoder="cuda"), Reading()))
    assert (ours.height, ours.width, ours.format, ours.step) == (
        theirs.height,
        theirs.width,
        theirs.format,
        theirs.step,
    )
    assert (ours.is_on_device, theirs.is_on_device) == (True, False)
    assert ours.palette is None


def test_pixels_are_asked_for_as_the_file_has_them(codec):
    for name in ("grey.jpg", "colour.jpg", "alpha.tif"):
        pg.count(ON_GPU[name], "red", decoder="cuda")
    assert [asked["color_spec"] for asked in codec.asked] == ["GRAY", "SRGB", "UNCHANGED"]
    assert not any(asked["apply_exif_orientation"] or asked["allow_any_depth"] for asked in codec.asked)


def test_decoders_work_by_cuda_alone_and_one_does_for_all_pictures_of_a_thread(codec, tmp_path):
    for number in range(4):
        (tmp_path / f"{number}.jpg").write_bytes(JPEG)
    assert len(list(pg.scan(tmp_path, COLORS, threads=1, decoder="cuda"))) == len(codec.asked) == 4
    (made,) = codec.decoders
    assert made["device_id"] == 0
    assert made["backends"] == ["gpu", "hybrid"]
    assert made["options"] == ":fancy_upsampling=1"


@pytest.mark.parametrize("padding", [1, 35])
def test_rows_may_end_in_padding(codec, padding):
    codec.padding = padding
    found, expected = (pg.find(JPEG, COLORS, decoder=decoder) for decoder in ("cuda", "cpu"))
    np.testing.assert_array_equal(np.asarray(found.xy), expected.xy)
    assert not open_source(JPEG, Reading(decoder="cuda")).info.is_contiguous


@quietly
@pytest.mark.parametrize("name", ON_PROCESSOR)
def test_what_is_not_plain_the_processor_decodes_to_the_same_bits(codec, name):
    content, reason = ON_PROCESSOR[name]
    found, expected = (pg.find(content, COLORS, decoder=decoder) for decoder in ("cuda", "cpu"))
    np.testing.assert_array_equal(found.masks, expected.masks)
    assert codec.asked == []
    *others, note = found.notes
    assert tuple(others) == expected.notes
    assert note.startswith("decoded on the processor: ")
    assert reason in note


@quietly
@pytest.mark.parametrize(
    "path",
    [path for path in (Path(skimage.__file__).parent / "data").iterdir() if path.suffix in set(SUFFIXES) - {".jpg"}],
    ids=lambda path: path.name,
)
def test_pictures_of_other_kinds_that_ship_with_scikit_image_give_the_same_counts(codec, path):
    expected = pg.count(path, ["red", pg.near("white", 90)])
    assert pg.count(path, ["red", pg.near("white", 90)], decoder="cuda") == expected


def test_a_file_that_is_to_be_turned_is_left_to_the_processor_others_keep_their_orientation(codec):
    content = encoded(PICTURE, "JPEG", exif=TURNED)
    for upright in (False, True):
        options: Any = {"upright": upright}
        found, expected = (pg.find(content, COLORS, decoder=name, **options) for name in ("cuda", "cpu"))
        np.testing.assert_array_equal(np.asarray(found.xy), expected.xy)
        assert ("to be turned" in found.notes[-1]) == upright


FAULTS = {
    "None": (lambda pixels: None, "nvImageCodec could not decode it"),
    "an error": (RuntimeError("CUDA out of\nmemory"), r"nvImageCodec failed \(CUDA out of memory\)"),
    "another size": (lambda pixels: fake_nvimagecodec.Image(pixels[1:]), "returned 61 x 47 pixels"),
    "other channels": (
        lambda pixels: fake_nvimagecodec.Image(np.ascontiguousarray(pixels[..., :1])),
        "61 x 48 pixels, grey",
    ),
    "planes": (
        lambda pixels: fake_nvimagecodec.Image(np.ascontiguousarray(pixels.transpose(2, 0, 1))),
        "nvImageCodec failed",
    ),
    "no array": (lambda pixels: object(), "nvImageCodec failed"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_the_gpu_fails_with_the_processor_decodes_and_the_user_is_told(codec, name):
    codec.fault, reason = FAULTS[name]
    expected = pg.find(JPEG, COLORS)
    with pytest.warns(pg.PixgrepWarning, match=f"decoded on the processor: .*{reason}"):
        found = pg.find(JPEG, COLORS, decoder="cuda")
    np.testing.assert_array_equal(found.masks, expected.masks)
    assert isinstance(found.xy, np.ndarray)


def test_a_jpeg_without_its_end_is_never_filled_with_grey(codec):
    with pytest.raises(pg.DecodeError, match="damaged"):
        pg.find(JPEG[:-300], COLORS, decoder="cuda")
    assert codec.asked == []


def test_in_a_folder_a_broken_file_is_one_failure(codec, tmp_path):
    contents = {"a.jpg": JPEG, "b.jpg": JPEG[:-300], "c.png": ON_PROCESSOR["colour.png"][0], "d.jpg": b"<html>"}
    contents["e.tif"] = ON_GPU["colour.tif"]
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = list(pg.scan(tmp_path, COLORS, decoder="cuda"))
    expected = list(pg.scan(tmp_path, COLORS))
    assert [type(one).__name__ for one in found] == ["Matches", "Failed", "Matches", "Failed", "Matches"]
    for one, other in zip(found, expected, strict=True):
        assert one.source == other.source
        if isinstance(one, pg.Matches):
            assert isinstance(other, pg.Matches)
            np.testing.assert_array_equal(np.asarray(one.masks), other.masks)


def test_other_verbs_take_such_pictures_too(codec):
    assert pg.count(JPEG, COLORS, decoder="cuda") == pg.count(JPEG, COLORS)
    assert pg.first(JPEG, COLORS, decoder="cuda") == pg.first(JPEG, COLORS)
    ours, theirs = pg.census(JPEG, decoder="cuda"), pg.census(JPEG)
    assert ours.top(9) == theirs.top(9)
    assert ours.notes[0].startswith("decoded on the GPU")
    region = (3, 4, 20, 10)
    found, expected = (pg.find(JPEG, COLORS, region=region, decoder=name) for name in ("cuda", "cpu"))
    np.testing.assert_array_equal(np.asarray(found.xy), expected.xy)
    copied = pg.find(JPEG, COLORS, backend="cpu", decoder="cuda")
    np.testing.assert_array_equal(copied.xy, pg.find(JPEG, COLORS).xy)
    labels = pg.label(JPEG, ["black", "white"], unknown="nearest", decoder="cuda")
    np.testing.assert_array_equal(np.asarray(labels.ids), pg.label(JPEG, ["black", "white"], unknown="nearest").ids)
    assert "decoded on the GPU" in pg.compile("red", decoder="cuda").explain(JPEG)


def test_a_file_is_read_once_and_where_it_stands(codec):
    file = io.BytesIO(b"before" + JPEG)
    file.seek(6)
    np.testing.assert_array_equal(pg.find(file, COLORS, decoder="cuda").counts, pg.find(JPEG, COLORS).counts)
    assert file.tell() == 6


def test_a_closed_source_lets_go_of_the_picture_and_may_be_read_again(codec):
    source = open_source(JPEG, Reading(decoder="cuda"))
    source.read()
    image = weakref.ref(codec.images.pop())
    source.close()
    assert image() is None
    assert source.read().shape == (48, 61, 3)
    assert len(codec.asked) == 2


def test_too_many_pixels_are_refused_before_the_gpu_is_asked(codec):
    with pytest.raises(pg.DecodeError, match="61 x 48 pixels are more than the 100 allowed"):
        pg.find(JPEG, "red", max_pixels=100, decoder="cuda")
    assert codec.asked == []


@pytest.mark.parametrize("decoder", ["gpu", None, 1])
def test_an_unknown_decoder_is_refused(decoder):
    with pytest.raises(pg.PictureError, match=r"decoder is .*give 'cpu', or 'cuda'"):
        pg.compile("red", decoder=decoder)


def test_where_the_package_is_missing_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "nvidia.nvimgcodec", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'pixgrep\[cuda-decode\]'"):
        pg.find(JPEG, "red", decoder="cuda")


def test_without_a_gpu_the_error_is_that_of_searching(codec, monkeypatch):
    def fail() -> Any:
        raise DeviceError("there is no GPU")

    monkeypatch.setattr(nvimagecodec, "get_device", fail)
    with pytest.raises(DeviceError, match="there is no GPU"):
        pg.find(JPEG, "red", decoder="cuda")


def test_after_the_gpu_was_lost_the_processor_decodes(codec, monkeypatch):
    def fail() -> Any:
        raise LostDeviceError("the GPU failed")

    monkeypatch.setattr(nvimagecodec, "get_device", fail)
    with pytest.warns(pg.PixgrepWarning, match="decoded on the processor: the GPU failed"):
        found = pg.find(JPEG, COLORS, decoder="cuda")
    np.testing.assert_array_equal(found.masks, pg.find(JPEG, COLORS).masks)


def test_a_library_that_does_not_fit_the_driver_is_said(codec, monkeypatch):
    def fail(**_: Any) -> Any:
        raise RuntimeError("CUDA Runtime failure: '#35'")

    monkeypatch.setattr(codec, "Decoder", fail)
    with pytest.raises(DeviceError, match=r"cannot use the GPU \(CUDA Runtime failure: '#35'\); give decoder='cpu'"):
        pg.find(JPEG, "red", decoder="cuda")


def run(command: Any, *arguments: object) -> int:
    """Run a command in this process, where the stand-ins are."""
    with warnings.catch_warnings():
        status: int = command.main([str(argument) for argument in arguments], standalone_mode=False)
    return status


def test_the_command_decodes_on_the_gpu_and_says_only_what_went_wrong(codec, monkeypatch, tmp_path, capfd):
    for name, content in {"a.jpg": JPEG, "b.png": ON_PROCESSOR["colour.png"][0], "c.jpg": b"<html>"}.items():
        (tmp_path / name).write_bytes(content)
    colors = ("rgb(200 200 200) within 60", tmp_path)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)  # the command puts its own in its place
    status = run(find_command, "--decoder", "cuda", *colors)
    found = capfd.readouterr()
    assert status == run(find_command, *colors) == 3
    assert capfd.readouterr().out == found.out != ""
    (line,) = found.err.splitlines()
    assert "c.jpg" in line
    assert len(codec.images) == 1
    assert run(census_command, "--decoder", "cuda", "--top", "3", tmp_path / "a.jpg") == 0
    assert len(codec.images) == 2


def test_the_command_complains_once_of_a_missing_package(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "nvidia.nvimgcodec", None)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    for command in ((find_command, "red"), (census_command,)):
        with pytest.raises(MissingExtraError, match="cuda-decode"):
            run(*command, "--decoder", "cuda", tmp_path)


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        ((), "nvImageCodec is not installed; pip install 'pixgrep[cuda-decode]'"),
        (("nvidia-nvjpeg",), "nvImageCodec is not installed"),
        (("nvidia-nvimgcodec-cu13", "nvidia-nvjpeg"), "nvidia-nvimgcodec-cu13 1.2, nvidia-nvjpeg 1.2"),
    ],
)
def test_the_doctor_says_what_decodes_on_a_gpu(monkeypatch, installed, expected):
    monkeypatch.setattr(doctor, "_version", lambda name: "1.2" if name in installed else "missing")
    assert doctor._gpu_decoder().startswith(expected)


def test_remarks_are_kept_with_matches_that_are_pickled(codec):
    found = pickle.loads(pickle.dumps(pg.find(JPEG, COLORS, decoder="cuda").host))
    assert isinstance(found.notes[0], Remark)

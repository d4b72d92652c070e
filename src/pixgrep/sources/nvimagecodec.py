"""
Picture files decoded on a GPU by NVIDIA's nvImageCodec, where a user asks for it by ``decoder="cuda"``.

Headers are read as for the processor, so sizes, limits and formats are the same. Plain JPEG and TIFF of 8 bits are
decoded on the GPU, and their pixels never touch the memory of the CPU; whatever else there is, and what the GPU fails
with, the processor decodes, and a note says why.

- PNG, GIF, WebP, BMP and others are decoded on the processor by nvImageCodec, too: the GPU would gain nothing.
- Pixels of a TIFF are stored without loss: the GPU should give the same. Not yet verified on a GPU.
- Those of a JPEG may differ, as its decoders round differently: the tests of nvImageCodec allow 4 steps of 255 between
  a GPU and OpenCV on a processor (``test/python/utils.py``, with interpolated chroma; 44 without, as before CUDA 12.1).

Written against nvImageCodec 0.9, see https://github.com/NVIDIA/nvImageCodec.
"""

import importlib
import threading
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pixgrep.errors import DeviceError, MissingExtraError, Remark, one_line
from pixgrep.gpu.device import get_device
from pixgrep.gpu.faults import LostDeviceError
from pixgrep.sources import Info, Reading
from pixgrep.sources.device import DeviceSource
from pixgrep.sources.pillow import PillowDecoder
from pixgrep.sources.still import Decoder, StillSource, guarded
from pixgrep.sources.tiff import ASSOCIATED_ALPHA, MIN_IS_BLACK, RGB, TiffDecoder

if TYPE_CHECKING:
    import tifffile
    from PIL import Image

INSTALL = "install it by: pip install 'pixgrep[cuda-decode]' (CUDA 13) or 'pixgrep[cuda12-decode]'"
OPTIONS = ":fancy_upsampling=1"
"""Chroma is interpolated, as the processor's decoder does, rather than repeated."""
COLOR_SPECS = {1: "GRAY", 3: "SRGB", 4: "UNCHANGED"}
"""What to ask for, by the channels that the processor would give."""
LOSSLESS = {1: "none", 5: "LZW", 8: "Deflate", 32773: "PackBits", 32946: "Deflate"}
"""Compressions of TIFF whose pixels do not depend on the decoder."""
END_OF_JPEG = b"\xff\xd9"
GPU_NOTE = "decoded on the GPU by nvImageCodec"
JPEG_NOTE = "; some values of a JPEG may differ from those that the processor decodes (rounding of its transforms)"


class NvImageCodecSource:
    """
    A picture file that a GPU decodes, if it can.

    Whether it can is known only when it has: `info` decodes, unlike that of other sources.

    Parameters
    ----------
    file : StillSource
        The file as the processor would read it, which it does where the GPU does not.

    Raises
    ------
    MissingExtraError, DeviceError
        When asked for `info`: nvImageCodec or numba-cuda is not installed, or there is no usable GPU.
    """

    def __init__(self, file: StillSource) -> None:
        self.name = file.name
        self._file = file
        self._info: Info | None = None
        self._there: DeviceSource | None = None

    @property
    def info(self) -> Info:
        """What the header says, where the pixels are, and what decoded them."""
        if self._info is None:  # no cached property: in Python 3.11, threads would decode by turns
            self._info = self._begin()
        return self._info

    def read(self) -> Any:
        """Return the pixels where they are; or let the processor decode them."""
        _ = self.info
        return self._file.read() if self._there is None else self._there.read()

    def close(self) -> None:
        """Close the file, and let go of its pixels."""
        self._file.close()
        self._info = self._there = None

    def _begin(self) -> Info:
        header = self._file.info
        try:
            check_decoder()
            objection = guarded(self.name, lambda: _objection(self._file.decoder))
            if objection is not None:
                return _with_note(header, Remark(f"decoded on the processor: {objection}"))
            is_jpeg = isinstance(self._file.decoder, PillowDecoder)
            self._there = _decoded(self._file.encoded(), header, is_jpeg)
        except (_NotDecodedError, LostDeviceError) as error:
            return _with_note(header, f"decoded on the processor: {one_line(error)}")
        self._file.close()
        there = replace(header, is_contiguous=self._there.info.is_contiguous, is_on_device=True)
        return _with_note(there, Remark(GPU_NOTE + JPEG_NOTE * is_jpeg))


class _NotDecodedError(Exception):
    """The GPU did not decode a file, and why."""


def _with_note(info: Info, note: str) -> Info:
    return replace(info, notes=(*info.notes, note))


def load_nvimagecodec() -> ModuleType:
    """
    Return the module of nvImageCodec.

    Raises
    ------
    MissingExtraError
        It is not installed, or cannot be imported.
    """
    try:
        return importlib.import_module("nvidia.nvimgcodec")
    except ImportError as error:
        raise MissingExtraError(f"decoding on a GPU needs nvImageCodec ({error}); {INSTALL}") from error


def check_decoder() -> None:
    """
    Say whether files can be decoded on a GPU.

    Raises
    ------
    MissingExtraError
        nvImageCodec or numba-cuda is not installed.
    DeviceError
        There is no usable GPU.
    """
    load_nvimagecodec()
    get_device()


_this_thread = threading.local()  # nvImageCodec's own tests have a decoder for each thread; making one takes long


def _decoder(module: ModuleType) -> Any:
    """
    Return the decoder of this thread.

    It works by CUDA alone: what the processor would decode is left to the faster decoders of ours, and the JPEG engine,
    which only some GPUs have, to others, so that the same file has the same pixels on all of them.
    """
    if not hasattr(_this_thread, "decoder"):
        kinds = module.BackendKind
        try:
            _this_thread.decoder = module.Decoder(
                device_id=get_device().number,
                max_num_cpu_threads=1,
                backends=[module.Backend(kind) for kind in (kinds.GPU_ONLY, kinds.HYBRID_CPU_GPU)],
                options=OPTIONS,
            )
        except RuntimeError as error:
            raise DeviceError(f"nvImageCodec cannot use the GPU ({one_line(error)}); give decoder='cpu'") from error
    return _this_thread.decoder


def _decoded(encoded: bytes, header: Info, is_jpeg: bool) -> DeviceSource:
    """Decode a file on the GPU, on the default stream; raise if that gives anything unexpected."""
    if is_jpeg and not encoded.endswith(END_OF_JPEG):
        raise _NotDecodedError("the end of the JPEG is missing")
    module = load_nvimagecodec()
    decoder = _decoder(module)
    try:
        wanted = module.DecodeParams(
            apply_exif_orientation=False,
            color_spec=getattr(module.ColorSpec, COLOR_SPECS[header.format.channels]),
            allow_any_depth=False,
        )
        image = decoder.decode(module.CodeStream(encoded), params=wanted)
        there = None if image is None else DeviceSource(image, Reading())
    except Exception as error:  # of CUDA, of a library, of what the file holds
        raise _NotDecodedError(f"nvImageCodec failed ({one_line(error)})") from error
    if there is None:
        raise _NotDecodedError("nvImageCodec could not decode it")
    found = there.info
    if (found.height, found.width, found.format) != (header.height, header.width, header.format):
        raise _NotDecodedError(f"nvImageCodec returned {found.width} x {found.height} pixels, {found.format}")
    return there


def _objection(decoder: Decoder) -> str | None:
    """Return why the processor is to decode a file, from its header; None where a GPU is to give the same pixels."""
    if decoder.info.notes:
        return "it holds several pictures"
    if not decoder.info.is_contiguous:
        return "its pixels are to be turned, or lie plane by plane"
    if isinstance(decoder, TiffDecoder):
        return _objection_to_page(decoder.page)
    assert isinstance(decoder, PillowDecoder)
    return _objection_to_image(decoder.image)


def _objection_to_image(image: "Image.Image") -> str | None:
    if image.format == "TIFF":
        return "it is none of the plain kinds of TIFF"
    if image.format != "JPEG":
        return f"a GPU decodes JPEG and TIFF, and this is {image.format}"
    if image.mode not in ("L", "RGB"):
        return f"its pixels are {image.mode}"
    letters = tuple(map(ord, "RGB"))
    numbers = tuple(component[0] for component in getattr(image, "layer", ()))
    if image.mode == "RGB" and (image.info.get("adobe_transform") == 0 or numbers == letters):
        return "a JPEG of RGB, which nvImageCodec would take for YCbCr"
    return None


def _objection_to_page(page: "tifffile.TiffPage") -> str | None:
    bits, samples = page.bitspersample, page.samplesperpixel
    if (page.photometric, samples) not in ((MIN_IS_BLACK, 1), (RGB, 3), (RGB, 4)) or page.dtype != "uint8" or bits != 8:
        kind = getattr(page.photometric, "name", page.photometric)
        return f"its pixels are {kind} of {samples} x {bits} bits"
    if page.compression not in LOSSLESS:
        return f"its compression is {getattr(page.compression, 'name', page.compression)}"
    if page.extrasamples == (ASSOCIATED_ALPHA,):
        return "its colours are multiplied by alpha"
    return "its bits are reversed" if page.fillorder != 1 else None

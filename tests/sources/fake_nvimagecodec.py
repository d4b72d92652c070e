"""
A stand-in for the module ``nvidia.nvimgcodec``, for tests without a GPU.

It decodes by Pillow into the memory of the device that tests search on, and remembers what it was asked for. As the
real one does by CUDA alone, it decodes nothing but JPEG and TIFF, and returns None for what it cannot decode.
"""

import io
import types
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from pixgrep.gpu.device import get_device

MODES = {"GRAY": "L", "SRGB": "RGB"}


class Image:
    """Decoded pixels on the device; rows may end in padding, as those of nvImageCodec."""

    def __init__(self, pixels: np.ndarray, padding: int = 0) -> None:
        height, width, channels = pixels.shape
        pitch = width * channels + padding
        rows = np.full((height, pitch), 0xEE, np.uint8)
        rows[:, : width * channels] = pixels.reshape(height, -1)
        device = get_device()
        self.memory = device.allocate(rows.nbytes)
        device.upload(self.memory, rows)
        self.addresses = range(self.memory.address, self.memory.address + rows.nbytes)
        self.__cuda_array_interface__ = {
            "shape": pixels.shape,
            "strides": (pitch, channels, 1) if padding else None,
            "typestr": "|u1",
            "data": (self.memory.address, False),
            "version": 3,
            "stream": 1,
        }

    def __dlpack_device__(self) -> tuple[int, int]:
        return 2, 0


class FakeNvImageCodec(types.ModuleType):
    """
    The module.

    Attributes
    ----------
    decoders : list of dict
        How each decoder was made.
    asked : list of dict
        What each picture was to be decoded to.
    images : list of Image
        What was decoded.
    fault : exception, None, or callable
        What becomes of every picture: it is raised; nothing goes wrong; or called with the pixels, for what to return.
    padding : int
        Bytes at the end of each row.
    """

    def __init__(self) -> None:
        super().__init__("nvidia.nvimgcodec")
        self.decoders: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.images: list[Any] = []
        self.fault: Any = None
        self.padding = 0
        self.BackendKind = types.SimpleNamespace(
            GPU_ONLY="gpu", HYBRID_CPU_GPU="hybrid", CPU_ONLY="cpu", HW_GPU_ONLY="hw"
        )
        self.ColorSpec = types.SimpleNamespace(GRAY="GRAY", SRGB="SRGB", UNCHANGED="UNCHANGED")
        self.Backend = lambda kind: kind
        self.DecodeParams = lambda **wanted: wanted
        self.CodeStream = lambda content: bytes(content)

    def Decoder(self, **options: Any) -> "_Decoder":  # noqa: N802  # its name
        self.decoders.append(options)
        return _Decoder(self)


class _Decoder:
    def __init__(self, module: FakeNvImageCodec) -> None:
        self.module = module

    def decode(self, stream: bytes, *, params: dict[str, Any]) -> Image | None:
        module = self.module
        module.asked.append(params)
        if isinstance(module.fault, Exception):
            raise module.fault
        picture = PillowImage.open(io.BytesIO(stream))
        if picture.format not in ("JPEG", "TIFF"):
            return None
        pixels = np.asarray(picture.convert(MODES.get(params["color_spec"], picture.mode)))
        pixels = pixels[:, :, np.newaxis] if pixels.ndim == 2 else pixels
        found = module.fault(pixels) if module.fault else Image(pixels, module.padding)
        module.images.append(found)
        return found

import struct
import zlib
from typing import Protocol

import pytest


class WritePng(Protocol):
    def __call__(
        self, width: int, height: int, depth: int, color: int, rows: list[bytes], *chunks: tuple[bytes, bytes]
    ) -> bytes: ...


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.fixture
def write_png() -> WritePng:
    """Return a writer of PNG files of kinds that Pillow does not write; chunks stand before the pixels."""

    def write(
        width: int, height: int, depth: int, color: int, rows: list[bytes], *chunks: tuple[bytes, bytes]
    ) -> bytes:
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
        before = b"".join(chunk(*one) for one in chunks)
        pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
        return b"\x89PNG\r\n\x1a\n" + header + before + pixels + chunk(b"IEND", b"")

    return write

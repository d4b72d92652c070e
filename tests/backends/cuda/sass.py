"""
Kernels as machine code, made without a GPU: what a launch would load there, option by option.

``python -m tests.backends.cuda.sass`` writes `golden.json` anew, the table that the tests hold every kernel against:
change it only together with a kernel, and read the difference.

numba-cuda asks for the current device in two places; here both get an answer. These are private names: its version is
pinned, and a version in which they have moved fails here with a clear text.
"""

import json
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numba
import numpy as np
from cuda import pathfinder
from numba.cuda import codegen, dispatcher

from pixgrep.backends.cuda.launching import match_on_device
from pixgrep.backends.cuda.program import DeviceProgram
from pixgrep.backends.cuda.tables import census_on_device, label_on_device
from pixgrep.compile import compile_program
from pixgrep.components import Rule
from pixgrep.expressions import to_queries
from pixgrep.gpu.device import Memory
from pixgrep.model import DevicePixels, PixelFormat
from tests.simt.gpu import EngineDevice

CAPABILITIES = ((7, 5), (8, 0), (8, 6), (8, 9), (9, 0), (10, 0), (12, 0))
GOLDEN = Path(__file__).with_name("golden.json")
INSTRUCTION = re.compile(r"/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][A-Z0-9_.]*)([^;]*)")
FAMILIES = {
    "wide loads": r"LDG\S*\.128",
    "wide stores": r"STG\S*\.128",
    "other loads": r"LDG(?!\S*\.128)",
    "other stores": r"STG(?!\S*\.128)",
    "shared": r"(LDS|STS)\b",
    "barriers": r"BAR\b",
    "shuffles": r"SHFL\b",
    "votes": r"VOTEU?\b",
    "atomics": r"(RED|REDG|ATOM|ATOMG)\b",
    "shared atomics": r"ATOMS\b",
    "local": r"(LDL|STL)\b",
}
FLOAT = re.compile(r"(F|D|H)(ADD|MUL|FMA|SETP?|SEL|MNMX|CHK|SWZADD|RND)\d*\b|MUFU|I2F|F2I|F2F|I2FP|HMMA|DMMA")
CONSTANT = re.compile(r"\s*R\d+, -RZ, RZ,")
"""``HFMA2 R1, -RZ, RZ, ...``: how some architectures put a constant into a register, on the pipe that is free."""


class RecordingDevice(EngineDevice):
    """
    A device that does nothing but note the types of the arguments of each kernel.

    Attributes
    ----------
    signatures : dict from kernel to tuple
        Types, as a launch would have them compiled.
    """

    def __init__(self) -> None:
        super().__init__()
        self.signatures: dict[Any, tuple[Any, ...]] = {}

    def allocate(self, size: int) -> Memory:
        return Memory(1 << 20, size, None)

    def begin_upload(self, memory: Memory, data: np.ndarray) -> None:
        pass

    def begin_download(self, memory: Memory, data: np.ndarray) -> None:
        data[...] = 1

    def clear(self, memory: Memory) -> None:
        pass

    def launch(self, kernel: Any, blocks: int, threads: int, *arguments: Any) -> None:
        signature = tuple(map(numba.typeof, arguments))
        assert self.signatures.setdefault(kernel, signature) == signature, "one kernel, one signature"


def signatures() -> dict[Any, tuple[Any, ...]]:
    """Return every kernel with the types of its arguments, as searching launches it."""
    device = RecordingDevice()
    format = PixelFormat("uint8", 3)
    pixels = DevicePixels(1 << 20, (480, 640, 3), (1920, 3, 1), "uint8", None)
    strided = DevicePixels(1 << 20, (480, 640, 3), (4096, 3, 1), "uint8", None)
    planes = DevicePixels(1 << 20, (480, 640, 3), (640, 1, 480 * 640), "uint8", None)
    for query, picture in ((["red", "lime"], pixels), (["#123456"], strided), (["red", "lime"], planes)):
        for within in (0, 9):
            program = DeviceProgram(compile_program(to_queries(query, within), format), device)
            bits = match_on_device(device, picture, program)
            bits.masks(), bits.coordinates((0, 0), np.int32), bits.first_colors(), bits.part(0, (1, 1))
            bits.components(0, Rule()), bits.label_map(Rule(4), [np.ones(1, np.int64)] * bits.colors)
    grey = DevicePixels(1 << 20, (480, 640, 1), (640, 1, 1), "uint8", None)
    for picture, entries in ((pixels, 1 << 24), (strided, 1 << 24), (grey, 256)):
        label_on_device(device, picture, np.zeros(entries, np.uint8))
        census_on_device(device, picture, entries)
    return device.signatures


@contextmanager
def pretend(capability: tuple[int, int]) -> Iterator[None]:
    """Let numba-cuda believe that there is a GPU of this compute capability."""
    device = SimpleNamespace(compute_capability=capability, id=0)
    context = SimpleNamespace(get_context=lambda *_: SimpleNamespace(device=device))
    try:
        with (
            mock.patch.object(dispatcher, "get_current_device", return_value=device),
            mock.patch.object(codegen, "devices", context),
        ):
            yield
    except AttributeError as error:
        raise RuntimeError(f"numba-cuda has moved what it asks for the device: {error}") from error


def machine_code(kernel: Any, signature: tuple[Any, ...], capability: tuple[int, int]) -> tuple[str, str]:
    """Return a kernel's machine code, and what it uses, as the tools of CUDA print them."""
    with pretend(capability):
        compiled = dispatcher._Kernel(kernel.py_func, signature, **kernel.targetoptions)
        suffix = "a" if capability >= (9, 0) else ""
        cubin = compiled._codelibrary.get_cubin(cc=(*capability, suffix)).code
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(cubin)
        file.flush()
        return _run("nvdisasm", "-c", file.name), _run("cuobjdump", "-res-usage", file.name)


def _run(tool: str, *arguments: str) -> str:
    path = pathfinder.find_nvidia_binary_utility(tool)
    assert path, f"{tool} is not installed: the packages nvidia-cuda-nvdisasm and nvidia-cuda-cuobjdump have it"
    return subprocess.run([path, *arguments], capture_output=True, text=True, check=True).stdout


def summary(kernel: Any, signature: tuple[Any, ...], capability: tuple[int, int]) -> dict[str, int]:
    """Return what matters of a kernel's machine code: registers, stack, instructions of each family."""
    code, usage = machine_code(kernel, signature, capability)
    found = re.search(r"REG:(\d+) STACK:(\d+)", usage)
    assert found, usage
    instructions = INSTRUCTION.findall(code)
    assert instructions, code[:500]
    counts = Counter(
        name for opcode, _ in instructions for name, pattern in FAMILIES.items() if re.match(pattern, opcode)
    )
    floats = [opcode for opcode, rest in instructions if FLOAT.match(opcode) and not CONSTANT.match(rest)]
    return {
        "registers": int(found[1]),
        "stack": int(found[2]),
        "instructions": sum(opcode != "NOP" for opcode, _ in instructions),
        **{name: counts[name] for name in FAMILIES},
        "float": len(floats),
    }


def name_of(capability: tuple[int, int]) -> str:
    return "sm_{}{}".format(*capability)


def main() -> None:
    """Write the golden table."""
    table = {
        kernel.py_func.__name__: {name_of(cc): summary(kernel, signature, cc) for cc in CAPABILITIES}
        for kernel, signature in signatures().items()
    }
    lines = (
        f'"{name}": {{\n'
        + ",\n".join(f'  "{architecture}": {json.dumps(row)}' for architecture, row in rows.items())
        + "\n}"
        for name, rows in sorted(table.items())
    )
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()

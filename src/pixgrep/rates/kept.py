"""
The rates of this machine as `pixgrep doctor --measure` left them, read at most once in a process.

They are for the processor, the cores, the packages and the GPU that they were measured with; where one of them is
another now, the built-in rates are used, and say so. Nothing that is wrong with the file stops a search.
"""

import dataclasses
import json
import math
import os
import platform
import threading
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pixgrep.rates import BUILT_IN, GpuSpeed, Rates, Speed
from pixgrep.storage import load, private_folder, save

FOLDER, FILE = "rates", "rates"
PACKAGES = ("pixgrep", "numpy", "numba", "numba-cuda")
DRIVER = Path("/proc/driver/nvidia")


class _Known:
    """The rates of this process, once they were read."""

    lock = threading.Lock()
    rates: Rates | None = None


def usable_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def rates_at_hand() -> Rates | None:
    """Return the rates of this process if they were read already."""
    return _Known.rates


def known_rates() -> Rates:
    """Return the rates that were measured on this machine, or those built in; read once in a process."""
    with _Known.lock:
        if _Known.rates is None:
            _Known.rates = _read_rates()
        return _Known.rates


def forget_rates() -> None:
    """Read the rates anew when they are asked for next: those in the file were replaced."""
    with _Known.lock:
        _Known.rates = None


def forget_gpu() -> None:
    """Move no more pictures to the GPU in this process: it is gone, or failed."""
    with _Known.lock:
        rates = _Known.rates
        if rates is not None and rates.gpu is not None:
            _Known.rates = dataclasses.replace(
                rates, gpu=None, origin=f"{rates.origin}; the GPU cannot be used any more"
            )


def _read_rates() -> Rates:
    """Return what the file says, or the built-in rates, whose `origin` says why."""
    path = rates_file()
    if path is None or not os.path.exists(path):  # of Path, it raises where the folder cannot be read
        return BUILT_IN
    try:
        kept = json.loads(load(path) or b"")
        day, machine = kept["measured"], dict(kept["machine"])
        rates = dataclasses.replace(_restored(kept["rates"]), origin=f"measured on this machine on {day}")
    except (ValueError, KeyError, TypeError):
        return _built_in("what was measured cannot be read")
    for name, now in facts_of_machine().items():
        if machine.get(name) != now:
            return _built_in(f"those of {day} are for {name} {machine.get(name) or 'none'}, not {now or 'none'}")
    return rates


def keep_rates(rates: Rates) -> Path | None:
    """Keep rates for all processes to come; return the file, or None where none can be written."""
    content = {"measured": str(date.today()), "machine": facts_of_machine(), "rates": dataclasses.asdict(rates)}
    path, text = rates_file(), json.dumps(content, indent=1).encode()
    if path is None:
        return None
    save(path, text)
    forget_rates()
    return path if load(path) == text else None


def rates_file() -> Path | None:
    """Return where rates are kept; None where nothing can be kept."""
    folder = private_folder(FOLDER)
    return folder and folder / FILE


@cache
def facts_of_machine() -> dict[str, str]:
    """Return all that rates depend on."""
    facts = {"processor": processor(), "cores": str(usable_cores()), "GPU": _gpu()}
    return facts | {package: version_of(package) for package in PACKAGES}


def version_of(package: str) -> str:
    """Return which version of a package is installed; "" where none is."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def processor() -> str:
    """Return what the processor calls itself."""
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _gpu() -> str:
    """
    Return the GPUs and their driver as Linux lists them, without loading CUDA; "" where it does not.

    Elsewhere a GPU that is not there any more comes to light when a picture is moved to it, and the processor goes on.
    """
    texts = [os.environ.get("CUDA_VISIBLE_DEVICES", "")]
    with suppress(OSError):
        texts.append((DRIVER / "version").read_text(errors="replace").partition("\n")[0])
        for path in sorted(DRIVER.glob("gpus/*/information")):
            texts += [line for line in path.read_text(errors="replace").splitlines() if line.startswith("Model")]
    return " ".join(" ".join(texts).split())


def _built_in(note: str) -> Rates:
    return dataclasses.replace(BUILT_IN, origin=f"built in; {note}")


def _restored(content: dict[str, Any]) -> Rates:
    gpu = content["gpu"]
    return Rates(
        numpy=_speed(content["numpy"]),
        cpu=_speed(content["cpu"]),
        memory=_seconds(content["memory"]),
        gpu=gpu
        and GpuSpeed(str(gpu["name"]), _speed(gpu["there"]), _seconds(gpu["upload"]), _seconds(gpu["download"])),
    )


def _speed(content: dict[str, Any]) -> Speed:
    return Speed(**{field.name: _seconds(content[field.name]) for field in dataclasses.fields(Speed)})


def _seconds(value: Any) -> float:
    """Return a time; ValueError where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError(f"{value!r} is no time in seconds")
    return float(value)

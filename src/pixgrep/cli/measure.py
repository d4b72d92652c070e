"""``pixgrep doctor --measure``: measure this machine, print the rates, keep them for the plans to come."""

from collections.abc import Iterator

from pixgrep.cli.main import MATCHED, put, say
from pixgrep.rates import Rates, Speed

ROWS = (
    *(("loading", "s", 1.0), ("call", "us a tile", 1e6), ("term", "us a tile and term", 1e6)),
    *(("byte", "ns a byte read", 1e9), ("exact", "ns a pixel and colour", 1e9), ("box", "ns a pixel and range", 1e9)),
    *(("table", "ns a pixel and table", 1e9), ("label", "ns a pixel labelled", 1e9)),
    *(("census", "ns a pixel counted", 1e9), ("shared", "of 1 shared by threads", 1.0)),
)
"""Rates as people read them: name, unit, and how many units a second has."""
NOT_FOR_GPUS = ("label", "census", "shared")


def measure() -> int:
    """Measure, print and keep; return the exit status."""
    from pixgrep import measuring
    from pixgrep.rates.kept import keep_rates

    say("measuring for some seconds; leave the machine alone meanwhile")
    rates, no_gpu = measuring.measure()
    for line in _lines(rates):
        put(line)
    if no_gpu:
        put(f"gpu       not measured: {no_gpu}")
    path = keep_rates(rates)
    kept = f"kept in {path}" if path else "not kept: no private folder can be written to; set PIXGREP_CACHE to one"
    put(f"rates     {kept}")
    return MATCHED


def _lines(rates: Rates) -> Iterator[str]:
    """Yield the rates as a table, a line each, then what is not of one backend."""
    speeds: dict[str, Speed] = {"numpy": rates.numpy, "cpu": rates.cpu}
    if rates.gpu is not None:
        speeds["gpu"] = rates.gpu.there
    yield "rate     " + "".join(f"{name:>10}" for name in speeds) + "   unit"
    for rate, unit, factor in ROWS:
        cells = (
            "-" if name == "gpu" and rate in NOT_FOR_GPUS else f"{factor * getattr(speed, rate):.3g}"
            for name, speed in speeds.items()
        )
        yield f"{rate:<9}" + "".join(f"{cell:>10}" for cell in cells) + f"   {unit}"
    yield f"memory    {_speed(rates.memory)}, for all threads together"
    if rates.gpu is not None:
        yield f"upload    {_speed(rates.gpu.upload)}, to {rates.gpu.name}"
        yield f"download  {_speed(rates.gpu.download)}"
        yield f"there     {_speed(rates.gpu.there.byte)}, searching what is in the memory of the GPU"


def _speed(seconds: float) -> str:
    """Return a time for each byte as gigabytes a second."""
    return f"{1e-9 / seconds:.3g} GB/s" if seconds else "too fast to be measured"

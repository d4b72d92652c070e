"""``pixgrep doctor --measure``, on pictures so small that the engine, a GPU made of Python, is measured, too."""

import re
from functools import partial
from importlib.util import find_spec

import pytest

from pixgrep import measuring
from pixgrep.cli.commands import doctor
from pixgrep.errors import DeviceError
from pixgrep.plan import make_plan, this_machine
from pixgrep.rates import kept
from tests.test_plan import ONE


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A place of its own for rates, and little to measure; kernels are those of all tests."""
    tiny = partial(measuring.Effort, small=(2, 8), large=(16, 40), runs=1, shortest=0.0, processes=0)
    monkeypatch.setattr(measuring, "Effort", tiny)
    monkeypatch.setattr(kept, "rates_file", lambda: tmp_path / "rates")
    kept.forget_rates()
    yield tmp_path / "rates"
    kept.forget_rates()


def run(capfd, *arguments):
    """Return the status and what was printed."""
    status = doctor.main(list(arguments), standalone_mode=False)
    return status, capfd.readouterr()


@pytest.mark.skipif(find_spec("numba_cuda") is None, reason="numba-cuda is not installed")
def test_rates_are_printed_with_units_kept_and_used(file, capfd):
    status, printed = run(capfd, "--measure")
    assert status == 0
    assert "measuring for some seconds" in printed.err
    lines = printed.out.splitlines()
    assert re.fullmatch(r"rate +numpy +cpu +gpu   unit", lines[0])
    rows = {line.split()[0]: line for line in lines[1:]}
    assert re.fullmatch(r"exact +\S+ +\S+ +\S+   ns a pixel and colour", rows["exact"])
    assert re.fullmatch(r"census +\S+ +\S+ +-   ns a pixel counted", rows["census"])
    assert {"loading", "call", "term", "byte", "box", "table", "label", "memory", "upload", "download"} <= set(rows)
    assert rows["rates"] == f"rates     kept in {file}"
    machine = this_machine()
    assert machine.rates is None or machine.rates.gpu is not None
    plan = make_plan(ONE, 10**9, machine)
    assert plan.origin.startswith("measured on this machine on ")
    assert [cost.backend for cost in plan.costs] == ["numpy", "cpu", "cuda"]


def test_without_a_gpu_it_says_why(file, capfd, monkeypatch):
    def fail():
        raise DeviceError("there is no GPU, the test says")

    monkeypatch.setattr(measuring, "get_device", fail)
    status, printed = run(capfd, "--measure")
    assert status == 0
    assert "gpu       not measured: there is no GPU, the test says" in printed.out
    assert re.search(r"^rate +numpy +cpu   unit$", printed.out, re.MULTILINE)
    assert kept.known_rates().gpu is None


def test_where_nothing_can_be_kept_it_says_so(file, capfd, monkeypatch):
    monkeypatch.setattr(kept, "rates_file", lambda: None)
    status, printed = run(capfd, "--measure")
    assert status == 0
    assert "rates     not kept: no private folder can be written to; set PIXGREP_CACHE to one" in printed.out


def test_the_doctor_says_where_rates_are_from(file, capfd, monkeypatch):
    monkeypatch.setattr("pixgrep.cli.doctor.CHECKS", (("rates", find_check("rates")),))
    _, printed = run(capfd)
    assert "rates        built in; pixgrep doctor --measure measures this machine\n" in printed.out
    run(capfd, "--measure")
    _, printed = run(capfd)
    assert re.search(r"^rates        measured on this machine on [-\d]{10}; .* measures it anew$", printed.out, re.M)
    file.write_bytes(b"damaged")
    kept.forget_rates()
    status, printed = run(capfd)
    assert status == 0
    assert "rates        built in; what was measured cannot be read; " in printed.out


def find_check(name):
    from pixgrep.cli.doctor import CHECKS

    return dict(CHECKS)[name]

"""Pictures of CuPy, PyTorch, JAX and Numba, also where their streams are still busy; answers handed to them."""

import importlib
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pixgrep as pg
from benchmarks.gpu.cases import Question, differences, pixels_for, questions, same
from benchmarks.gpu.lab import Lab
from benchmarks.gpu.report import Report
from pixgrep.components import Rule

SHAPE = (2003, 3001)
ROUNDS = 20
DELAY = 40
"""Passes over a picture that keep a stream busy: the search must wait for them."""


class Elsewhere:
    """An array of a library that pixgrep does not know: all that is seen of it is DLPack."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __dlpack_device__(self) -> Any:
        return self._array.__dlpack_device__()

    def __dlpack__(self, **options: Any) -> Any:
        return self._array.__dlpack__(**options)


def load(name: str, report: Report) -> Any:
    """Return a library that can use the device, or None."""
    try:
        module = importlib.import_module(name)
        is_usable = module.cuda.is_available() if hasattr(module, "cuda") else module.default_backend() == "gpu"
    except Exception as error:  # whatever a foreign library raises while it is loaded
        report.skip(f"{name}: {type(error).__name__}: {' '.join(str(error).split())[:200]}")
        return None
    if not is_usable:
        report.skip(f"{name}: it finds no GPU")
        return None
    return module


def run(lab: Lab, report: Report) -> None:
    """Compare with every library that is there."""
    if lab.is_dry:
        report.skip("CuPy, PyTorch and Numba: a device of Python cannot hold their arrays")
        return
    random = np.random.default_rng(7)
    question = questions(random, 3)[2]
    pixels = pixels_for(random, question, SHAPE, 3, "uint8")
    expected = pg.find(pixels, question.colors, backend="numpy")
    report.part("pictures of Numba", _numba, lab, report, question, pixels, expected)
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # JAX would take most of the memory
    for name, part in (("cupy", _cupy), ("torch", _torch), ("jax", _jax)):
        module = load(name, report)
        if module is not None:
            report.part(f"pictures of {name}", part, module, report, question, pixels, expected)


def _compare(report: Report, question: Question, there: Any, expected: pg.Matches, text: str) -> pg.Matches:
    found = pg.find(there, question.colors, backend="cuda")
    wrong = differences(found, expected)
    bits, rule = expected.bits.host, Rule()
    labels = [1 + np.arange(len(bits.components(None, rule)))]
    wrong += [] if same(found.bits.label_map(rule, labels), bits.label_map(rule, labels)) else ["labels"]
    report.expect(not wrong, f"{text}: {', '.join(wrong)}")
    return found


def _numba(lab: Lab, report: Report, question: Question, pixels: NDArray[np.uint8], expected: pg.Matches) -> None:
    _compare(report, question, lab.array(pixels), expected, "an array of Numba")
    part = pg.find(pixels[5:900:3, 7:1001], question.colors, backend="numpy")
    _compare(report, question, lab.array(pixels)[5:900:3, 7:1001], part, "a slice of an array of Numba")


def _cupy(cupy: Any, report: Report, question: Question, pixels: NDArray[np.uint8], expected: pg.Matches) -> None:
    hits = _compare(report, question, cupy.asarray(pixels), expected, "an array of CuPy")
    _compare(report, question, cupy.asarray(pixels[::-1])[::-1], expected, "a view of an array of CuPy")
    report.expect(isinstance(hits.xy, cupy.ndarray), "places in an array of CuPy are one")
    source = cupy.asarray(pixels)
    ours = pg.find(Elsewhere(source), question.colors, backend="cuda")
    report.expect(same(cupy.asarray(ours.mask).get(), expected.mask), "cupy.asarray(mask)")
    report.expect(same(cupy.asarray(ours.xy).get(), expected.xy), "cupy.asarray(xy)")
    report.expect(same(cupy.from_dlpack(ours.xy).get(), expected.xy), "cupy.from_dlpack(xy)")
    stream = cupy.cuda.Stream(non_blocking=True)

    def produce() -> Any:
        with stream:
            picture = cupy.zeros_like(source)
            for number in range(DELAY):
                picture ^= np.uint8(number)
            picture[...] = source
            return _found_in(picture, question)

    _many(report, expected, produce, "a picture that a stream of CuPy is still making")


def _torch(torch: Any, report: Report, question: Question, pixels: NDArray[np.uint8], expected: pg.Matches) -> None:
    source = torch.from_numpy(pixels).cuda()
    hits = _compare(report, question, source, expected, "a tensor of PyTorch")
    _compare(report, question, source.permute(2, 0, 1).contiguous().permute(1, 2, 0), expected, "a view of a tensor")
    report.expect(isinstance(hits.xy, torch.Tensor), "places in a tensor are a tensor")
    ours = pg.find(Elsewhere(source), question.colors, backend="cuda")
    report.expect(same(torch.from_dlpack(ours.xy).cpu().numpy(), expected.xy), "torch.from_dlpack(xy)")
    report.expect(same(torch.from_dlpack(ours.mask).cpu().numpy(), expected.mask), "torch.from_dlpack(mask)")
    report.expect(same(torch.as_tensor(ours.xy, device="cuda").cpu().numpy(), expected.xy), "torch.as_tensor(xy)")
    planar = pg.find(source.permute(2, 0, 1).contiguous(), question.colors, backend="cuda", layout="chw")
    wrong = differences(planar, expected)
    report.expect(not wrong, f"a planar tensor: {', '.join(wrong)}")
    stream = torch.cuda.Stream()
    torch.cuda.synchronize()

    def produce() -> Any:
        with torch.cuda.stream(stream):
            picture = torch.zeros_like(source)
            for number in range(DELAY):
                picture ^= number
            picture.copy_(source)
            return _found_in(picture, question)

    _many(report, expected, produce, "a picture that a stream of PyTorch is still making")


def _jax(jax: Any, report: Report, question: Question, pixels: NDArray[np.uint8], expected: pg.Matches) -> None:
    hits = _compare(report, question, jax.numpy.asarray(pixels), expected, "an array of JAX")
    report.expect(isinstance(hits.xy, jax.Array), "places in an array of JAX are one")


def _found_in(picture: Any, question: Question) -> tuple[pg.Matches, Any]:
    return pg.find(picture, question.colors, backend="cuda"), picture


def _many(report: Report, expected: pg.Matches, produce: Callable[[], Any], text: str) -> None:
    """Search pictures that are not ready when the search begins, several times."""
    wrong = 0
    for _ in range(ROUNDS):
        found, picture = produce()
        wrong += found.counts.tolist() != expected.counts.tolist() or not same(found.xy, expected.xy)
        del picture
    report.expect(not wrong, f"{text}: {wrong} of {ROUNDS} answers are wrong, the search does not wait for the stream")

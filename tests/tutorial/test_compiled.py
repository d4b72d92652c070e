"""Every kernel of every page is what Numba compiles, for the GPU that notebook services lend and for a large one."""

from typing import Any

import numba
import numpy as np
import pytest

from tests.tutorial.pages import pages, type_page

pytest.importorskip("numba_cuda")

from tests.tutorial.compiled import for_gpu, signature
from tests.tutorial.stand_in import stand_in

T4 = (7, 5)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_the_kernels_of_a_page_compile_without_floating_point(page):
    sass = pytest.importorskip("tests.backends.cuda.sass")
    names: dict[str, Any] = {}
    with stand_in() as device:
        assert all(block.fits(shown) for block, shown in type_page(page, names))
    kernels = {(kernel, signature(arguments)) for kernel, arguments in device.launches}
    assert bool(kernels) == (page.stem[:2] not in ("01", "13"))
    for kernel, types in kernels:
        made = sass.summary(for_gpu(kernel), types, T4)
        assert made["float"] == 0, kernel
        assert made["stack"] == 0, kernel
        if kernel is names.get("find_wide"):
            assert (made["wide loads"], made["other loads"]) == (3, 0)
            assert made["instructions"] < 10 * 16, "as page 12 says"
        if kernel is names.get("find_by_words"):
            assert made["other loads"] == 12


def test_four_pixels_from_three_words_as_compiled_code_does_it():
    page = next(page for page in pages() if page.stem.startswith("07"))
    names: dict[str, Any] = {}
    with stand_in():
        list(type_page(page, names))
    quad_bits = numba.njit(names["quad_bits"].py_func)
    pixels = np.random.default_rng(0).choice([0, 255], (4000, 3)).astype(np.uint8)
    words = pixels.reshape(-1).view(np.uint32).reshape(-1, 3)
    found = [quad_bits(*three, np.uint32(0xFF00FF)) for three in words]
    hits = (pixels == (255, 0, 255)).all(axis=1).reshape(-1, 4)
    assert found == (hits @ [1, 2, 4, 8]).tolist()

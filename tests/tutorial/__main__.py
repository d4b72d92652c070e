"""
A Python prompt for the tutorial, with a GPU or without: ``python -i -m tests.tutorial``.

With pages as arguments it types these first, and says where they show anything else than they promise.
"""

import sys
from pathlib import Path

from pixgrep.errors import PixgrepError
from pixgrep.gpu.toolchain import load_numba_cuda
from tests.tutorial.pages import type_page
from tests.tutorial.stand_in import use


def has_gpu() -> bool:
    """Return whether numba-cuda is here, and a GPU."""
    try:
        return bool(load_numba_cuda().is_available())
    except PixgrepError:
        return False


def main() -> None:
    """Choose who stands behind `numba.cuda`, and type pages; their names become those of the prompt."""
    if has_gpu():
        print("This machine has a GPU: numba.cuda is Numba's.")
    else:
        use()
        print(
            "No GPU here: numba.cuda is a stand-in that runs kernels thread by thread, slowly, and checks each access."
        )
    for argument in sys.argv[1:]:
        for block, shown in type_page(Path(argument), globals()):
            print(block.code, shown, sep="\n")
            if not block.fits(shown):
                print(f"{argument}:{block.line}: the page says\n{block.shown}")


main()

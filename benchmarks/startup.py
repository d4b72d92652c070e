"""What a process costs before it searches: the import, and the whole command line on a small picture."""

import importlib.util
import tempfile
from pathlib import Path

from PIL import Image

from benchmarks import photo, processes
from benchmarks.section import Section, close, section
from benchmarks.timing import Effort

COLOR = "#ff8800"
NUMPY, IMPORT = "import numpy", "import pixgrep"


def startup(effort: Effort) -> Section:
    """Time fresh processes in turn."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.png"
        pixels = photo.small(300, 400)
        pixels[100, 200] = (255, 136, 0)
        Image.fromarray(pixels).save(picture)
        commands = {
            IMPORT: processes.python(IMPORT),
            "find in a file, by Python": processes.python(
                "import sys, pixgrep as pg; pg.find(sys.argv[1], sys.argv[2]).xy", str(picture), COLOR
            ),
            NUMPY: processes.python(NUMPY),
            "Python alone": processes.python("pass"),
        }
        if has_cli():
            commands["command line, coordinates"] = (*processes.CLI, COLOR, str(picture))
            commands["command line, -c"] = (*processes.CLI, "-c", COLOR, str(picture))
            commands["command line, --help"] = (*processes.CLI, "--help")
        figures = processes.time_in_turn(commands, effort.processes)
    targets = [close("import pixgrep / import numpy", figures, IMPORT, NUMPY, 3)]
    targets += [
        close(f"{name}, 400 x 300 / import numpy", figures, name, NUMPY, 5)
        for name in figures
        if name.startswith("command line") and "help" not in name
    ]
    notes = () if has_cli() else ("the command line is not there yet",)
    return section("Start-up, fresh processes", figures, targets, notes)


def has_cli() -> bool:
    """Return whether there is a command line."""
    try:
        return importlib.util.find_spec("pixgrep.cli.main") is not None
    except ModuleNotFoundError:
        return False

"""Fresh processes of the same Python: their time, and what they say."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.timing import Figure, in_turn

Command = Sequence[str]
CLI = (sys.executable, "-c", "import sys; from pixgrep.cli.main import main; sys.exit(main())")
"""What the console script does."""


def python(code: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs some code."""
    return (sys.executable, "-c", code, *arguments)


def run(command: Command) -> str:
    """Run to the end and return what was printed; 1 is no failure, it says that nothing was found."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def time_in_turn(commands: Mapping[str, Command], rounds: int) -> dict[str, Figure]:
    """Return how long fresh processes take."""
    contestants = {name: lambda command=command: run(command) for name, command in commands.items()}
    return in_turn(contestants, rounds, slow=float("inf"))


def ask(module: str, *arguments: str) -> Any:
    """Run a module of this package in a fresh process and return the JSON it prints."""
    return json.loads(run((sys.executable, "-m", f"benchmarks.{module}", *arguments)))

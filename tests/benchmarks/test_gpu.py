"""The verification on a GPU, walked through without one: so that it works on the day when there is one."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.gpu", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_the_dry_run_walks_every_step_and_measures_nothing():
    done = run("--dry-run")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "nothing was found wrong" in done.stdout
    assert "(dry run)" in done.stdout
    steps = [line.split()[0] for line in run("--list").stdout.splitlines()]
    assert "correct" in steps
    assert all(f"[{step}]" in done.stdout for step in steps)

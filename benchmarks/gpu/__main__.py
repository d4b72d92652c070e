"""Check and measure on the GPU of this machine."""

import argparse
import importlib.util
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.gpu import bootstrap

bootstrap.prepare()

from benchmarks.gpu import steps  # noqa: E402  # needs the paths
from benchmarks.gpu.report import Report  # noqa: E402

RECORDS = Path(__file__).parents[1] / "records"
NEEDED = ("numpy", "numba", "numba_cuda", "PIL")
NEEDED_DRY = (*NEEDED, "greenlet")
HELP = """
needs: NumPy, numba, numba-cuda and Pillow, nothing installed of pixgrep itself; for --dry-run greenlet, too.
uses, where they are there: CuPy and PyTorch (interoperation, rivals), matplotlib (the plot), compute-sanitizer, ncu.
exit status: 1 where an answer is wrong, a tool found something, or a step failed; 2 where nothing can be run.
"""


def main() -> int:
    """Run what was asked for."""
    arguments = _arguments()
    if arguments.list:
        for name, step in steps.STEPS.items():
            print(f"{name:10} at most {step.seconds:3} s  {step.text}")
        return 0
    missing = [name for name in (NEEDED_DRY if arguments.dry_run else NEEDED) if importlib.util.find_spec(name) is None]
    if missing:
        print(f"not installed: {', '.join(missing)}; see --help", file=sys.stderr)
        return 2
    if arguments.step:
        return steps.do(arguments.step, arguments.dry_run, Path(arguments.report))
    if arguments.small_run or arguments.profile_run or arguments.first_answers:
        return _other_mode(arguments)
    return _all(arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu",
        description="Check and measure searching on a GPU, in at most 10 minutes.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--dry-run", action="store_true", help="walk all steps without a GPU; nothing is measured")
    parser.add_argument("--only", action="append", choices=steps.STEPS, metavar="STEP", help="this one; repeatable")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where records are written (benchmarks/records)")
    parser.add_argument("--list", action="store_true", help="list the steps")
    for hidden in ("--step", "--report"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    for hidden in ("--small-run", "--profile-run", "--first-answers"):
        parser.add_argument(hidden, action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _other_mode(arguments: argparse.Namespace) -> int:
    from benchmarks.gpu import children

    if arguments.first_answers:
        return children.first_answers(lambda: steps.make_lab(arguments.dry_run))
    lab = steps.make_lab(arguments.dry_run)
    return children.small_run(lab) if arguments.small_run else children.profile_run(lab)


def _all(arguments: argparse.Namespace) -> int:
    """Run the steps, each in a process of its own, and write down after each what there is so far."""
    start = perf_counter()
    names = arguments.only or list(steps.STEPS)
    chosen = [steps.STEPS[name] for name in dict.fromkeys(names)]
    print(
        f"{len(chosen)} steps: about {sum(step.guess for step in chosen)} s, a guess; "
        f"at most {min(steps.ALL_SECONDS, sum(step.seconds + steps.GRACE for step in chosen))} s",
        flush=True,
    )
    reports: dict[str, Report] = {}
    verdicts: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in dict.fromkeys(names):
            print(f"[{name}] {steps.STEPS[name].text}", flush=True)
            report, verdicts[name] = steps.run_apart(name, arguments.dry_run, Path(folder), start + steps.ALL_SECONDS)
            if report is not None:
                reports[name] = report
            print(f"[{name}] {verdicts[name]}", flush=True)
            if len(verdicts) == 1 and "cannot begin" in verdicts[name]:
                return steps.CANNOT_BEGIN
            _write(arguments, reports, verdicts)
        is_bad = any(verdict.startswith("FAILED") for verdict in verdicts.values())
        _finish(arguments, reports, verdicts, Path(folder))
    print(f"{perf_counter() - start:.0f} s in all; {'SOMETHING IS WRONG' if is_bad else 'nothing was found wrong'}")
    return int(is_bad)


def _folder(arguments: argparse.Namespace) -> Path | None:
    """Return where the record goes; a dry run leaves none, and a part of all steps only where a folder is given."""
    if arguments.dry_run or (arguments.only and not arguments.output):
        return None
    return arguments.output or RECORDS


def _write(arguments: argparse.Namespace, reports: dict[str, Report], verdicts: dict[str, str]) -> None:
    """Write text and JSON; whoever ends this process loses no more than a step."""
    from benchmarks.gpu import record

    folder = _folder(arguments)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{record.stem(reports)}.txt").write_text(record.as_text(reports, verdicts))
        (folder / f"{record.stem(reports)}.json").write_text(record.as_json(reports, verdicts))


def _finish(arguments: argparse.Namespace, reports: dict[str, Report], verdicts: dict[str, str], spare: Path) -> None:
    """Draw, and print the summary last."""
    from benchmarks.gpu import record

    folder = _folder(arguments)
    text = record.as_text(reports, verdicts)
    record.as_json(reports, verdicts)
    try:
        from benchmarks.gpu.plot import plot

        plot(reports, (folder or spare) / f"{record.stem(reports)}.png")
    except Exception as error:  # a picture less is no reason to lose the rest
        print(f"no plot: {type(error).__name__}: {error}")
    print(f"\n{text}")
    where = "" if folder is None else folder / record.stem(reports)
    print(f"Recorded as {where} (.txt, .json, .png)" if where else "No record is kept.")


if __name__ == "__main__":
    sys.exit(main())

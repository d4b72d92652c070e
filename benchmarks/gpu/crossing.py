"""From which size on the GPU is quicker than the processor: `pixgrep bench`, and what it found."""

from benchmarks.gpu.lab import Lab
from benchmarks.gpu.report import Report
from pixgrep.bench.contestants import CONTESTANTS
from pixgrep.bench.findings import findings
from pixgrep.bench.measuring import Bench, sizes_up_to
from pixgrep.bench.subject import seeded

SECONDS, DRY_SECONDS = 25, 0.1
NEARLY = 10
"""The tolerance, in 8-bit steps."""
MEGAPIXELS, DRY_MEGAPIXELS = 100, 0.01


def run(lab: Lab, report: Report) -> None:
    """Measure all contestants at all sizes."""
    report.part("sizes", _measure, lab, report)


def _measure(lab: Lab, report: Report) -> None:
    sizes = sizes_up_to(DRY_MEGAPIXELS if lab.is_dry else MEGAPIXELS)
    seconds = DRY_SECONDS if lab.is_dry else SECONDS
    bench = Bench([kind() for kind in CONTESTANTS], seeded(None, NEARLY), sizes, seconds, report.say)
    found = bench.run()
    for result in found.results:
        report.checks += 1  # it was compared with the first contestant's
        name = f"{result.question}, {result.megapixels:.3g} megapixels: {result.contestant}"
        report.measured(name, [1000 * seconds for seconds in result.timing.samples])
    for wrong in found.wrong:
        report.expect(False, wrong)
    for text in (*findings(found), *found.notes):
        report.note(text)
    for reason, names in found.missing().items():
        report.skip(f"{', '.join(names)}: {reason}")

"""Who wins from where on is what the figures say, and no more."""

from pixgrep.bench.findings import findings, wins_from
from tests.bench.samples import report


def test_the_smallest_size_from_which_on_somebody_wins():
    made = report({"NumPy": (1, 2, 3), "OpenCV": (1, 1, 4), "pixgrep compiled": (2, 0.5, 1)})
    assert wins_from(made, "exact", "pixgrep compiled", ["NumPy"]) == 1.0
    assert wins_from(made, "exact", "OpenCV", ["NumPy"]) is None
    assert wins_from(made, "exact", "NumPy", ["OpenCV", "pixgrep compiled"]) is None


def test_a_size_that_is_won_in_between_is_no_start():
    made = report({"NumPy": (2, 1, 2), "pixgrep compiled": (1, 2, 1)})
    assert wins_from(made, "exact", "pixgrep compiled", ["NumPy"]) == 100.0


def test_sentences_on_every_case():
    made = report(
        {
            "NumPy": (1, 2, 3),
            "OpenCV": (0.1, 0.2, 0.3),
            "pixgrep compiled": (0.5, 0.1, 0.4),
            "pixgrep GPU resident": (0.9, 0.01, 0.02),
        },
        {"pixgrep GPU from host": "no room"},
    )
    assert list(findings(made)) == [
        "exact: pixgrep compiled is quicker than NumPy at all sizes",
        "exact: pixgrep compiled is not quicker than OpenCV at the largest size, 100 megapixels",
        "exact: pixgrep GPU resident is quicker than all that search on the processor from 1 megapixels on",
        "where pixgrep GPU from host starts to win could not be measured here",
    ]


def test_nothing_is_said_of_contestants_without_figures():
    made = report({"NumPy": (1, 2, 3)})
    assert [finding for finding in findings(made) if "GPU" not in finding] == []

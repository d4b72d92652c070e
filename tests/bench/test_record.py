"""JSON has every figure, and what could not be measured."""

import json

from pixgrep.bench.record import to_json
from tests.bench.samples import report


def test_everything_is_there():
    made = report({"NumPy": (0.001, 0.02), "OpenCV": (0.002, 0.005)}, {"pixgrep GPU resident": "buy one"})
    record = json.loads(to_json(made))
    assert record["complete"]
    assert record["machine"]["processor"] == "Z80"
    assert record["contestants"][-1] == {
        "name": "pixgrep GPU resident",
        "first_search_s": 0.5,
        "could_not_be_measured": "buy one",
    }
    assert record["results"][3] == {
        "question": "exact",
        "contestant": "OpenCV",
        "width": 1000,
        "height": 1000,
        "matches": 10,
        "rounds": 3,
        "median_ms": 5.0,
        "quartiles_ms": [4.75, 5.25],
        "megapixels_per_s": 200.0,
        "ratio": 4.0,
    }


def test_a_ratio_to_what_was_not_measured_is_null():
    (result,) = json.loads(to_json(report({"OpenCV": (0.002,)})))["results"]
    assert result["ratio"] is None

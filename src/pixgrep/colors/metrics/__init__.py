"""How far two colours are apart: one file a metric, one line here."""

import difflib

from pixgrep.colors.metrics import channel, cie76, cie94, ciede2000, cmc, hyab, oklab, rgb, weighted
from pixgrep.colors.metrics.metric import Metric
from pixgrep.errors import ColorError

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        channel.METRIC,
        rgb.METRIC,
        weighted.METRIC,
        cie76.METRIC,
        cie94.METRIC,
        ciede2000.METRIC,
        cmc.METRIC,
        oklab.METRIC,
        hyab.METRIC,
    )
}


def get_metric(name: str) -> Metric:
    """
    Return the metric of that name.

    Raises
    ------
    ColorError
        There is none.

    Examples
    --------
    >>> get_metric("rgb").unit
    '8-bit steps'
    """
    if isinstance(name, str) and name in METRICS:
        return METRICS[name]
    near = difflib.get_close_matches(str(name), METRICS, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ColorError(f"there is no metric {name!r}; give one of {', '.join(map(repr, METRICS))}{hint}")

"""PyArrow, for all that gives tables; it is optional, and loaded when a table is asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pixgrep.errors import MissingExtraError

if TYPE_CHECKING:
    import pyarrow

Columns = Mapping[str, NDArray[Any]]
"""The columns of a table by name, in order, all of one length: numbers, or ASCII text of one width (dtype ``S``)."""


def load_pyarrow() -> Any:
    """Return the module pyarrow, or raise MissingExtraError that says how to get it."""
    try:
        import pyarrow
    except ImportError as error:
        raise MissingExtraError("tables need PyArrow; install it by: pip install 'pixgrep[table]'") from error
    return pyarrow


def arrow_table(columns: Columns) -> "pyarrow.Table":
    """
    Return columns as a table of Arrow; text is ``large_string``.

    Examples
    --------
    >>> arrow_table({"color": np.array([b"#ff8800", b"#000000"]), "count": np.array([3, 1])}).to_pydict()
    {'color': ['#ff8800', '#000000'], 'count': [3, 1]}
    """
    pyarrow = load_pyarrow()
    return pyarrow.table({name: _arrow_array(pyarrow, values) for name, values in columns.items()})


def _arrow_array(pyarrow: Any, values: NDArray[Any]) -> Any:
    if values.dtype.kind != "S":
        return pyarrow.array(values)
    ends = np.arange(len(values) + 1, dtype=np.int64) * values.dtype.itemsize  # all of one width: no loop over them
    buffers = pyarrow.py_buffer(ends), pyarrow.py_buffer(np.ascontiguousarray(values))
    return pyarrow.LargeStringArray.from_buffers(len(values), *buffers)

"""Parquet: columns path, x, y and color, a row a match; needs PyArrow."""

from contextlib import suppress
from typing import Any

from pixgrep.matches import Failed, Matches
from pixgrep.sinks.names import utf8
from pixgrep.sinks.output import WholeFile, output_errors
from pixgrep.tables import load_pyarrow

ROWS_AT_A_TIME = 1 << 20


class ParquetSink:
    """
    Writes one Parquet file.

    Parameters
    ----------
    output : WholeFile
        Where to.
    limit : int, optional
        How many matches of a picture are written at most.
    """

    def __init__(self, output: WholeFile, limit: int | None = None) -> None:
        self.output = output
        self._limit = limit
        self._writer: Any = None

    def begin(self) -> None:
        """
        Open the file.

        Raises
        ------
        MissingExtraError
            PyArrow is not installed.
        """
        pyarrow = load_pyarrow()
        from pyarrow.parquet import ParquetWriter

        text = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
        columns = [("path", text), ("x", pyarrow.int64()), ("y", pyarrow.int64()), ("color", text)]
        self._schema = pyarrow.schema(columns)
        self.output.open()
        self._writer = ParquetWriter(self.output.file, self._schema, compression="zstd")

    def add(self, result: Matches | Failed) -> None:
        r"""Write the rows of one picture; a name that is not UTF-8 has its odd bytes as ``\xNN``."""
        if isinstance(result, Failed) or not result:
            return
        pyarrow = load_pyarrow()
        table = result.to_arrow().slice(0, self._limit)
        for start in range(0, len(table), ROWS_AT_A_TIME):
            part = table.slice(start, ROWS_AT_A_TIME)
            index = pyarrow.repeat(pyarrow.scalar(0, pyarrow.int32()), len(part))
            path = pyarrow.DictionaryArray.from_arrays(index, [utf8(result.source)])
            with output_errors(self.output.path):
                self._writer.write_table(part.add_column(0, "path", path).cast(self._schema))

    def finish(self) -> None:
        """Write the footer and give the file its name."""
        with output_errors(self.output.path):
            self._writer.close()
        self.output.close()

    def abort(self) -> None:
        """Drop the file."""
        if self._writer is not None and self._writer.is_open:
            with suppress(OSError):  # its last words go to the temporary file
                self._writer.close()
        self.output.abort()

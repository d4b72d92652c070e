"""Parquet: a row a match, or a row a region; needs PyArrow."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pixgrep.matches import Failed, Matches
from pixgrep.regions import Regions
from pixgrep.sinks.names import utf8
from pixgrep.sinks.output import WholeFile, output_errors
from pixgrep.sinks.regions import Wanted
from pixgrep.tables import load_pyarrow

if TYPE_CHECKING:
    import pyarrow

ROWS_AT_A_TIME = 1 << 20
REPEATED = "repeated"
"""The kind of a column of text that is the same in many rows."""


class ParquetFile:
    """
    What all sinks have in common that write one Parquet file.

    Parameters
    ----------
    output : WholeFile
        Where to.
    columns : mapping of str to str
        Names, and the kind of each: `REPEATED`, or what Arrow calls it.
    """

    def __init__(self, output: WholeFile, columns: Mapping[str, str]) -> None:
        self.output = output
        self._columns = columns
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

        repeated = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
        kinds = [repeated if kind == REPEATED else pyarrow.type_for_alias(kind) for kind in self._columns.values()]
        self._schema = pyarrow.schema(list(zip(self._columns, kinds, strict=True)))
        self.output.open()
        self._writer = ParquetWriter(self.output.file, self._schema, compression="zstd")

    def write(self, table: "pyarrow.Table", path: str | None) -> None:
        r"""
        Write rows.

        Parameters
        ----------
        table : pyarrow.Table
            All columns but the path.
        path : str or None
            What stands in the first column, where there is one for it; odd bytes of a name that is not UTF-8 become
            ``\xNN``.
        """
        if path is not None:
            pyarrow = load_pyarrow()
            index = pyarrow.repeat(pyarrow.scalar(0, pyarrow.int32()), len(table))
            table = table.add_column(0, "path", pyarrow.DictionaryArray.from_arrays(index, [utf8(path)]))
        with output_errors(self.output.path):
            self._writer.write_table(table.cast(self._schema))

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


class ParquetSink(ParquetFile):
    """
    Writes a row for each match.

    Parameters
    ----------
    output : WholeFile
        Where to.
    limit : int, optional
        How many matches of a picture are written at most.
    """

    def __init__(self, output: WholeFile, limit: int | None = None) -> None:
        super().__init__(output, {"path": REPEATED, "x": "int64", "y": "int64", "color": REPEATED})
        self._limit = limit

    def add(self, result: Matches | Failed) -> None:
        """Write the rows of one picture."""
        if isinstance(result, Failed) or not result:
            return
        table = result.to_arrow().slice(0, self._limit)
        for start in range(0, len(table), ROWS_AT_A_TIME):
            self.write(table.slice(start, ROWS_AT_A_TIME), result.source)


KINDS = {"path": REPEATED, "color": REPEATED, "centroid_x": "float64", "centroid_y": "float64"}
"""What columns of regions are that are no whole numbers."""


class RegionParquetSink(ParquetFile):
    """
    Writes a row for each region: path, and the columns of `pixgrep.Regions.to_arrow`.

    Parameters
    ----------
    output : WholeFile
        Where to.
    wanted : Wanted
        What of regions is written.
    """

    def __init__(self, output: WholeFile, wanted: Wanted) -> None:
        super().__init__(output, {name: KINDS.get(name, "int64") for name in ("path", *wanted.columns)})
        self._wanted = wanted

    def add(self, result: Regions | Failed) -> None:
        """Write the rows of one picture."""
        if isinstance(result, Failed) or not result:
            return
        regions = result[: self._wanted.limit]
        for start in range(0, len(regions), ROWS_AT_A_TIME):
            table = regions[start : start + ROWS_AT_A_TIME].to_arrow().select(self._wanted.columns)
            self.write(table, result.source)

"""The colours of a census as a palette file, for GIMP, Krita, Aseprite and pixgrep itself."""

import os

from pixgrep.census import Census
from pixgrep.matches import Failed
from pixgrep.palettes import write_gpl, write_json
from pixgrep.sinks.census import Counted, Listing
from pixgrep.sinks.output import WholeFile

WRITERS = {".gpl": write_gpl, ".json": write_json}
"""What writes a palette, by the end of the name of its file."""


class PaletteSink:
    """
    Writes one palette; alpha is left out.

    Parameters
    ----------
    output : WholeFile
        Where to; the end of its name is one of `WRITERS`.
    listing : Listing
        Which colours, in which order.
    """

    def __init__(self, output: WholeFile, listing: Listing) -> None:
        self.output = output
        self._listing = listing
        self._name, suffix = os.path.splitext(os.path.basename(output.path))
        self._write = WRITERS[suffix.lower()]

    def begin(self) -> None:
        """Open the file."""
        self.output.open()

    def add(self, result: Counted | Failed) -> None:
        """
        Write the palette.

        Raises
        ------
        ColorError
            There are no colours, too many, or some between the 8-bit steps.
        """
        if isinstance(result, Census):
            palette = result.to_palette(self._name, self._listing.order, self._listing.limit)
            self.output.write(self._write(palette).encode())

    def finish(self) -> None:
        """Give the file its name."""
        self.output.close()

    def abort(self) -> None:
        """Drop the file."""
        self.output.abort()

"""
The columns of a table of components: eight integers a row, sums instead of means, so that rows can be added up.

=======  =======================================================================
column   what it is
=======  =======================================================================
AREA     number of pixels
SUM_X    sum of their columns
SUM_Y    sum of their rows
LEFT     smallest column
TOP      smallest row
RIGHT    largest column + 1
BOTTOM   largest row + 1
FIRST_X  column of the first pixel in reading order; its row is TOP
=======  =======================================================================

Columns and rows count from the corner of what the bits are of. A row is one line of a cache, and a thread of a GPU
adds to it by atomic instructions.
"""

AREA, SUM_X, SUM_Y, LEFT, TOP, RIGHT, BOTTOM, FIRST_X = range(8)
COLUMNS = 8

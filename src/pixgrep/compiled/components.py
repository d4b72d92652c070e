"""
Connected components of packed bits, row by row: the runs of a row are numbered by those they touch in the row above.

Numbers are provisional until the last row: where a run touches two numbers, they are noted to be one (union-find, the
lower number is the root). All that is kept of a row are the ends and numbers of its runs, until the next row is done;
so of a picture of 30 megapixels that is half noise, memory is taken for 0.6 million numbers instead of 7.5 million
runs, and fresh memory is what costs. After: He, Chao, Suzuki, "A run-based two-scan labeling algorithm", IEEE
Transactions on Image Processing 17(5), 2008.
"""

import numpy as np

from pixgrep.compiled.cache import compiled
from pixgrep.compiled.columns import AREA, BOTTOM, FIRST_X, LEFT, RIGHT, SUM_X, SUM_Y, TOP
from pixgrep.compiled.vectors import bit_count, lowest_bit

ZERO, ONE, SIX, LAST = np.uint64(0), np.uint64(1), np.uint64(6), np.uint64(63)
ALL = ~ZERO
COUNT, ABOVE, RUNS = range(3)
"""What is kept from one call to the next: provisional numbers so far, edges in the row above, runs so far."""
PARTS = 2
"""The row of scratch for the parts of runs; those of a row of the picture and of the row above are 0 and 1."""


@compiled
def count_changes(words, first, last):  # type: ignore[no-untyped-def]
    """Return how many bits of words `first` up to `last` differ from the bit before."""
    total = ZERO
    carry = ZERO
    for index in range(np.uint64(first), np.uint64(last)):
        word = words[index]
        total += bit_count(word ^ (word << ONE | carry))
        carry = word >> LAST
    return np.int64(total)


@compiled
def is_blank(words, first, last):  # type: ignore[no-untyped-def]
    """Return whether words `first` to `last` are all 0: 64 bytes at a time."""
    together = ZERO
    for index in range(first, last + ONE):
        together |= words[index]
    return together == ZERO


@compiled
def row_edges(words, start, width, gap, edges, mine):  # type: ignore[no-untyped-def]
    """
    Write to row `mine` of `edges` where runs begin and end, by turns, and return how many edges there are.

    Runs with at most `gap` pixels between are taken for one.
    """
    first, last = np.uint64(start) >> SIX, np.uint64(start + width - 1) >> SIX
    if is_blank(words, first, last):
        return 0
    base = np.int64(first << SIX) - start
    tail = ALL >> (LAST - (np.uint64(start + width - 1) & LAST))
    inside = ALL << (np.uint64(start) & LAST)
    carry = ZERO
    found = 0
    for index in range(first, last + ONE):
        if index == last:
            inside &= tail
        word = words[index] & inside
        turns = (word ^ (word << ONE | carry)) & inside
        carry = word >> LAST
        inside = ALL
        while turns != ZERO:
            here = base + np.int64(lowest_bit(turns))
            turns &= turns - ONE
            if gap > 0 and found > 0 and found & 1 == 0 and here - edges[mine, found - 1] <= gap:
                found -= 1
            else:
                edges[mine, found] = here
                found += 1
        base += 64
    if found & 1:
        edges[mine, found] = width
        found += 1
    return found


@compiled
def find_root(parents, number):  # type: ignore[no-untyped-def]
    """Return the root of a number; on the way, each number is told its grandparent."""
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


@compiled
def unite(parents, one, other):  # type: ignore[no-untyped-def]
    """Note that two numbers are one: the root is the lower."""
    if one != other and parents[one] != parents[other]:
        one, other = find_root(parents, one), find_root(parents, other)
        parents[max(one, other)] = min(one, other)


@compiled
def number_row(edges, numbers, mine, here, above, reach, count, parents):  # type: ignore[no-untyped-def]
    """
    Give the runs of a row their numbers, and return the next number that is free.

    Which numbers runs get depends on nothing but where they are: with `parents` of None, they get them again.

    Parameters
    ----------
    edges, numbers : array, shape (3, n)
        Begins and ends of runs, and their numbers: this row is `mine`, 0 or 1, and the row above the other of these.
    mine, here, above : int
        Which row is this, and how many edges this row and the row above have.
    reach : int
        See `pixgrep.components.rule.Rule`.
    count : int
        The first number that is free.
    parents : array or None
        Written: what is one.
    """
    other = 1 - mine
    place = 0
    for edge in range(0, here, 2):
        start, stop = edges[mine, edge] - reach, edges[mine, edge + 1] + reach
        while place < above and edges[other, place + 1] <= start:
            place += 2
        if place < above and edges[other, place] < stop:
            number = numbers[other, place >> 1]
            while place + 2 < above and edges[other, place + 2] < stop:
                place += 2
                if parents is not None:
                    unite(parents, number, numbers[other, place >> 1])
        else:
            number = count
            if parents is not None:
                parents[count] = count
            count += 1
        numbers[mine, edge >> 1] = number
    return count


@compiled
def number_parts(edges, numbers, mine, parts):  # type: ignore[no-untyped-def]
    """Give the runs of row 2, so many edges, the numbers of those runs in row `mine` that they are parts of."""
    place = 0
    for part in range(0, parts, 2):
        while edges[mine, place + 1] <= edges[PARTS, part]:
            place += 2
        numbers[PARTS, part >> 1] = numbers[mine, place >> 1]


@compiled
def add_row(edges, numbers, mine, here, row, known, table):  # type: ignore[no-untyped-def]
    """Add the runs of a row to the table; numbers from `known` on are new in this row."""
    for edge in range(0, here, 2):
        start, stop = np.int64(edges[mine, edge]), np.int64(edges[mine, edge + 1])
        number = numbers[mine, edge >> 1]
        length = stop - start
        columns = (start + stop - 1) * length // 2
        if number >= known:
            known = number + 1
            table[number, AREA] = length
            table[number, SUM_X] = columns
            table[number, SUM_Y] = row * length
            table[number, LEFT] = table[number, FIRST_X] = start
            table[number, TOP] = row
            table[number, RIGHT] = stop
        else:
            table[number, AREA] += length
            table[number, SUM_X] += columns
            table[number, SUM_Y] += row * length
            table[number, LEFT] = min(table[number, LEFT], start)
            table[number, RIGHT] = max(table[number, RIGHT], stop)
        table[number, BOTTOM] = row + 1


@compiled
def scan_rows(words, grown, shape, rows, rule, edges, numbers, kept, parents, table, runs):  # type: ignore[no-untyped-def]
    """
    Give the runs of some rows their numbers, and add them to a table; or write them down.

    Parameters
    ----------
    words : uint64 array
        The bits.
    grown : uint64 array or None
        Bits of which each is set in the `gap` rows below, too, see `pixgrep.packed.grow_down`; None without a gap.
    shape, rows : tuple of int
        Height and width; the first row, and the one after the last.
    rule : tuple of int
        Reach and gap.
    edges, numbers : array, shape (3, n)
        Scratch: of this row and the row above by turns, and of the parts of grown runs.
    kept : int64 array
        See `COUNT`; written.
    parents : array
        Of provisional numbers: written, if there are no `runs`; else the final numbers.
    table : array or None
        See `pixgrep.compiled.columns`.
    runs : tuple of arrays, or None
        Starts, stops, numbers, and the numbers of the first run of each row: written.
    """
    width = shape[1]
    reach, gap = rule
    for row in range(rows[0], rows[1]):
        mine = row & 1
        known = kept[COUNT]
        here = row_edges(words if grown is None else grown, row * width, width, gap, edges, mine)
        united = parents if runs is None else None
        kept[COUNT] = number_row(edges, numbers, mine, here, kept[ABOVE], reach, known, united)
        kept[ABOVE] = here
        if grown is not None:
            here = row_edges(words, row * width, width, 0, edges, PARTS)
            number_parts(edges, numbers, mine, here)
            mine = PARTS
        if table is not None:
            add_row(edges, numbers, mine, here, row, known, table)
        if runs is not None:
            write_row(edges, numbers, mine, here, parents, row, kept[RUNS], runs)
        kept[RUNS] += here >> 1


@compiled
def write_row(edges, numbers, mine, here, finals, row, first, runs):  # type: ignore[no-untyped-def]
    """Write down the runs of a row, from place `first` on."""
    starts, stops, final_numbers, ends = runs
    for edge in range(0, here, 2):
        place = first + (edge >> 1)
        starts[place] = edges[mine, edge]
        stops[place] = edges[mine, edge + 1]
        final_numbers[place] = finals[numbers[mine, edge >> 1]]
    ends[row + 1] = first + (here >> 1)


@compiled
def settle(parents, count, table):  # type: ignore[no-untyped-def]
    """
    Turn parents into final numbers, add up the rows of each component, and return how many there are.

    Roots are the lowest of their numbers, and numbers rise in reading order: so do those of the components.
    """
    components = 0
    for number in range(count):
        parent = parents[number]
        if parent == number:
            parents[number] = components
            if components != number:
                table[components] = table[number]
            components += 1
            continue
        component = parents[parent]  # lower, so final already
        parents[number] = component
        line, more = table[component], table[number]
        line[AREA] += more[AREA]
        line[SUM_X] += more[SUM_X]
        line[SUM_Y] += more[SUM_Y]
        line[LEFT] = min(line[LEFT], more[LEFT])
        line[RIGHT] = max(line[RIGHT], more[RIGHT])
        line[BOTTOM] = max(line[BOTTOM], more[BOTTOM])
    return components

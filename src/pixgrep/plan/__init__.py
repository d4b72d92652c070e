"""
How a search will be done: a query, a picture and a machine make a plan, by what each backend would take. Runs nothing.

NumPy starts at once; the compiled backend is 6 to 30 times as fast, but takes half a second to load. So a process
begins with NumPy and changes over when what it searched so far would have paid for loading (the ski rental rule: at
worst twice the time of the better choice made in hindsight).

A GPU is for pictures that are there already, or for those who ask for it: the processor searches a picture at the speed
at which it could be read for a copy. Only where the GPU of the machine was measured, and the copy and the search there
take less than the search here, a picture is moved to it.
"""

from pixgrep.plan.jobs import DEVICE_TILE, LARGE_TILE, MOST_THREADS, SMALL_TILE_BYTES, SORTED_TILE, Judged, Output
from pixgrep.plan.making import judged_colors, make_plan, plan_census, plan_labels
from pixgrep.plan.plan import Machine, Plan, this_machine

__all__ = [
    "DEVICE_TILE",
    "LARGE_TILE",
    "MOST_THREADS",
    "SMALL_TILE_BYTES",
    "SORTED_TILE",
    "Judged",
    "Machine",
    "Output",
    "Plan",
    "judged_colors",
    "make_plan",
    "plan_census",
    "plan_labels",
    "this_machine",
]

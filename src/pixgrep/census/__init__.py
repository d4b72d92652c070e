"""Every distinct colour of a picture and how often it occurs: counted by `pixgrep.run`, held and compared here."""

from pixgrep.census.census import Census, ColorCount, sum_censuses
from pixgrep.census.difference import Change, Difference
from pixgrep.census.order import ORDERS, Order

__all__ = ["ORDERS", "Census", "Change", "ColorCount", "Difference", "Order", "sum_censuses"]

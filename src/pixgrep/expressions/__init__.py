"""
Queries as text, to and fro: ``tomato within 3 ciede2000 & ~hsl(350..20 any any)``.

The operators are those of queries in Python. In order of how they bind, the loosest first::

    query    = both { "|" both }
    both     = operand { "&" operand }
    operand  = "~" operand | "(" query ")" | range | color [ "within" number [ metric ] ]
    range    = space "(" limits limits limits ")"
    limits   = "any" | number | [ number ] ".." [ number ]

A color is any of CSS, or bare hex.
"""

from pixgrep.expressions.asking import MOST_COLORS, to_queries, to_questions
from pixgrep.expressions.reading import parse_query
from pixgrep.expressions.writing import write_query

__all__ = ["MOST_COLORS", "parse_query", "to_queries", "to_questions", "write_query"]

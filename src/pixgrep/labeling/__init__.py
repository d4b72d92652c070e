"""From colours to classes: a palette becomes a table, and the table labels pictures."""

from pixgrep.labeling.asking import label, labeler
from pixgrep.labeling.prepared import Labeler

__all__ = ["Labeler", "label", "labeler"]

"""The columns of tables of regions, whatever their format."""

from typing import Literal, get_args

By = Literal["label", "color", "area", "x", "y", "width", "height", "centroid_x", "centroid_y", "first_x", "first_y"]
COLUMNS: tuple[By, ...] = get_args(By)

"""Small-cell suppression (小数抑制): counts of people as everybody may read them."""

from shared.small_cells.figures import Figures, figures, keyed, selected, separate, summed, together
from shared.small_cells.suppression import OUTSIDE, Cell, Mark, Shown, column, grid, sum_node, suppress

__all__ = [
    "OUTSIDE",
    "Cell",
    "Figures",
    "Mark",
    "Shown",
    "column",
    "figures",
    "grid",
    "keyed",
    "selected",
    "separate",
    "sum_node",
    "summed",
    "suppress",
    "together",
]

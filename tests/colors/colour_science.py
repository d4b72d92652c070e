"""colour-science, without what its import does to NumPy: arrays would print otherwise in every later test."""

import numpy as np

with np.printoptions():
    import colour

__all__ = ["colour"]

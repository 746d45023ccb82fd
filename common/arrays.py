"""Array types that have no better home."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

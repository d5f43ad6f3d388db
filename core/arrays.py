"""numpy for modules that are loaded long before anybody calculates. Knows no Django.

The scheduler, and a worker at rest, import what they never call: numpy alone would take 20 MB of each. Who calculates
first loads it, once, under the lock of imports.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:

    class _Numpy:
        def __getattr__(self, name: str) -> Any:
            return getattr(import_module("numpy"), name)

    np, Array = _Numpy(), Any

__all__ = ["Array", "np"]

"""What fills and asks the product from a process of its own, beside the running service and with its settings."""

import json
from typing import Any

from tests.product import Product


def told(product: Product, what: str) -> Any:
    """What `benchmarks.within.<what>` tells."""
    return json.loads(product._run("-m", "benchmarks.within", what).splitlines()[-1])

"""The inbox of a person with fifty projects, and the figure that every page shows of it."""

from benchmarks.table import Figure, of_visits
from benchmarks.within import told
from tests.product import Product


def measure() -> list[Figure]:
    with Product() as product:
        product.person("member")
        found = told(product, "inbox")
    return [of_visits(f"{name}, 50 projects", visits, limit=100) for name, visits in found.items()]

"""The portfolio of five hundred projects, each with a scope, risks, a light and a tier."""

from benchmarks.table import Figure, of_visits
from benchmarks.within import told
from tests.product import Product


def measure() -> list[Figure]:
    with Product() as product:
        product.person("bench", admin=True)
        found = told(product, "portfolio")
    return [of_visits(f"portfolio of 500 projects{name}", visits, limit=150) for name, visits in found.items()]

"""A search among a hundred thousand objects: what the palette asks for as one types, by its page and all of it."""

from benchmarks.table import Figure, of_visits
from benchmarks.within import told
from tests.product import Product


def measure() -> list[Figure]:
    with Product() as product:
        product.person("bench", admin=True)
        product.person("member")
        found = told(product, "search")
    return [of_visits(f"search in 100,000 objects, {who}", visits, limit=100) for who, visits in found.items()]

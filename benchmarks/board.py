"""The pages of two thousand cards and ten thousand items, beside those of a hundred and twenty."""

from benchmarks.table import Figure, of_visits
from benchmarks.within import told
from tests.product import Product


def measure() -> list[Figure]:
    with Product() as product:
        product.person("bench", admin=True)
        found = told(product, "board")
    more = {name: abs(each["BIG"]["queries"] - each["SML"]["queries"]) for name, each in found.items()}
    how = "a sprint of 2,000 and a backlog of 10,000 against 120 of each: " + ", ".join(found)
    return [
        *(of_visits(name, each["BIG"], limit=150) for name, each in found.items()),
        Figure("queries that size adds, at most", max(more.values()), 0, "", how),
    ]

"""What is searched has its index, and a search uses it: without, it would read whole tables."""

import pytest
from django.db import connection

from core.search import matching, sources

pytestmark = pytest.mark.django_db

SEARCHED = [one for one in sources.sources() if not one.constant]


def plan(queryset):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    return queryset.explain()


@pytest.mark.parametrize("source", SEARCHED, ids=lambda one: one.kind)
@pytest.mark.parametrize(("word", "condition"), [("drift", "condition"), ("dr", "condition"), ("drift", "guess")])
def test_each_kind_is_searched_by_its_indexes(source, word, condition, admin_user):
    rows = source.rows(sources.seen_by(admin_user, [])).model.objects.filter(
        getattr(matching, condition)(source, [word])
    )

    said = plan(rows.values("pk"))

    assert "_letters" in said
    assert ("_words" in said) == bool(source.text and condition == "condition")

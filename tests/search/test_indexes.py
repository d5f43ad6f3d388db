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
@pytest.mark.parametrize("word", ["drift", "dr"])
def test_each_kind_is_searched_by_its_indexes(source, word, admin_user):
    rows = source.rows(sources.seen_by(admin_user, [])).model.objects.filter(matching.condition(source, [word]))

    said = plan(rows.values("pk"))

    assert "_letters" in said
    assert ("_words" in said) == bool(source.text)


@pytest.mark.parametrize("source", [one for one in SEARCHED if one.is_guessed], ids=lambda one: one.kind)
def test_each_kind_is_guessed_by_its_indexes(source, admin_user):
    rows = source.rows(sources.seen_by(admin_user, [])).model.objects.filter(
        matching.guess(source, [["drft", "DRIFT", "DRAFT"]])
    )

    assert "_letters" in plan(rows.values("pk"))

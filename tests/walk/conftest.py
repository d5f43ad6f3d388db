from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from config import navigation
from core.shared import Shared
from experiments import runtable
from projects import scoping
from tests.walk.opened import Walk


class _Undone(Exception):
    """Ends what a world was made in."""


@pytest.fixture(scope="module")
def walk(request, django_db_setup, django_db_blocker, tmp_path_factory):
    """The module's WORLD, made once; what is done with it is undone after each test. The studio draws fewer futures;
    the frame, which is not looked at, counts nothing; nothing is shared between requests, since what is undone is told
    again under the same number; and a run that has been open for as long as all this takes is not silent yet."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, suppress(_Undone), transaction.atomic():
        patch.setattr(scoping, "studio", partial(scoping.studio, draws=200))
        patch.setattr(navigation, "_counts", lambda project: {})
        patch.setattr(Shared, "get", lambda self, key, make: make())
        patch.setattr(runtable, "SILENT_AFTER", timedelta(days=1))
        yield Walk(request.module.WORLD(tmp_path_factory.mktemp("walk")))
        raise _Undone

"""Fixtures that every test may use: quick passwords, a log that can be emptied between tests, the whole product."""

import gc
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.chromium import browser
from tests.emptying import only_what_is_there
from tests.order import ordered
from tests.people import ROLES
from tests.product import Product

__all__ = ["browser"]

LEASE_S = 3
BROWSER_FOLDERS = ("browser", "ui")


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and item.path.parent.name not in BROWSER_FOLDERS:
        raise pytest.UsageError(f"`make test-browser` looks for journeys in {BROWSER_FOLDERS} alone: {item.nodeid}")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items[:] = ordered(items, processes=getattr(config, "workerinput", {}).get("workercount", 1))


def pytest_collection_finish():
    """What is loaded by now stays to the end: to look through it for garbage took a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20)


@pytest.fixture(scope="session", autouse=True)
def _fast_passwords() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_listed_once():
    """Each test client has middleware of its own, and WhiteNoise's goes through the folders of the static files."""
    listed, list_them = {}, WhiteNoiseMiddleware.add_files_from_finders

    def add_listed(middleware):
        if not listed:
            list_them(middleware)
            listed.update(middleware.files)
        middleware.files.update(listed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_listed)
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_scratch(worker_id) -> None:
    """Each process of the tests has a database of its own, and so its own job 1: not its directory too."""
    settings.JOB_SCRATCH_DIR = settings.JOB_SCRATCH_DIR / worker_id


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Transactional tests empty the tables with TRUNCATE, which the log refuses: here, and only here, it may be."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER core_event_no_truncate")
    only_what_is_there(type(connection.ops))


@pytest.fixture(scope="session")
def product():
    """One for all journeys of a process, started as a user starts it. Leases are short, so that what a killed worker
    held is taken up again soon.
    """
    with Product(JOB_LEASE_SECONDS=str(LEASE_S)) as product:
        yield product


@pytest.fixture(scope="session")
def people(product):
    """`people.owner.post(...)`: the REST API as each of them. The user name of each is what it is called here."""
    return SimpleNamespace(**product.people("owner", *ROLES, "stranger"))

"""As many people of a project as BENCH_PEOPLE says, each with a session of their own: the keys of the sessions."""

import os
from datetime import UTC, datetime
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from core.models import User
from projects.models import Membership, Project
from projects.roles import Role


def measure() -> list[str]:
    names = [f"crowd-{number}" for number in range(int(os.environ["BENCH_PEOPLE"]))]
    people = User.objects.bulk_create([User(username=name, name=name, password="!") for name in names])
    of = {"project": Project.objects.get(key="BEN"), "role": Role.ENGINEER, "added_at": datetime.now(UTC)}
    Membership.objects.bulk_create([Membership(user=one, **of) for one in people])
    return [_session(one) for one in people]


def _session(user: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)

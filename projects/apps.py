from typing import Any

from django.apps import AppConfig

# Not a reaction to a change of data, for which there are events: tables of policies are filled when they are made.
from django.db.models.signals import post_migrate  # noqa: TID251


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        post_migrate.connect(_load_policies, sender=self)


def _load_policies(**_: Any) -> None:
    """What comes with the house is there after every `migrate`, and after a test emptied the tables."""
    # Models, and what the apps register, are there only once all apps are loaded.
    from datetime import UTC, datetime  # noqa: PLC0415

    from django.db import connection  # noqa: PLC0415

    from projects import operations  # noqa: PLC0415

    if "projects_policyversion" in connection.introspection.table_names():
        operations.load_shipped_policies(now=datetime.now(UTC))

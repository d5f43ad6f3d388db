from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import sweeping  # noqa: F401, PLC0415 (registers its kind; models are there only now)
        from core.ledger import jobs  # noqa: F401, PLC0415 (the same)

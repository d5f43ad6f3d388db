from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core.ledger import jobs  # noqa: F401, PLC0415 (registers its kinds; models are there only now)

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        # REST framework's views load the classes that the settings name, which lie in core.api, whose own views need
        # REST framework's: whoever came first by another way would meet a circle.
        import core.api  # noqa: F401, PLC0415 (needs the models)

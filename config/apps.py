from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

CHAIN = ("core", "projects", "experiments", "models_registry", "porting", "monitoring", "documents")


class ConfigConfig(AppConfig):
    name = "config"
    label = "throughline_config"

    def ready(self) -> None:
        """Register what apps contribute: event handlers, job kinds, gate checks, live metrics, words of the feed."""
        for app in CHAIN:
            for module in ("handlers", "jobs", "gates", "health", "dossier_checks", "indicators", "feed"):
                if app != "core" and find_spec(f"{app}.{module}"):
                    import_module(f"{app}.{module}")

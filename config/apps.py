from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

CHAIN = ("core", "projects", "experiments", "models_registry", "porting", "monitoring", "documents", "inbox")
MODULES = (
    "handlers",
    "jobs",
    "gates",
    "health",
    "dossier_checks",
    "readiness",
    "indicators",
    "feed",
    "search",
    "first_steps",
    "latest",
)
"""What registers something as it is imported."""


class ConfigConfig(AppConfig):
    name = "config"
    label = "throughline_config"

    def ready(self) -> None:
        """Register what apps contribute: handlers of events, kinds of jobs, checks of gates, words of the feed ..."""
        import_module("config.commands")
        for app in CHAIN:
            for module in MODULES:
                if app != "core" and find_spec(f"{app}.{module}"):
                    import_module(f"{app}.{module}")

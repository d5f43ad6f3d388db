"""Draws every flow of the house into docs/flows.md."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.flow import Flow

ENUMS = (
    "core.enums",
    "projects.enums",
    "experiments.enums",
    "models_registry.enums",
    "monitoring.enums",
    "inbox.enums",
)


class Command(BaseCommand):
    help = "Write docs/flows.md from the flows in the code; with --check, only say whether it is current."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        target = settings.BASE_DIR / "docs" / "flows.md"
        text = drawn()
        if not options["check"]:
            target.write_text(text)
        elif not target.exists() or target.read_text() != text:
            raise CommandError("docs/flows.md is not current: run `make flows`.")


def drawn() -> str:
    parts = ["# Flows\n\nDrawn from the code by `make flows`; do not edit.\n"]
    for module in ENUMS:
        for name, flow in vars(import_module(module)).items():
            if isinstance(flow, Flow):
                title = name.removesuffix("_FLOW").replace("_", " ").capitalize()
                parts.append(f"\n## {title}\n\n`{module}.{name}`\n\n```mermaid\n{flow.mermaid()}\n```\n")
    return "".join(parts)

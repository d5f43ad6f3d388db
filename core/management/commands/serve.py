"""`manage.py serve`, as Django's help lists it. manage.py itself goes straight to the supervisor, which needs no
Django.
"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core import supervisor


class Command(BaseCommand):
    help = "Run every part (all), or one: web, worker, scheduler."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        supervisor.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        arguments = [options["role"], "--host", options["host"], "--port", str(options["port"])]
        sys.exit(supervisor.main([*arguments, "--no-demo"] if options["no_demo"] else arguments))

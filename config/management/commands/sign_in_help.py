"""Printed at each start: how to sign in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.demo import accounts
from core import operations
from core.pages import now


class Command(BaseCommand):
    help = "Print how to sign in: the one-time setup link, or the demo's accounts."

    def handle(self, *args: Any, **options: Any) -> None:
        secret = operations.open_setup(now=now())
        if secret is not None:
            self.stdout.write(f"Create the first administrator here (once): {settings.PUBLIC_URL}/setup/{secret}/")
        people = accounts.existing()
        if people:
            self.stdout.write("Demo accounts (only in this data directory):")
            for username, password, name in people:
                self.stdout.write(f"  {username:<18} {password:<26} {name}")

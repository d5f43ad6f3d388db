#!/usr/bin/env python
"""Django's command line for Throughline."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["serve"]:
        # The supervisor outlives every part and holds none of their memory: it starts without Django.
        from core.supervisor import main as serve  # noqa: PLC0415 (see above)

        sys.exit(serve(sys.argv[2:]))
    from django.core.management import execute_from_command_line  # noqa: PLC0415 (see above)

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

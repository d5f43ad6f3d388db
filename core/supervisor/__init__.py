"""`manage.py serve`: every part of the product under one command, or one part alone. Pure standard library, so that it
stays small.

    serve             everything: embedded servers where no address is given, migrations, web, worker, scheduler, the
    demo serve web         one part, in place of this process, against the addresses in the environment
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from core import embedded
from core.supervisor import parts
from core.supervisor.claims import ServeError, listen, lock
from core.supervisor.service import Options, run

__all__ = ["ServeError", "add_arguments", "main", "serve"]

ROLES = ("all", "web", "worker", "scheduler")


def main(arguments: Sequence[str]) -> int:
    """What `manage.py serve` does with its arguments; answers the exit status (see `ServeError`)."""
    parser = argparse.ArgumentParser(prog="manage.py serve", description="Run Throughline, or one part of it.")
    add_arguments(parser)
    return serve(parser.parse_args(arguments))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("role", nargs="?", choices=ROLES, default="all", help="what to run (default: all)")
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="address to listen on")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="0 takes any free port")
    parser.add_argument("--no-demo", action="store_true", help="do not load the demo on first start")


def serve(options: argparse.Namespace) -> int:
    """Run until asked to stop. Answers 0 after a requested stop, else the status that the error carries."""
    os.umask(0o077)  # data, logs and models are readable by their owner only
    try:
        if options.role == "all":
            return _serve_all(options)
        _become(options)
    except (ServeError, embedded.EmbeddedError) as error:
        sys.stderr.write(f"serve: {error}\n")
        return error.status if isinstance(error, ServeError) else ServeError.EMBEDDED
    return 0


def _serve_all(options: argparse.Namespace) -> int:
    data_dir = embedded.open_data_dir(embedded.default_data_dir())
    os.environ["THROUGHLINE_DATA"] = str(data_dir)
    with lock(data_dir), listen(options.host, options.port) as listener:
        return asyncio.run(run(Options(data_dir=data_dir, listener=listener, demo=not options.no_demo)))


def _become(options: argparse.Namespace) -> None:
    """Replace this process by the one part, so that signals and its exit status need no translation."""
    env = parts.part_env()
    if options.role == "web":
        listener = listen(options.host, options.port)
        os.set_inheritable(listener.fileno(), True)
        argv = parts.web(listener.fileno())
    else:
        argv = parts.worker() if options.role == "worker" else parts.scheduler()
    os.chdir(Path(__file__).parents[2])
    os.execve(argv[0], argv, env)

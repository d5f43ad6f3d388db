"""The web process: uvicorn on a socket that it inherits, which loads the application first and answers when it is told
to.

    python -m core.supervisor.web LISTENER [GATE]

Both are file descriptors. It begins to answer when the other end of the gate is closed: loading takes seconds, in which
the database can be migrated, and whoever calls meanwhile waits in the listener's queue.
"""

import gc
import os
import socket
import sys
from collections.abc import Sequence

import uvicorn


def main(arguments: Sequence[str]) -> None:
    listener, *gate = (int(argument) for argument in arguments)
    config = uvicorn.Config(
        "config.asgi:application",
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
        ws_per_message_deflate=False,  # they are short, and each open page would keep what compresses them
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
        backlog=1024,
        access_log=False,
        server_header=False,
        log_level="warning",
        # Whoever calls from this machine could otherwise claim any address; a proxy in front is named by the
        # environment.
        proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,
    )
    config.load()
    # What was loaded stays. Unfrozen, every full collection walks all of it: 120 ms, in the middle of a request.
    gc.freeze()
    if gate:
        os.read(gate[0], 1)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=listener)])


if __name__ == "__main__":
    main(sys.argv[1:])

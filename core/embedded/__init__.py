"""A real PostgreSQL and a real Valkey, from the locked packages, in a data directory of the user's. Pure standard
library.

Whoever only wants to talk to the servers asks for their addresses (`default_urls`), which are known without starting
anything; the supervisor and the tests start them. Both listen on Unix sockets only.
"""

from core.embedded.addresses import database_url, default_urls, redis_url
from core.embedded.directories import EmbeddedError, default_data_dir, open_data_dir
from core.embedded.keys import secret
from core.embedded.postgres import PostgresServer
from core.embedded.process import Command
from core.embedded.servers import Servers
from core.embedded.valkey import ValkeyServer

__all__ = [
    "Command",
    "EmbeddedError",
    "PostgresServer",
    "Servers",
    "ValkeyServer",
    "database_url",
    "default_data_dir",
    "default_urls",
    "open_data_dir",
    "redis_url",
    "secret",
]

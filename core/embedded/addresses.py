"""The addresses of a data directory's servers, known without starting them."""

from pathlib import Path
from urllib.parse import quote

from core.embedded.directories import socket_dir

DATABASE = ROLE = "throughline"
PORT = 5432


def postgres_socket_dir(data_dir: Path) -> Path:
    return socket_dir(data_dir) / "postgresql"


def valkey_socket(data_dir: Path) -> Path:
    return socket_dir(data_dir) / "valkey.sock"


def database_url(data_dir: Path) -> str:
    """A libpq address without a password: the kernel tells PostgreSQL who is calling. The directory is a parameter,
    since a host would lose its capitals.
    """
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(postgres_socket_dir(data_dir)), safe='')}"


def redis_url(data_dir: Path) -> str:
    return f"unix://{quote(str(valkey_socket(data_dir)))}?db=0"


def default_urls(data_dir: Path) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL of the embedded servers."""
    return {"DATABASE_URL": database_url(data_dir), "REDIS_URL": redis_url(data_dir)}

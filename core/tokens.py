"""The text of tokens and other secrets, and how they are stored."""

import hashlib
import secrets
import zlib

PREFIX = "tl_"


def new_token_text() -> str:
    """`tl_`, 32 random bytes in hexadecimal, and a checksum by which secret scanners tell it from noise."""
    body = secrets.token_hex(32)
    return f"{PREFIX}{body}{zlib.crc32(body.encode()):08x}"


def digest_of(text: str) -> str:
    """How secrets are stored: they are long and random, so a plain SHA-256 is enough and fast."""
    return hashlib.sha256(text.encode()).hexdigest()

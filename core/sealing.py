"""Keeping a secret that has to be read again: encrypted with a key that is not in the database."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


class Unsealable(Exception):
    """It was sealed with another key: the secret must be given again."""


def seal(text: str, *, purpose: str, key: str) -> str:
    """Only whoever has `key` can read it, and only for the same purpose. Two seals of the same text differ."""
    return _cipher(purpose, key).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str, key: str) -> str:
    """Raises Unsealable."""
    try:
        return _cipher(purpose, key).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unsealable from error


def _cipher(purpose: str, key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{key}".encode()).digest()))

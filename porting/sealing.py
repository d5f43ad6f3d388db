"""Keeping a credential for as long as a job needs it: encrypted with a key that is not in the database."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

PURPOSE = b"throughline.porting.credentials:"


class Unsealable(Exception):
    """It was sealed with another key: the credential must be given again."""


def seal(text: str, *, key: str) -> str:
    """Only whoever has `key` can read it. Two seals of the same text differ."""
    return _cipher(key).encrypt(text.encode()).decode()


def unseal(sealed: str, *, key: str) -> str:
    """Raises Unsealable."""
    try:
        return _cipher(key).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unsealable from error


def _cipher(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(PURPOSE + key.encode()).digest()))

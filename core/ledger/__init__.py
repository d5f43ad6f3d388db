"""The log as a ledger: whether its chains hold, checkpoints of them kept elsewhere, erasing a person, the export."""

from core.ledger.checkpoints import Broken, Checkpoint, keep, latest, public_key, sign
from core.ledger.erasing import ERASED, redact
from core.ledger.verifying import Verdict, verify, verify_all

__all__ = [
    "ERASED",
    "Broken",
    "Checkpoint",
    "Verdict",
    "keep",
    "latest",
    "public_key",
    "redact",
    "sign",
    "verify",
    "verify_all",
]

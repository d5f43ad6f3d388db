"""Names and ids for what nobody named: `swift-heron-41`, and MLflow's hexadecimal ids."""

import secrets
import uuid

_ADJECTIVES = [
    "amber",
    "bold",
    "brisk",
    "calm",
    "clear",
    "crisp",
    "deft",
    "early",
    "fair",
    "fleet",
    "fresh",
    "glad",
    "grand",
    "keen",
    "kind",
    "lucid",
    "mild",
    "neat",
    "noble",
    "plain",
    "quick",
    "quiet",
    "rapid",
    "ready",
    "sharp",
    "sleek",
    "solid",
    "sound",
    "spry",
    "steady",
    "stout",
    "sure",
    "swift",
    "tidy",
    "true",
    "vivid",
    "warm",
    "wise",
]
_BIRDS = [
    "bittern",
    "bunting",
    "crane",
    "curlew",
    "dipper",
    "dove",
    "dunlin",
    "eider",
    "falcon",
    "finch",
    "gannet",
    "grebe",
    "harrier",
    "heron",
    "hoopoe",
    "ibis",
    "jay",
    "kestrel",
    "kite",
    "lark",
    "linnet",
    "martin",
    "merlin",
    "osprey",
    "ouzel",
    "owl",
    "petrel",
    "pipit",
    "plover",
    "rail",
    "raven",
    "robin",
    "rook",
    "siskin",
    "skua",
    "snipe",
    "starling",
    "stork",
    "swallow",
    "swan",
    "swift",
    "teal",
    "tern",
    "thrush",
    "wagtail",
    "wren",
]


def run_name() -> str:
    """A name that people can say, e.g. `swift-heron-41`. Not unique: the id is."""
    return f"{secrets.choice(_ADJECTIVES)}-{secrets.choice(_BIRDS)}-{secrets.randbelow(100)}"


def run_id() -> str:
    """32 hexadecimal digits, as MLflow's."""
    return uuid.uuid4().hex


def model_id() -> str:
    """`m-` and 32 hexadecimal digits, as MLflow's."""
    return f"m-{uuid.uuid4().hex}"

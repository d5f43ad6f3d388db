"""The policies that come with the house: data, one YAML file each."""

from importlib import resources


def shipped() -> dict[str, str]:
    """Name of each pack, and its text."""
    found = {}
    for file in resources.files(__name__).iterdir():
        if file.name.endswith(".yaml"):
            found[file.name.removesuffix(".yaml")] = file.read_text(encoding="utf-8")
    return found

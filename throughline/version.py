"""By itself, so that every layer may say it. A test compares it with pyproject.toml."""

VERSION = "0.1.0"

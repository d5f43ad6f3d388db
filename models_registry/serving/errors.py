"""What can be wrong with a model file, as sentences."""

from dataclasses import dataclass, field

from core.errors import Invalid


@dataclass(eq=False)
class ModelError(Invalid):
    """Codes: `format_not_allowed`, `model_unreadable`, `model_too_large`, `untrusted_types`, `unsafe_structure`,
    `signature_mismatch`, `not_finite_output`."""

    default_code = "model_unreadable"


@dataclass(eq=False)
class UntrustedModel(ModelError):
    """The file names types or functions that are not on our list; `types` are their dotted names."""

    types: list[str] = field(default_factory=list)

    default_code = "untrusted_types"

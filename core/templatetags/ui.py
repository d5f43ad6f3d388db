"""`{% load ui %}`: all of core.components."""

from core.components import containers, drawings, figures, forms, signs, words
from core.components.library import register

__all__ = ["containers", "drawings", "figures", "forms", "register", "signs", "words"]

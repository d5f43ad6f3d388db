"""What the house knows, as answers to the paragraphs of a document. Each piece of evidence has a name."""

from documents.evidence import data, decisions, model, operation, project, risks
from documents.evidence.registry import EVIDENCE, Subject, answer

__all__ = ["EVIDENCE", "Subject", "answer", "data", "decisions", "model", "operation", "project", "risks"]

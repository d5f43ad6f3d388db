"""What happens to documents, by name."""

PASSAGE_WRITTEN = "passage.written"

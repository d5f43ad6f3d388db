"""What happens to imports and exports, by name."""

IMPORT_STARTED = "import.started"
IMPORT_FINISHED = "import.finished"
IMPORT_FAILED = "import.failed"
EXPORT_STARTED = "export.started"
EXPORT_FINISHED = "export.finished"
EXPORT_FAILED = "export.failed"
EXPORT_EXPIRED = "export.expired"

"""What is recorded about notifications, by name. What a person has read, done or put off is theirs alone."""

SETTINGS_CHANGED = "notifications.settings_changed"
CHANNEL_SET = "notifications.channel_set"
CHANNEL_REMOVED = "notifications.channel_removed"

# What changes what stands in somebody's inbox. Runs and points are not among it: they come too often.
MATTERS = (
    "gate.", "review.", "version.", "risk.", "control.", "indicator.", "finding.", "scope.", "dossier.", "option.",
    "precedent.", "sheet.", "objection.", "kill_criterion.", "item.", "sprint.", "alert.", "member.", "policy.",
    "project.", "dataset_version.", "deployment.", "token.",
)  # fmt: skip

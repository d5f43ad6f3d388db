"""What is recorded about notifications, by name. What a person has read, done or put off is theirs alone."""

SETTINGS_CHANGED = "notifications.settings_changed"
CHANNEL_SET = "notifications.channel_set"
CHANNEL_REMOVED = "notifications.channel_removed"

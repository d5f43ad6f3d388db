"""Below these a figure of one window would be noise."""

MIN_LABELLED = 20
MIN_POSITIVE = 5

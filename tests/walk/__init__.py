"""Every operation and every page of a project: what an open page shows once it has heard of the events."""

"""The pages of a project: a module for each."""

"""The REST API of projects: a module for each subject, with the shapes it takes and gives."""

"""The settings of the scheduler, which knows core alone."""

from config.settings import *  # noqa: F403 (the same, but for what is installed)

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "core"]

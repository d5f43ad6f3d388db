"""`python -m benchmarks.within NAME`: what that module measures, as JSON. Models can be imported only now."""

import importlib
import json
import os
import sys

import django
from django.conf import settings

os.environ["PGAPPNAME"] = "benchmark"  # by which the sessions of this process are known
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# The CPU of a parallel worker would stand in no session of ours.
settings.DATABASES["default"]["OPTIONS"]["options"] += " -c max_parallel_workers_per_gather=0"
django.setup()
print(json.dumps(importlib.import_module(f"benchmarks.within.{sys.argv[1]}").measure()))

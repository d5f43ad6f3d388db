"""The child of the jobs in test_jobs.py: does what the file in its scratch folder says."""

from pathlib import Path

if __name__ == "__main__":
    exec(compile(Path("told.txt").read_text(), "told.txt", "exec"), {"__name__": "__main__"})

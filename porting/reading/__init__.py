"""Reading an MLflow through its own client, in a child process: one reader for servers, archives and databases.

It knows no Django and no credentials of ours. What it finds it says line by line (see `core.child`):

    {"t": "source", "identity": "..."}
    {"t": "expected", "experiments": 2, "runs": 7, "points": 5004 | null, "bytes": 120 | null, ...}
    {"t": "experiment", "id", "name", "tags", "lifecycle", "created", "updated"}
    {"t": "run", "id", "experiment", "name", "status", "start", "end", "params", "tags", "inputs", "metrics"}
    {"t": "points", "run", "key", "steps", "times", "values"}                  NaN and infinities as MLflow's words
    {"t": "model", "id", "experiment", "name", "run", ...}                     a logged model
    {"t": "files", "kind", "id", "files": [[path, where it lies, size], ...]}
    {"t": "settled", "kind", "id", "lifecycle", "fingerprint"}                 nothing more comes of this item
    {"t": "unchanged", "kind", "id"}                                           it was settled with this fingerprint
    {"t": "registered", ...}, {"t": "version", ...}                            the registry
    {"t": "skipped", "kind", "id", "name", "reason"}                           what could not be taken
"""

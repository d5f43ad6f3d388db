"""`mpu/*` and `presigned/*`: large files in parts, each to and from an address of its own that carries its permission.

The stock server hands out addresses of a cloud's store; here they are ours. Beyond the protocol, `mpu/create` with the
`upload_id` of an upload that was cut off answers new addresses for the parts that are missing, so that it can go on.
"""

import re
from typing import Any

from experiments import operations, queries
from experiments.mlflow import locations, signed, wire
from experiments.mlflow.door import Call, Route, read
from experiments.models import Upload


def create(call: Call) -> dict[str, Any]:
    upload_id = wire.text(call.data, "upload_id")
    upload = given_upload(call, upload_id) if upload_id else _begun(call)
    arrived = set(upload.parts.values_list("number", flat=True))
    missing = [number for number in range(1, upload.part_count + 1) if number not in arrived]
    return {
        "upload_id": upload.token,
        "credentials": [
            {"url": signed.part_address(call, upload, number), "part_number": number, "headers": {}}
            for number in missing
        ],
    }


def complete(call: Call) -> dict[str, Any]:
    parts = wire.items(call.data, "parts")
    digests = {wire.required_number(one, "part_number"): wire.text(one, "etag").strip('"') for one in parts}
    upload = given_upload(call, wire.required(call.data, "upload_id"))
    operations.complete_upload(upload=upload, digests=digests, by=call.by, now=call.now)
    return {}


def abort(call: Call) -> dict[str, Any]:
    upload = given_upload(call, wire.required(call.data, "upload_id"))
    operations.abort_upload(upload=upload, by=call.by, now=call.now)
    return {}


def presigned(call: Call) -> dict[str, Any]:
    """An address from which parts of a file can be read side by side."""
    root, path = locations.resolve(call.project, call.parts["path"])
    artifact = queries.artifact(project=call.project, root=root, path=path)
    return {"url": signed.file_address(call, artifact), "headers": {}, "file_size": artifact.size}


def given_upload(call: Call, token: str) -> Upload:
    """The upload that the call names, if it is of the file that the call names. Raises NotFound."""
    root, path = place(call)
    upload = queries.upload_by_token(token, project=call.project)
    if (upload.root, upload.path) != (root, path):
        raise wire.invalid("upload_id", token, "it is an upload of another file")
    return upload


def place(call: Call) -> tuple[str, str]:
    """Root and path of the file: the folder is in the address, and the name is the last part of `path`."""
    name = re.split(r"[\\/]", wire.required(call.data, "path"))[-1]
    return locations.resolve(call.project, f"{call.parts['path']}/{name}")


def _begun(call: Call) -> Upload:
    root, path = place(call)
    count = wire.whole(call.data, "num_parts", 1)
    return operations.begin_upload(
        project=call.project, root=root, path=path, part_count=count, by=call.by, now=call.now
    )


ROUTES = [
    Route("POST", "mpu/create/{path+}", create),
    Route("POST", "mpu/complete/{path+}", complete),
    Route("POST", "mpu/abort/{path+}", abort),
    read("GET", "presigned/{path+}", presigned),
]

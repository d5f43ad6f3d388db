"""Files in parts: whole or absent, in any order, again where an answer was lost."""

import hashlib
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from core.models import Job
from experiments.mlflow import signed
from experiments.models import Artifact, Upload, UploadPart
from experiments.operations import multipart
from projects.roles import Role
from tests.drain import drain
from tests.factories import make_member, make_project, make_user
from tests.mlflow.door import Mlflow, refusal, token_of
from tests.mlflow.live import run_script

PARTS = [b"a" * 1000, b"b" * 1000, b"the end"]


@pytest.fixture
def store(settings, tmp_path):
    """A store of the test's own, where what is kept can be counted."""
    settings.STORAGE_URL = f"file://{tmp_path}/store"


@pytest.fixture
def root(api):
    return api.run()["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")


def mpu(api, step, root, /, **data):
    address = f"{api.prefix}/api/2.0/mlflow-artifacts/mpu/{step}/{root}"
    return api.client.post(address, data, content_type="application/json", headers=api.headers)


def begin(api, root, count=3, **data):
    response = mpu(api, "create", root, path="/home/somebody/big.bin", num_parts=count, **data)
    assert response.status_code == 200, response.content
    return response.json()


def put(api, credential, data):
    """As the client does: no token, only the address."""
    return api.client.put(urlsplit(credential["url"]).path, data, content_type="application/octet-stream")


def sent(api, begun, data=PARTS):
    responses = [put(api, one, data[one["part_number"] - 1]) for one in reversed(begun["credentials"])]
    found = [
        {"part_number": one["part_number"], "etag": response["ETag"], "url": None}
        for one, response in zip(reversed(begun["credentials"]), responses, strict=True)
    ]
    return sorted(found, key=lambda part: part["part_number"])


def complete(api, root, begun, parts):
    return mpu(api, "complete", root, path="/home/somebody/big.bin", upload_id=begun["upload_id"], parts=parts)


def kept():
    """Files of parts in the store."""
    return [
        path for path in (Path(settings.STORAGE_URL.removeprefix("file://")) / "uploads").rglob("*") if path.is_file()
    ]


def test_parts_in_any_order_become_one_file(store, api, root):
    begun = begin(api, f"{root}/deep")
    parts = sent(api, begun)
    assert Artifact.objects.count() == 0

    assert complete(api, f"{root}/deep", begun, parts).status_code == 200

    artifact = Artifact.objects.get()
    assert (artifact.path, artifact.blob_id) == ("deep/big.bin", hashlib.sha256(b"".join(PARTS)).hexdigest())
    assert kept() == []


def test_completing_again_because_the_answer_was_lost_changes_nothing(api, root):
    begun = begin(api, root)
    parts = sent(api, begun)
    complete(api, root, begun, parts)

    assert complete(api, root, begun, parts).status_code == 200
    assert Artifact.objects.count() == 1
    assert refusal(mpu(api, "abort", root, path="big.bin", upload_id=begun["upload_id"])) == (409, "RESOURCE_CONFLICT")


def test_an_upload_that_was_cut_off_goes_on_with_what_is_missing(api, root):
    begun = begin(api, root)
    put(api, begun["credentials"][1], PARTS[1])

    again = begin(api, root, upload_id=begun["upload_id"])

    assert again["upload_id"] == begun["upload_id"]
    assert [one["part_number"] for one in again["credentials"]] == [1, 3]
    sent(api, again)
    assert complete(api, root, begun, []).status_code == 200
    assert Artifact.objects.get().blob_id == hashlib.sha256(b"".join(PARTS)).hexdigest()


def test_a_part_sent_again_is_replaced(api, root):
    begun = begin(api, root, count=1)
    first = put(api, begun["credentials"][0], b"wrong")["ETag"]
    second = put(api, begun["credentials"][0], b"right")["ETag"]

    refused = complete(api, root, begun, [{"part_number": 1, "etag": first}])
    assert refusal(refused) == (400, "INVALID_PARAMETER_VALUE")
    assert complete(api, root, begun, [{"part_number": 1, "etag": second}]).status_code == 200
    assert Artifact.objects.get().blob_id == hashlib.sha256(b"right").hexdigest()


def test_a_missing_part_leaves_no_file(api, root):
    begun = begin(api, root)
    put(api, begun["credentials"][0], PARTS[0])

    response = complete(api, root, begun, [])

    assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")
    assert "2 of 3 parts" in response.json()["message"]
    assert Artifact.objects.count() == 0


def test_an_aborted_upload_leaves_nothing(store, api, root, django_capture_on_commit_callbacks):
    begun = begin(api, root)
    sent(api, begun)
    assert len(kept()) == 3

    with django_capture_on_commit_callbacks(execute=True):
        assert mpu(api, "abort", root, path="big.bin", upload_id=begun["upload_id"]).status_code == 200

    assert (Upload.objects.count(), kept()) == (0, [])
    assert refusal(put(api, begun["credentials"][0], b"x")) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert refusal(complete(api, root, begun, [])) == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.django_db(transaction=True)
def test_what_nobody_completes_is_forgotten_after_a_day(store, api, root):
    sent(api, begin(api, root))
    assert len(kept()) == 3
    assert Job.objects.get(kind=multipart.EXPIRE_UPLOAD).due_at - Upload.objects.get().created_at > timedelta(hours=23)

    Job.objects.filter(kind=multipart.EXPIRE_UPLOAD).update(due_at=Upload.objects.get().created_at)
    drain()

    assert (Upload.objects.count(), UploadPart.objects.count(), kept()) == (0, 0, [])


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"path": "x", "num_parts": 0}, "1 to 10000 parts: got 0"),
        ({"path": "x", "num_parts": 10_001}, "got 10001"),
        ({"path": "x", "num_parts": "many"}, "num_parts"),
        ({"num_parts": 1}, "path"),
        ({"path": "/tmp/..", "num_parts": 1}, "Invalid path"),
        ({"path": "C:\\x\\..", "num_parts": 1}, "Invalid path"),
        ({"path": "a/", "num_parts": 1}, "Invalid path"),
        ({"path": "a#b", "num_parts": 1}, "Invalid path"),
    ],
)
def test_what_cannot_be_begun(api, root, data, field):
    response = mpu(api, "create", root, **data)

    assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")
    assert field in response.json()["message"]
    assert Upload.objects.count() == 0


def test_a_part_that_is_too_large_is_not_kept(store, api, root, monkeypatch):
    monkeypatch.setattr(multipart, "MAX_PART_BYTES", 10)
    begun = begin(api, root)

    assert refusal(put(api, begun["credentials"][0], b"x" * 11)) == (413, "INVALID_PARAMETER_VALUE")
    assert (UploadPart.objects.count(), kept()) == (0, [])


def test_an_address_is_good_for_one_part_and_for_an_hour(api, root, monkeypatch):
    address = urlsplit(begin(api, root)["credentials"][0]["url"]).path

    forged = address[:-1] + ("a" if address[-1] != "a" else "b")
    assert refusal(api.client.put(forged, b"x")) == (403, "PERMISSION_DENIED")
    assert refusal(api.client.get(address.replace("/part/", "/file/"))) == (403, "PERMISSION_DENIED")
    assert api.client.get(address).status_code == 405
    monkeypatch.setattr(signed, "LIVES", timedelta(seconds=-1))
    assert refusal(api.client.put(address, b"x")) == (403, "PERMISSION_DENIED")
    assert UploadPart.objects.count() == 0


def test_who_may_upload_in_parts(project, api, root):
    begun = begin(api, root)
    viewer = Mlflow(project=project, token=token_of(make_member(project, Role.VIEWER)))
    engineer = Mlflow(project=project, token=token_of(make_member(project, Role.ENGINEER)))
    owner = make_user()
    stranger = Mlflow(project=make_project(owner=owner), token=token_of(owner))

    assert refusal(mpu(viewer, "create", root, path="x", num_parts=1)) == (403, "PERMISSION_DENIED")
    assert refusal(complete(engineer, root, begun, [])) == (403, "PERMISSION_DENIED")
    assert refusal(mpu(stranger, "create", root, path="x", num_parts=1)) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert refusal(complete(stranger, root, begun, [])) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert refusal(mpu(api, "complete", root, path="other", upload_id=begun["upload_id"], parts=[])) == (
        400,
        "INVALID_PARAMETER_VALUE",
    )


def test_a_file_is_read_in_parts_from_an_address_of_its_own(api, root):
    api.proxy("PUT", f"artifacts/{root}/digits", b"0123456789")
    given = api.proxy("GET", f"presigned/{root}/digits").json()
    path = urlsplit(given["url"]).path

    part = api.client.get(path, headers={"Range": "bytes=2-4"})

    assert given["file_size"] == 10
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"234")
    api.proxy("PUT", f"artifacts/{root}/digits", b"abcdefghij")
    assert refusal(api.client.get(path)) == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.django_db(transaction=True)
def test_two_who_complete_at_once_make_one_file(api, root):
    begun = begin(api, root)
    parts, statuses, start = sent(api, begun), [], Barrier(4)

    def finish():
        start.wait()
        statuses.append(complete(api, root, begun, parts).status_code)
        connection.close()

    threads = [Thread(target=finish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Artifact.objects.count() == 1
    assert set(statuses) <= {200, 404, 409}, statuses
    assert 200 in statuses


SCRIPT = """
import json, os, pathlib, mlflow
path = pathlib.Path("big.bin")
path.write_bytes(os.urandom(25_000_000))
with mlflow.start_run() as run:
    mlflow.log_artifact(str(path), "deep")
back = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="deep/big.bin", dst_path="back")
print(json.dumps(pathlib.Path(back).read_bytes() == path.read_bytes()))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_real_client_sends_and_reads_in_parts(server, tmp_path):
    project = make_project()
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    is_same = run_script(
        f"{server}/p/{project.key}",
        tmp_path,
        script,
        MLFLOW_TRACKING_TOKEN=token_of(make_member(project, Role.DATA_SCIENTIST)),
        MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD="true",
        MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD="true",
        MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE="6000000",
        MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE="6000000",
        MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE="6000000",
    )

    assert is_same is True
    upload = Upload.objects.get()
    assert (upload.path, upload.part_count, upload.completed_at is None) == ("deep/big.bin", 5, False)

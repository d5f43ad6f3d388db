from urllib.parse import quote

import pytest

from experiments.models import Artifact
from tests.factories import make_project, make_user
from tests.mlflow.door import Mlflow, refusal, token_of


@pytest.fixture
def root(api):
    return api.run()["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_file_goes_in_and_comes_out(api, root):
    assert api.proxy("PUT", f"artifacts/{root}/a/b.html", b"<script>x</script>").status_code == 200

    response = api.proxy("GET", f"artifacts/{root}/a/b.html")

    assert (response.status_code, body(response)) == (200, b"<script>x</script>")
    assert response["Content-Disposition"] == "attachment; filename*=UTF-8''b.html"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["Content-Length"] == "18"


def test_empty_file_and_a_name_of_many_alphabets(api, root):
    for name in ("empty.txt", "Prüfung 表.txt", "100%.txt", "a+b&c.txt"):
        assert api.proxy("PUT", f"artifacts/{root}/{quote(name)}", b"").status_code == 200, name
        assert body(api.proxy("GET", f"artifacts/{root}/{quote(name)}")) == b""


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-3", (206, b"0123", "bytes 0-3/10")),
        ("bytes=7-", (206, b"789", "bytes 7-9/10")),
        ("bytes=-2", (206, b"89", "bytes 8-9/10")),
        ("bytes=5-99", (206, b"56789", "bytes 5-9/10")),
        ("bytes=10-", (416, b"", "bytes */10")),
        ("bytes=5-2", (416, b"", "bytes */10")),
        ("lines=1-2", (200, b"0123456789", None)),
        ("bytes=-", (200, b"0123456789", None)),
    ],
)
def test_ranges(api, root, header, expected):
    api.proxy("PUT", f"artifacts/{root}/digits", b"0123456789")

    response = api.proxy("GET", f"artifacts/{root}/digits", Range=header)

    assert (response.status_code, body(response), response.get("Content-Range")) == expected


def test_a_range_of_a_file_that_was_replaced_is_the_whole_new_file(api, root):
    api.proxy("PUT", f"artifacts/{root}/digits", b"0123456789")
    before = api.proxy("GET", f"artifacts/{root}/digits", Range="bytes=0-3")["ETag"]
    same = api.proxy("GET", f"artifacts/{root}/digits", **{"Range": "bytes=4-", "If-Range": before})
    api.proxy("PUT", f"artifacts/{root}/digits", b"abcdefghij")

    other = api.proxy("GET", f"artifacts/{root}/digits", **{"Range": "bytes=4-", "If-Range": before})

    assert (same.status_code, body(same)) == (206, b"456789")
    assert (other.status_code, body(other)) == (200, b"abcdefghij")


def test_what_a_file_is_without_its_bytes(api, root):
    api.proxy("PUT", f"artifacts/{root}/digits", b"0123456789")

    head = api.proxy("HEAD", f"artifacts/{root}/digits")
    again = api.proxy("GET", f"artifacts/{root}/digits", **{"If-None-Match": head["ETag"]})

    assert (head.status_code, head["Content-Length"], head["Accept-Ranges"], body(head)) == (200, "10", "bytes", b"")
    assert (again.status_code, body(again)) == (304, b"")
    assert api.proxy("HEAD", f"artifacts/{root}/nothing").status_code == 404


def test_listing_shows_one_folder_at_a_time(api, root):
    for name in ("z.txt", "model/MLmodel", "model/data/x.bin", "model/data/y.bin"):
        api.proxy("PUT", f"artifacts/{root}/{name}", b"12")

    def listed(folder=""):
        address = f"{api.prefix}/api/2.0/mlflow-artifacts/artifacts"
        response = api.client.get(address, {"path": f"{root}{folder}"}, headers=api.headers)
        return response.json()["files"]

    assert listed() == [{"path": "model", "is_dir": True}, {"path": "z.txt", "is_dir": False, "file_size": 2}]
    assert [one["path"] for one in listed("/model")] == ["MLmodel", "data"]
    assert [one["path"] for one in listed("/model/data")] == ["x.bin", "y.bin"]
    assert listed("/z.txt") == listed("/nothing") == []
    run_id = root.split("/")[1]
    of_run = api.ok("GET", "artifacts/list", run_id=run_id, path="model")
    assert [one["path"] for one in of_run["files"]] == ["model/MLmodel", "model/data"]
    assert of_run["root_uri"] == f"mlflow-artifacts:/{root}"


def test_delete_a_file_and_a_folder(api, root):
    for name in ("a/x", "a/y", "b"):
        api.proxy("PUT", f"artifacts/{root}/{name}", b"1")

    assert api.proxy("DELETE", f"artifacts/{root}/a").status_code == 200

    assert list(Artifact.objects.values_list("path", flat=True)) == ["b"]
    assert refusal(api.proxy("GET", f"artifacts/{root}/a/x")) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert refusal(api.proxy("DELETE", f"artifacts/{root}/a")) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_files_of_another_project_are_missing(api, root):
    api.proxy("PUT", f"artifacts/{root}/secret", b"1")
    owner = make_user()
    stranger = Mlflow(project=make_project(owner=owner), token=token_of(owner))

    for method in ("GET", "PUT", "DELETE"):
        assert refusal(stranger.proxy(method, f"artifacts/{root}/secret", b"x")) == (404, "RESOURCE_DOES_NOT_EXIST")
    address = f"{stranger.prefix}/api/2.0/mlflow-artifacts/artifacts"
    listing = stranger.client.get(address, {"path": root}, headers=stranger.headers)
    assert refusal(listing) == (404, "RESOURCE_DOES_NOT_EXIST")


HOSTILE = [
    "..",
    "../x",
    "a/../../x",
    "a/../x",
    "..%2f..%2fetc/passwd",
    "%2e%2e/x",
    "%252e%252e/x",
    "%252e%252e%252fx",
    "..%5cx",
    "a%5c..%5cx",
    "C:%5cx",
    "C:/x",
    "a/./b",
    "./a",
    "a//b",
    "%2fetc/passwd",
    "a%00b",
    "a%2500b",
    "~root/x",
    "~",
    "file:%2f%2f/etc/passwd",
    "a%23b",
    "a%2523b",
    "name.",
    "name%20",
    "a./b",
    "CON",
    "con.txt",
    "a/NUL",
    "LPT1",
    "a%0d%0aSet-Cookie:x",
    "a%7f",
    "x" * 1001,
    "x/" * 2048 + "x",
    "%25252e%25252e/x",
    "%c0%ae%c0%ae/x/..",
    "..%252f..%252fx",
    "...",
    ". .",
    "%20",
]


@pytest.mark.parametrize("path", HOSTILE)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_hostile_path_is_refused(api, root, method, path):
    assert refusal(api.proxy(method, f"artifacts/{root}/{path}", b"x")) == (400, "INVALID_PARAMETER_VALUE")
    assert Artifact.objects.count() == 0


@pytest.mark.parametrize("path", ["", "etc/passwd", "1", "1/artifacts", "0/../1", "1/abc/artifacts/x"])
def test_place_that_is_nobodys_is_not_listed(api, path):
    address = f"{api.prefix}/api/2.0/mlflow-artifacts/artifacts"

    response = api.client.get(address, {"path": path}, headers=api.headers)

    assert response.status_code in (400, 404)
    assert refusal(response)[1] in ("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST")

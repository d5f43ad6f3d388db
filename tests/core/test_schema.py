"""The OpenAPI schema, as the documentation's page asks for it."""

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator


def test_the_schema_is_made_once_and_told_in_both_formats(client, monkeypatch):
    first = client.get("/api/v1/schema")
    monkeypatch.setattr(SchemaGenerator, "get_schema", None)
    again = client.get("/api/v1/schema")
    as_json = client.get("/api/v1/schema", headers={"accept": "application/json"})

    assert first.content.decode() == (settings.BASE_DIR / "docs" / "openapi.yaml").read_text()
    assert again.content == first.content
    assert again["Content-Type"] == "application/vnd.oai.openapi"
    assert as_json["Content-Disposition"] == 'inline; filename="Throughline.json"'
    assert as_json.json()["paths"].keys() >= {"/api/v1/me", "/api/v1/projects/{key}"}

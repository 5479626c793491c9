"""The fake's check of requests against an OpenAPI description, on a description of our own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.discord_openapi import OpenApi

pytest.importorskip("jsonschema")

NOTE = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
NUMBER = {"type": "integer"}


def described(schema: object) -> object:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


@pytest.fixture
def api(tmp_path: Path) -> OpenApi:
    file = tmp_path / "openapi.json"
    spec = {
        "components": {"schemas": {"Note": NOTE}},
        "paths": {
            "/notes/{id}": {"patch": described(NUMBER)},
            "/notes/@first": {"patch": described({"$ref": "#/components/schemas/Note"})},
            "/quiet": {"post": {"responses": {}}},
        },
    }
    file.write_text(json.dumps(spec))
    return OpenApi(file)


def test_a_body_as_described_has_no_fault(api: OpenApi) -> None:
    assert api.faults("PATCH", "/notes/@first", {"text": "x"}) == []
    assert api.faults("PATCH", "/notes/17", 5) == []


def test_a_fault_names_the_request_and_the_place(api: OpenApi) -> None:
    (fault,) = api.faults("PATCH", "/notes/@first", {"text": 5})
    assert fault.startswith("PATCH /notes/@first: $.text: type")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/notes/1"), ("PATCH", "/notes"), ("POST", "/quiet")]
)
def test_a_request_that_is_not_described_is_a_fault(api: OpenApi, method: str, path: str) -> None:
    assert api.faults(method, path, {}) == [f"{method} {path} is not described"]

"""Adds to OpenAPI what the signatures of the routes do not say: problems, forms and pictures."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from src.service.api.responses import Problem
from src.service.http.body import JSON
from src.service.http.problems import MEDIA_TYPE, Kind

Responses = dict[int | str, dict[str, Any]]

ABOUT = """\
Finds the number plates in photographs, reads them, says how sure it is, and keeps what was seen where.

Errors are `application/problem+json` (RFC 9457). Times are ISO 8601: without a time zone those of a request are in the
service's own, which `TZ` sets, and those of answers are in UTC.
Where the operator has set `NUMBER_PLATE_REQUIRE_KEYS`, everything but `/health`, `/ready` and
this description needs an API key.
"""
COMPONENT = "#/components/schemas/{model}"
ANYWHERE = (
    *(Kind.INVALID_REQUEST, Kind.NO_KEY, Kind.FOREIGN_SITE, Kind.WRONG_SCOPE, Kind.LIMIT_REACHED),
    *(Kind.OUT_OF_REACH, Kind.SHUTTING_DOWN),
)
"""The problems that any route may answer with."""
PICTURE = {
    "type": "string",
    "format": "binary",
    "description": "JPEG, PNG, WebP, AVIF, TIFF, GIF, BMP, JPEG 2000, PPM, or HEIF where its package is installed; "
    "NUMBER_PLATE_MAX_UPLOAD_BYTES and NUMBER_PLATE_MAX_PIXELS bound it",
}
PICTURES = {
    "type": "array",
    "items": PICTURE,
    "minItems": 1,
    "description": "NUMBER_PLATE_MAX_PICTURES bounds them",
}


def problems(*kinds: Kind) -> Responses:
    """Returns the errors of a route: these, and those of any route."""
    return only(*kinds, *ANYWHERE)


def only(*kinds: Kind) -> Responses:
    """Returns the errors of a route that has no others."""
    responses: Responses = {}
    for kind in kinds:
        response = responses.setdefault(kind.status, {"description": "", "content": {MEDIA_TYPE: _problem_schema()}})
        content = response["content"][MEDIA_TYPE]
        content["examples"][str(kind)] = {"summary": kind.title, "value": _example(kind)}
        response["description"] = "; ".join(example["summary"] for example in content["examples"].values())
    return responses


def pictures(media_type: str) -> Responses:
    """Returns the answer of a route that gives a picture."""
    return answers("The picture", media_type, {"type": "string", "format": "binary"})


def answers(what: str, media_type: str, schema: dict[str, str]) -> Responses:
    """Returns the answer of a route that gives no JSON."""
    return {200: {"description": what, "content": {media_type: {"schema": schema}}}}


def form(field: str, pictures: dict[str, Any]) -> dict[str, Any]:
    """Returns the request body of a multipart form with ``pictures`` in ``field``."""
    schema = {"type": "object", "required": [field], "properties": {field: pictures}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def json_form(model: type[BaseModel]) -> dict[str, Any]:
    """Returns the request body of a JSON object that is a ``model``; ``describe`` makes room for what it is made of."""
    schema = model.model_json_schema(ref_template=COMPONENT)
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def describe(app: FastAPI, require_keys: bool) -> dict[str, Any]:
    """Returns the OpenAPI document of ``app``; it asks for a key only where one is needed."""
    document = get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes)
    document["components"]["schemas"]["Problem"] = Problem.model_json_schema()
    _make_components(document)
    if not require_keys:
        del document["components"]["securitySchemes"]
        for methods in document["paths"].values():
            for operation in methods.values():
                operation.pop("security", None)
    return document


def _make_components(document: dict[str, Any]) -> None:
    """Moves what the bodies of ``json_form`` are made of to the components of the document, where references look."""
    for methods in document["paths"].values():
        for operation in methods.values():
            form = operation.get("requestBody", {}).get("content", {}).get(JSON)
            if form is not None and "$defs" in form["schema"]:
                # the routes have this schema too, for the next document
                schema = dict(form["schema"])
                document["components"]["schemas"] |= schema.pop("$defs")
                operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}


def _problem_schema() -> dict[str, Any]:
    return {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}


def _example(kind: Kind) -> dict[str, Any]:
    return {
        "type": f"urn:number-plate:{kind}",
        "title": kind.title,
        "status": kind.status,
        "detail": "what exactly",
        "instance": "/v1/...",
    }

"""Cameras: their records, how they are, and their newest pictures."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Response

from src.service import store
from src.service.api.auth import Administrator, Here, Looker
from src.service.api.openapi import json_form, pictures, problems
from src.service.api.requests import CameraChange, Identifier, NewCamera
from src.service.api.responses import CameraRecord, CameraRecords, DeletedCamera
from src.service.api.routes.answers import HEADERS, existing
from src.service.cameras.reach import SourceRefusedError, check_source
from src.service.cameras.records import camera_record
from src.service.http.body import json_body
from src.service.http.problems import Kind, ServiceProblem
from src.service.lifespan import Service
from src.service.store import Action, Camera, NameTakenError, NoPlaceError
from src.video.address import hide_password

router = APIRouter(tags=["cameras"])
IdInPath = Annotated[Identifier, Path()]
REFUSALS = (Kind.NO_JSON, Kind.TOO_LONG, Kind.TOO_SLOW, Kind.NAME_TAKEN)
"""The problems of a camera's record that is sent."""


@router.get("/v1/cameras", response_model=CameraRecords, responses=problems())
def cameras(here: Here, _: Looker) -> dict[str, Any]:
    """All cameras, with how they are just now; those too that pictures named which were uploaded."""
    return {"items": [_record(here, each) for each in store.all_cameras(here.resources.database)]}


@router.post(
    "/v1/cameras",
    status_code=201,
    response_model=CameraRecord,
    responses=problems(*REFUSALS),
    openapi_extra=json_form(NewCamera),
)
async def create(
    here: Here, actor: Administrator, new: Annotated[NewCamera, Depends(json_body(NewCamera))]
) -> CameraRecord:
    """Makes a camera, which is watched within two seconds.

    The name of a camera that was deleted may be used again: the new camera gets the sightings that name the old one.
    """
    return await to_thread.run_sync(_create, here, actor, new)


@router.get("/v1/cameras/{id}", response_model=CameraRecord, responses=problems(Kind.NOT_FOUND))
def camera(here: Here, _: Looker, id: IdInPath) -> CameraRecord:
    """One camera, with how it is just now."""
    return _record(here, existing(store.camera(here.resources.database, id), "camera"))


@router.patch(
    "/v1/cameras/{id}",
    response_model=CameraRecord,
    responses=problems(Kind.NOT_FOUND, *REFUSALS),
    openapi_extra=json_form(CameraChange),
)
async def change(
    here: Here,
    actor: Administrator,
    id: IdInPath,
    wanted: Annotated[CameraChange, Depends(json_body(CameraChange))],
) -> CameraRecord:
    """Changes what is sent of a camera's record, and leaves the rest; it takes effect within two seconds."""
    return await to_thread.run_sync(_change, here, actor, id, wanted)


@router.delete("/v1/cameras/{id}", response_model=DeletedCamera, responses=problems(Kind.NOT_FOUND))
def delete(here: Here, actor: Administrator, id: IdInPath) -> DeletedCamera:
    """Deletes a camera's record with its source; its sightings stay, and keep its name."""
    kept = existing(store.delete_camera(here.resources.database, id, actor), "camera")
    here.cameras.look_again()
    return DeletedCamera(sightings=kept)


@router.get(
    "/v1/cameras/{id}/picture",
    response_class=Response,
    responses=pictures("image/jpeg") | problems(Kind.NOT_FOUND),
)
def picture(here: Here, actor: Looker, id: IdInPath) -> Response:
    """The newest picture of a camera that is watched, at most 640 pixels wide and a second or two old.

    Whoever looks at a camera again and again is audited once in ten minutes.
    """
    found = existing(store.camera(here.resources.database, id), "camera")
    if here.cameras.is_first_look(id, actor):
        store.record(here.resources.database, Action.CAMERA_PICTURE, found.name, actor, {"id": id})
    return Response(
        existing(here.cameras.picture(id), "picture: none came yet"), media_type="image/jpeg", headers=HEADERS
    )


def _create(here: Service, actor: store.Actor, new: NewCamera) -> CameraRecord:
    fields = new.model_dump()
    _check(here, fields)
    try:
        made = store.create_camera(here.resources.database, fields, actor)
    except NameTakenError:
        raise _taken() from None
    except NoPlaceError:
        raise ServiceProblem(
            Kind.INVALID_REQUEST, "body.gate: is that of a place, which the camera has none of"
        ) from None
    here.cameras.look_again()
    return _record(here, made)


def _change(here: Service, actor: store.Actor, camera_id: str, wanted: CameraChange) -> CameraRecord:
    fields, database = wanted.model_dump(exclude_unset=True), here.resources.database
    earlier = existing(store.camera(database, camera_id), "camera")
    if earlier.source is not None and fields.get("source") == hide_password(earlier.source):
        del fields["source"]
    _check(here, fields)
    try:
        changed = existing(store.change_camera(database, camera_id, fields, actor), "camera")
    except NameTakenError:
        raise _taken() from None
    except NoPlaceError:
        raise ServiceProblem(
            Kind.INVALID_REQUEST, "body.gate: is that of a place, which the camera has none of"
        ) from None
    here.cameras.look_again()
    return _record(here, changed)


def _check(here: Service, fields: dict[str, Any]) -> None:
    """Raises ServiceProblem for a source or a country that cannot be watched or read here."""
    settings = here.resources.settings
    if (source := fields.get("source")) is not None:
        try:
            check_source(source, settings.camera_files, settings.camera_local)
        except SourceRefusedError as refused:
            raise ServiceProblem(Kind.INVALID_REQUEST, f"body.source: {refused}") from None
    known = here.resources.reader.plate_reader.countries
    if unknown := [code for code in fields.get("countries", ()) if code not in known]:
        raise ServiceProblem(Kind.INVALID_REQUEST, f"body.countries: no plate formats of {unknown[0]}")


def _taken() -> ServiceProblem:
    return ServiceProblem(Kind.NAME_TAKEN, "body.name: choose another one")


def _record(here: Service, found: Camera) -> CameraRecord:
    return camera_record(found, here.cameras.state(found.id))

"""The part of the API that is about vehicles, persons, lists and places, as the page sees it."""

from dataclasses import dataclass
from urllib.parse import quote

from src.service.api.registry_responses import (
    Imported,
    ListRecord,
    ListRecords,
    PersonRecord,
    PersonRecords,
    PlaceRecord,
    PlaceRecords,
    VehicleRecord,
    VehicleRecords,
)
from src.service.page.client import ApiClient, Json

MOST = 500
"""The most entries that the API gives on one page."""
IMPORT_S = 600
"""Seconds that a table of a hundred thousand rows may take, on a machine that is busy with other things."""


@dataclass(frozen=True, slots=True)
class VehicleQuery:
    """Which vehicles are asked for; what is None does not matter."""

    text: str | None = None
    region: str | None = None
    list: str | None = None
    place: str | None = None
    limit: int = 12


class RegistryClient:
    """One visitor's way to the registry. Every method raises ServiceError."""

    def __init__(self, api: ApiClient) -> None:
        """``api`` has the visitor's key."""
        self._api = api

    def vehicles(self, query: VehicleQuery, cursor: str | None) -> VehicleRecords:
        """Returns a page of vehicles."""
        asked = {
            "text": query.text,
            "region": query.region,
            "list": query.list,
            "place": query.place,
            "limit": query.limit,
            "cursor": cursor,
        }
        return self._api.said(VehicleRecords, "GET", "/v1/vehicles", asked)

    def vehicle(self, vehicle: str) -> VehicleRecord:
        """Returns a vehicle with its permits and, where the key may see them, its persons."""
        return self._api.said(VehicleRecord, "GET", _path("vehicles", vehicle))

    def create_vehicle(self, fields: Json) -> VehicleRecord:
        """Makes a vehicle and returns it."""
        return self._api.said(VehicleRecord, "POST", "/v1/vehicles", json=fields)

    def change_vehicle(self, vehicle: str, fields: Json) -> None:
        """Changes these fields of a vehicle, and leaves the others."""
        self._api.send("PATCH", _path("vehicles", vehicle), json=fields)

    def delete_vehicle(self, vehicle: str) -> None:
        """Removes a vehicle and its permits."""
        self._api.send("DELETE", _path("vehicles", vehicle))

    def create_permit(self, vehicle: str, fields: Json) -> None:
        """Puts a vehicle on a list, for a place; both are named."""
        self._api.send("POST", f"{_path('vehicles', vehicle)}/permits", json=fields)

    def change_permit(self, permit: str, fields: Json) -> None:
        """Changes these fields of a permit, and leaves the others."""
        self._api.send("PATCH", _path("permits", permit), json=fields)

    def delete_permit(self, permit: str) -> None:
        """Takes a vehicle off a list."""
        self._api.send("DELETE", _path("permits", permit))

    def persons(self, text: str | None) -> PersonRecords:
        """Returns persons by a part of their names."""
        return self._api.said(PersonRecords, "GET", "/v1/persons", {"text": text or None, "limit": MOST})

    def person(self, person: str) -> PersonRecord:
        """Returns a person, and notes in the audit that somebody looked."""
        return self._api.said(PersonRecord, "GET", _path("persons", person))

    def create_person(self, fields: Json) -> PersonRecord:
        """Makes a person."""
        return self._api.said(PersonRecord, "POST", "/v1/persons", json=fields)

    def change_person(self, person: str, fields: Json) -> None:
        """Changes these fields of a person, and leaves the others."""
        self._api.send("PATCH", _path("persons", person), json=fields)

    def erase_person(self, person: str) -> None:
        """Erases a person everywhere."""
        self._api.send("DELETE", _path("persons", person))

    def join(self, vehicle: str, person: str, role: str) -> None:
        """Says what a person is to a vehicle."""
        self._api.send("POST", f"{_path('vehicles', vehicle)}/persons", json={"person": person, "role": role})

    def part(self, vehicle: str, person: str, role: str) -> None:
        """Says that a person is that to a vehicle no longer."""
        self._api.send("DELETE", f"{_path('vehicles', vehicle)}/persons/{_quoted(person)}/{_quoted(role)}")

    def lists(self) -> list[ListRecord]:
        """Returns all lists, by name."""
        return self._api.said(ListRecords, "GET", "/v1/lists", {"limit": MOST}).items

    def create_list(self, fields: Json) -> None:
        """Makes a list."""
        self._api.send("POST", "/v1/lists", json=fields)

    def change_list(self, known: str, fields: Json) -> None:
        """Changes these fields of a list, and leaves the others."""
        self._api.send("PATCH", _path("lists", known), json=fields)

    def delete_list(self, known: str) -> None:
        """Removes a list and its permits."""
        self._api.send("DELETE", _path("lists", known))

    def places(self) -> list[PlaceRecord]:
        """Returns all places with their gates, by name."""
        return self._api.said(PlaceRecords, "GET", "/v1/places", {"limit": MOST}).items

    def create_place(self, fields: Json) -> PlaceRecord:
        """Makes a place and returns it."""
        return self._api.said(PlaceRecord, "POST", "/v1/places", json=fields)

    def change_place(self, place: str, fields: Json) -> None:
        """Changes these fields of a place, and leaves the others."""
        self._api.send("PATCH", _path("places", place), json=fields)

    def delete_place(self, place: str) -> None:
        """Removes a place, its gates and the permits for it."""
        self._api.send("DELETE", _path("places", place))

    def create_gate(self, place: str, name: str) -> None:
        """Makes a gate of a place."""
        self._api.send("POST", f"{_path('places', place)}/gates", json={"name": name})

    def change_gate(self, gate: str, name: str) -> None:
        """Gives a gate another name; cameras stay at it."""
        self._api.send("PATCH", _path("gates", gate), json={"name": name})

    def delete_gate(self, gate: str) -> None:
        """Removes a gate."""
        self._api.send("DELETE", _path("gates", gate))

    def import_table(self, data: bytes, media_type: str, skip: bool, dry_run: bool) -> Imported:
        """Imports a table, or with ``dry_run`` says what that would do; ``skip`` leaves faulty rows out."""
        query = {"faulty": "skip" if skip else "refuse", "dry_run": "true" if dry_run else "false"}
        headers = {b"Content-Type": media_type.encode()}
        return self._api.said(
            Imported, "POST", "/v1/registry/import", query, content=data, headers=headers, timeout=IMPORT_S
        )


def _path(what: str, known: str) -> str:
    return f"/v1/{what}/{_quoted(known)}"


def _quoted(known: str) -> str:
    return quote(known, safe="")

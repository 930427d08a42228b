"""Who may ask for what: a line for every endpoint of the OpenAPI document, written by hand."""

from src.service.store import Scope

Endpoint = tuple[str, str]
"""Method and path, as the document has them."""

OPEN = "open"
"""It needs no key."""
TICKET = "ticket"
"""It needs a ticket, and no key will do."""
ANY_KEY = "any key"
"""It needs a valid key, and no scope."""

ENDPOINTS: dict[Endpoint, str] = {
    ("GET", "/health"): OPEN,
    ("GET", "/ready"): OPEN,
    ("GET", "/metrics"): Scope.READ,
    ("GET", "/v1/version"): Scope.READ,
    ("POST", "/v1/recognize"): Scope.RECOGNIZE,
    ("POST", "/upload_image/"): Scope.RECOGNIZE,
    ("GET", "/send_image/{name}"): Scope.READ,
    ("GET", "/v1/sightings"): Scope.READ,
    ("GET", "/v1/sightings/export"): Scope.READ,
    ("GET", "/v1/sightings/{id}"): Scope.READ,
    ("DELETE", "/v1/sightings/{id}"): Scope.DELETE,
    ("GET", "/v1/sightings/{id}/picture"): Scope.READ,
    ("POST", "/v1/sightings/{id}/correction"): Scope.CORRECT,
    ("GET", "/v1/sightings/{id}/corrections"): Scope.READ,
    ("POST", "/v1/sightings/{id}/acknowledgement"): Scope.CORRECT,
    ("GET", "/v1/plates/{text}"): Scope.READ,
    ("DELETE", "/v1/plates/{text}"): Scope.DELETE,
    ("GET", "/v1/statistics"): Scope.READ,
    ("GET", "/v1/statistics/cameras"): Scope.READ,
    ("GET", "/v1/cameras"): Scope.READ,
    ("POST", "/v1/cameras"): Scope.ADMIN,
    ("GET", "/v1/cameras/{id}"): Scope.READ,
    ("PATCH", "/v1/cameras/{id}"): Scope.ADMIN,
    ("DELETE", "/v1/cameras/{id}"): Scope.ADMIN,
    ("GET", "/v1/cameras/{id}/picture"): Scope.READ,
    ("POST", "/v1/live/tickets"): Scope.READ,
    ("GET", "/v1/live/events"): TICKET,
    ("GET", "/v1/visits"): Scope.READ,
    ("GET", "/v1/visits/export"): Scope.READ,
    ("GET", "/v1/visits/report"): Scope.READ,
    ("GET", "/v1/visits/{id}"): Scope.READ,
    ("POST", "/v1/visits/{id}/close"): Scope.CORRECT,
    ("GET", "/v1/occupancy"): Scope.READ,
    ("GET", "/v1/key"): ANY_KEY,
    ("GET", "/v1/keys"): Scope.ADMIN,
    ("POST", "/v1/keys"): Scope.ADMIN,
    ("GET", "/v1/keys/{id}"): Scope.ADMIN,
    ("PATCH", "/v1/keys/{id}"): Scope.ADMIN,
    ("POST", "/v1/keys/{id}/revoke"): Scope.ADMIN,
    ("GET", "/v1/audit"): Scope.ADMIN,
    ("GET", "/v1/lists"): Scope.READ,
    ("POST", "/v1/lists"): Scope.REGISTRY,
    ("GET", "/v1/lists/{id}"): Scope.READ,
    ("PATCH", "/v1/lists/{id}"): Scope.REGISTRY,
    ("DELETE", "/v1/lists/{id}"): Scope.REGISTRY,
    ("GET", "/v1/places"): Scope.READ,
    ("POST", "/v1/places"): Scope.REGISTRY,
    ("GET", "/v1/places/{id}"): Scope.READ,
    ("PATCH", "/v1/places/{id}"): Scope.REGISTRY,
    ("DELETE", "/v1/places/{id}"): Scope.REGISTRY,
    ("GET", "/v1/vehicles"): Scope.READ,
    ("POST", "/v1/vehicles"): Scope.REGISTRY,
    ("GET", "/v1/vehicles/{id}"): Scope.READ,
    ("PATCH", "/v1/vehicles/{id}"): Scope.REGISTRY,
    ("DELETE", "/v1/vehicles/{id}"): Scope.REGISTRY,
    ("POST", "/v1/places/{id}/gates"): Scope.REGISTRY,
    ("PATCH", "/v1/gates/{id}"): Scope.REGISTRY,
    ("DELETE", "/v1/gates/{id}"): Scope.REGISTRY,
    ("POST", "/v1/vehicles/{id}/permits"): Scope.REGISTRY,
    ("GET", "/v1/permits/{id}"): Scope.READ,
    ("PATCH", "/v1/permits/{id}"): Scope.REGISTRY,
    ("DELETE", "/v1/permits/{id}"): Scope.REGISTRY,
    ("POST", "/v1/vehicles/{id}/persons"): Scope.PERSONS,
    ("DELETE", "/v1/vehicles/{id}/persons/{person}/{role}"): Scope.PERSONS,
    ("GET", "/v1/persons"): Scope.PERSONS,
    ("POST", "/v1/persons"): Scope.PERSONS,
    ("GET", "/v1/persons/{id}"): Scope.PERSONS,
    ("PATCH", "/v1/persons/{id}"): Scope.PERSONS,
    ("DELETE", "/v1/persons/{id}"): Scope.PERSONS,
    ("POST", "/v1/registry/import"): Scope.REGISTRY,
    ("GET", "/v1/registry/export"): Scope.READ,
    ("GET", "/v1/receivers"): Scope.ADMIN,
    ("POST", "/v1/receivers"): Scope.ADMIN,
    ("GET", "/v1/receivers/{id}"): Scope.ADMIN,
    ("PATCH", "/v1/receivers/{id}"): Scope.ADMIN,
    ("DELETE", "/v1/receivers/{id}"): Scope.ADMIN,
    ("POST", "/v1/receivers/{id}/test"): Scope.ADMIN,
    ("POST", "/v1/receivers/{id}/secret"): Scope.ADMIN,
    ("POST", "/v1/receivers/{id}/resolve"): Scope.ADMIN,
    ("GET", "/v1/deliveries"): Scope.ADMIN,
    ("DELETE", "/v1/deliveries"): Scope.ADMIN,
    ("POST", "/v1/deliveries/again"): Scope.ADMIN,
    ("POST", "/v1/deliveries/{id}/again"): Scope.ADMIN,
    ("DELETE", "/v1/deliveries/{id}"): Scope.ADMIN,
}

SCOPES_OF_ROLES = {
    "viewer": {Scope.READ},
    "operator": {Scope.RECOGNIZE, Scope.READ, Scope.REGISTRY, Scope.CORRECT},
    "operator with persons": {Scope.RECOGNIZE, Scope.READ, Scope.REGISTRY, Scope.CORRECT, Scope.PERSONS},
    "administrator": set(Scope),
}

ID = "0" * 32
_VALUES = {"id": ID, "text": "AB01", "name": "a.jpg", "person": ID, "role": "owner"}


def filled(path: str) -> str:
    """The path with a value, of something that is not there, in the place of each parameter."""
    return path.format_map(_VALUES)

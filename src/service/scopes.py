"""What API keys may be used for, and the roles that bundle it."""

from enum import StrEnum


class Scope(StrEnum):
    """What a key may be used for."""

    RECOGNIZE = "recognize"
    READ = "read"
    """Everything that is kept may be seen, except persons."""
    DELETE = "delete"
    REGISTRY = "registry"
    """Vehicles, lists, permits, places and gates may be written."""
    PERSONS = "persons"
    """Persons may be seen and written."""
    CORRECT = "correct"
    """Readings may be corrected."""
    ADMIN = "admin"
    """Anything may be done."""


class Role(StrEnum):
    """Whom a key is for: a bundle of scopes."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


SCOPES_OF = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.OPERATOR: frozenset({Scope.RECOGNIZE, Scope.READ, Scope.REGISTRY, Scope.CORRECT}),
    Role.ADMINISTRATOR: frozenset({Scope.ADMIN}),
}
"""What each role allows. None but the administrator's allows to see persons or to delete."""

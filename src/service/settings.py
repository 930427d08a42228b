"""What an operator may set, by environment variables or a file ``.env``."""

import math
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from src.core.limits import LEAST_CONFIDENCE, LEAST_SIDE
from src.service.delivery.destinations import Network, parse_networks
from src.service.registry.rules import SHIPPED, Rules

PREFIX = "NUMBER_PLATE_"
ENV_FILE = ".env"
GRACE_S = 5
"""Seconds that a request may take to store its readings, beside those that it may wait for them."""

DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
MIB = 2**20


class SettingsError(ValueError):
    """The error of a setting that cannot be used; the message names it and the fault."""


def _check_database_url(value: str) -> str:
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise ValueError("is no database URL such as postgresql+psycopg://user:password@host/name") from None
    if url.drivername not in DATABASES:
        raise ValueError(f"{url.drivername} is not supported, {', '.join(DATABASES)} are")
    if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValueError("a database in memory keeps nothing, name a file")
    return value


def _check_triton_url(value: str) -> str:
    if not value.startswith(("grpc://", "http://")):
        raise ValueError("must begin with grpc:// or http://")
    return value


def _check_networks(value: str) -> str:
    try:
        parse_networks(value)
    except ValueError:
        raise ValueError("names no networks, as 192.168.1.0/24,fd00::/8 does") from None
    return value


def _check_sure(value: float, others: ValidationInfo) -> float:
    least = others.data.get("unsure_from", 0.0)
    if value < least:
        raise ValueError(f"must not be less than UNSURE_FROM, {least:g}")
    return value


def _default_database_url(data: dict[str, Any]) -> str:
    return URL.create("sqlite", database=str(data["data_dir"] / "number-plate.db")).render_as_string()


class Settings(BaseSettings):
    """One attribute per setting; ``NUMBER_PLATE_DATA_DIR`` in the environment sets ``data_dir``.

    A misspelt name is an error in the environment too: a lost ``REQUIRE_KEYS`` would leave the service open.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        dotenv_filtering="match_prefix",  # names with another prefix are for other programs
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(default=Path("var"), description="folder of the pictures and of the SQLite database")
    database_url: Annotated[str, AfterValidator(_check_database_url)] = Field(
        default_factory=_default_database_url,
        repr=False,  # it may hold a password
        description="SQLAlchemy URL; default: SQLite in data_dir",
    )
    models: Path = Field(default=Path("exports"), description="folder with detector/ and ocr/")
    provider: str = Field(default="cpu", description="onnxruntime execution provider")
    threads: int = Field(default=1, ge=0, le=1024, description="CPU threads of one inference; 0: all cores")
    workers: int = Field(default=1, ge=1, le=256, description="inferences that run side by side")
    queue: int = Field(default=64, ge=1, description="pictures that may wait")
    batch: int = Field(default=8, ge=1, le=256, description="pictures in one inference at most")
    triton_url: Annotated[str, AfterValidator(_check_triton_url)] | None = Field(
        default=None, description="a Triton server that runs the models instead: grpc://host:8001, http://host:8000"
    )
    require_keys: bool = Field(
        default=False, description="whether all but /health, /ready, /docs and the empty page /live needs an API key"
    )
    max_upload_bytes: int = Field(default=20 * MIB, ge=1, description="of one picture")
    max_pictures: int = Field(default=16, ge=1, description="in one request")
    max_pixels: int = Field(default=100_000_000, ge=1, description="of one picture")
    retention_days: int | None = Field(
        default=None, ge=1, le=36_500, description="days after which pictures and plates are deleted; unset: never"
    )
    unmatched_hours: int | None = Field(
        default=None,
        ge=1,
        le=876_000,
        description="hours after which sightings go, with their pictures, of vehicles that the registry does not know; "
        "unset: never before the others",
    )
    retention_every_s: float = Field(
        default=3600, gt=0, allow_inf_nan=False, description="seconds between two looks for what is to be removed"
    )
    keep_pictures: bool = Field(default=True, description="whether the pictures are stored, or only what was read")
    min_confidence: float | None = Field(
        default=None, ge=LEAST_CONFIDENCE, le=1, description="of a detection; unset: as the detector's card says"
    )
    min_reading: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="of a reading: a plate that is read less surely is kept as one that was found, without a text; "
        "unset: as the reader's card says",
    )
    unsure_from: float = Field(
        default=SHIPPED.unsure_from,
        gt=0,
        le=1,
        description="the probability of a listed plate from which a plate is told as unsure, not as unknown",
    )
    allow_from: Annotated[float, AfterValidator(_check_sure)] = Field(
        default=SHIPPED.allow_from,
        gt=0,
        le=1,
        validate_default=True,
        description="the probability from which a plate is taken for one of an allow list or of a watch list",
    )
    deny_from: Annotated[float, AfterValidator(_check_sure)] = Field(
        default=SHIPPED.deny_from, gt=0, le=1, validate_default=True, description="the same, of a deny list"
    )
    listed_share: float = Field(
        default=SHIPPED.share, gt=0, lt=1, description="of those who come, the share that is on a list"
    )
    canvas: int | None = Field(
        default=None,
        ge=1,
        le=LEAST_SIDE,
        description="pixels of a picture's longer side for the detector; unset: as its card says",
    )
    request_timeout_s: float = Field(
        default=30, gt=0, allow_inf_nan=False, description="seconds that a request may wait for its readings"
    )
    camera_files: bool = Field(
        default=False,
        description="whether a camera's source may be a file, a folder or a camera number of the service's machine",
    )
    camera_local: bool = Field(
        default=False, description="whether a camera's address may be the service's machine itself, or link-local"
    )
    delivery_networks: Annotated[str, AfterValidator(_check_networks)] = Field(
        default="",
        description="networks that are not public and may be delivered to, between commas: 192.168.1.0/24,127.0.0.0/8",
    )
    deliveries_days: int = Field(
        default=7, ge=1, le=36_500, description="days after which deliveries go that have arrived or were given up"
    )
    listeners: int = Field(default=100, ge=1, le=10_000, description="who may watch the live view at a time")
    page_api: str | None = Field(default=None, description="address of the API for the page, which alone reads it")
    page_public_api: str | None = Field(
        default=None,
        description="address of the API for the browsers of the page's visitors, or, as in :8000, its port on the "
        "page's host; the page alone reads it; unset: as PAGE_API",
    )
    page_key: str | None = Field(
        default=None, repr=False, description="API key of the page's visitors who enter none; the page alone reads it"
    )

    @property
    def rules(self) -> Rules:
        """How sure decisions have to be."""
        return Rules(self.allow_from, self.deny_from, self.unsure_from, self.listed_share)

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks that are not public and may be delivered to."""
        return parse_networks(self.delivery_networks)

    @property
    def grace_s(self) -> int:
        """The seconds that the API may take, once it is told to end, to answer what it has taken."""
        return math.ceil(self.request_timeout_s) + GRACE_S

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Returns the sources of settings; arguments come before the environment, and that before ``.env``."""
        return init_settings, _Environment(settings_cls), dotenv_settings

    @classmethod
    def load(cls) -> Self:
        """The settings of this process. Raises SettingsError with one line."""
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError(_first_fault(error)) from None
        except UnicodeDecodeError:
            raise SettingsError(f"{ENV_FILE}: is not UTF-8") from None


class _Environment(EnvSettingsSource):
    """The environment, with those names of ours that are no setting, so that they are refused."""

    def __call__(self) -> dict[str, Any]:
        prefix = PREFIX.lower()
        ours = {name.removeprefix(prefix): v for name, v in self.env_vars.items() if name.startswith(prefix)}
        return ours | super().__call__()


def _first_fault(error: ValidationError) -> str:
    """Returns the name of the variable, and what is wrong with it."""
    fault = error.errors(include_url=False, include_input=False)[0]
    name = PREFIX + str(fault["loc"][0]).upper()
    if fault["type"] == "extra_forbidden":
        return f"{name}: there is no such setting"
    return f"{name}: {fault['msg'].removeprefix('Value error, ')}"

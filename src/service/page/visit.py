"""One run of the page for one visitor: language, time zone, and an API client with the visitor's key."""

import os
import re
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import streamlit as st

from src.service.api.access import OwnKey
from src.service.api.registry_responses import ListRecord, PlaceRecord, VehicleRecords
from src.service.api.responses import Sighting, Sightings
from src.service.api.visit_responses import OccupancyRecord, Visits
from src.service.page import API, KEY, spoken
from src.service.page.access_client import AccessClient
from src.service.page.client import TIMEOUT, ApiClient, Json, ServiceError
from src.service.page.delivery_client import DeliveryClient
from src.service.page.explain import Sent, sentence
from src.service.page.pictures import Preview, preview
from src.service.page.registry_client import RegistryClient, VehicleQuery
from src.service.page.texts import Language, Words
from src.service.page.visits_client import VisitsClient
from src.service.query import SightingQuery
from src.service.scopes import Scope
from src.service.visit_query import VisitQuery

KEPT_S = 10
"""Seconds that answers are kept. Streamlit runs the page anew after every click; what was just asked need not be asked,
and audited, again.
"""
PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
"""The characters that Markdown takes for more than themselves, where no backslash stands before them."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What every view needs to know."""

    words: Words
    service: ApiClient
    zone: tzinfo
    key: str = ""
    """The API key. Answers that are kept for a while are kept apart by it."""

    @property
    def registry(self) -> RegistryClient:
        """The vehicles, persons, lists and places of the service."""
        return RegistryClient(self.service)

    @property
    def access(self) -> AccessClient:
        """The keys and the audit of the service."""
        return AccessClient(self.service)

    @property
    def stays(self) -> VisitsClient:
        """The visits of vehicles to places."""
        return VisitsClient(self.service)

    @property
    def delivery(self) -> DeliveryClient:
        """Who is told what happens, and what is on its way to them."""
        return DeliveryClient(self.service)

    def own_key(self) -> OwnKey:
        """Returns what the visitor's key may do, a minute old at most. Raises ServiceError."""
        return _own_key(self.service, self.key)

    def may(self, scope: Scope) -> bool:
        """Tells whether the visitor's key may be used for ``scope``. Raises ServiceError."""
        return scope in self.own_key().allows

    def version(self) -> Json:
        """Returns what the service says about itself, a minute old at most. Raises ServiceError."""
        return _version(self.service, self.key)

    def regions(self) -> list[str]:
        """Returns the countries whose plates the service knows, by name. Raises ServiceError."""
        return spoken.by_name(self.version()["countries"], self.words.language)

    def cameras(self) -> list[str]:
        """Returns the names of all cameras. Raises ServiceError."""
        return [camera["name"] for camera in _cameras(self.service, self.key)["items"]]

    def lists(self) -> list[ListRecord]:
        """Returns all lists, by name. Raises ServiceError."""
        return _lists(self.service, self.key)

    def places(self) -> list[PlaceRecord]:
        """Returns all places, by name. Raises ServiceError."""
        return _places(self.service, self.key)

    def vehicles(self, query: VehicleQuery, cursor: str | None) -> VehicleRecords:
        """Returns a page of vehicles. Raises ServiceError."""
        return _vehicles(self.service, self.key, query, cursor)

    def sightings(self, query: SightingQuery) -> Sightings:
        """Returns a page of sightings. Raises ServiceError."""
        return _sightings(self.service, self.key, query)

    def visits(self, query: VisitQuery) -> Visits:
        """Returns a page of the visits of vehicles. Raises ServiceError."""
        return _visits(self.service, self.key, query)

    def occupancy(self) -> list[OccupancyRecord]:
        """Returns how full each place is. Raises ServiceError."""
        return _occupancy(self.service, self.key)

    def preview(self, sighting: Sighting) -> Preview:
        """Returns the picture of a sighting. Raises ServiceError, and ImageError for one that cannot be shown."""
        return _preview(self.service, self.key, sighting.id, sighting)


def look_again() -> None:
    """Forgets what is kept of the sightings and the registry; it must be called after a change of them."""
    for kept in (_sightings, _cameras, _preview, _lists, _places, _vehicles, _visits, _occupancy):
        kept.clear()


def preferred_language() -> Language:
    """Returns the language of the browser; English where it has another one."""
    return "ru" if (st.context.locale or "").lower().startswith("ru") else "en"


def local_zone() -> tzinfo:
    """Returns the browser's time zone; UTC where it names none that is known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def start(language: Language, visitors_key: str | None) -> Visit:
    """Begins a visit; ``visitors_key`` comes before the key in the environment. Raises KeyError without the
    launcher.
    """
    key = visitors_key or os.environ.get(KEY, "").strip()
    return Visit(Words(language), ApiClient(_connection(os.environ[API]), key or None), local_zone(), key)


@contextmanager
def faults_shown(words: Words) -> Iterator[None]:
    """Ends the block where the API refuses something, and shows that on the page."""
    try:
        yield
    except ServiceError as error:
        show_fault(error, words)


def show_fault(error: ServiceError, words: Words, sent: Sent | None = None) -> None:
    """Shows an error as a sentence; nothing that the API quotes from strangers is taken for Markdown."""
    st.error(PUNCTUATION.sub(r"\\\g<0>", sentence(error, words, sent)), icon=":material/error:")


@st.cache_resource(show_spinner=False)
def _connection(address: str) -> httpx.Client:
    """Returns one pool of connections for all visitors; keys travel with each request, and none of it goes to a
    proxy.
    """
    return httpx.Client(base_url=address, timeout=TIMEOUT, trust_env=False)


@st.cache_data(ttl=60, scope="session", show_spinner=False)
def _version(_service: ApiClient, key: str) -> Json:
    return _service.version()


@st.cache_data(ttl=60, scope="session", show_spinner=False)
def _own_key(_service: ApiClient, key: str) -> OwnKey:
    return AccessClient(_service).own_key()


@st.cache_data(ttl=KEPT_S, scope="session", show_spinner=False)
def _lists(_service: ApiClient, key: str) -> list[ListRecord]:
    return RegistryClient(_service).lists()


@st.cache_data(ttl=KEPT_S, scope="session", show_spinner=False)
def _places(_service: ApiClient, key: str) -> list[PlaceRecord]:
    return RegistryClient(_service).places()


@st.cache_data(ttl=KEPT_S, scope="session", show_spinner=False)
def _vehicles(_service: ApiClient, key: str, query: VehicleQuery, cursor: str | None) -> VehicleRecords:
    return RegistryClient(_service).vehicles(query, cursor)


@st.cache_data(ttl=KEPT_S, scope="session", show_spinner=False, hash_funcs={VisitQuery: VisitQuery.model_dump_json})
def _visits(_service: ApiClient, key: str, query: VisitQuery) -> Visits:
    return VisitsClient(_service).visits(query)


@st.cache_data(ttl=KEPT_S, scope="session", show_spinner=False)
def _occupancy(_service: ApiClient, key: str) -> list[OccupancyRecord]:
    return VisitsClient(_service).occupancy()


@st.cache_data(ttl=KEPT_S, scope="session", show_spinner=False)
def _cameras(_service: ApiClient, key: str) -> Json:
    return _service.camera_sightings()


@st.cache_data(
    ttl=KEPT_S, scope="session", show_spinner=False, hash_funcs={SightingQuery: SightingQuery.model_dump_json}
)
def _sightings(_service: ApiClient, key: str, query: SightingQuery) -> Sightings:
    return _service.sightings(query)


@st.cache_data(ttl=600, max_entries=60, scope="session", show_spinner=False)
def _preview(_service: ApiClient, key: str, sighting: str, _plate: Sighting) -> Preview:
    return preview(_service.picture(sighting), _plate.width, [_plate])

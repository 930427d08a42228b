"""Renders plates and photographs as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jinja2

from src.core.result import DecisionRecord, PlateRecord, SightingRecord, VisitRecord
from src.service.api.delivery_responses import DeliveryRecord, ReceiverRecord
from src.service.api.registry_responses import ListRecord, PermitRecord, VehicleRecord
from src.service.api.responses import CameraRecord, Result
from src.service.api.visit_responses import OccupancyRecord
from src.service.page import permits, spoken
from src.service.page.figures import ACCENT, Bar
from src.service.page.pictures import Preview
from src.service.page.signing import FIELD, SIGN_IN, SIGN_OUT
from src.service.page.texts import Words
from src.service.page.widgets import sayings

_TEMPLATES = Path(__file__).parent / "templates"
BARS = 10
ICON = _TEMPLATES / "icon.svg"
_HIGH, _FAR = 15.0, 60.0
"""In per cent of the picture. A label goes below a plate that is nearer to the top than _HIGH, and to the left of one
that is farther right than _FAR.
"""
_LINE = "2.5px"
SIGNS = {
    "allowed": "✓",
    "denied": "✕",
    "watched": "◉",
    "unknown": "–",
    "unsure": "?",
    "allow": "✓",
    "deny": "✕",
    "watch": "◉",
}
"""A sign for each outcome and each kind of list, as colours alone do not tell them apart for everybody."""

_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class PlateOutline:
    """A plate on the photograph, in per cent of its sides."""

    inside: str  # CSS of the polygon
    outline: str  # of the ring around the plate
    place: str  # of the label
    label: str
    rejected: bool


def mark(plate: PlateRecord, size: tuple[int, int], words: Words, name: str = "") -> PlateOutline:
    """Returns where and how a plate is marked on a photograph of ``size`` (width, height); ``name`` begins its
    label.
    """
    corners = plate.outline / size * 100
    (left, top), (right, bottom) = corners.min(0), corners.max(0)
    across = f"left:{left:.2f}%" if left < _FAR else f"right:{100 - right:.2f}%"
    down = f"bottom:{100 - top:.2f}%" if top > _HIGH else f"top:{bottom:.2f}%"
    inner = [f"{x:.2f}% {y:.2f}%" for x, y in corners]
    outer = [f"calc({x:.2f}% {_away(x, left, right)}) calc({y:.2f}% {_away(y, top, bottom)})" for x, y in corners]
    ring = [*outer, outer[0], *inner, inner[0]]
    label = f"{name} {plate.text or words('plate.no_text')}".lstrip()
    return PlateOutline(
        _polygon(inner), _polygon(["evenodd", *ring]), f"{across};{down}", label, plate.accepted is False
    )


def _away(place: float, low: float, high: float) -> str:
    """Returns the offset of a corner, outwards from the middle of a plate, by the width of its outline."""
    return f"{'-' if 2 * place < low + high else '+'} {_LINE}"


def _polygon(parts: Sequence[str]) -> str:
    return f"clip-path:polygon({','.join(parts)})"


def reading(record: Result, preview: Preview | None, words: Words) -> str:
    """Renders a picture that was read, marked, with a card for each plate."""
    plates, size = record.plates, (record.width, record.height)
    names = [f"{number}." if len(plates) > 1 else "" for number in range(1, len(plates) + 1)]
    marks = [mark(plate, size, words, name) for plate, name in zip(plates, names, strict=True)]
    return _render("reading.html", words, plates=plates, preview=preview, marks=marks)


def sighting(found: SightingRecord, preview: Preview | None, seen: str, words: Words) -> str:
    """Renders a sighting in a list; ``seen`` is its time."""
    return _render("sighting.html", words, plate=found, preview=preview, seen=seen)


def photograph(found: SightingRecord, preview: Preview, words: Words) -> str:
    """Renders the whole photograph of a sighting, with its plate marked."""
    size = found.width, found.height
    return _render("photograph.html", words, preview=preview, marks=[mark(found, size, words)])


def camera(record: CameraRecord, picture: str | None, kind: str, state: str, words: Words) -> str:
    """Renders a camera in a list: its newest ``picture`` as a URL, and how it is, of a ``kind`` that has a style."""
    direction = "" if record.direction is None else words(f"cameras.direction_{record.direction}")
    return _render("camera.html", words, camera=record, picture=picture, kind=kind, state=state, direction=direction)


def decision(made: DecisionRecord | None, words: Words) -> str:
    """Renders a decision with its reason in words."""
    return _render("decision.html", words, made=made)


def vehicle(found: VehicleRecord, now: datetime, words: Words) -> str:
    """Renders a vehicle in a list, with the lists that it is on; a permit that does not hold ``now`` is faint."""
    chips = [(permit.list.name, permit.list.kind, permits.state(permit, now)) for permit in found.permits]
    what = ", ".join(filter(None, [" ".join(filter(None, [found.make, found.model])), found.colour]))
    return _render("vehicle.html", words, vehicle=found, what=what, chips=chips)


def plate_title(text: str, region: str | None, words: Words) -> str:
    """Renders a plate as the title of a view."""
    return _render("plate_title.html", words, text=text, region=region)


def permit(known: PermitRecord, state: str, when: str, words: Words) -> str:
    """Renders a permit: the list, the place, ``when`` it holds and its ``state``."""
    return _render("permit.html", words, permit=known, state=state, when=when)


def list_card(known: ListRecord, count: str, address: str, words: Words) -> str:
    """Renders a list; ``count`` leads to its vehicles at ``address``."""
    return _render("list.html", words, known=known, count=count, address=address)


def place_card(name: str, gates: str, facts: Sequence[str]) -> str:
    """Renders a place."""
    return _environment.get_template("place.html").render(name=name, gates=gates, facts=facts)


def occupancy(found: OccupancyRecord, address: str, words: Words) -> str:
    """Renders how full a place is; those that stay too long are at ``address``."""

    def count(key: str, number: int) -> str:
        return words(key, count=spoken.number(number, words.language))

    capacity = found.capacity
    return _environment.get_template("occupancy.html").render(
        place=found.place,
        inside=spoken.number(found.inside, words.language),
        capacity=None if capacity is None else spoken.number(capacity, words.language),
        free="" if found.free is None else count("occupancy.free", found.free),
        full=found.free == 0,
        share=min(found.inside / capacity, 1.0) if capacity else None,
        address=address,
        late=count("occupancy.overstaying", found.overstaying) if found.overstaying else "",
    )


def stay(found: VisitRecord, duration: str, ways: Sequence[tuple[str, str, str | None]], words: Words) -> str:
    """Renders a visit of a vehicle; ``ways`` are its entry and its exit: the name, when and where, and the address of
    the sighting.
    """
    return _render("stay.html", words, stay=found, duration=duration, ways=ways)


def receiver(known: ReceiverRecord, kind: str, state: str, words: Words) -> str:
    """Renders the head of a receiver: how it is, of a ``kind`` that has a style."""
    return _render("receiver.html", words, receiver=known, kind=kind, state=state)


def delivery(found: DeliveryRecord, kind: str, said: str, words: Words) -> str:
    """Renders a delivery: what it tells, how far it has come, of a ``kind`` that has a style, and what else is
    ``said`` of it.
    """
    return _render("delivery.html", words, delivery=found, what=event(found.kind, words), kind=kind, said=said)


def event(kind: str, words: Words) -> str:
    """Returns a kind of events in words; the kinds of a newer service have none here."""
    name = kind.replace(".", "_")
    key = f"event.{name}"
    return words(key) if key in words else kind


def fault(said: str) -> str:
    """Renders what went wrong at a receiver, whose words may be in it."""
    return _environment.get_template("fault.html").render(said=said)


def key(name: str, prefix: str, state: str, said: str, mark: str) -> str:
    """Renders the head of a key: ``said`` is its ``state`` in words, ``mark`` what else there is to say."""
    return _environment.get_template("key.html").render(name=name, prefix=prefix, state=state, said=said, mark=mark)


def lone_link(address: str, name: str) -> str:
    """Renders a link that stands alone."""
    return _environment.get_template("links.html").render(links=[(name, "", address)])


def vehicle_links(vehicles: Sequence[tuple[str, str, str]], words: Words) -> str:
    """Renders the vehicles of a person: the plate, what the person is to it, and its address."""
    links = [(text, words(f"person.{role}"), address) for text, role, address in vehicles]
    return _environment.get_template("links.html").render(links=links)


def downloads(files: Sequence[tuple[str, str]], words: Words) -> str:
    """Renders links to files, each a format and an address."""
    links = [(words(f"export.{kind}"), address) for kind, address in files]
    return _environment.get_template("downloads.html").render(links=links)


def columns(said: str) -> str:
    """Renders what is said of the columns of a table."""
    return _environment.get_template("columns.html").render(said=said)


def entries(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Renders a table of texts; on a narrow screen each row becomes a block, with the names of its cells."""
    return _environment.get_template("entries.html").render(head=head, rows=rows)


def corrections(steps: Sequence[tuple[str, str, str]], words: Words) -> str:
    """Renders the history of a text: each time, who it was, and what became of what."""
    return _render("corrections.html", words, steps=steps)


def style() -> str:
    """Returns the styles that the theme does not have."""
    return _environment.get_template("style.html").render(accent=ACCENT)


def script(words: Words) -> str:
    """Returns the script that puts Streamlit's own words and the document into the visitor's language."""
    said = _environment.get_template("spoken.js").render(sayings=sayings(words), language=words.language)
    return f"<script>{said}</script>"


def signing(signed_in: bool, given: bool, words: Words) -> str:
    """Renders the form to sign in or out; ``given`` says whether the page has a key of its own."""
    addresses = {"sign_in": SIGN_IN, "sign_out": SIGN_OUT, "field": FIELD}
    return _render("signing.html", words, signed_in=signed_in, given=given, **addresses)


def heading(name: str, note: str) -> str:
    """Renders a line above a picture."""
    return _environment.get_template("heading.html").render(name=name, note=note)


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Renders names and values in two columns."""
    return _environment.get_template("facts.html").render(rows=rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Renders a table: names in the first column, figures in the others."""
    return _environment.get_template("table.html").render(head=head, rows=rows)


def bars(counted: Sequence[Bar], words: Words) -> str:
    """Renders the first ten bars in their order, most frequent first, each with its count."""
    most = max((bar.count for bar in counted), default=1)
    rows = [(bar.name, bar.link, spoken.number(bar.count, words.language), bar.count / most) for bar in counted]
    return _environment.get_template("bars.html").render(rows=rows[:BARS])


def _render(template: str, words: Words, **values: object) -> str:
    def country(region: str) -> str:
        return spoken.country(region, words.language)

    def percent(value: float) -> str:
        return spoken.percent(value, words.language)

    page = _environment.get_template(template)
    known = {"words": words, "flag": spoken.flag, "country": country, "percent": percent, "signs": SIGNS}
    return page.render(**known, **values)

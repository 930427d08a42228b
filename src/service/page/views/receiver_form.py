"""The window in which a receiver is made, or changed and deleted, and a webhook is given a new secret."""

from collections.abc import Callable, Sequence

import streamlit as st

from src.core.result import Outcome
from src.service.api.delivery_responses import ReceiverRecord
from src.service.delivery.events import EventKind, ReceiverKind
from src.service.page import rendering
from src.service.page.client import Json
from src.service.page.views.forms import confirmed, done, field, open_window, wrong
from src.service.page.visit import Visit, faults_shown

MADE = "made-receiver"
KINDS = tuple(str(kind) for kind in ReceiverKind)
EVENTS = tuple(str(kind) for kind in EventKind if kind is not EventKind.TEST)
OUTCOMES = tuple(str(outcome) for outcome in Outcome)
FILTERS = ("events", "outcomes", "places", "cameras", "lists")
METHODS = ("POST", "GET", "PUT")
LONGEST = 10_000
"""The most characters of a body and of all headers."""


def open_receiver(receiver: ReceiverRecord | None, visit: Visit) -> None:
    """Opens the window for a receiver; None: for a new one. A secret that is made there is shown once."""
    words = visit.words
    st.session_state.pop(MADE, None)
    title = words("receivers.add") if receiver is None else words("receivers.change_one", name=receiver.name)
    open_window(title, lambda: _window(receiver, visit))


def _window(receiver: ReceiverRecord | None, visit: Visit) -> None:
    words = visit.words
    with faults_shown(words):
        place = st.empty()
        if MADE not in st.session_state:
            with place.container():
                secret = _new(visit) if receiver is None else _change(receiver, visit)
            if secret is None:
                return
            st.session_state[MADE] = secret
            place.empty()
        st.success(words("receivers.secret"), icon=":material/key:")
        st.code(st.session_state[MADE], language=None, wrap_lines=True)
        if st.button(words("receivers.kept"), type="primary"):
            del st.session_state[MADE]
            st.rerun()


def _new(visit: Visit) -> str | None:
    """Makes a receiver once that is sent, and returns its secret if it is a webhook. Raises ServiceError."""
    words = visit.words
    kind = st.segmented_control(
        words("receivers.kind"),
        KINDS,
        default=KINDS[0],
        required=True,
        format_func=lambda name: words(f"receiver.{name}"),
    )
    fields = _form(kind or KINDS[0], None, visit)
    if fields is None:
        return None
    secret = visit.delivery.create_receiver({"kind": kind} | fields).secret
    if secret is None:
        done("receivers", "registry.saved")
    return secret


def _change(receiver: ReceiverRecord, visit: Visit) -> str | None:
    """Changes or deletes a receiver, or returns the new secret of a webhook. Raises ServiceError."""
    words = visit.words
    fields = _form(receiver.kind, receiver, visit)
    if fields is not None:
        visit.delivery.change_receiver(receiver.id, fields)
        done("receivers", "registry.saved")
    if st.button(words("receivers.resolve"), icon=":material/dns:", help=", ".join(receiver.pinned)):
        visit.delivery.resolve(receiver.id)
        done("receivers", "receivers.resolved")
    if receiver.kind == ReceiverKind.WEBHOOK and confirmed(
        f"renew-{receiver.id}",
        words("receivers.renew"),
        words("receivers.renew_note"),
        words("receivers.renew_yes"),
        ":material/key:",
    ):
        return visit.delivery.renew_secret(receiver.id)
    if confirmed(receiver.id, words("registry.delete"), words("receivers.confirm"), words("registry.yes")):
        visit.delivery.delete_receiver(receiver.id)
        done("receivers", "registry.deleted")
    return None


def _form(kind: str, receiver: ReceiverRecord | None, visit: Visit) -> Json | None:
    """Returns what was entered once it is sent, None before. Raises ServiceError."""
    words = visit.words
    known = receiver.options if receiver else {}
    with st.form(f"receiver-{kind}", border=False):
        name = field(words("receivers.name"), receiver.name if receiver else None)
        address = field(
            words("receivers.address"), receiver.address if receiver else None, placeholder=PLACEHOLDERS[kind]
        )
        own = OWN_FIELDS[kind](known, visit)
        st.markdown(f"**{words('receivers.filters')}**")
        filters = _filters(kind, receiver, visit)
        if not st.form_submit_button(words("registry.save"), type="primary"):
            return None
    if name is None:
        wrong(words("registry.no_name"))
        return None
    if address is None:
        wrong(words("receivers.no_address"))
        return None
    if own is None:
        wrong(words("receivers.bad_header"))
        return None
    if kind == ReceiverKind.BARRIER and not (filters["places"] or filters["cameras"]):
        wrong(words("receivers.needs_where"))
        return None
    return {"name": name, "address": address} | own | filters


def _webhook(known: Json, visit: Visit) -> Json:
    """Asks for nothing: the service makes the secret of a webhook."""
    return {}


def _broker(known: Json, visit: Visit) -> Json:
    """Shows what a broker has beside its address, and returns what is entered; an empty password is left as it is."""
    words = visit.words
    left, right = st.columns(2)
    with left:
        user = field(words("receivers.user"), known.get("user"))
    password = right.text_input(
        words("receivers.password"),
        type="password",
        help=words("receivers.password_help"),
        autocomplete="new-password",
    )
    prefix = field(words("receivers.prefix"), known.get("prefix"), placeholder=TOPICS)
    found = st.toggle(words("receivers.discovery"), known.get("discovery", True))
    certificate = st.text_area(
        words("receivers.certificate"),
        known.get("certificate") or "",
        max_chars=LONGEST,
        help=words("receivers.certificate_help"),
    )
    options = {
        "user": user,
        "prefix": prefix or TOPICS,
        "discovery": found,
        "certificate": certificate.strip() or None,
    }
    return {"options": options} | ({"secret": password} if password else {})


def _barrier(known: Json, visit: Visit) -> Json | None:
    """Shows how a barrier is called, and returns what is entered; None where a header is none."""
    words = visit.words
    left, right = st.columns(2)
    method = left.selectbox(words("receivers.method"), METHODS, METHODS.index(known.get("method", METHODS[0])))
    timeout_s = right.number_input(words("receivers.timeout"), 0.5, 10.0, float(known.get("timeout_s", 3)), 0.5)
    written = st.text_area(
        words("receivers.headers"),
        "\n".join(f"{name}: {value}" for name, value in known.get("headers", {}).items()),
        placeholder="Authorization: Bearer …",
        max_chars=LONGEST,
        help=words("receivers.headers_help"),
    )
    body = st.text_area(words("receivers.body"), known.get("body") or "", max_chars=LONGEST)
    headers = parse_headers(written)
    if headers is None:
        return None
    return {"options": {"method": method, "timeout_s": timeout_s, "body": body or None, "headers": headers}}


PLACEHOLDERS = {
    "webhook": "https://example.org/plates",
    "mqtt": "mqtts://broker.example.org",
    "barrier": "http://192.168.1.30/relay/0",
}
TOPICS = "number-plate"
OWN_FIELDS = {"webhook": _webhook, "mqtt": _broker, "barrier": _barrier}
"""What each kind asks for beside what all have."""


def parse_headers(text: str) -> dict[str, str] | None:
    """Returns headers that are written one a line; None where a line is none.

    >>> parse_headers("Authorization: Bearer x")
    {'Authorization': 'Bearer x'}
    """
    headers = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        if not (name.strip() and colon and value.strip()):
            return None
        headers[name.strip()] = value.strip()
    return headers


def _filters(kind: str, receiver: ReceiverRecord | None, visit: Visit) -> Json:
    """Shows which events a receiver is told of, and returns what is picked. Raises ServiceError."""
    known: dict[str, list[str]] = {name: list(getattr(receiver, name, [])) for name in FILTERS}
    if receiver is None and kind == ReceiverKind.BARRIER:
        known["outcomes"] = [str(Outcome.ALLOWED)]
    events = () if kind == ReceiverKind.BARRIER else EVENTS  # a barrier opens for sightings alone
    options: dict[str, tuple[Sequence[str], Callable[[str], str]]] = {
        "events": (events, lambda kind: rendering.event(kind, visit.words)),
        "outcomes": (OUTCOMES, lambda name: visit.words(f"outcome.{name}")),
        "places": ([place.name for place in visit.places()], str),
        "cameras": (visit.cameras(), str),
        "lists": ([on.name for on in visit.lists()], str),
    }
    picked: Json = {}
    for name, (there, spell) in options.items():
        names = [*there, *(each for each in known[name] if each not in there)]  # what is deleted filters all the same
        if names:
            picked[name] = _pick(name, names, known[name], spell, visit)
    return picked


def _pick(
    name: str, names: Sequence[str], known: Sequence[str], spell: Callable[[str], str], visit: Visit
) -> list[str]:
    """Shows a choice of several, and returns what is picked; nothing: any."""
    return st.multiselect(
        visit.words(f"receivers.{name}"),
        names,
        list(known),
        format_func=spell,
        placeholder=visit.words("receivers.any"),
    )

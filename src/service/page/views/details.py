"""One sighting in a window of its own: the whole photograph, what is known of the plate, and the way to delete it."""

from datetime import datetime

import streamlit as st

from src.service.api.responses import PlateHistory, Sighting
from src.service.page import rendering, spoken
from src.service.page.pictures import Preview
from src.service.page.visit import Visit, faults_shown, look_again

NOTHING = "–"


def open_details(found: Sighting, shown: Preview | None, visit: Visit) -> None:
    """Opens the window; ``shown`` is the picture of the sighting ``found``, None where there is none."""
    window = st.dialog(found.text or visit.words("plate.no_text"), width="medium")
    window(_details)(found, shown, visit)


def _details(found: Sighting, shown: Preview | None, visit: Visit) -> None:
    if shown is not None:
        st.html(rendering.photograph(found, shown, visit.words))
    with faults_shown(visit.words):
        known = visit.service.plate(found.text)
        st.html(rendering.facts(_facts(found, known, visit)))
        _delete(found, visit)


def _facts(found: Sighting, known: PlateHistory, visit: Visit) -> list[tuple[str, str]]:
    words, language = visit.words, visit.words.language
    region, detected = found.region, found.detection_confidence

    def moment(time: datetime | None) -> str:
        return NOTHING if time is None else spoken.moment(time, language, visit.zone)

    return [
        (words("sighting.seen"), moment(found.seen)),
        (words("sighting.confidence"), spoken.percent(found.confidence, language)),
        (words("sighting.detected"), NOTHING if detected is None else spoken.percent(detected, language)),
        (words("search.country"), spoken.flagged(region, language) if region else words("plate.country_unknown")),
        (words("plate.format"), found.format or NOTHING),
        (words("sighting.camera"), found.camera or NOTHING),
        (words("sighting.file"), found.image or NOTHING),
        (words("sighting.times"), spoken.number(known.sightings, language)),
        (words("sighting.first"), moment(known.first_seen)),
        (words("sighting.last"), moment(known.last_seen)),
    ]


def _delete(found: Sighting, visit: Visit) -> None:
    """Deletes in two steps, as nothing can be restored. Raises ServiceError, as where the key may not delete."""
    words = visit.words
    with st.expander(words("sighting.delete"), icon=":material/delete:"):
        st.warning(words("sighting.confirm"), icon=":material/warning:")
        what = st.radio(
            words("sighting.delete"),
            ("one", "all"),
            format_func=lambda name: words(f"sighting.delete_{name}", plate=found.text),
            label_visibility="collapsed",
        )
        if st.button(words("sighting.yes"), type="primary"):
            if what == "one":
                visit.service.delete_sighting(found.id)
            else:
                visit.service.delete_plate(found.text)
            look_again()
            st.session_state["deleted"] = True
            st.rerun()

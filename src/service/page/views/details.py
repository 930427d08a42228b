"""One sighting in a window of its own: the photograph, the decision, and the ways to correct and delete it."""

from datetime import datetime

import streamlit as st

from src.service.api.responses import PlateHistory, Sighting
from src.service.page import rendering, spoken
from src.service.page.address import link
from src.service.page.pictures import Preview
from src.service.page.views.forms import done, field, plain, wrong
from src.service.page.visit import Visit, faults_shown
from src.service.scopes import Scope

NOTHING = "–"


def open_details(found: Sighting, shown: Preview | None, visit: Visit) -> None:
    """Opens the window; ``shown`` is the picture of the sighting ``found``, None where there is none."""
    window = st.dialog(plain(found.text) or visit.words("plate.no_text"), width="medium")
    window(_details)(found, shown, visit)


def _details(found: Sighting, shown: Preview | None, visit: Visit) -> None:
    words = visit.words
    if shown is not None:
        st.html(rendering.photograph(found, shown, words))
    with faults_shown(words):
        _decision(found, visit)
        if visit.may(Scope.CORRECT):
            _correct(found, visit)
        if found.corrected is not None:
            _history(found, visit)
        known = visit.service.plate(found.text)
        st.html(rendering.facts(_facts(found, known, visit)))
        if visit.may(Scope.DELETE):
            _delete(found, visit)


def _decision(found: Sighting, visit: Visit) -> None:
    """Shows what was decided, and the way to the vehicle that matched."""
    made, words = found.decision, visit.words
    if made is None:
        return
    st.html(rendering.decision(made, words))
    if made.text is not None and made.probability is not None:
        sure = spoken.percent(made.probability, words.language)
        st.html(rendering.facts([(words("decision.match"), made.text), (words("decision.sure"), sure)]))
    if made.vehicle is not None:
        st.html(rendering.lone_link(link("vehicles", vehicle=made.vehicle), words("decision.vehicle")))


def _correct(found: Sighting, visit: Visit) -> None:
    """Takes what the plate really says. Raises ServiceError."""
    words = visit.words
    with st.expander(words("correction.title"), icon=":material/edit:"), st.form("correction", border=False):
        left, right = st.columns(2)
        with left:
            text = field(words("correction.text"), found.text)
        regions = visit.regions()
        if found.region is not None and found.region not in regions:
            regions = [found.region, *regions]
        region = right.selectbox(
            words("correction.region"),
            regions,
            regions.index(found.region) if found.region else None,
            format_func=lambda code: spoken.flagged(code, words.language),
            placeholder=words("plate.country_unknown"),
        )
        st.caption(words("correction.note"))
        if not st.form_submit_button(words("correction.save"), type="primary"):
            return
        if text is None:
            wrong(words("correction.empty"))
            return
        visit.service.correct(found.id, text, region)
        done("search", "correction.done")


def _history(found: Sighting, visit: Visit) -> None:
    """Shows who made what of the text, the last correction first. Raises ServiceError."""
    words = visit.words
    steps = [
        (
            spoken.moment(step.at, words.language, visit.zone),
            "" if step.key is None else words("correction.by", who=step.key),
            f"{_said(step.before, step.region_before, visit)} → {_said(step.after, step.region_after, visit)}",
        )
        for step in visit.service.corrections(found.id).items
    ]
    st.markdown(f"**{words('correction.history')}**")
    st.html(rendering.corrections(steps, words))


def _said(text: str, region: str | None, visit: Visit) -> str:
    """Returns a text with the flag of its country."""
    flag = f" {spoken.flag(region)}" if region else ""
    return f"{text or visit.words('correction.nothing')}{flag}"


def _facts(found: Sighting, known: PlateHistory, visit: Visit) -> list[tuple[str, str]]:
    words, language = visit.words, visit.words.language
    region, detected = found.region, found.detection_confidence

    def moment(time: datetime | None) -> str:
        return NOTHING if time is None else spoken.moment(time, language, visit.zone)

    return [
        (words("sighting.seen"), moment(found.seen)),
        *([(words("sighting.again"), _again(found, visit))] if found.times > 1 else []),
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


def _again(found: Sighting, visit: Visit) -> str:
    """Returns how often a plate was told within the time that its camera merges, and when last."""
    count = spoken.number(found.times, visit.words.language)
    last = NOTHING if found.last_seen is None else spoken.moment(found.last_seen, visit.words.language, visit.zone)
    return visit.words("sighting.merged", count=count, last=last)


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
            done("search", "sighting.deleted")

"""The window in which a table of vehicles is imported: what is wrong with it is shown before anything is changed."""

import streamlit as st

from src.service.api.registry_responses import Imported
from src.service.page import explain, rendering, spoken
from src.service.page.texts import Words
from src.service.page.views.forms import done
from src.service.page.visit import Visit, faults_shown
from src.service.scopes import Scope

COLUMNS = (
    *("plate", "country", "list", "kind", "place", "valid_from", "valid_until", "weekdays", "hours"),
    *("make", "model", "colour", "trailer", "notes"),
)
PERSONAL = ("owner", "owner_phone", "owner_email", "driver", "driver_phone", "driver_email")
"""The columns that need a key which may see persons."""
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def open_import(visit: Visit) -> None:
    """Opens the window."""
    st.dialog(visit.words("import.title"), width="medium")(_window)(visit)


def _window(visit: Visit) -> None:
    words = visit.words
    st.caption(words("import.lead"))
    with faults_shown(words):
        columns = COLUMNS + (PERSONAL if visit.may(Scope.PERSONS) else ())
        with st.expander(words("import.columns")):
            st.html(rendering.columns(words("import.columns_note", columns=", ".join(columns))))
        file = st.file_uploader(words("import.file"), ["csv", "xlsx"], label_visibility="collapsed")
        if file is None:
            return
        data, kind = file.getvalue(), XLSX if file.name.lower().endswith(".xlsx") else CSV
        checked = _checked(file.file_id, file.name, data, kind, visit)
        _said(checked, words)
        takes = checked.rows - checked.faulty
        if takes == 0:
            st.error(words("import.nothing"), icon=":material/error:")
            return
        said = "import.skip" if checked.faulty else "import.all"
        if st.button(words(said, count=spoken.number(takes, words.language)), type="primary"):
            with st.spinner(words("import.working")):
                visit.registry.import_table(data, kind, skip=bool(checked.faulty), dry_run=False)
            st.session_state.pop(f"checked-{file.file_id}")
            done("vehicles", "import.done")


def _checked(file_id: str, name: str, data: bytes, kind: str, visit: Visit) -> Imported:
    """Returns what the import would do; the service is asked once per file. Raises ServiceError."""
    kept = f"checked-{file_id}"
    if kept not in st.session_state:
        with st.spinner(visit.words("import.checking", name=name)):
            st.session_state[kept] = visit.registry.import_table(data, kind, skip=True, dry_run=True)
    checked: Imported = st.session_state[kept]
    return checked


def _said(checked: Imported, words: Words) -> None:
    """Shows what the import would do, and each faulty row with its reason."""

    def number(count: int) -> str:
        return spoken.number(count, words.language)

    st.markdown(f"**{words('import.rows', count=number(checked.rows))}**")
    st.write(
        words(
            "import.would",
            made=number(checked.vehicles_created),
            changed=number(checked.vehicles_changed),
            permits_made=number(checked.permits_created),
            permits_changed=number(checked.permits_changed),
            persons=number(checked.persons_created + checked.persons_changed),
        )
    )
    if not checked.faulty:
        st.success(words("import.sound"), icon=":material/check:")
        return
    st.warning(words("import.faulty", count=number(checked.faulty)), icon=":material/warning:")
    head = (words("import.row"), words("import.column"), words("import.reason"))
    rows = [
        (number(fault.row), fault.column or "", explain.reason(fault.code, fault.values, words))
        for fault in checked.faults
    ]
    with st.container(height=260 if len(rows) > 6 else "content", border=False):
        st.html(rendering.entries(head, rows))
    if checked.faulty > len(rows):
        st.caption(words("import.more", count=number(len(rows))))

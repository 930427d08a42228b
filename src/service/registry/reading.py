"""Reads a sheet of vehicles: its rows, the faulty ones among them, and those that contradict an earlier row."""

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from src.service.registry.columns import (
    PERSON_COLUMNS,
    Fault,
    VehicleCells,
    read_head,
    read_row,
)
from src.service.registry.texts import CellError
from src.service.sheets import read_rows
from src.service.wrong import Wrong

BATCH = 1000
"""The rows that are looked up and stored together."""
COLUMN_OF = {"trailer_text": "trailer"}


@dataclass(slots=True)
class SheetOfVehicles:
    """A sheet as it was read: the rows without a fault are in a temporary file, as it may be long."""

    has_persons: bool
    kinds: dict[str, str] = field(default_factory=dict)
    """The kinds of lists, where a row says so."""
    rows: int = 0
    faults: list[Fault] = field(default_factory=list)
    batches: int = 0
    file: Any = None

    def good(self) -> Iterator[list[VehicleCells]]:
        """Yields the rows without a fault, BATCH at a time."""
        self.file.seek(0)
        for _ in range(self.batches):
            yield pickle.load(self.file)  # it is our own, and nobody else can open it

    def close(self) -> None:
        """Removes the temporary file."""
        self.file.close()


def read_sheet(file: BinaryIO, zones: Mapping[str, str | None]) -> SheetOfVehicles:
    """Returns all that a sheet says; ``zones`` are the time zones of the places that there are.

    Nothing is looked up in the database, which may be at work for others meanwhile. Raises SheetError for a file that
    is no sheet, and HeadError for one of other columns.
    """
    rows = read_rows(file)
    head = read_head(next(rows, (1, []))[1])
    sheet = SheetOfVehicles(not head.keys().isdisjoint(PERSON_COLUMNS), file=TemporaryFile())  # noqa: SIM115
    try:
        seen, batch = _Seen(), list[VehicleCells]()
        for number, cells in rows:
            sheet.rows += 1
            said = read_row(number, cells, head, zones)
            faults = said if isinstance(said, list) else seen.contradictions(said)
            if isinstance(said, list) or faults:
                sheet.faults += faults
                continue
            if said.permit is not None and said.permit.kind is not None:
                sheet.kinds[said.permit.list] = said.permit.kind
            batch.append(said)
            if len(batch) == BATCH:
                _keep(sheet, batch)
        _keep(sheet, batch)
    except BaseException:
        sheet.close()
        raise
    return sheet


def _keep(sheet: SheetOfVehicles, batch: list[VehicleCells]) -> None:
    pickle.dump(batch, sheet.file, pickle.HIGHEST_PROTOCOL)
    sheet.batches += 1
    batch.clear()


class _Seen:
    """What the rows so far say, each with its number."""

    def __init__(self) -> None:
        self._said: dict[tuple[Any, ...], tuple[Any, int]] = {}

    def contradictions(self, row: VehicleCells) -> list[Fault]:
        """Returns where ``row`` contradicts an earlier one; what else it says is remembered if it does not."""
        faults, new = list[Fault](), dict[tuple[Any, ...], Any]()
        for key, column, value in _statements(row):
            earlier, number = self._said.get(key, (value, 0))
            if earlier != value:
                faults.append(Fault.of(row.row, column, CellError(Wrong.CONTRADICTS, row=number)))
            elif not number:
                new[key] = value
        if not faults:
            self._said.update({key: (value, row.row) for key, value in new.items()})
        return faults


def _statements(row: VehicleCells) -> Iterator[tuple[tuple[Any, ...], str | None, Any]]:
    """Yields what can be said but once: what of, the column, and what is said."""
    plate = (row.text, row.region)
    for column, value in row.fields:
        yield (*plate, column), COLUMN_OF.get(column, column), value
    if row.permit is not None:
        if row.permit.kind is not None:
            yield ("kind", row.permit.list), "kind", row.permit.kind
        yield (*plate, "permit", row.permit.list, row.permit.place), "list", row.permit.fields
    for role, person in row.persons:
        for end, contact in (("phone", person.phone), ("email", person.email)):
            if contact is not None:
                yield (*plate, role, person.name, end), f"{role}_{end}", contact

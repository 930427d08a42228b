"""All plate formats as a model card holds them: one automaton, and the set of texts of each type of plate.

A type allows a set of texts, and types that allow the same texts share one set. All sets lie in one automaton (see
``core.formats.automaton``), whose states are the rows of a table. The arrays are text in the card: compressed, in
base64.
"""

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Annotated, Any, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from src.core.calibration import Calibration
from src.core.schema import Closed

LEAST_UNLISTED = 0.05
"""The least probability of a plate that is of no listed type: personalised plates, and types that no registry lists,
must survive.
"""


class RowOrder(Closed):
    """How the rows of a plate are brought into the order in which its number is registered.

    A reader gives what it sees row by row. ``lengths`` says how many characters each field has; one field of None has
    the characters that the others leave. ``order`` has the numbers of the fields, from 0, in the order of the
    registration.
    """

    lengths: tuple[Annotated[int, Field(ge=0)] | None, ...]
    order: tuple[int, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if sorted(self.order) != list(range(len(self.lengths))):
            raise ValueError(f"order: {self.order} does not name each of {len(self.lengths)} fields once")
        if self.lengths.count(None) > 1:
            raise ValueError("lengths: of several fields nobody knows the length, so that no text can be divided")
        return self

    def places(self, length: int) -> list[int]:
        """Returns where the characters of the registration stand in a text of ``length`` characters, read row by
        row.
        """
        rest = length - sum(known for known in self.lengths if known is not None)
        each = [rest if known is None else known for known in self.lengths]
        starts = [sum(each[:number]) for number in range(len(each))]
        return [place for number in self.order for place in range(starts[number], starts[number] + each[number])]


class FormatType(Closed):
    """One type of plate of a country."""

    name: str
    texts: int = Field(ge=0, description="number of the set of texts that it allows")
    share: float = Field(gt=0, le=1, description="of the plates of its country")
    order: RowOrder | None = Field(default=None, description="of its rows; None: as they are registered")


class FormatParameters(Closed):
    """How formats are weighed against what the network sees; ``core.formats.decoding`` says what each parameter
    does.
    """

    unlisted: float = Field(default=0.1, ge=LEAST_UNLISTED, lt=1, description="plates that are of no listed type")
    weight: float = Field(default=0.5, gt=0, le=1, description="exponent of what the formats say")
    spelling: float = Field(default=0.3, gt=0, le=1, description="exponent of the network's choice of O or 0, I or 1")
    region: float = Field(default=1.0, gt=0, description="exponent of the network's probabilities of the countries")
    calibration: Calibration | None = Field(default=None, description="of the confidences that result")


class FormatSet(Closed):
    """Every type of plate of the registry, as ``core.formats.compile`` makes it."""

    characters: str = Field(description="of the columns of the transitions but the first")
    transitions: str = Field(description="uint16 [states, 1 + characters]: may a text end here; the next state or 0")
    starts: str = Field(description="uint16 [sets]: the state in which each set of texts begins")
    log_likelihoods: str = Field(description="float32 [sets, lengths]: of a text of a set, by its length")
    countries: Mapping[str, tuple[FormatType, ...]] = Field(min_length=1)
    parameters: FormatParameters = FormatParameters()

    @property
    def transition_table(self) -> npt.NDArray[np.uint16]:
        """The transitions as ``[states, 1 + characters]``."""
        return unpack(self.transitions, np.dtype("<u2"), 1 + len(self.characters))

    @property
    def start_states(self) -> npt.NDArray[np.uint16]:
        """The states in which the sets begin, as ``[sets]``."""
        return unpack(self.starts, np.dtype("<u2"), 1)[:, 0]

    @property
    def log_likelihood_table(self) -> npt.NDArray[np.float32]:
        """The logarithms of likelihoods as ``[sets, lengths]``, with lengths from 0."""
        entries = unpack(self.log_likelihoods, np.dtype("<f4"), 1)
        return entries.reshape(len(self.start_states), -1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        table, sets = self.transition_table, len(self.log_likelihood_table)
        if max(table[:, 1:].max(), self.start_states.max()) >= len(table):
            raise ValueError(f"transitions: there are {len(table)} states, another one is named")
        if strange := [t for types in self.countries.values() for t in types if t.texts >= sets]:
            raise ValueError(f"countries: {strange[0].name!r} names set {strange[0].texts} of {sets}")
        return self


def pack(array: npt.NDArray[Any]) -> str:
    """Returns the bytes of an array, compressed, in base64."""
    return base64.b64encode(zlib.compress(array.tobytes(), 9)).decode("ascii")


def unpack(text: str, dtype: np.dtype[Any], columns: int) -> npt.NDArray[Any]:
    """Returns the array that ``pack`` made a text of, as ``[rows, columns]``. Raises ValueError."""
    try:
        return np.frombuffer(zlib.decompress(base64.b64decode(text, validate=True)), dtype).reshape(-1, columns)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"a packed array is damaged: {error}") from None

"""The confidence from which on a reading may be accepted without a second look, and what that was measured on."""

from pydantic import Field

from src.core.schema import Closed


class Share(Closed):
    """A share with its 95 % interval, which is found by bootstrap."""

    value: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class Acceptance(Closed):
    """A threshold of confidence that was chosen on sources which the network had not seen.

    The cameras and countries that a network was trained on tell nothing about others. The readings are therefore those
    of a network that was trained without these sources, with the formats and the calibration of this card.
    """

    threshold: float = Field(ge=0, le=1, description="the lowest confidence from which `promised` of them are right")
    promised: float = Field(gt=0, le=1)
    right: Share = Field(description="of the readings that are accepted, exactly right; drawn anew: photographs")
    right_elsewhere: Share = Field(description="the same; drawn anew: whole sources, and photographs within them")
    kept: Share = Field(description="accepted, of all readings; drawn anew: photographs")
    measured_on: dict[str, int] = Field(min_length=1, description="source that was not seen -> number of readings")
    read_by: str = Field(pattern=r"^[0-9a-f]{64}$", description="sha256 of the network that had not seen them")

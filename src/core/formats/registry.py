"""The plate-format registry: one YAML file per country, validated, closed and frozen.

Everything about a type of plate is in its file: what may stand on it, how large it is, its colours and signs. The
synthesis draws the type from its file, and the reader's formats are made from it.

Weights and lists of common codes are estimates in every file, and so are most widths of characters. For other facts a
type says where they are from (``source``) and which of them nobody could confirm (``unverified``).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from src.core.alphabet import LATIN, normalise
from src.core.formats.colours import PALETTE, Colour
from src.core.formats.compiled import RowOrder
from src.core.formats.pattern import (
    LETTERS,
    NEXT_FIELD,
    Codes,
    FormatError,
    Token,
    characters,
    field_count,
    fields,
    is_read,
    lengths,
    matches,
    parse,
    without,
)
from src.core.formats.yaml import PlainLoader
from src.core.schema import Closed

REGISTRY = Path("configs/plates")

Vehicle = Literal[
    "car", "truck", "bus", "taxi", "motorcycle", "moped", "trailer", "tractor", "electric", "rental", "dealer",
    "temporary", "transit", "export", "diplomatic", "military", "police", "government", "historic", "personalised",
]  # fmt: skip
Typeface = Literal[
    "din-1451", "fe-schrift", "gost-50577", "charles-wright", "mandatory-br", "fe-mercosur", "us-dies",
    "uzbek", "indonesian", "ukrainian", "turkish", "chinese", "tunisian", "vietnamese",
    "european", "condensed", "heavy", "rounded", "wide", "any",
]  # fmt: skip
"""What the characters look like: the named faces, and kinds of faces where no name is known."""
Script = Literal["cyrillic", "arabic", "chinese", "devanagari", "georgian", "hebrew", "thai", "korean", "japanese"]
Fact = Literal["pattern", "letters", "codes", "years", "size", "layout", "colours"]
"""The facts that a source states of a type: the order of letters and digits, which letters there are, lists of codes,
and where things stand.
"""


def _listed(value: Any) -> Any:
    """Returns a list; a single entry may stand without brackets."""
    return value if isinstance(value, list | tuple) else (value,)


def _words(value: Any) -> Any:
    """Returns codes as a tuple; they may be written as one line of words."""
    return tuple(value.split()) if isinstance(value, str) else value


WordList = Annotated[tuple[str, ...], BeforeValidator(_words)]
Millimetres = Annotated[float, Field(ge=0, le=1000)]
Rect = tuple[Millimetres, Millimetres, Millimetres, Millimetres]
"""x1, y1, x2, y2 in millimetres from the plate's top left corner."""


class RegistryError(ValueError):
    """The error of a registry file that cannot be used; the message names file, key and fault."""


class Part(Closed):
    """A named piece of a pattern: ``codes``, or a ``pattern`` of which ``without`` never occurs."""

    codes: WordList = ()
    common: WordList = ()
    """The codes that most plates have: half of the synthetic ones are drawn from them."""
    pattern: str | None = None
    without: WordList = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.codes) == (self.pattern is not None):
            raise ValueError("a part has either codes or a pattern")
        if self.without and self.pattern is None:
            raise ValueError("`without` belongs to a pattern: leave the codes out")
        if strange := set(self.common) - set(self.codes):
            raise ValueError(f"common: {min(strange)!r} is not among the codes")
        if len(set(self.codes)) != len(self.codes):
            raise ValueError("codes: one of them is there twice")
        return self


class Sign(Closed):
    """Something on a plate that is not read, in ``at`` (millimetres).

    ``text`` is small lettering; ``flag`` stripes of ``colours`` from top to bottom (``flag-vertical`` from left to
    right); ``stars`` the ring of the European Union; ``emblem`` a coat of arms or picture; ``line`` and ``box`` a
    filled and an outlined rectangle; ``seal`` a round sticker; ``sticker`` a rectangular one; ``hole`` a bolt hole.
    """

    kind: Literal["text", "flag", "flag-vertical", "stars", "emblem", "line", "box", "seal", "sticker", "hole"]
    at: Rect
    texts: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """The texts, of which one is drawn."""
    colours: Annotated[tuple[Colour, ...], BeforeValidator(_listed)] = ()
    """If there are none, it has the colour of the plate's ink."""
    share: float = Field(default=1.0, gt=0, le=1)
    """The share of the plates that have it."""


class Band(Closed):
    """A coloured strip along one side, with the country's letters and, in the European Union, the stars."""

    side: Literal["left", "right", "top", "bottom"] = "left"
    width: Millimetres = 44
    span: tuple[Millimetres, Millimetres] | None = None
    """Where it begins and ends along its side, for example beside one line of two; None means the whole side."""
    colour: Colour = PALETTE["blue"]
    text: str = ""
    ink: Colour = PALETTE["white"]
    emblem: Literal["stars", "flag", "none"] = "none"
    flag: tuple[Colour, ...] = ()
    share: float = Field(default=1.0, gt=0, le=1)


class Characters(Closed):
    """Height of the characters and widths of a letter (H) and of a digit (0), in millimetres."""

    height: Millimetres
    width: Millimetres
    digit_width: Millimetres
    letter_height: Millimetres | None = None
    """The height of letters, where it is not that of digits, as in Russia."""


class Look(Closed):
    """A pair of colours that a type comes in; ``ground`` of several colours runs from top to bottom."""

    ground: Annotated[tuple[Colour, ...], BeforeValidator(lambda v: _listed(v))]
    ink: Colour
    edge: Colour | None = None
    """The colour of the border; None means that there is no border."""
    weight: float = Field(default=1.0, gt=0)


class Arrangement(Closed):
    """Another way to set the texts of a type, as some makers and owners do; what it leaves out is as in the type.

    Trainings draw arrangements beside the types. The drawn test sets hold none, so that they stay what they are, and
    the formats of the reader come from the types alone.
    """

    weight: float = Field(gt=0)
    """How often it is drawn, relative to the weights of the country's types."""
    size: tuple[Millimetres, Millimetres] | None = None
    lines: Annotated[tuple[str, ...], BeforeValidator(_listed)] | None = None
    fields: tuple[Rect, ...] | None = None
    characters: Characters | None = None
    typeface: Typeface | None = None
    looks: Annotated[tuple[Look, ...], BeforeValidator(_listed)] | None = None
    signs: tuple[Sign, ...] | None = None


class PlateType(Closed):
    """One type of plate of a country."""

    name: str
    vehicles: Annotated[tuple[Vehicle, ...], BeforeValidator(_words)]
    since: int = Field(ge=1900, le=2100)
    until: int | None = Field(default=None, ge=1900, le=2100)
    """Last year of issue; older plates may still be seen."""
    weight: float = Field(gt=0)
    """The share of the country's plates that a camera sees today, relative to the other types."""
    size: tuple[Millimetres, Millimetres]
    """Width and height."""
    lines: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(min_length=1, max_length=2)
    """One pattern for each line, see ``core.formats.pattern``."""
    fields: tuple[Rect, ...] = ()
    """Where characters stand: a field for each line, and for each part of it after ``|``. Without fields they are
    centred beside the band.
    """
    order: tuple[int, ...] = ()
    """The numbers of the fields, counted from 1 row by row, in the order of the registration; none means row by row."""
    letters: str | None = None
    parts: Mapping[str, Part] = {}
    characters: Characters | None = None
    typeface: Typeface
    looks: Annotated[tuple[Look, ...], BeforeValidator(_listed)] = Field(min_length=1)
    band: Band | None = None
    signs: tuple[Sign, ...] = ()
    drawn: Mapping[str, str] = {}
    """The characters that are drawn in place of those that are read, such as У for the Y of Russian plates."""
    paints: Mapping[str, Colour] = {}
    """Characters in another colour than the others, such as the red 警 of Chinese police plates."""
    script: Script | None = None
    """The script of ``drawn``, where it is not Latin."""
    source: str | None = None
    """Address of a page, or the number of a law or standard, that states the pattern."""
    unverified: Annotated[tuple[Fact, ...], BeforeValidator(_words)] = ()
    """The facts that were written from memory. For a list of codes that several types use, the first of them says
    it.
    """
    arrangements: tuple[Arrangement, ...] = ()

    @cached_property
    def arranged(self) -> tuple["PlateType", ...]:
        """Returns the type as each of its arrangements sets it. Raises ValidationError for one that cannot be."""
        own = {name: getattr(self, name) for name in type(self).model_fields if name != "arrangements"}
        given = ({name: getattr(each, name) for name in each.model_fields_set} for each in self.arrangements)
        return tuple(type(self).model_validate(own | changed) for changed in given)

    @property
    def is_chosen(self) -> bool:
        """Tells whether its owners choose the texts."""
        return self.vehicles == ("personalised",)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        count = sum(map(field_count, self.lines))
        if self.fields and len(self.fields) != count:
            raise ValueError(f"fields: {len(self.fields)} of them, the lines have {count}")
        if self.order and sorted(self.order) != list(range(1, count + 1)):
            raise ValueError(f"order: {list(self.order)} does not name each of {count} fields once")
        for x1, y1, x2, y2 in (*self.fields, *(sign.at for sign in self.signs)):
            if not (x1 < x2 <= self.size[0] and y1 < y2 <= self.size[1]):
                raise ValueError(
                    f"[{x1:g}, {y1:g}, {x2:g}, {y2:g}] is no rectangle on {self.size[0]:g} x {self.size[1]:g}"
                )
        if self.band and self.band.span and not self.band.span[0] < self.band.span[1] <= max(self.size):
            raise ValueError(f"band.span: {self.band.span[0]:g} to {self.band.span[1]:g} is nowhere on the plate")
        if self.until is not None and self.until < self.since:
            raise ValueError(f"until: {self.until} is before {self.since}")
        _ = self.arranged
        return self


class PlateFormat(Closed, arbitrary_types_allowed=True):
    """A type of plate with its patterns parsed: it matches texts, and the synthesis makes texts of it."""

    country: str
    type: PlateType
    lines: tuple[tuple[Token, ...], ...]

    @property
    def order(self) -> RowOrder | None:
        """How the rows that are read are brought into the order of registration; None where that is the same."""
        if not self.type.order:
            return None
        known = [lengths(field) for field in self._fields]
        fixed = tuple(next(iter(each)) if len(each) == 1 else None for each in known)
        return RowOrder(lengths=fixed, order=tuple(number - 1 for number in self.type.order))

    def fits(self, text: str) -> bool:
        """Whether ``text`` (canonical spelling, in the order of registration) may stand on this type of plate."""
        every = self._fields
        in_order = [every[number - 1] for number in self.type.order] if self.type.order else every
        return matches([token for field in in_order for token in field], text)

    @property
    def characters(self) -> frozenset[str]:
        """Every character that the patterns allow, as it is written on the plate."""
        return frozenset(c for line in self.lines for c in characters(line))

    @property
    def _fields(self) -> list[tuple[Token, ...]]:
        """The tokens of each field, row by row."""
        return [field for line in self.lines for field in fields(line)]


class Country(Closed):
    """One file of the registry."""

    code: str = Field(pattern="^[A-Z]{2}$")
    """ISO 3166-1 alpha-2; the file has the same name."""
    name: str
    sign: str = Field(pattern="^[A-Z]{1,3}$")
    """The distinguishing sign of vehicles in international traffic."""
    prior: float = Field(default=0.7, gt=0)
    """How often the training draws plates of this country, relative to the priors of the other countries."""
    letters: str = LETTERS
    parts: Mapping[str, Part] = {}
    sources: tuple[str, ...] = Field(min_length=1)
    types: tuple[PlateType, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len({t.name for t in self.types}) != len(self.types):
            raise ValueError("types: two have the same name")
        return self

    @cached_property
    def formats(self) -> tuple[PlateFormat, ...]:
        """The types with their patterns parsed. Raises FormatError that names the type."""
        return tuple(self._format(t) for t in self.types)

    @cached_property
    def arranged(self) -> tuple[PlateFormat, ...]:
        """The arrangements of the types with their patterns parsed. Raises FormatError that names the type."""
        return tuple(self._format(arranged) for t in self.types for arranged in t.arranged)

    def _format(self, plate: PlateType) -> PlateFormat:
        letters = plate.letters or self.letters
        try:
            parts: dict[str, tuple[Token, ...]] = {}
            for name, part in {**self.parts, **plate.parts}.items():
                parts[name] = _part_tokens(part, letters, parts)
            lines = tuple(parse(line, letters, parts) for line in plate.lines)
            if silent := [line for line, tokens in zip(plate.lines, lines, strict=True) if not is_read(tokens)]:
                raise FormatError(f"lines: {silent[0]!r} has no character to read")
            form = PlateFormat(country=self.code, type=plate, lines=lines)
            _ = form.order
        except FormatError as error:
            raise FormatError(f"types.{plate.name}: {error}") from None
        except ValidationError as error:
            raise FormatError(f"types.{plate.name}: order: {error.errors()[0]['msg']}") from None
        return form


def _part_tokens(part: Part, letters: str, earlier: Mapping[str, tuple[Token, ...]]) -> tuple[Token, ...]:
    """Returns the tokens of a part, which may name parts ``earlier`` than itself."""
    if part.pattern is None:
        return (Codes(part.codes, part.common),)
    tokens = parse(part.pattern, letters, earlier)
    if NEXT_FIELD in tokens:
        raise FormatError(f"part {part.pattern!r}: a field cannot begin within a part")
    return (without(tokens, frozenset(part.without)),) if part.without else tokens


def load_country(path: Path) -> Country:
    """Returns the country of one file. Raises RegistryError that names file, key and fault."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), PlainLoader)
        country = Country.model_validate(content)
        _ = country.formats, country.arranged
    except OSError as error:
        raise RegistryError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RegistryError(f"{path}: not a UTF-8 text file") from None
    except yaml.YAMLError as error:
        where_and_what = str(error).replace('"<unicode string>", ', "").split()
        raise RegistryError(f"{path}: {' '.join(where_and_what)}") from None
    except ValidationError as error:
        # a misspelt key is both a missing one and one too many; the latter is what the author wrote
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        where = ".".join(map(str, first["loc"])) or "file"
        raise RegistryError(f"{path}: {where}: {first['msg']}") from None
    except FormatError as error:
        raise RegistryError(f"{path}: {error}") from None
    if country.code != path.stem.upper():
        raise RegistryError(f"{path}: code: {country.code} does not go with the file's name")
    return country


def load_registry(*folders: Path) -> dict[str, Country]:
    """Returns the countries of ``folders`` by code, of REGISTRY if none is named. Raises RegistryError.

    A country in a later folder replaces the same country in an earlier one.
    """
    countries: dict[str, Country] = {}
    for folder in folders or (REGISTRY,):
        if not (files := sorted(folder.glob("*.yaml"))):
            raise RegistryError(f"{folder}: no plate formats (*.yaml) in it")
        countries |= {country.code: country for country in map(load_country, files)}
    return countries


def alphabet_of(countries: Iterable[Country]) -> str:
    """Returns the characters that a reader of these plates tells apart: digits, Latin letters, then the others."""
    read = {c for country in countries for form in country.formats for c in normalise("".join(form.characters))}
    return LATIN + "".join(sorted(read - set(LATIN)))


def fitting(countries: Sequence[Country], text: str) -> list[PlateFormat]:
    """Returns the formats that ``text``, in any spelling, may be of."""
    canonical = normalise(text)
    return [f for country in countries for f in country.formats if f.fits(canonical)]

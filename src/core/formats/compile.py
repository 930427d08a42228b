"""Compiles the plate-format registry into the formats of a model card."""

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt

from src.core.formats.automaton import Automaton
from src.core.formats.compiled import FormatSet, FormatType, pack
from src.core.formats.registry import Country

DEAD = 0
"""The state that accepts no text; all others are numbered from 1."""


def compile_formats(registry: Mapping[str, Country]) -> FormatSet:
    """Returns all types of ``registry``, by country code, ready for a card. It takes seconds."""
    automaton = Automaton()
    starts: dict[int, int] = {}  # state of the automaton -> number of the set of texts
    in_order: set[int] = set()
    countries = {}
    for code, country in registry.items():
        total = sum(form.type.weight for form in country.formats)
        types = []
        for form in country.formats:
            start = automaton.of([token for line in form.lines for token in line], automaton.end)
            number = starts.setdefault(start, len(starts))
            if not form.type.is_chosen:
                in_order.add(number)
            types.append(
                FormatType(
                    name=form.type.name, texts=number, share=round(form.type.weight / total, 6), order=form.order
                )
            )
        countries[code] = tuple(types)
    numbers = _numbered(automaton, list(starts))
    characters = "".join(sorted({char for state in numbers for char in automaton.following[state]}))
    return FormatSet(
        characters=characters,
        transitions=pack(_transitions(automaton, numbers, characters)),
        starts=pack(np.array([numbers[state] for state in starts], "<u2")),
        log_likelihoods=pack(_log_likelihoods([automaton.counts(state) for state in starts], in_order)),
        countries=countries,
    )


def _numbered(automaton: Automaton, starts: list[int]) -> dict[int, int]:
    """Numbers the states that can be reached, those at the ends of texts first: so the table compresses best."""
    numbers = {automaton.nothing: DEAD}

    def visit(state: int) -> None:
        if state not in numbers:
            for _, after in sorted(automaton.following[state].items()):
                visit(after)
            numbers[state] = len(numbers)

    for start in starts:
        visit(start)
    return numbers


def _transitions(automaton: Automaton, numbers: Mapping[int, int], characters: str) -> npt.NDArray[np.uint16]:
    columns = {char: column for column, char in enumerate(characters, 1)}
    table = np.zeros((len(numbers), 1 + len(characters)), "<u2")
    for state, row in numbers.items():
        table[row, 0] = automaton.accepts[state]
        for char, after in automaton.following[state].items():
            table[row, columns[char]] = numbers[after]
    return table


def _log_likelihoods(counts: list[tuple[int, ...]], in_order: Collection[int]) -> npt.NDArray[np.float32]:
    """Returns how likely each text of a set is by its length, from the numbers of such texts, ``[sets][lengths]``.

    All texts of one length are equally likely. The share of a length goes with the square root of how many texts have
    it. This lies halfway between equally likely texts and equally likely lengths: numbers are given out in order, so
    that most are long, but the large cities have the short codes. Where owners choose their texts, in the sets that are
    not ``in_order``, all lengths are equally likely. Lengths that no text has get minus infinity.
    """
    number = np.zeros((len(counts), max(map(len, counts))))
    for row, of_length in zip(number, counts, strict=True):
        row[: len(of_length)] = of_length
    chosen = np.array([row not in in_order for row in range(len(counts))])
    weight = np.where(chosen[:, None], number > 0, np.sqrt(number))
    share = weight / weight.sum(1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(number > 0, np.log(share) - np.log(number), -np.inf), "<f4")

"""What the page says: complete in both languages, and nothing that it does not have."""

import re
import string
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import pytest

from src.core.result import Outcome, Reason
from src.service.page import texts
from src.service.page.texts import TEXTS, Words
from src.service.page.views import import_form
from src.service.registry.columns import COLUMNS
from src.service.scopes import Role, Scope
from src.service.store.audit import Action
from src.service.wrong import SENTENCES, Wrong

PAGE = Path(texts.__file__).parents[1]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_say_it_with_the_same_placeholders(key: str) -> None:
    text = TEXTS[key]
    assert text.en.strip()
    assert text.ru.strip()
    assert placeholders(text.en) == placeholders(text.ru)


def test_russian_is_russian() -> None:
    alike = {key for key, text in TEXTS.items() if text.en == text.ru}
    assert alike == {"page.brand", "models.cer", "models.ap50", "models.ap", "widget.kinds"}
    assert not [key for key, text in TEXTS.items() if re.search("[а-яё]", text.en, re.IGNORECASE)]


def test_values_are_filled_in() -> None:
    assert Words("en")("read.count", count=3) == "Plates found: 3"
    assert Words("ru")("read.count", count=3) == "Найдено номеров: 3"


@pytest.mark.parametrize(("key", "values"), [("no.such.text", {}), ("read.count", {})])
def test_unknown_texts_and_missing_values_are_errors(key: str, values: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        Words("en")(key, **values)


def test_every_text_that_the_code_names_is_there_and_no_other() -> None:
    """Names with a part that is filled in, as ``f"read.{name}"``, stand for all that begin and end like them."""
    files = [path for path in PAGE.rglob("*") if path.suffix in (".py", ".html") and path.parent.name != "texts"]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    named = set(re.findall(r"""["']([a-z]+\.[a-z0-9_{}]+)["']""", code))
    # in templates: "reason." ~ made.reason
    named |= {f"{group}{{name}}" for group in re.findall(r"""["']([a-z]+\.)["'] ~""", code)}
    patterns = [re.sub(r"\\{[a-z]+\\}", "[a-z0-9_]+", re.escape(name)) for name in named]
    unused = [key for key in TEXTS if not any(re.fullmatch(pattern, key) for pattern in patterns)]
    assert unused == []
    groups = {key.partition(".")[0] for key in TEXTS}
    plain = {name for name in named if "{" not in name and not name.endswith(".html")}
    assert {name for name in plain if name.partition(".")[0] in groups} <= set(TEXTS)


@pytest.mark.parametrize(
    ("group", "known"),
    [("outcome", Outcome), ("reason", Reason), ("role", Role), ("scope", Scope), ("action", Action), ("wrong", Wrong)],
)
def test_everything_that_the_api_may_say_has_a_text(group: str, known: Iterable[StrEnum]) -> None:
    said = {key.partition(".")[2] for key in TEXTS if key.startswith(f"{group}.")}
    wanted = {value.replace(" ", "_") for value in known}
    assert wanted <= said
    assert all(name.removesuffix("_may") in wanted for name in said)


@pytest.mark.parametrize("code", Wrong)
def test_what_is_wrong_with_a_table_is_said_with_the_values_that_there_are(code: Wrong) -> None:
    assert placeholders(TEXTS[f"wrong.{code}"].en) <= placeholders(SENTENCES[code])


def test_the_columns_of_a_table_are_those_that_an_import_knows() -> None:
    assert import_form.COLUMNS + import_form.PERSONAL == COLUMNS

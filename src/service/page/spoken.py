"""Writes countries, times, numbers and shares as people of a language do; names and forms are those of CLDR."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_day_names
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from src.service.page.texts import Language

_REGIONAL_INDICATOR_A = 0x1F1E6


def short_day(day: date, language: Language) -> str:
    """Returns a day without its year."""
    return format_date(day, "d MMM", locale=language)


def medium_day(day: date, language: Language) -> str:
    """Returns a day with its year."""
    return format_date(day, "d MMM y", locale=language)


def weekday(number: int, language: Language) -> str:
    """Returns the short name of a day of the week; Monday is 0."""
    return get_day_names("abbreviated", "stand-alone", language)[number]


def flag(region: str) -> str:
    """Returns the flag of an ISO 3166 code as two characters; systems that cannot draw flags show letters instead."""
    return "".join(chr(_REGIONAL_INDICATOR_A + ord(letter) - ord("A")) for letter in region)


def country(region: str, language: Language) -> str:
    """Returns the name of an ISO 3166 code, the code itself where there is none."""
    return Locale(language).territories.get(region, region)


def flagged(region: str, language: Language) -> str:
    """Returns the flag and the name of a country."""
    return f"{flag(region)} {country(region, language)}"


def by_name(regions: Iterable[str], language: Language) -> list[str]:
    """Returns codes in the order of their countries' names."""
    return sorted(regions, key=lambda region: country(region, language))


def percent(value: float, language: Language) -> str:
    """Returns ``0.9934`` as ``99.3%``: a probability is rounded down, as 100 % would be certainty."""
    return format_percent(int(value * 1000) / 1000, "#,##0.#%", locale=language)


def share(value: float, language: Language) -> str:
    """Returns a share that was measured, rounded to a tenth of a per cent."""
    return format_percent(value, "#,##0.0%", locale=language)


def number(value: float, language: Language) -> str:
    """Returns a number with at most four digits after the point."""
    return format_decimal(value, "#,##0.####", locale=language)


def size(count: int, language: Language) -> str:
    """Returns bytes in megabytes of a million, as telephones count them, or in kilobytes where it is less than one."""
    unit, divisor = ("digital-megabyte", 1e6) if count >= 1e6 else ("digital-kilobyte", 1e3)
    return format_unit(round(count / divisor, 1), unit, "short", locale=language)


def moment(time: datetime, language: Language, zone: tzinfo) -> str:
    """Returns the day and the minute of a time in ``zone``."""
    return format_datetime(time.astimezone(zone), "d MMM y, HH:mm", locale=language)


def duration(seconds: float, language: Language) -> str:
    """Returns a time span in days and hours, or in hours and minutes where it is less than a day."""
    days, minutes = divmod(int(seconds // 60), 24 * 60)
    hours, minutes = divmod(minutes, 60)
    counts = {"day": days, "hour": hours} if days else {"hour": hours, "minute": minutes}
    said = [format_unit(count, f"duration-{unit}", "short", locale=language) for unit, count in counts.items() if count]
    return " ".join(said) or format_unit(0, "duration-minute", "short", locale=language)


def day(text: str, language: Language) -> str:
    """Returns an ISO 8601 date in words."""
    return format_date(datetime.fromisoformat(text).date(), "long", locale=language)

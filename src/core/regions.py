"""Which country a plate is from: ISO 3166 alpha-2, or ``EU`` where only the continent is known."""

EUROPE = "EU"
EUROPEAN = frozenset(
    (
        *("AD", "AL", "AT", "AX", "BA", "BE", "BG", "BY", "CH", "CY", "CZ", "DE", "DK", "EE"),
        *("ES", "FI", "FO", "FR", "GB", "GG", "GI", "GR", "HR", "HU", "IE", "IM", "IS", "IT"),
        *("JE", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT"),
        *("RO", "RS", "RU", "SE", "SI", "SJ", "SK", "SM", "UA", "VA", "XK"),
    )
)
"""The countries of region 150 of the United Nations' M49 standard, with Cyprus and Kosovo."""


def is_right_region(read: str | None, true: str) -> bool:
    """Tells whether ``read`` is the region ``true``; where that is only ``EU``, any European country is right."""
    return read == true or (true == EUROPE and read in EUROPEAN)

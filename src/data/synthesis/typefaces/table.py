"""Which faces write a typeface of the registry: the one drawn here, and those of packages that resemble it."""

from collections.abc import Mapping

OWN: Mapping[str, str] = {
    "gost-50577": "gost-50577",
    "fe-schrift": "fe-schrift",
    "fe-mercosur": "fe-schrift",
    "charles-wright": "charles-wright",
    "mandatory-br": "mandatory-br",
    "us-dies": "us-dies",
}
"""By the registry's name the file of outlines; the Mercosur countries took FE-Schrift over."""

_DIN = "din-1451 fe-schrift fe-mercosur gost-50577"
_PLAIN = "european din-1451"
_BRITISH = "charles-wright mandatory-br"
_RESEMBLES = {
    "OSP-DIN": f"{_DIN} european",
    "osifont": f"{_PLAIN} gost-50577 rounded",
    "RG2014B": "european condensed us-dies",
    "RG2014C": f"{_DIN} european condensed us-dies",
    "RG2014D": f"{_DIN} {_BRITISH} european us-dies wide",
    "RG2014E": f"{_BRITISH} us-dies gost-50577 wide",
    "routed-gothic": "us-dies rounded",
    "routed-gothic-narrow": "us-dies rounded condensed",
    "routed-gothic-wide": "rounded wide",
    "NationalPark-Regular": f"{_PLAIN} {_BRITISH} us-dies rounded",
    "NationalPark-Heavy": f"{_BRITISH} us-dies rounded wide",
    "Dosis-SemiBold": "european gost-50577 rounded",
    "barlow-latin-600-normal": f"{_DIN} {_BRITISH} european wide",
    "barlow-semi-condensed-latin-600-normal": f"{_DIN} {_BRITISH} european us-dies",
    "barlow-condensed-latin-500-normal": f"{_DIN} european condensed",
    "barlow-condensed-latin-600-normal": f"{_DIN} european condensed us-dies",
    "saira-condensed-latin-500-normal": "european condensed us-dies gost-50577",
    "saira-condensed-latin-600-normal": "european condensed us-dies fe-schrift fe-mercosur",
    "saira-semi-condensed-latin-600-normal": f"european us-dies wide {_BRITISH}",
    "saira-extra-condensed-latin-600-normal": "european condensed",
    "overpass-latin-600-normal": f"{_PLAIN} {_BRITISH} us-dies wide",
    "roboto-condensed-latin-500-normal": f"{_DIN} european condensed",
    "share-tech-latin-400-normal": "european fe-schrift fe-mercosur",
    "blinker-latin-600-normal": f"european {_BRITISH}",
    "rajdhani-latin-600-normal": "european us-dies",
    "chakra-petch-latin-600-normal": "us-dies wide",
    "m-plus-rounded-1c-latin-700-normal": "european us-dies gost-50577 mandatory-br rounded wide",
    "archivo-narrow-latin-600-normal": "european condensed",
    "LiberationSans-Bold": f"european {_BRITISH} wide",
    "LiberationSansNarrow-Bold": "european condensed",
    "strokes-square": f"european condensed rounded {_BRITISH}",
    "strokes-round": "european condensed rounded gost-50577 us-dies mandatory-br",
    "strokes-oval": "european condensed rounded gost-50577 us-dies",
}
RESEMBLES: Mapping[str, frozenset[str]] = {face: frozenset(names.split()) for face, names in _RESEMBLES.items()}
"""By a font's file stem, or by the name of a face of ``strokes``: the registry's typefaces that it stands in for."""

SCRIPT_FACES: Mapping[str, str] = {
    "KacstBook": "arabic",
    "KacstOffice": "arabic",
    "KacstTitle": "arabic",
    "FreeSerifBold": "arabic",
    "wqy-microhei": "chinese",
    "wqy-zenhei": "chinese",
    "ukai": "chinese",
    "noto-sans-sc-chinese-simplified-500-normal": "chinese",
    "noto-sans-sc-chinese-simplified-700-normal": "chinese",
    "zcool-qingke-huangyou-chinese-simplified-400-normal": "chinese",
}
"""Fonts that are here for a script and write no Latin plates."""

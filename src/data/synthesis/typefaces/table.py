"""Tells which faces stand for a typeface of the registry: the one drawn here, and similar ones of packages."""

from collections.abc import Mapping

OWN: Mapping[str, str] = {
    "gost-50577": "gost-50577",
    "fe-schrift": "fe-schrift",
    "fe-mercosur": "fe-schrift",
    "charles-wright": "charles-wright",
    "mandatory-br": "mandatory-br",
    "us-dies": "us-dies",
}
"""The file of outlines by the registry's name; the Mercosur countries took over FE-Schrift."""

PHOTOGRAPHED: Mapping[str, str] = {
    "uzbek": "plates-uz",
    "indonesian": "plates-id",
    "ukrainian": "plates-ua",
    "turkish": "plates-tr",
    "chinese": "plates-cn",
}
"""The face that was traced from photographs of such plates, by the registry's name."""

KIN: Mapping[str, str] = {
    "uzbek": "fe-schrift",
    "indonesian": "condensed",
    "ukrainian": "din-1451",
    "turkish": "european",
    "chinese": "wide",
}
"""Faces that resemble the second typeface also stand in for the first one."""

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
    "pathway-extreme-latin-600-normal": "european condensed",
    "ruda-latin-700-normal": "european",
    "cousine-latin-700-normal": "wide european",
    "unica-one-latin-400-normal": "condensed european",
    "staatliches-latin-400-normal": "european condensed heavy",
    "squada-one-latin-400-normal": "condensed heavy",
    "tomorrow-latin-600-normal": "us-dies wide",
    "kanit-latin-500-normal": "european wide",
    "prompt-latin-500-normal": "wide",
    "sarabun-latin-600-normal": "european din-1451",
    "arimo-latin-700-normal": f"european {_BRITISH} wide",
    "nunito-latin-700-normal": "rounded european",
    "comfortaa-latin-700-normal": "rounded wide",
    "archivo-latin-standard-normal": f"european condensed heavy wide {_BRITISH}",
    "encode-sans-latin-standard-normal": f"{_DIN} european condensed",
    "saira-latin-standard-normal": "european condensed us-dies heavy",
    "mona-sans-latin-standard-normal": f"european {_BRITISH} wide heavy",
    "instrument-sans-latin-standard-normal": "european condensed",
    "anybody-latin-standard-normal": "us-dies wide heavy",
    "league-gothic-latin-wdth-normal": "condensed heavy",
    "sofia-sans-condensed-latin-wght-normal": f"{_DIN} european condensed heavy",
    "oswald-latin-wght-normal": "condensed heavy european",
    "antonio-latin-wght-normal": "condensed heavy",
    "big-shoulders-display-latin-wght-normal": "condensed heavy",
    "roboto-condensed-latin-wght-normal": f"{_DIN} european condensed heavy",
    "dosis-latin-wght-normal": "european rounded gost-50577",
    "overpass-latin-wght-normal": f"{_PLAIN} {_BRITISH} us-dies wide",
    "barlow-condensed-latin-700-normal": "european condensed heavy us-dies",
    "BebasNeue-Bold": "condensed heavy",
    "LiberationSansNarrow-Bold": "european condensed heavy",
    "plates-uz": "fe-schrift european condensed",
    "plates-id": "condensed european",
    "plates-ua": f"{_DIN} european",
    "plates-tr": "european condensed",
    "plates-cn": "wide european",
    "strokes-square": f"european condensed rounded {_BRITISH}",
    "strokes-round": "european condensed rounded gost-50577 us-dies mandatory-br",
    "strokes-oval": "european condensed rounded gost-50577 us-dies",
}
RESEMBLES: Mapping[str, frozenset[str]] = {face: frozenset(names.split()) for face, names in _RESEMBLES.items()}
"""The typefaces of the registry that a face stands in for, by the font's file stem or by the name of a drawn face."""

SCRIPT_FACES: Mapping[str, str] = {
    "KacstBook": "arabic",
    "KacstOffice": "arabic",
    "KacstTitle": "arabic",
    "FreeSerifBold": "arabic",
    "wqy-microhei": "chinese",
    "wqy-zenhei": "chinese",
    "ukai": "chinese",
    "uming": "chinese",
    "gkai00mp": "chinese",
    "noto-sans-sc-chinese-simplified-500-normal": "chinese",
    "noto-sans-sc-chinese-simplified-700-normal": "chinese",
    "noto-sans-sc-chinese-simplified-900-normal": "chinese",
    "noto-serif-sc-chinese-simplified-700-normal": "chinese",
    "zcool-qingke-huangyou-chinese-simplified-400-normal": "chinese",
    "zcool-xiaowei-chinese-simplified-400-normal": "chinese",
    "zcool-kuaile-chinese-simplified-400-normal": "chinese",
    "ma-shan-zheng-chinese-simplified-400-normal": "chinese",
}
"""Fonts that are used for a script and never for Latin plates."""

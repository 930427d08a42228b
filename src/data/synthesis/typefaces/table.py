"""Tells which faces stand for a typeface of the registry: the one drawn here, and similar ones of packages."""

from collections.abc import Mapping

OWN: Mapping[str, str] = {
    "gost-50577": "gost-50577",
    "fe-schrift": "fe-schrift",
    "fe-mercosur": "fe-schrift",
    "charles-wright": "charles-wright",
    "mandatory-br": "mandatory-br",
    "us-dies": "us-dies",
    "vietnamese": "vietnamese",
}
"""The file of outlines by the registry's name; the Mercosur countries took over FE-Schrift."""

PHOTOGRAPHED: Mapping[str, str] = {
    "uzbek": "plates-uz",
    "indonesian": "plates-id",
    "ukrainian": "plates-ua",
    "turkish": "plates-tr",
    "chinese": "plates-cn",
    "mandatory-br": "plates-br",
    "us-dies": "plates-us",
    "tunisian": "plates-tn",
}
"""The face that was traced from photographs of such plates, by the registry's name."""

KIN: Mapping[str, str] = {
    "uzbek": "fe-schrift",
    "indonesian": "condensed",
    "ukrainian": "din-1451",
    "turkish": "european",
    "chinese": "wide",
    "tunisian": "condensed",
    "vietnamese": "condensed",
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
    "plates-br": "mandatory-br charles-wright european",
    "plates-us": "us-dies condensed",
    "plates-tn": "condensed european",
    "strokes-square": f"european condensed rounded {_BRITISH}",
    "strokes-round": "european condensed rounded gost-50577 us-dies mandatory-br",
    "strokes-oval": "european condensed rounded gost-50577 us-dies",
}
_MEASURED = {
    "condensed european": (
        "BebasNeue-Book antonio/500 big-shoulders-text/700 fjalla-one/400 hubot-sans/standard yanone-kaffeesatz/600"
    ),
    "condensed european heavy": ("anton/400 tektur/standard"),
    "european": (
        "alata/400 anonymous-pro/700 fragment-mono/400 jetbrains-mono/700 open-sans-condensed/700 overpass-mono/600 "
        "roboto-mono/600 victor-mono/600"
    ),
    "european condensed": (
        "abel/400 alumni-sans/500 alumni-sans/700 biz-udgothic/700 iosevka/700 kosugi-maru/400 noto-sans/standard "
        "open-sans/standard oswald/500 share-tech-mono/400 teko/500"
    ),
    "european condensed rounded": ("nanum-gothic-coding/700"),
    "european heavy": ("dejavu-mono/700"),
    "european wide": (
        "allerta_medium average-sans/400 bai-jamjuree/600 be-vietnam-pro/600 catamaran/700 commit-mono/700 "
        "cooper-hewitt/600 dm-mono/500 dm-sans/600 encode-sans-condensed/600 exo-2/500 exo/600 gabarito/600 "
        "gothic-a1/600 hanken-grotesk/600 hind/600 hind-madurai/600 hind-siliguri/600 inconsolata/700 inter-tight/600 "
        "josefin-sans/600 karla/700 kumbh-sans/600 league-spartan/600 lekton/700 lexend-deca/500 libre-franklin/600 "
        "manrope/700 merriweather-sans/600 mukta/600 noto-sans-mono/600 orienta/400 outfit/500 oxanium/600 oxygen/700 "
        "plus-jakarta-sans/600 public-sans/600 questrial/400 red-hat-mono/600 reddit-sans/600 righteous/400 rubik/500 "
        "sofia-sans/700 sometype-mono/600 sono/wght source-code-pro/600 source-sans-3/600 space-grotesk/600 "
        "spline-sans/600 spline-sans-mono/600 urbanist/600"
    ),
    "european wide heavy": (
        "FreeSansBold LiberationMono-Bold azeret-mono/600 b612-mono/700 changa/600 chivo/700 clear-sans/700 exo-2/700 "
        "ia-writer-mono/700 passion-one/400 yantramanav/700"
    ),
    "european wide heavy rounded": ("m-plus-1p/700 maven-pro/600"),
    "european wide rounded": ("k2d/600 nanum-gothic/700 quicksand/700 sunflower/500 zen-maru-gothic/700"),
    "wide": (
        "cabin/700 cantarell/700 darker-grotesque/700 familjen-grotesk/600 funnel-display/600 geologica/500 jost/500 "
        "lato/700 montserrat-alternates/600 montserrat/600 onest/600 orbitron/600 sawarabi-gothic/400 "
        "sora/600"
    ),
    "wide heavy": (
        "Play-Bold archivo-black/400 atkinson-hyperlegible/700 black-han-sans/400 changa-one/400 dejavu-sans/700 "
        "golos-text/600 monda/700 paytone-one/400 radio-canada-big/600 russo-one/400 saira-stencil-one/400 sen/700 "
        "tajawal/700 work-sans/600"
    ),
    "wide heavy rounded": ("fredoka/600"),
    "wide rounded": ("baloo-2/600 jura/700 line-seed-jp/700"),
}
"""Further faces by the typefaces that they stand in for: told by the width of an H and of a stem.

The face of a package of @fontsource is written with a slash before its weight. Slab faces, handwriting and the like
stand in for none: they are drawn where any face may be.
"""


def _stem(face: str) -> str:
    """Returns the file stem of a face of _MEASURED, as ``abel-latin-400-normal`` of ``abel/400``."""
    return f"{face.replace('/', '-latin-')}-normal" if "/" in face else face


RESEMBLES: Mapping[str, frozenset[str]] = {
    **{_stem(face): frozenset(names.split()) for names, faces in _MEASURED.items() for face in faces.split()},
    **{face: frozenset(names.split()) for face, names in _RESEMBLES.items()},
}
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
    "noto-sans-sc-chinese-simplified-300-normal": "chinese",
    "noto-sans-sc-chinese-simplified-800-normal": "chinese",
    "noto-serif-sc-chinese-simplified-500-normal": "chinese",
    "noto-serif-sc-chinese-simplified-900-normal": "chinese",
    "gbsn00lp": "chinese",
    "BabelStoneHan": "chinese",
    "SmileySans-Oblique": "chinese",
    "zcool-qingke-huangyou-chinese-simplified-400-normal": "chinese",
    "zcool-xiaowei-chinese-simplified-400-normal": "chinese",
    "zcool-kuaile-chinese-simplified-400-normal": "chinese",
    "ma-shan-zheng-chinese-simplified-400-normal": "chinese",
}
"""Fonts that are used for a script and never for Latin plates."""

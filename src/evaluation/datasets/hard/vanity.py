"""Plates with words of the owner's choice, of the countries that sell them, in typefaces that no training sees.

Nothing but the look of O and 0, or of I and 1, tells them apart on such a plate: formats of numbers that are given out
must not turn a letter that the network is sure of into a digit.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from src.core.formats.pattern import Codes
from src.core.formats.registry import Country, load_registry
from src.core.types import Image
from src.data.annotations.manifest import Record
from src.data.synthesis import CropSynthesiser, held_out_fonts
from src.data.synthesis.layout.plate import pick
from src.data.synthesis.layout.registered import PlateMaker
from src.data.synthesis.layout.variety import varied
from src.evaluation.datasets.drawn import kept
from src.evaluation.datasets.sets import HARD, EvaluationSet
from src.evaluation.datasets.synthetic import SIZE, record_of

NAME = f"{HARD}vanity"
SOURCE = "vanity"
TYPE = "personalised"
"""What the registry calls the types whose text the owner chooses."""
SHARES = {"US": 0.6, "CA": 0.1, "AU": 0.1, "NZ": 0.05, "SE": 0.05, "BE": 0.05, "DK": 0.05}
"""How often each of some countries is drawn whose owners may choose any text."""
WORDS = (
    "ALOHA AMIGO APOLLO BADBOY BAMBOO BIGBOY BIGDOG BINGO BISHOP BLONDE BLOOM BONJOUR BONNIE BOOBOO BOOGIE BOOKS "
    "BOOMER BOSSY BOXER BRONCO BROOKE BUFFALO CAMEO CAROLYN CHLOE CHOCO CHOPPER CLOUD COACH COBRA COFFEE COLT COMET "
    "COOKIE COOL COWBOY COWGIRL COYOTE CROW DADDYO DIABLO DISCO DOC DODGE DOLLY DOMINO DOODLE DREAMON ECHO ELMO "
    "FALCON FLOYD FOOTY FOX FOXY FREEDOM FROG GALLOP GIZMO GOBLIN GODSPD GOFAST GOFISH GOLF GOLFER GOODBY GOOSE "
    "GOTCHA GROOVY HELLO HIPPO HOBBIT HOBBY HOCKEY HOLLY HONEY HOOPS HORSE HOTROD HOUND ICECOLD ICON IDOL ILUVNY "
    "INLOVE IRISH IRONMAN ISLAND JACKPOT JOHNNY JOKER JOY JUNIOR KARAOKE KIMONO KIWI LADYBOI LEGO LION LOBO LOCO "
    "LOLLY LOONEY LOVEIT LUCKY MAESTRO MAMBO MANGO MARIO MATRIX MELODY MIDNITE MOJO MOMMY MONDAY MONKEY MOO MOON "
    "MOOSE MOTOR MOZART MRCOOL MUSTANG NINJA NOBODY NOFEAR NOGAS NOLIMIT NOMAD NOPE NOTNOW OAKLAND OASIS OBELIX OBOY "
    "OCEAN OLDBOY OLDGUY OLIVIA OMEGA OOPS OPERA ORBIT ORION OSCAR OTTO OUTLAW OXFORD PALOMA PHOTO PIANO PICASSO "
    "PILOT PINOT PLUTO POKER POLO PONCHO PONY POODLE POPEYE PROUD PSYCHO QUICK QUIXOTE RADIO RAINBOW RAMBO RHINO RIO "
    "ROBIN ROBOT ROCKET ROCKY RODEO ROMEO ROOKIE ROVER ROXY SALOON SCOOBY SCOUT SHADOW SIMONE SKIBOO SLOWPOK SMOKEY "
    "SMOOTH SNOOPY SNOW SOCCER SOLAR SOLO SONIC SOOTHE SPOOKY STORMY STUDIO SUNROOF SWOOSH TACO TANGO TATTOO TIGER "
    "TINKER TOFU TOMBOY TOOFAST TOP TORNADO TOYBOX TROOPER TROY TURBO TWISTER TYPHOON UFO UTOPIA VIOLET VIOLIN VIPER "
    "VODKA VOODOO VROOM WHOOP WIFI WILLOW WINNIE WIZARD WOLF WOODY WOW XOXO YAHOO YOGI YOLO YOUNG YOYO ZEBRA ZIGZAG "
    "ZODIAC ZOOM ZORRO 2FAST4U 2HOT4U 4EVER 4MYSON AGENT07 BIKE4ME BOBS66 FORD57 GOTM8 GR8GOLF GR8ONE HOLE1 IM4FUN "
    "L8AGAIN MACH10 MOM2 ROUTE66 SOLO10 TOP10 VETTE03 W8LIFTR YOU2 ZERO60 "
)
"""With O and 0, I and 1 wherever owners use them: in words, for years, and for what sounds alike."""
_SEED = 2**34
"""No training and no other set draws from numbers as large."""


def vanity_set(folder: Path, fonts: Path, count: int) -> EvaluationSet:
    """``vanity_crops`` written into ``folder``. Raises FontError where the faces are missing, and OSError."""
    return kept(folder, NAME, vanity_crops(fonts, count))


def vanity_crops(fonts: Path, count: int) -> list[tuple[Record, Image]]:
    """The first ``count`` crops of a fixed sequence, with their records. Raises FontError."""
    synthesise = CropSynthesiser(
        held_out_fonts(fonts), SIZE, dict.fromkeys(SHARES, 1.0), generic=0.0, pens=(), elastic=0.0
    )
    registry = load_registry()
    makers = {code: _makers(registry[code]) for code in SHARES}
    return [_crop(synthesise, makers, number) for number in range(count)]


def _crop(synthesise: CropSynthesiser, makers: Mapping[str, Sequence[PlateMaker]], number: int) -> tuple[Record, Image]:
    rng = np.random.default_rng(_SEED + number)
    country = str(rng.choice(list(SHARES), p=list(SHARES.values())))
    crop = synthesise.draw(varied(pick(rng, makers[country])(rng), rng), rng)
    return record_of(crop, f"{SOURCE}-{number:05d}", SOURCE), crop.image


def _makers(country: Country) -> list[PlateMaker]:
    """What makes the country's plates of chosen texts, each with those of WORDS that the type allows."""
    makers = []
    for form in country.formats:
        words = tuple(word for word in WORDS.split() if form.fits(word))
        if form.type.name.startswith(TYPE) and words:
            makers.append(PlateMaker(form.model_copy(update={"lines": ((Codes(words),),)})))
    return makers

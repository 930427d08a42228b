"""Texts of streets, vans and cameras in many scripts: clocks, names, telephone numbers, shops."""

from collections.abc import Callable

import numpy as np

from src.data.synthesis.drawing.lettering import DEALERS
from src.data.synthesis.layout.plate import pick

_Maker = Callable[[np.random.Generator], str]

RECORDERS = (
    "VIOFO A129", "70mai", "DOD LS460W", "BlackVue", "THINKWARE", "NAVITEL", "AdvoCam", "Mio MiVue", "DATAKAM 6",
    "iTRONICS", "PAPAGO!", "Street Storm", "Neoline", "INSPECTOR", "SJCAM", "GoPro", "GARMIN", "NEXTBASE", "DDPai",
    "AKENORI", "HIKVISION", "dahua", "AXIS", "BOSCH", "Uniview", "reolink", "EZVIZ", "TP-Link Tapo", "SONY",
    "IPCamera", "DVR", "HD DVR", "CAR DVR", "FULL HD", "1080P", "4K UHD",
)  # fmt: skip
CAMERAS = (
    "CAM 01", "CAM02", "Camera 01", "CH 3", "CH04", "IPC", "IP CAMERA", "GATE IN", "GATE 2 EXIT", "ENTRANCE",
    "Entrada 1", "SAIDA", "Einfahrt", "Ausfahrt Nord", "Wjazd", "PARKING P1", "Lane 2", "LPR-1", "ANPR Cam 3",
    "North Lot", "Toll 07", "Front", "REAR", "Giris Kapisi", "ENTREE 2", "Ingresso", "Poarta 1", "Kamera 2",
    "Vjezd", "MASUK", "Depot West", "Камера 1", "Въезд", "Выезд 2", "КПП №3", "Шлагбаум", "Шосе 4", "В'їзд",
    "Είσοδος", "北门入口", "摄像头01", "停车场出口", "車道2", "駐車場1", "카메라 02", "מצלמה 1", "مدخل ١",
    "प्रवेश 1", "ทางเข้า 1",
)  # fmt: skip
SHOPS = (
    "PHARMACY", "BAKERY", "TYRES & SERVICE", "CAR WASH", "Barber", "MOBILE SHOP", "RESTAURANT", "GRAND HOTEL",
    "LAUNDRY", "APOTHEKE", "BÄCKEREI", "Getränkemarkt", "BOULANGERIE", "TABAC PRESSE", "Pizzeria Roma", "GOMMISTA",
    "FARMÁCIA", "PADARIA", "BORRACHARIA", "FERRETERÍA", "TALLER MECÁNICO", "ECZANE", "OTOPARK", "OTO YIKAMA",
    "APTEKA", "WULKANIZACJA", "PNEUSERVIS", "LÉKÁRNA", "BENGKEL MOTOR", "WARUNG", "CÀ PHÊ", "PHỞ 24", "SỬA XE",
    "GYÓGYSZERTÁR", "FARMACIE", "LJEKARNA", "АВТОСЕРВИС", "ПРОДУКТЫ 24", "АПТЕКА", "ШИНОМОНТАЖ", "Цветы",
    "ПАРКОВКА", "ОБМЕН ВАЛЮТ", "ДОСТАВКА", "КАФЕ", "ЗАПЧАСТИ", "ПЕКАРНЯ", "ВХІД", "АПТЕКА 36,6", "АЗС", "ТАКСИ",
    "ДПС", "ПОЛИЦИЯ", "ШКОЛА", "ΦΑΡΜΑΚΕΙΟ", "ΕΞΟΔΟΣ", "ΤΑΞΙ", "صيدلية", "مطعم", "بنزين", "موقف", "حلاق", "מוסך",
    "חניה", "מאפייה", "超市", "停车场", "酒店", "洗车", "药店", "火锅", "牛肉面", "薬局", "駐車場", "月極", "약국",
    "주차장", "편의점", "ร้านอาหาร", "ที่จอดรถ", "ยา", "दुकान", "पार्किंग", "दवाई",
)  # fmt: skip
TRADES = (
    "PLUMBING & HEATING", "EXPRESS DELIVERY", "Umzüge", "ELEKTRO", "RENT A CAR", "FISH & CHIPS", "FRESH FRUIT",
    "GLASS", "TAXI", "Logistics", "Moving & Storage", "MAQUINARIA", "TRANSPORTES", "Kurier", "GRUZ",
    "ГРУЗОПЕРЕВОЗКИ", "ОКНА", "МЕБЕЛЬ", "РЕМОНТ", "ХЛЕБ", "冷链运输", "搬家公司", "נקל", "نقل", "PARTYSERVICE",
    "Reinigung", "SCHLÜSSELDIENST", "HIDROLIMPIEZA",
)  # fmt: skip
SITES = (
    "platesmania", "avto-nomer", "autohaus-nord", "gruz24", "rentacar", "taxi-777", "moto-shop", "mebel-dom",
    "autoscout", "pizza4you", "tyres", "klima-service", "carpix", "photostock", "street-view", "okna",
    "transport-gmbh",
)  # fmt: skip
CARDS = (
    "AUTOMOBILE", "GEBRAUCHTWAGEN", "Vorführwagen", "RESERVED", "VENDU", "SOLD", "Reserviert", "SE VENDE", "VENDE-SE",
    "ПРОДАЮ", "ПРОДАНО", "ТЕСТ-ДРАЙВ", "TEST DRIVE", "DEMO", "SHOWROOM", "MUSTANG CLUB", "Bride & Groom",
    "MARIAGE", "СВАДЬБА", "SATILIK", "SPRZEDAM", "No. 1 DAD", "ROUTE 66", "BORN TO RIDE", "I LOVE NY", "GARAGE",
    "MAN CAVE", "RACING TEAM", "Rallye", "LOS ANGELES", "LONDON", "Roma", "Made in Italy", "OLD TIMER", "CLASSIC",
    "4x4 CLUB", "PRESTIGE", "Premium Auto", "Центр-Авто", "АВТОМИР", "MOTORS", "Autocity", "CAR CENTER",
)  # fmt: skip
DOMAINS = (
    ".com",
    ".de",
    ".ru",
    ".pl",
    ".co.uk",
    ".com.br",
    ".fr",
    ".it",
    ".in",
    ".net",
    ".ua",
    ".com.tr",
    ".nl",
    ".cz",
)
PLATE_LIKE = ("LLddd", "Ldddtt", "dddLLL", "LLL dddd", "LLddLLL", "dLLL ddd", "LL-dd-LL")
_DATES = (
    "Y-M-D", "Y/M/D", "D-M-Y", "D.M.Y", "D/M/Y", "M-D-Y", "M/D/Y", "Y.M.D", "Y年M月D日", "D.M.y", "y-M-D",
    "W Y-M-D", "Y-M-D W", "M-D-Y W",
)  # fmt: skip
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Пн", "Вт", "Ср", "Чт", "Пт", "星期一", "星期五")
_PHONES = (
    "8 (ddd) ddd-dd-dd", "+dd ddd ddd ddd", "0ddd / dd dd dd", "(ddd) ddd-dddd", "Tel. ddd dd dd dd",
    "ddd.ddd.dddd", "8-800-ddd-dd-dd", "1-800-ddd-dddd", "+ddd dd ddd dddd", "0dd dddd dddd", "tel. 0-ddd-ddd-ddd",
    "dd dd dd dd dd", "T: dddd dddddd", "тел. ddd-dd-dd", "电话:ddddddddddd", "+dd (0) ddd dddddd", "ddddd ddddd",
    "ddddddd",
)  # fmt: skip


def filled(pattern: str, rng: np.random.Generator) -> str:
    """Replaces each d of ``pattern`` by a digit, each L by a capital, each t by a capital of Russian plates."""
    kinds = {"d": "0123456789", "L": "ABCDEFGHIJKLMNOPRSTUVWXYZ", "t": "ABEKMHOPCTYX"}
    return "".join(pick(rng, kinds[c]) if c in kinds else c for c in pattern)


def phone(rng: np.random.Generator) -> str:
    """Returns a telephone number as it is written on a van."""
    return "".join(str(int(rng.random() * 10)) if c == "d" else c for c in pick(rng, _PHONES))


def web(rng: np.random.Generator) -> str:
    """Returns a web address or a mailbox."""
    name = pick(rng, SITES) + pick(rng, DOMAINS)
    return pick(rng, ("www.", "www.", "", "info@", "http://")) + name


def clock(rng: np.random.Generator) -> str:
    """Returns a date and a time, or one of them."""
    hour, minute, second = (int(v) for v in rng.integers((0, 0, 0), (24, 60, 60)))
    time = f"{hour:02d}:{minute:02d}:{second:02d}"
    if rng.random() < 0.15:
        time = f"{hour % 12 or 12:02d}:{minute:02d}:{second:02d} {'PM' if hour > 11 else 'AM'}"
    date, shown = _date(rng), rng.random()
    if shown < 0.12:
        return time
    return date if shown < 0.2 else f"{date} {time}"


def _date(rng: np.random.Generator) -> str:
    year, month, day = (int(v) for v in rng.integers((2005, 1, 1), (2027, 13, 29)))
    parts = {"Y": f"{year}", "y": f"{year % 100:02d}", "M": f"{month:02d}", "D": f"{day:02d}", "W": pick(rng, _DAYS)}
    return "".join(parts.get(c, c) for c in pick(rng, _DATES))


def speed(rng: np.random.Generator) -> str:
    """Returns the speed of the recorder's car, or its position."""
    value = int(rng.integers(0, 160))
    if rng.random() < 0.35:
        north, east = rng.uniform((10, -120), (65, 140)).tolist()
        return pick(
            rng,
            (f"N{north:.4f} E{east:.4f}", f"N:{north:.6f} E:{east:.6f}", f"{north:.5f}, {east:.5f}"),
        )
    return pick(rng, (f"{value:03d} KM/H", f"{value} km/h", f"{value:02d} MPH", f"{value} км/ч", f"{value}KM/H"))


def plate_number(rng: np.random.Generator) -> str:
    """Returns the number of a vehicle as a recorder or a gate's screen shows it; it is no plate."""
    pattern = pick(rng, PLATE_LIKE)
    return pick(rng, ("", "", "Plate: ", "LPR ", "NO. ", "REG ")) + filled(pattern, rng)


def recorder_line(rng: np.random.Generator) -> str:
    """Returns a line that a dashboard camera writes into its pictures."""
    parts = [clock(rng)]
    if rng.random() < 0.45:
        parts.append(speed(rng))
    if rng.random() < 0.35:
        parts.insert(0 if rng.random() < 0.6 else len(parts), pick(rng, RECORDERS))
    if rng.random() < 0.12:
        parts.append(filled(pick(rng, PLATE_LIKE), rng))
    return pick(rng, (" ", "  ", " ", "   ")).join(parts)


def trade(rng: np.random.Generator) -> str:
    """Returns a line from the side of a van: a trade, a firm, a number, an address."""
    maker: _Maker = pick(rng, (phone, phone, web, _trade, _trade))
    return maker(rng)


def _trade(rng: np.random.Generator) -> str:
    return pick(rng, (*TRADES, *DEALERS))


def shop(rng: np.random.Generator) -> str:
    """Returns the name of a shop or of a place."""
    return pick(rng, SHOPS)

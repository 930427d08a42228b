"""Everything that the page says, in English and Russian: one table."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Language = Literal["en", "ru"]


class Text(NamedTuple):
    """One text in both languages; ``{names}`` in braces are replaced when it is used."""

    en: str
    ru: str


class Words:
    """The texts of one language: ``words("read.found", count=2)``."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, **values: object) -> str:
        """Returns the text of ``key``. Raises KeyError for an unknown key or a value that is missing."""
        text: str = getattr(TEXTS[key], self.language)
        return text.format(**values)


TEXTS: Mapping[str, Text] = {
    "page.brand": Text("Number Plate", "Number Plate"),
    "nav.read": Text("Read", "Чтение"),
    "nav.search": Text("Search", "Поиск"),
    "nav.dashboard": Text("Dashboard", "Сводка"),
    "nav.models": Text("Models", "Модели"),
    "key.title": Text("Key", "Ключ"),
    "key.label": Text("API key", "Ключ API"),
    "key.help": Text(
        "It stays on this page's server; the browser has a mark that ends when you sign out, or after 12 hours.",
        "Ключ хранится на сервере этой страницы; в браузере лишь метка, она действует до выхода или 12 часов.",
    ),
    "key.given": Text(
        "The page has a key of its own; one entered here takes its place.",
        "У страницы есть свой ключ; введённый здесь используется вместо него.",
    ),
    "key.sign_in": Text("Sign in", "Войти"),
    "key.sign_out": Text("Sign out", "Выйти"),
    "key.signed_in": Text("You are signed in with a key.", "Вы вошли с ключом."),
    # What Streamlit's own widgets say
    "widget.choose": Text("Choose photographs", "Выбрать фотографии"),
    "widget.drop": Text("or drop them here, up to 20 MB each", "или перетащите их сюда, до 20 МБ каждая"),
    "widget.kinds": Text("(JPEG, PNG, WebP, AVIF, TIFF …)", "(JPEG, PNG, WebP, AVIF, TIFF …)"),
    "widget.drop_here": Text("Drop them here", "Отпустите здесь"),
    "widget.wrong_type": Text("This file is no picture ({found}).", "Этот файл не изображение ({found})."),
    "widget.too_large": Text("The file is larger than {found} MB.", "Файл больше {found} МБ."),
    "widget.bytes": Text("{found} bytes", "{found} байт"),
    "widget.kilobytes": Text("{found}.{tenths} kB", "{found},{tenths} КБ"),
    "widget.megabytes": Text("{found}.{tenths} MB", "{found},{tenths} МБ"),
    "widget.error": Text("Refused:", "Не принято:"),
    "widget.too_small": Text("The file is empty.", "Файл пуст."),
    "widget.uploading": Text("Uploading …", "Загружается …"),
    "widget.failed": Text("The upload failed.", "Загрузка не удалась."),
    "widget.retry": Text("Upload again", "Загрузить ещё раз"),
    "widget.add": Text("Add photographs", "Добавить фотографии"),
    "widget.remove": Text("Remove {found}", "Убрать {found}"),
    "widget.snap": Text("Take a photograph", "Сделать снимок"),
    "widget.another": Text("Take another one", "Сделать ещё один"),
    "widget.switch": Text("Other camera", "Другая камера"),
    "widget.camera": Text("The page needs your camera.", "Странице нужен доступ к камере."),
    "widget.allow": Text("How to allow it", "Как разрешить"),
    "widget.open": Text("Open the list", "Открыть список"),
    "widget.skip": Text("To the content", "К содержанию"),
    "widget.copy": Text("Copy", "Скопировать"),
    "widget.chart": Text("chart", "диаграмма"),
    "widget.no_results": Text("Nothing fits", "Ничего не найдено"),
    "widget.select_all": Text("All", "Все"),
    "widget.new": Text("New: {found}", "Новая: {found}"),
    "widget.clear": Text("Clear", "Очистить"),
    "widget.options": Text("Choices", "Варианты"),
    "widget.selected": Text("Chosen", "Выбрано"),
    "widget.day": Text("{found}: day", "{found}: день"),
    "widget.month": Text("{found}: month", "{found}: месяц"),
    "widget.year": Text("{found}: year", "{found}: год"),
    "widget.dd": Text("dd", "дд"),
    "widget.mm": Text("mm", "мм"),
    "widget.yyyy": Text("yyyy", "гггг"),
    "widget.first_day": Text("{found}: first day", "{found}: первый день"),
    "widget.last_day": Text("{found}: last day", "{found}: последний день"),
    "widget.calendar": Text("Days of {found}", "Дни: {found}"),
    "widget.earlier": Text("Earlier month", "Месяц раньше"),
    "widget.later": Text("Later month", "Месяц позже"),
    "widget.keys": Text(
        "The arrow keys choose a day, Enter takes it, Escape closes.",
        "Стрелки выбирают день, клавиша ввода принимает его.",
    ),
    "widget.enter": Text("Enter searches", "Enter: искать"),
    "widget.help": Text("Help: {found}", "Пояснение: {found}"),
    "widget.close": Text("Close", "Закрыть"),
    "widget.stop": Text("Stop", "Остановить"),
    "widget.running": Text("Working …", "Выполняется …"),
    "widget.connecting": Text("Connecting", "Соединение"),
    "widget.lost": Text("The connection to the page is lost", "Связь со страницей потеряна"),
    "widget.reload": Text(
        "It comes back by itself, or reload the page.", "Она восстановится сама, или обновите страницу."
    ),
    # Read
    "read.title": Text("Read number plates", "Распознавание номеров"),
    "read.lead": Text(
        "Drop photographs or take one. Every plate is found, read, and marked with how sure the reading is.",
        "Загрузите фотографии или сделайте снимок. Каждый номер будет найден и прочитан, с оценкой уверенности.",
    ),
    "read.source": Text("Where the pictures come from", "Откуда взять снимки"),
    "read.upload": Text("Files", "Файлы"),
    "read.camera": Text("Camera", "Камера"),
    "read.drop": Text("Photographs", "Фотографии"),
    "read.snap": Text("Photograph", "Снимок"),
    "read.insecure": Text(
        "Browsers give the camera to https pages only. Upload works here too: a telephone offers its camera there.",
        "Браузеры дают доступ к камере только страницам https. Загрузка работает и так: телефон предложит свою камеру.",
    ),
    "read.options": Text("Settings", "Настройки"),
    "read.options_note": Text(
        "They count for the pictures that you add from now on.", "Действуют на снимки, добавленные после изменения."
    ),
    "read.countries": Text("Countries to expect", "Ожидаемые страны"),
    "read.countries_help": Text(
        "Their plate formats count; the plate of another country is not rewritten.",
        "Учитываются форматы их номеров; номер другой страны не переписывается.",
    ),
    "read.any": Text("Any", "Любые"),
    "read.abstain": Text("Accept readings from, %", "Принимать чтения от, %"),
    "read.abstain_help": Text(
        "A reading that is less sure is shown, and marked as not accepted.",
        "Менее уверенное чтение показывается с пометкой «не принято».",
    ),
    "read.found": Text("Show plates found with at least, %", "Показывать найденные от, %"),
    "read.found_help": Text("0: as the detector's card says.", "0: как указано в карточке детектора."),
    "read.camera_name": Text("Camera", "Камера"),
    "read.camera_help": Text(
        "The place that the pictures are from, to search by later.", "Место съёмки: по нему можно будет искать."
    ),
    "read.no_camera": Text("None", "Не указана"),
    "read.store": Text("Keep the readings for the search", "Сохранять для поиска"),
    "read.working": Text("Reading picture {number} of {count}", "Читаю снимок {number} из {count}"),
    "read.again": Text("Try again", "Повторить"),
    "read.clear": Text("Clear", "Очистить"),
    "read.download": Text("Download JSON", "Скачать JSON"),
    "read.count": Text("Plates found: {count}", "Найдено номеров: {count}"),
    "read.none": Text(
        "No plate found on this picture. Plates narrower than 24 pixels are mostly missed.",
        "На этом снимке номеров не найдено. Номера уже 24 пикселей обычно не видны.",
    ),
    "read.no_preview": Text("No preview of this format.", "Просмотр этого формата недоступен."),
    # Plates
    "plate.no_text": Text("(no text)", "(нет текста)"),
    "plate.accepted": Text("Accepted", "Принято"),
    "plate.rejected": Text("Not accepted", "Не принято"),
    "plate.country_unknown": Text("Country unknown", "Страна неизвестна"),
    "plate.candidates": Text("Candidates", "Варианты чтения"),
    "plate.raw": Text("Without formats", "Без форматов"),
    "plate.format": Text("Format", "Формат"),
    "plate.any_country": Text("no listed format", "вне форматов"),
    "plate.detected": Text("Found with", "Найден с"),
    "plate.photo": Text("Photograph with the plates marked", "Снимок с отмеченными номерами"),
    "plate.crop": Text("The plate, enlarged", "Номер, увеличено"),
    # Search
    "search.title": Text("Search sightings", "Поиск по наблюдениям"),
    "search.text": Text("Plate", "Номер"),
    "search.text_help": Text(
        "A part is enough. O is as good as 0, I as 1, B as 8. For the whole plate: * is any characters, ? one.",
        "Достаточно части. O и 0, I и 1, B и 8 не различаются. Для номера целиком: * любые знаки, ? один знак.",
    ),
    "search.example": Text("834, A1?3BC* or *77", "834, A1?3BC* или *77"),
    "search.total": Text("Found: {count}", "Найдено: {count}"),
    "search.country": Text("Country", "Страна"),
    "search.camera": Text("Camera", "Камера"),
    "search.period": Text("Period", "Период"),
    "search.anytime": Text("Any time", "Любое время"),
    "search.today": Text("Today", "Сегодня"),
    "search.week": Text("7 days", "7 дней"),
    "search.month": Text("30 days", "30 дней"),
    "search.dates": Text("Dates", "Даты"),
    "search.any": Text("Any", "Любая"),
    "search.confidence": Text("Sure to at least, %", "Уверенность от, %"),
    "search.none": Text("Nothing was seen that fits.", "Подходящих наблюдений нет."),
    "search.newer": Text("Newer", "Новее"),
    "search.older": Text("Older", "Раньше"),
    "search.page": Text("Page {number}", "Страница {number}"),
    "search.open": Text("Details", "Подробнее"),
    "search.no_picture": Text("No picture kept", "Снимок не сохранён"),
    "sighting.seen": Text("Seen", "Время"),
    "sighting.confidence": Text("Sure of the reading", "Уверенность в чтении"),
    "sighting.detected": Text("Sure of the plate", "Уверенность в номере"),
    "sighting.file": Text("File", "Файл"),
    "sighting.camera": Text("Camera", "Камера"),
    "sighting.times": Text("Sightings of this plate", "Наблюдений этого номера"),
    "sighting.first": Text("First seen", "Впервые"),
    "sighting.last": Text("Last seen", "В последний раз"),
    "sighting.delete": Text("Delete", "Удалить"),
    "sighting.delete_one": Text("This sighting", "Это наблюдение"),
    "sighting.delete_all": Text("Every sighting of {plate}", "Все наблюдения {plate}"),
    "sighting.confirm": Text(
        "What is deleted is gone, its pictures too. There is no way back.",
        "Удалённое не восстановить, вместе со снимками.",
    ),
    "sighting.yes": Text("Delete for ever", "Удалить навсегда"),
    "sighting.deleted": Text("Deleted.", "Удалено."),
    # Dashboard
    "dashboard.title": Text("Dashboard", "Сводка"),
    "dashboard.days": Text("Period", "Период"),
    "dashboard.last": Text("{days} days", "{days} дн."),
    "dashboard.sightings": Text("Sightings", "Наблюдения"),
    "dashboard.plates": Text("Different plates", "Разные номера"),
    "dashboard.images": Text("Pictures", "Снимки"),
    "dashboard.by_day": Text("By day", "По дням"),
    "dashboard.by_hour": Text("By hour of the day", "По часам суток"),
    "dashboard.by_region": Text("By country", "По странам"),
    "dashboard.by_camera": Text("By camera", "По камерам"),
    "dashboard.by_plate": Text("Most frequent plates", "Самые частые номера"),
    "dashboard.unknown": Text("Unknown", "Неизвестно"),
    "dashboard.none": Text("Nothing was seen in this period.", "За этот период наблюдений нет."),
    # Models
    "models.title": Text("Models and service", "Модели и сервис"),
    "models.ready": Text("Ready", "Готов"),
    "models.not_ready": Text("Not ready: it takes no pictures right now", "Не готов: сейчас снимки не принимаются"),
    "models.detector": Text("Detector: finds plates", "Детектор: находит номера"),
    "models.ocr": Text("Reader: reads them", "Распознаватель: читает их"),
    "models.input": Text("Input, pixels", "Вход, пиксели"),
    "models.threshold": Text("Shows what it is sure of to", "Порог уверенности"),
    "models.alphabet": Text("Characters", "Знаки"),
    "models.countries": Text("Countries", "Страны"),
    "models.created": Text("Made", "Создана"),
    "models.commit": Text("Commit", "Коммит"),
    "models.sha": Text("SHA-256 of the model", "SHA-256 модели"),
    "models.licence": Text("Licence", "Лицензия"),
    "models.metrics": Text("Measured on val", "Измерено на val"),
    "models.read": Text("Read", "Прочитано"),
    "models.whole": Text("Whole plates told from all else", "Целые номера отличены от прочего"),
    "models.whole_plates": Text("Whole plates taken for whole", "Целые номера приняты за целые"),
    "models.whole_not_whole_cut": Text("Cut plates noticed", "Обрезанные номера замечены"),
    "models.whole_not_whole_covered": Text("Covered plates noticed", "Закрытые номера замечены"),
    "models.whole_not_whole_unreadable": Text("Unreadable plates noticed", "Нечитаемые номера замечены"),
    "models.whole_not_whole_background": Text("What is no plate noticed", "Не номера замечены"),
    "models.region": Text("Country", "Страна"),
    "models.cer": Text("CER", "CER"),
    "models.ap50": Text("AP50", "AP50"),
    "models.ap": Text("AP50-95", "AP50-95"),
    "models.recall": Text("Found, from a confidence of 0.25 on", "Найдено, от уверенности 0,25"),
    "models.recall_0_24": Text("Found, under 24 pixels of the canvas", "Найдено, уже 24 пикселей холста"),
    "models.recall_24_48": Text("Found, 24 to 48", "Найдено, от 24 до 48"),
    "models.recall_48_96": Text("Found, 48 to 96", "Найдено, от 48 до 96"),
    "models.recall_96_10000": Text("Found, over 96", "Найдено, шире 96"),
    "models.corner_error": Text("Corners off by, % of the width", "Ошибка углов, % ширины"),
    "models.8_bits_as_float": Text("Answers as in float", "Ответы как в float"),
    "models.source": Text("Source", "Источник"),
    "models.pictures": Text("Pictures", "Снимки"),
    "models.drawn": Text("Drawn for the training", "Нарисовано для обучения"),
    "models.card": Text("The card as JSON", "Карточка в JSON"),
    # What goes wrong
    "error.again": Text("Try again", "Повторить"),
    "error.unreachable": Text(
        "The recognition service cannot be reached; is it running?",
        "Сервис распознавания недоступен; запущен ли он?",
    ),
    "error.slow": Text("The service took too long to answer; try again.", "Сервис не ответил вовремя; повторите."),
    "error.stranger": Text(
        "What answers at the address of the service is no recognition service.",
        "По адресу сервиса отвечает не сервис распознавания.",
    ),
    "error.key": Text(
        "The service asks for a valid key; enter one under “Key”.",
        "Сервису нужен действующий ключ; введите его в разделе «Ключ».",
    ),
    "error.scope": Text("Your key does not allow this.", "Ваш ключ этого не разрешает."),
    "error.gone": Text("This is no longer there.", "Этого больше нет."),
    "error.too_large": Text(
        "The picture ({size}) is too large for the service, in bytes or in pixels.",
        "Снимок ({size}) слишком велик для сервиса: по объёму или числу пикселей.",
    ),
    "error.unknown_format": Text(
        "This file ({kind}) is no picture that the service reads; it reads JPEG, PNG, WebP, AVIF, TIFF, GIF, BMP.",
        "Сервис не читает такие файлы ({kind}); он читает JPEG, PNG, WebP, AVIF, TIFF, GIF, BMP.",
    ),
    "error.some_kind": Text("of an unknown type", "неизвестного типа"),
    "error.damaged": Text("The picture is damaged and cannot be read.", "Снимок повреждён и не читается."),
    "error.limit": Text("The limit of your key is reached; try later.", "Лимит ключа исчерпан; повторите позже."),
    "error.limit_in": Text(
        "The limit of your key is reached; try again in {seconds} s.",
        "Лимит ключа исчерпан; повторите через {seconds} с.",
    ),
    "error.busy": Text("The service is busy; try again soon.", "Сервис занят; повторите чуть позже."),
    "error.busy_in": Text(
        "The service is busy; try again in {seconds} s.", "Сервис занят; повторите через {seconds} с."
    ),
    "error.failed": Text("The service failed (status {status}).", "Сбой сервиса (код {status})."),
    "error.refused": Text("The service refused this: {detail}.", "Сервис отклонил запрос: {detail}."),
}

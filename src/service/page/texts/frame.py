"""What stands around every view: the navigation and the key."""

from collections.abc import Mapping

from src.service.page.texts.text import Text

FRAME: Mapping[str, Text] = {
    "page.brand": Text("Number Plate", "Number Plate"),
    "nav.read": Text("Read", "Чтение"),
    "nav.search": Text("Search", "Поиск"),
    "nav.vehicles": Text("Vehicles", "Машины"),
    "nav.visits": Text("Visits", "Визиты"),
    "nav.lists": Text("Lists", "Списки"),
    "nav.cameras": Text("Cameras", "Камеры"),
    "nav.dashboard": Text("Dashboard", "Сводка"),
    "nav.models": Text("Models", "Модели"),
    "nav.receivers": Text("Receivers", "Получатели"),
    "nav.deliveries": Text("Deliveries", "Доставка"),
    "nav.keys": Text("Keys", "Ключи"),
    "nav.audit": Text("Audit", "Журнал"),
    "leaf.back_time": Text("Newer", "Новее"),
    "leaf.on_time": Text("Older", "Раньше"),
    "leaf.back_name": Text("Back", "Назад"),
    "leaf.on_name": Text("Further", "Дальше"),
    "leaf.page": Text("Page {number}", "Страница {number}"),
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
}

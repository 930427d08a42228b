"""What the page says where something goes wrong."""

from collections.abc import Mapping

from src.service.page.texts.text import Text

FAULTS: Mapping[str, Text] = {
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
    "error.name_taken": Text("Another camera has this name.", "Это название уже есть у другой камеры."),
    "error.exists": Text("There is such an entry already.", "Такая запись уже есть."),
    "error.last_administrator": Text(
        "This is the last key of an administrator: make another one first.",
        "Это последний ключ администратора: сначала создайте другой.",
    ),
    "error.bad_sheet": Text("The file is no table of vehicles: {detail}.", "Файл не таблица машин: {detail}."),
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

"""What the page says of decisions and of corrections."""

from collections.abc import Mapping

from src.service.page.texts.text import Text

DECISIONS: Mapping[str, Text] = {
    "outcome.allowed": Text("Allowed", "Разрешено"),
    "outcome.denied": Text("Denied", "Запрещено"),
    "outcome.watched": Text("Watched", "Под наблюдением"),
    "outcome.unknown": Text("Unknown", "Нет в списках"),
    "outcome.unsure": Text("Unsure", "Неясно"),
    "reason.listed": Text("on the list “{list}”", "в списке «{list}»"),
    "reason.not_listed": Text("on no list", "нет ни в одном списке"),
    "reason.outside_hours": Text("on “{list}”, but not at this hour", "в списке «{list}», но не в этот час"),
    "reason.expired": Text("the permit of “{list}” has expired", "пропуск списка «{list}» истёк"),
    "reason.not_yet_valid": Text("the permit of “{list}” is not valid yet", "пропуск списка «{list}» ещё не действует"),
    "reason.other_place": Text("on “{list}”, but for another place", "в списке «{list}», но для другого места"),
    "reason.doubtful": Text("perhaps the listed {plate}: look at it", "возможно, это {plate} из списка: проверьте"),
    "reason.unread": Text("the plate could not be read", "номер не прочитан"),
    "decision.title": Text("Decision", "Решение"),
    "decision.watch": Text("watched on “{list}”", "под наблюдением: «{list}»"),
    "decision.match": Text("Listed plate", "Номер в списке"),
    "decision.sure": Text("Sure that it is that one", "Уверенность, что это он"),
    "decision.vehicle": Text("Show the vehicle", "Показать машину"),
    # Corrections
    "correction.title": Text("Correct the reading", "Исправить прочитанное"),
    "correction.text": Text("What the plate says", "Что написано на номере"),
    "correction.region": Text("Country", "Страна"),
    "correction.save": Text("Correct", "Исправить"),
    "correction.note": Text(
        "What was read stays visible, and the decision is made anew.",
        "Прочитанное остаётся видимым, решение принимается заново.",
    ),
    "correction.empty": Text("Enter what the plate says.", "Введите, что написано на номере."),
    "correction.done": Text("Corrected.", "Исправлено."),
    "correction.was": Text("read as {plate}", "прочитано как {plate}"),
    "correction.history": Text("Corrections", "Исправления"),
    "correction.nothing": Text("(nothing)", "(ничего)"),
    "correction.by": Text("by {who}", "{who}"),
}

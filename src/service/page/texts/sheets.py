"""What the page says of a table that is not taken, or of a cell of it; each is a part of a sentence."""

from collections.abc import Mapping

from src.service.page.texts.text import Text

SHEETS: Mapping[str, Text] = {
    # A cell, or a row
    "wrong.empty": Text("is empty", "пусто"),
    "wrong.too_long": Text("has {characters} characters, over {most}", "символов {characters}, а можно {most}"),
    "wrong.plate_too_long": Text("has over {most} characters", "больше {most} символов"),
    "wrong.control_characters": Text(
        "has line breaks or control characters in it", "есть переносы строк или непечатаемые символы"
    ),
    "wrong.not_a_plate": Text(
        "“{cell}” has characters that no plate has", "в «{cell}» есть символы, которых не бывает в номере"
    ),
    "wrong.no_mail": Text("“{cell}” is no e-mail address", "«{cell}» не адрес электронной почты"),
    "wrong.no_date": Text("“{cell}” is no date as in 2026-12-31", "«{cell}» не дата вида 2026-12-31"),
    "wrong.no_time": Text(
        "“{cell}” is no date as in 2026-12-31, nor with a time as in 2026-12-31 08:00",
        "«{cell}» не дата вида 2026-12-31 или 2026-12-31 08:00",
    ),
    "wrong.outside_years": Text(
        "lies outside the years 1 to 9999; leave the cell empty where there is no end",
        "вне лет с 1 по 9999; если срок не ограничен, оставьте ячейку пустой",
    ),
    "wrong.before_valid_from": Text("is not after valid_from", "не позже, чем valid_from"),
    "wrong.no_day": Text(
        "“{cell}” is no day as in mon,tue or mon-fri", "«{cell}» не день недели; пишите пн,вт или пн-пт"
    ),
    "wrong.no_hours": Text("“{cell}” is not two times as in 08:00-18:00", "«{cell}» не время от и до вида 08:00-18:00"),
    "wrong.no_kind": Text("“{cell}” is none of {known}", "«{cell}» не вид списка; можно {known}"),
    "wrong.no_country": Text("“{cell}” is no code of a country as in RU", "«{cell}» не код страны вида RU"),
    "wrong.needs_other": Text("is empty, but {column} is not", "пусто, хотя столбец {column} заполнен"),
    "wrong.contradicts": Text("row {row} says otherwise", "в строке {row} сказано другое"),
    "wrong.no_list": Text(
        "there is no list “{list}”, and no kind to make it of", "списка «{list}» нет, и не указано, какого он вида"
    ),
    "wrong.other_kind": Text("the list “{list}” is of the kind {kind}", "список «{list}» другого вида: {kind}"),
    # The head
    "wrong.unknown_column": Text("the column “{column}” is unknown", "столбец «{column}» неизвестен"),
    "wrong.column_twice": Text("the column “{column}” is there twice", "столбец «{column}» есть дважды"),
    "wrong.no_plates": Text("it has no column plate", "в нём нет столбца plate"),
    "wrong.needs_column": Text(
        "the column {column} needs a column {needed}", "для столбца {column} нужен и столбец {needed}"
    ),
    # The file
    "wrong.empty_file": Text("it is empty", "он пустой"),
    "wrong.no_table": Text(
        "it is neither XLSX nor CSV (UTF-8 or Windows-1251)", "это не XLSX и не CSV (UTF-8 или Windows-1251)"
    ),
    "wrong.old_or_locked": Text(
        "it is of an old kind, or locked with a password; save it as XLSX or CSV without one",
        "он старого вида или под паролем; сохраните его без пароля как XLSX или CSV",
    ),
    "wrong.no_csv": Text("line {line} is no CSV", "строка {line} не похожа на CSV"),
    "wrong.line_too_long": Text(
        "it has a line of more than {most} characters", "в нём есть строка длиннее {most} символов"
    ),
    "wrong.too_many_rows": Text("it has more than {most} rows", "в нём больше {most} строк"),
    "wrong.too_many_columns": Text("it has more than {most} columns", "в нём больше {most} столбцов"),
    "wrong.too_many_files": Text("it has more files in it than an XLSX", "внутри больше файлов, чем бывает в XLSX"),
    "wrong.too_large": Text("it unpacks to more than a table has", "распакованный, он больше любой таблицы"),
    "wrong.document_type": Text(
        "it has a document type, which no XLSX has", "в нём объявлен тип документа, чего в XLSX не бывает"
    ),
    "wrong.damaged": Text("it is damaged, or no XLSX", "он повреждён, или это не XLSX"),
    "wrong.no_sheet": Text("it has no sheet", "в нём нет листа"),
}

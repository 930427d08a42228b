// Everything that the page says, in English and Russian, and how people of each language write times and shares.

const TEXTS = {
  brand: ["Number Plate", "Number Plate"],
  title: ["Number Plate: live", "Number Plate: проезды"],

  "link.connecting": ["Connecting …", "Соединение …"],
  "link.open": ["Live", "На связи"],
  "link.lost": ["Connection lost", "Нет связи"],
  "link.refused": ["Key needed", "Нужен ключ"],
  "notice.lost": [
    "The connection was lost at {time}. What passes now is not shown; next attempt in {seconds} s.",
    "Связь потеряна в {time}. Новые проезды не видны; следующая попытка через {seconds} с.",
  ],
  "notice.trying": [
    "The connection was lost at {time}. What passes now is not shown; connecting …",
    "Связь потеряна в {time}. Новые проезды не видны; соединяюсь …",
  ],
  "notice.back": ["Connected again. The list is up to date.", "Связь восстановлена. Список обновлён."],
  "notice.busy": ["Too many people watch at once.", "Слишком много зрителей одновременно."],
  "notice.limit": ["The key has used up its requests for now.", "Запросы этого ключа пока исчерпаны."],
  "notice.fault": [
    "The service does not answer as it should ({detail}).",
    "Сервис отвечает не так, как должен ({detail}).",
  ],

  "key.title": ["API key", "Ключ API"],
  "key.why": [
    "This service shows plates only to those who have a key.",
    "Сервис показывает номера только владельцам ключа.",
  ],
  "key.label": ["Key", "Ключ"],
  "key.enter": ["Watch", "Смотреть"],
  "key.kept": [
    "It stays in this tab and is gone when you close it.",
    "Он хранится в этой вкладке и исчезнет, когда вы её закроете.",
  ],
  "key.wrong": ["This key is not valid.", "Этот ключ недействителен."],
  "key.scope": ["This key may not look plates up.", "Этому ключу нельзя смотреть номера."],
  "key.forget": ["Sign out", "Выйти"],

  "cameras.title": ["Cameras", "Камеры"],
  "cameras.all": ["All cameras", "Все камеры"],
  "cameras.all_note": ["{online} of {count} online", "На связи {online} из {count}"],
  "cameras.none": ["No camera yet", "Камер пока нет"],
  "cameras.zone": ["Zone", "Зона"],
  "cameras.zone_of": ["Zone of {camera}", "Зона: {camera}"],
  "state.online": ["Online", "На связи"],
  "state.online_rate": ["Online · {rate} frames/s", "На связи · {rate} кадр/с"],
  "state.behind": ["{seconds} s behind", "отстаёт на {seconds} с"],
  "state.offline": ["Offline", "Нет связи"],
  "state.starting": ["Starting …", "Запускается …"],
  "state.paused": ["Paused", "Приостановлена"],
  "state.uploads": ["Pictures are uploaded", "Снимки загружаются"],
  "state.since": ["since {time}", "с {time}"],

  "places.title": ["Places", "Места"],
  "place.inside": ["{count} inside", "внутри {count}"],
  "place.free": ["{count} free", "свободно {count}"],
  "place.full": ["full", "мест нет"],
  "place.overstaying": ["{count} too long", "дольше срока: {count}"],

  "list.title": ["Last passages", "Последние проезды"],
  "list.title_of": ["Last passages: {camera}", "Последние проезды: {camera}"],
  "list.newest": ["Back to the newest", "К новейшему"],
  "list.none": [
    "Nothing has passed yet. A passage appears here by itself.",
    "Проездов пока не было. Они появятся здесь сами.",
  ],
  "plate.no_text": ["(no text)", "(нет текста)"],
  "plate.accepted": ["Accepted", "Принято"],
  "plate.rejected": ["Not accepted", "Не принято"],
  "plate.was": ["read as {text}", "прочитано как {text}"],
  "outcome.allowed": ["Allowed", "Разрешено"],
  "outcome.denied": ["Denied", "Запрещено"],
  "outcome.watched": ["Watched", "Под наблюдением"],
  "outcome.unknown": ["Unknown", "Нет в списках"],
  "outcome.unsure": ["Unsure", "Неясно"],
  "reason.listed": ["on the list “{list}”", "в списке «{list}»"],
  "reason.not_listed": ["on no list", "нет ни в одном списке"],
  "reason.outside_hours": ["on “{list}”, but not at this hour", "в списке «{list}», но не в этот час"],
  "reason.expired": ["the permit of “{list}” has expired", "пропуск списка «{list}» истёк"],
  "reason.not_yet_valid": ["the permit of “{list}” is not valid yet", "пропуск списка «{list}» ещё не действует"],
  "reason.other_place": ["on “{list}”, but for another place", "в списке «{list}», но для другого места"],
  "reason.doubtful": ["perhaps the listed {text}: look at it", "возможно, это {text} из списка: проверьте"],
  "reason.unread": ["the plate could not be read", "номер не прочитан"],
  watched: ["watched on “{list}”", "под наблюдением: «{list}»"],
  "denial.open": ["Not acknowledged", "Не просмотрено"],
  "denial.more": ["Not acknowledged, and {count} more", "Не просмотрено, ждут ещё {count}"],
  "denial.acknowledge": ["Acknowledge", "Просмотрено"],
  "denial.acknowledged": ["Acknowledged at {time}", "Просмотрено в {time}"],
  "denial.aside": ["Put aside", "Отложить"],
  "correct.begin": ["Correct", "Исправить"],
  "correct.text": ["Plate", "Номер"],
  "correct.region": ["Country", "Страна"],
  "correct.no_region": ["Unknown", "Неизвестна"],
  "correct.save": ["Save", "Сохранить"],
  "correct.leave": ["Cancel", "Отмена"],
  "refused.scope": ["This key may not do that.", "Этому ключу это нельзя."],
  "refused.unreachable": ["No connection: nothing was saved.", "Нет связи: ничего не сохранено."],
  "refused.gone": ["This passage was deleted.", "Этот проезд удалён."],
  "refused.text": ["This is no text of a plate.", "Это не текст номера."],
  "sound.label": ["Sound", "Звук"],
  "sound.title": ["Sound of a denial", "Звук при запрете"],
  "sound.hint": [
    "Click here or press a key once, so that a denial may sound.",
    "Нажмите здесь или любую клавишу, чтобы был слышен звук при запрете.",
  ],
  "plate.unknown": ["Country unknown", "Страна неизвестна"],
  "plate.confidence": ["Sure to {percent}", "Уверенность {percent}"],
  "plate.frames": ["{agreeing} of {read} readings agree", "Совпали чтения: {agreeing} из {read}"],
  "plate.crop": ["The plate, enlarged", "Номер, увеличено"],
  "plate.photo": ["The picture with its plate marked", "Снимок с отмеченным номером"],
  "plate.no_picture": ["No picture kept", "Снимок не сохранён"],
  "plate.no_camera": ["No camera named", "Камера не указана"],

  "zone.title": ["Zone of {camera}", "Зона: {camera}"],
  "zone.back": ["Back to the live view", "К проездам"],
  "zone.lead": [
    "Only plates whose middle is within the zone count. Tap the picture to set points, drag them to move them.",
    "Учитываются только номера, середина которых в зоне. Касание ставит точку, точки можно перетаскивать.",
  ],
  "zone.keys": [
    "Keyboard: Enter on the picture sets a point, the arrow keys move it (with Shift farther), Delete removes it.",
    "Клавиатура: Enter на снимке ставит точку, стрелки двигают (с Shift дальше), Delete убирает.",
  ],
  "zone.stage": [
    "Picture of the camera: Enter sets a point in the middle",
    "Снимок камеры: Enter ставит точку в середине",
  ],
  "zone.point": ["Point {number}: {x} from the left, {y} from the top", "Точка {number}: {x} слева, {y} сверху"],
  "zone.insert": ["Set a point between {a} and {b}", "Поставить точку между {a} и {b}"],
  "zone.save": ["Save", "Сохранить"],
  "zone.undo": ["Undo", "Отменить"],
  "zone.remove": ["Remove point", "Убрать точку"],
  "zone.whole": ["Whole picture", "Весь снимок"],
  "zone.fresh": ["New picture", "Новый снимок"],
  "zone.is_whole": ["The whole picture counts.", "Учитывается весь снимок."],
  "zone.too_few": ["A zone has three points at least.", "В зоне не меньше трёх точек."],
  "zone.crossed": ["The lines of the zone cross.", "Линии зоны пересекаются."],
  "zone.full": ["A zone has {count} points at most.", "В зоне не больше {count} точек."],
  "zone.share": ["The zone covers {percent} of the picture.", "Зона занимает {percent} снимка."],
  "zone.unsaved": ["Not saved yet.", "Ещё не сохранено."],
  "zone.saved": ["Saved.", "Сохранено."],
  "zone.refused": ["This key may not change cameras.", "Этому ключу нельзя менять камеры."],
  "zone.no_picture": ["The camera has given no picture yet.", "Камера ещё не дала снимка."],
  "zone.gone": ["There is no such camera.", "Такой камеры нет."],
};

const LANGUAGES = ["en", "ru"];
const CHOSEN = "number-plate-language";

let language = LANGUAGES.find((known) => known === localStorage.getItem(CHOSEN)) ?? ofBrowser();

function ofBrowser() {
  return (navigator.language || "").toLowerCase().startsWith("ru") ? "ru" : "en";
}

export const chosenLanguage = () => language;

/** Keeps the language for later visits; an unknown one changes nothing. */
export function chooseLanguage(wished) {
  if (!LANGUAGES.includes(wished)) return;
  language = wished;
  localStorage.setItem(CHOSEN, wished);
}

/** The text of a key, with `{names}` replaced by values. An unknown key is an error. */
export function say(key, values = {}) {
  const text = TEXTS[key][LANGUAGES.indexOf(language)];
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Whether there is a text of a key: the API may say what this page does not know yet. */
export const knows = (key) => key in TEXTS;

/** Fills all elements of the document that name a text. */
export function sayAll() {
  document.documentElement.lang = language;
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
  for (const element of document.querySelectorAll("[data-title]")) {
    element.title = say(element.dataset.title);
    element.setAttribute("aria-label", element.title);
  }
}

/** The time of day; with its date where that is not today's. */
export function clock(time) {
  const moment = new Date(time);
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { day: "numeric", month: "short" };
  const form = { ...day, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat(language, form).format(moment);
}

/** The same to the minute. */
export function minute(time) {
  return clock(time).replace(/:\d\d$/, "");
}

/** Rounded down to a tenth of a per cent, as 100 % would be certainty. */
export function percent(share) {
  const form = { style: "percent", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(language, form).format(Math.floor(share * 1000) / 1000);
}

export function number(value, digits = 0) {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

/** The name of an ISO 3166 code. */
export function countryName(region) {
  return new Intl.DisplayNames([language], { type: "region" }).of(region);
}

/** The flag and the name of an ISO 3166 code; systems that cannot draw flags show letters instead. */
export function country(region) {
  const flag = String.fromCodePoint(...[...region].map((letter) => 0x1f1e6 + letter.charCodeAt(0) - 65));
  return `${flag} ${countryName(region)}`;
}

export function flag(region) {
  return country(region).split(" ", 1)[0];
}

// One passage, large: what was decided, the picture, the plate and what is known of it. It is acknowledged and corrected
// here. While it stands there, only what has changed of it is drawn anew.

import { ask } from "./api.js";
import { correctionForm, refused } from "./correction.js";
import { decided, isOpen, mark, outcome, reason } from "./decision.js";
import { arrange, byId, drawing, element } from "./dom.js";
import { cutOut, outline, pictureOf } from "./pictures.js";
import { clock, country, percent, say } from "./texts.js";

const [LEAST_ASPECT, MOST_ASPECT] = [4 / 3, 16 / 9]; // of the picture: others have stripes at their sides
const LEAST_LETTERS = 7; // a shorter plate is not larger than this one

export class Large {
  #place = byId("newest");
  #shown = null; // the passage that stands there
  #state = null; // what was drawn of it, so that it is not drawn anew without need
  #parts = null; // {band, photo, crop, facts}
  #picture = null;
  #form = null; // {form, begin} while the passage is corrected
  #mayChange = false;
  #heard;
  #putAside;
  #closed;

  /** `heard(sighting)` is called with what the service made of it, `putAside(id)` where it is not to stay, and
   * `closed()` when its correction is over. */
  constructor({ heard, putAside, closed }) {
    this.#heard = heard;
    this.#putAside = putAside;
    this.#closed = closed;
  }

  /** The id of the passage that is being corrected: it has to stay. Null where none is. */
  get corrected() {
    return this.#form === null ? null : this.#shown.id;
  }

  /** Whether the key may acknowledge and correct. */
  set mayChange(may) {
    this.#mayChange = may;
  }

  /** Shows a passage, or where it is null why there is none. `waits` says whether it is a denial that stays, `more` how
   * many others wait behind it, `hasArrived` whether it is new. */
  show(passage, { isLoaded, waits = false, more = 0, hasArrived = false }) {
    const { lang } = document.documentElement;
    const state = JSON.stringify([lang, isLoaded, waits, more, this.#mayChange, passage]);
    if (state === this.#state) return;
    this.#state = state;
    const isOther = passage?.id !== this.#shown?.id || this.#parts === null || this.#parts.lang !== lang;
    const focused = this.#place.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    this.#shown = passage;
    document.title = passage === null ? say("title") : `${waits ? "✕ " : ""}${passage.text} · ${say("title")}`;
    if (passage === null) {
      this.#parts = this.#form = null;
      this.#place.dataset.waits = "false";
      this.#place.replaceChildren(element("p", { class: "empty" }, isLoaded ? say("list.none") : ""));
      return;
    }
    if (isOther) this.#make(lang);
    this.#place.dataset.waits = String(waits);
    this.#place.classList.toggle("arrived", hasArrived);
    this.#draw(waits, more);
    if (focused) this.#focusAgain(isOther ? null : focused);
  }

  #make(lang) {
    this.#form = null;
    this.#picture = null;
    const parts = { lang, band: element("div", { class: "band" }), photo: element("figure", { class: "photo" }) };
    parts.crop = element("div", { class: "crop" });
    parts.facts = element("div", { class: "facts" });
    this.#parts = parts;
    this.#place.replaceChildren(parts.band, parts.photo, parts.facts);
  }

  #draw(waits, more) {
    const { band, photo, crop, facts } = this.#parts;
    const passage = this.#shown;
    band.hidden = !passage.decision;
    band.className = `band ${passage.decision?.outcome ?? ""}`;
    band.replaceChildren(...this.#verdict(waits, more));
    photo.style.aspectRatio = Math.min(MOST_ASPECT, Math.max(LEAST_ASPECT, passage.width / passage.height));
    const plate = element("p", { class: "plate" }, passage.text || say("plate.no_text"));
    plate.style.setProperty("--letters", Math.max(LEAST_LETTERS, plate.textContent.length));
    const correct = !this.#mayChange || this.#form !== null ? null : element("button", {
      type: "button", class: "quiet", "data-focus": "correct", onclick: () => this.#correct(),
    }, say("correct.begin"));
    arrange(facts, [crop, plate, ...(this.#form ? [this.#form.form] : []), ...known(passage, correct)]);
    this.#draws(passage, photo, crop);
  }

  /** Fetches the picture, unless it stands there already. */
  #draws(passage, photo, crop) {
    const wanted = `${passage.id} ${passage.has_picture} ${passage.box} ${passage.accepted}`;
    if (wanted === this.#picture) return;
    this.#picture = wanted;
    const missing = () => {
      if (wanted !== this.#picture) return;
      photo.replaceChildren(element("p", { class: "faint" }, say("plate.no_picture")));
      crop.hidden = true;
    };
    pictureOf(passage).then((picture) => {
      if (picture === null) missing();
      if (picture === null || wanted !== this.#picture) return;
      photo.replaceChildren(...marked(passage, picture));
      const canvas = cutOut(passage, picture.bitmap);
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", say("plate.crop"));
      crop.hidden = false;
      crop.replaceChildren(canvas);
    }, missing);
  }

  #verdict(waits, more) {
    const passage = this.#shown;
    if (!passage.decision) return [];
    const said = [decided(passage.decision), element("span", { class: "why" }, reason(passage.decision))];
    if (passage.acknowledged) {
      const time = clock(passage.acknowledged);
      said.push(element("span", { class: "seen" }, say("denial.acknowledged", { time })));
    }
    if (!isOpen(passage)) return said;
    const fault = element("p", { class: "fault", role: "alert", hidden: true });
    const acknowledge = element("button", {
      type: "button", class: "primary", "data-focus": "acknowledge",
      onclick: (event) => this.#acknowledge(passage, event.currentTarget, fault),
    }, say("denial.acknowledge"));
    return [
      ...said,
      element("span", { class: "seen" }, more > 0 ? say("denial.more", { count: more }) : say("denial.open")),
      element("div", { class: "actions" },
        this.#mayChange ? acknowledge : null,
        waits ? element("button", {
          type: "button", class: "quiet", "data-focus": "aside", onclick: () => this.#putAside(passage.id),
        }, say("denial.aside")) : null),
      fault,
    ];
  }

  async #acknowledge(passage, button, fault) {
    if (button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true"); // a button that is disabled would lose the focus
    try {
      this.#heard(await ask("POST", `v1/sightings/${encodeURIComponent(passage.id)}/acknowledgement`));
    } catch (refusal) {
      button.removeAttribute("aria-busy");
      fault.textContent = refused(refusal);
      fault.hidden = false;
    }
  }

  #correct() {
    const over = () => {
      const hadFocus = this.#place.contains(document.activeElement);
      this.#form = this.#state = null;
      this.#closed(); // shows what waited meanwhile
      if (hadFocus) this.#focusAgain("correct");
    };
    const saved = (sighting) => {
      over();
      this.#heard(sighting);
    };
    this.#form = correctionForm(this.#shown, saved, over);
    this.#state = null;
    this.#closed();
    this.#form.begin();
  }

  /** Puts the focus where it was, or where a passage that stands there now begins. */
  #focusAgain(name) {
    (this.#place.querySelector(`[data-focus="${name}"]`) ?? this.#place).focus({ preventScroll: true });
  }
}

/** What is read aloud when a passage comes. */
export function news(passage) {
  const text = passage.text || say("plate.no_text");
  return passage.decision ? `${text}: ${outcome(passage.decision)}, ${reason(passage.decision)}` : text;
}

function known(passage, correct) {
  const place = passage.region ? country(passage.region) : say("plate.unknown");
  const readings = passage.read > 1 ? say("plate.frames", { agreeing: passage.agreeing, read: passage.read }) : null;
  // beside a decision the word for a reading would be taken for another one
  const accepted = passage.decision && passage.accepted ? null : mark(passage, true);
  return [
    passage.corrected ? element("p", { class: "faint" }, say("plate.was", { text: passage.read_text || "–" })) : null,
    element("p", { class: "line" }, element("span", { class: "country" }, place), accepted),
    element("p", { class: "line" },
      element("meter", { min: 0, max: 1, value: passage.confidence, "aria-hidden": "true" }),
      element("b", {}, say("plate.confidence", { percent: percent(passage.confidence) }))),
    element("p", { class: "line" }, element("span", { class: "faint" }, readings ?? ""), correct),
    element("p", { class: "line when" },
      element("span", {}, passage.camera ?? say("plate.no_camera")),
      element("time", { datetime: passage.seen }, clock(passage.seen))),
  ].filter((part) => part !== null);
}

function marked(passage, picture) {
  const points = outline(passage).map(([x, y]) => `${x},${y}`).join(" ");
  const size = `0 0 ${passage.width} ${passage.height}`;
  return [
    element("img", { src: picture.url, alt: say("plate.photo") }),
    drawing("svg", { viewBox: size, "aria-hidden": "true" },
      drawing("polygon", { points, class: passage.accepted === false ? "rejected" : "accepted" })),
  ];
}

// The last passages: the newest one large, or the one that somebody chose, and a list of all below it.

import { ask } from "./api.js";
import { arrange, byId, drawing, element } from "./dom.js";
import { cutOut, outline, pictureOf } from "./pictures.js";
import { clock, country, flag, knows, percent, say } from "./texts.js";

const MOST = 50;
const SIGNS = { allowed: "✓", denied: "✕", watched: "◉", unknown: "–", unsure: "?" }; // a colour alone is not enough
const [LEAST_ASPECT, MOST_ASPECT] = [4 / 3, 16 / 9]; // of the large picture: others have stripes at their sides

/** What has passed, of all cameras or one. `failed(refusal)` is called where the list cannot be fetched. */
export class Passages {
  #known = new Map(); // by id
  #camera = null;
  #chosen = null;
  #shown = null; // what stands large now, as `id image`, so that it is not drawn anew without need
  #rows = new Map(); // id -> {passage, row}
  #loading = 0;
  #heardSince = null; // the ids that were heard while the list is being fetched
  #loaded = false;
  #failed;
  #seen;

  constructor(failed) {
    this.#failed = failed;
    this.#seen = new IntersectionObserver((entries) => this.#look(entries), { rootMargin: "200px" });
    byId("to-newest").addEventListener("click", () => this.#choose(null));
  }

  /** Shows the passages of one camera, those of all where it is null. */
  async of(camera) {
    this.#camera = camera;
    this.#chosen = null;
    this.#known.clear();
    this.#loaded = false;
    this.show();
    await this.load();
  }

  /** Fetches the list anew: after a gap nobody knows what was missed. */
  async load() {
    const run = ++this.#loading;
    this.#heardSince = new Set();
    const camera = this.#camera === null ? "" : `&camera=${encodeURIComponent(this.#camera)}`;
    try {
      const { items } = await ask("GET", `v1/sightings?limit=${MOST}${camera}`);
      if (run !== this.#loading) return;
      const heard = [...this.#known.values()].filter((passage) => this.#heardSince.has(passage.id));
      this.#known = new Map([...items, ...heard].map((passage) => [passage.id, passage]));
      this.#loaded = true;
      this.#heardSince = null;
      this.show();
    } catch (refusal) {
      if (run === this.#loading) this.#failed(refusal);
    }
  }

  /** Takes a passage that was told just now, or told again. */
  hear(passage) {
    if (this.#camera !== null && passage.camera !== this.#camera) return;
    this.#heardSince?.add(passage.id);
    const isNew = !this.#known.has(passage.id);
    this.#known.set(passage.id, passage);
    this.show(isNew ? passage.id : null);
  }

  /** Shows everything anew, as in another language; `arrived` is the id of a passage that is new. */
  show(arrived = null) {
    const sorted = [...this.#known.values()].sort((a, b) => Date.parse(b.seen) - Date.parse(a.seen)).slice(0, MOST);
    this.#known = new Map(sorted.map((passage) => [passage.id, passage]));
    if (!this.#known.has(this.#chosen)) this.#chosen = null;
    byId("list-title").textContent =
      this.#camera === null ? say("list.title") : say("list.title_of", { camera: this.#camera });
    byId("to-newest").hidden = this.#chosen === null;
    this.#list(sorted, arrived);
    this.#large(this.#known.get(this.#chosen) ?? sorted[0] ?? null, arrived);
  }

  #choose(id) {
    this.#chosen = id;
    this.show();
    if (id !== null) byId("newest").scrollIntoView({ block: "nearest" });
  }

  #list(sorted, arrived) {
    const rows = sorted.map((passage) => {
      const made = this.#rows.get(passage.id);
      // a row is made anew only where it says something else: its picture would flicker
      const state = `${document.documentElement.lang} ${JSON.stringify(passage)}`;
      const row = made?.state === state ? made.row : this.#row(passage);
      row.classList.toggle("arrived", passage.id === arrived);
      row.firstChild.setAttribute("aria-current", String(passage.id === this.#chosen));
      return [passage.id, { passage, row, state }];
    });
    for (const { row } of this.#rows.values()) this.#seen.unobserve(row);
    this.#rows = new Map(rows);
    arrange(byId("passages"), rows.map(([, { row }]) => row));
    for (const [, { row }] of rows) if (row.dataset.picture === undefined) this.#seen.observe(row);
  }

  #row(passage) {
    const isChosen = () => this.#chosen === passage.id;
    const button = element(
      "button",
      { type: "button", onclick: () => this.#choose(isChosen() ? null : passage.id) },
      element("span", { class: "crop" }),
      element("span", { class: "text" }, passage.text || say("plate.no_text")),
      element("span", { class: "where" },
        element("span", { class: "flag" }, passage.region ? flag(passage.region) : ""),
        element("span", {}, passage.camera ?? "")),
      element("span", { class: "sure" }, percent(passage.confidence)),
      decided(passage.decision) ?? mark(passage),
      element("time", { datetime: passage.seen }, clock(passage.seen)),
    );
    return element("li", { "data-id": passage.id }, button);
  }

  /** Fetches the pictures of the rows that have come into sight. */
  #look(entries) {
    for (const { target, isIntersecting } of entries) {
      const known = this.#rows.get(target.dataset.id);
      if (!isIntersecting || known === undefined || target.dataset.picture !== undefined) continue;
      target.dataset.picture = "asked";
      this.#seen.unobserve(target);
      const place = target.querySelector(".crop");
      pictureOf(known.passage).then(
        (picture) => picture !== null && place.replaceChildren(cutOut(known.passage, picture.bitmap)),
        () => delete target.dataset.picture, // it is asked for again with the next change of the list
      );
    }
  }

  #large(passage, arrived) {
    const place = byId("newest");
    const shown = `${document.documentElement.lang} ${this.#loaded} ${JSON.stringify(passage)}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    document.title = passage === null ? say("title") : `${passage.text} · ${say("title")}`;
    if (passage === null) {
      place.replaceChildren(element("p", { class: "empty" }, this.#loaded ? say("list.none") : ""));
      return;
    }
    const photo = element("figure", { class: "photo" });
    photo.style.aspectRatio = Math.min(MOST_ASPECT, Math.max(LEAST_ASPECT, passage.width / passage.height));
    const crop = element("div", { class: "crop" });
    place.replaceChildren(photo, element("div", { class: "facts" }, crop, ...facts(passage)));
    place.classList.toggle("arrived", passage.id === arrived);
    const missing = () => {
      photo.replaceChildren(element("p", { class: "faint" }, say("plate.no_picture")));
      crop.hidden = true;
    };
    pictureOf(passage).then((picture) => {
      if (shown !== this.#shown) return;
      if (picture === null) {
        missing();
        return;
      }
      photo.replaceChildren(...marked(passage, picture));
      const canvas = cutOut(passage, picture.bitmap);
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", say("plate.crop"));
      crop.replaceChildren(canvas);
    }, missing);
  }
}

function facts(passage) {
  const place = passage.region ? country(passage.region) : say("plate.unknown");
  const readings = passage.read > 1 ? say("plate.frames", { agreeing: passage.agreeing, read: passage.read }) : null;
  return [
    element("p", { class: "plate" }, passage.text || say("plate.no_text")),
    passage.corrected ? element("p", { class: "faint" }, say("plate.was", { text: passage.read_text || "–" })) : null,
    passage.decision ? element("p", { class: "line" }, decided(passage.decision), reason(passage.decision)) : null,
    element("p", { class: "line" }, element("span", {}, place), mark(passage, true)),
    element("p", { class: "line" },
      element("meter", { min: 0, max: 1, value: passage.confidence, "aria-hidden": "true" }),
      element("b", {}, say("plate.confidence", { percent: percent(passage.confidence) }))),
    readings === null ? null : element("p", { class: "faint" }, readings),
    element("p", { class: "line when" },
      element("span", {}, passage.camera ?? say("plate.no_camera")),
      element("time", { datetime: passage.seen }, clock(passage.seen))),
  ];
}

/** What was decided: a sign and a word in a colour. Nothing where nothing was. */
function decided(decision) {
  if (!decision) return null;
  const { outcome } = decision;
  return element("span", { class: `outcome ${outcome}` }, `${SIGNS[outcome] ?? ""} ${say(`outcome.${outcome}`)}`);
}

/** Why, in words; a reason of a newer service as it calls it. */
function reason({ reason, list, text, watch, outcome }) {
  const key = `reason.${reason}`;
  const why = knows(key) ? say(key, { list: list ?? "–", text: text ?? "–" }) : reason;
  return element("span", { class: "why" }, watch && outcome !== "watched" ? `${why}; ${say("watched", { list: watch })}` : why);
}

/** Whether it was accepted: a word where there is room for one. */
function mark(passage, isWord = false) {
  if (passage.accepted === null) return isWord ? null : element("span", {});
  const name = passage.accepted ? "accepted" : "rejected";
  const sign = passage.accepted ? "✓" : "?";
  const word = say(`plate.${name}`);
  if (isWord) return element("span", { class: `verdict ${name}` }, `${sign} ${word}`);
  return element("span", { class: `verdict ${name}`, role: "img", "aria-label": word, title: word }, sign);
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

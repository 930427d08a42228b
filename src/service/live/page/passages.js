// The last passages: one of them large, and a list of all below it. Large is the one that somebody corrects or has
// chosen, else a denial that waits for a guard, else the newest one.

import { Refusal, ask, serviceTime } from "./api.js";
import { decided, isOpen, mark } from "./decision.js";
import { Denials } from "./denials.js";
import { arrange, byId, element } from "./dom.js";
import { Large, news } from "./large.js";
import { cutOut, pictureOf } from "./pictures.js";
import { clock, flag, percent, say } from "./texts.js";

const MOST = 50;
const FRESH_MS = 10 * 60_000; // a denial that was seen earlier is not shown as news

/** What has passed, of all cameras or one. */
export class Passages {
  #known = new Map(); // by id
  #camera = null;
  #chosen = null;
  #rows = new Map(); // id -> {passage, row}
  #loading = 0;
  #heardSince = null; // the ids that were heard while the list is being fetched
  #loaded = false;
  #upToDate = null; // the service's time at which the list was fetched last
  #denials = new Denials();
  #large;
  #failed;
  #denied;
  #seen;

  /** `failed(refusal)` is called where the list cannot be fetched, `denied()` when a denial has come. */
  constructor(failed, denied) {
    this.#failed = failed;
    this.#denied = denied;
    this.#large = new Large({
      heard: (passage) => this.hear(passage),
      putAside: (id) => this.#putAside([id]),
      closed: () => this.show(),
    });
    this.#seen = new IntersectionObserver((entries) => this.#look(entries), { rootMargin: "200px" });
    byId("to-newest").addEventListener("click", () => this.#putAside(this.#denials.ids));
  }

  /** Whether the key may acknowledge and correct. */
  set mayChange(may) {
    this.#large.mayChange = may;
    this.show();
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
      const waiting = await this.#waitingBeside(items);
      if (run !== this.#loading) return;
      const heard = [...this.#known.values()].filter((passage) => this.#heardSince.has(passage.id));
      this.#known = new Map([...waiting, ...items, ...heard].map((passage) => [passage.id, passage]));
      const since = (this.#upToDate ?? serviceTime()) - FRESH_MS;
      const isGap = this.#upToDate !== null;
      // the oldest first, as they wait in the order in which they came
      const denied = [...items].reverse().filter((passage) => this.#denials.take(passage, since));
      this.#loaded = true;
      this.#upToDate = serviceTime();
      this.#heardSince = null;
      this.show();
      if (isGap && denied.length > 0) this.#tell(denied[0]);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      if (run === this.#loading) this.#failed(refusal);
    }
  }

  /** The denials that wait and are not among `items`, as they are now; those that were deleted do not wait any more. */
  async #waitingBeside(items) {
    const listed = new Set(items.map(({ id }) => id));
    const asked = this.#denials.ids.filter((id) => !listed.has(id)).map(async (id) => {
      try {
        const passage = await ask("GET", `v1/sightings/${encodeURIComponent(id)}`);
        this.#denials.take(passage, 0);
        return passage;
      } catch (refusal) {
        if (refusal.status !== 404) throw refusal;
        this.#denials.drop(id);
        return null;
      }
    });
    return (await Promise.all(asked)).filter((passage) => passage !== null && this.#isHere(passage));
  }

  #isHere(passage) {
    return this.#camera === null || passage.camera === this.#camera;
  }

  /** Takes a passage that was told just now, or told again. */
  hear(passage) {
    if (!this.#isHere(passage)) return;
    this.#heardSince?.add(passage.id);
    const isNew = !this.#known.has(passage.id);
    const isDenied = this.#denials.take(passage, serviceTime() - FRESH_MS);
    this.#known.set(passage.id, passage);
    if (isDenied) this.#chosen = null; // it comes before what somebody looks at
    this.show(isNew ? passage.id : null);
    if (isDenied) this.#tell(passage);
    else if (isNew && this.#known.has(passage.id)) byId("news").textContent = news(passage);
  }

  #tell(passage) {
    byId("alarm").textContent = news(passage);
    this.#denied();
  }

  /** Shows everything anew, as in another language; `arrived` is the id of a passage that is new. */
  show(arrived = null) {
    const sorted = [...this.#known.values()]
      .sort((a, b) => Date.parse(b.seen) - Date.parse(a.seen))
      .filter(({ id }, index) => index < MOST || this.#denials.has(id) || id === this.#large.corrected);
    this.#known = new Map(sorted.map((passage) => [passage.id, passage]));
    if (!this.#known.has(this.#chosen)) this.#chosen = null;
    byId("list-title").textContent =
      this.#camera === null ? say("list.title") : say("list.title_of", { camera: this.#camera });
    const waiting = this.#denials.ids.filter((id) => this.#known.has(id));
    const newest = sorted[0] ?? null;
    const large = [this.#large.corrected, this.#chosen, waiting[0]].find((id) => this.#known.has(id)) ?? newest?.id;
    byId("to-newest").hidden = large === undefined || large === newest.id;
    this.#list(sorted, arrived, large);
    const waits = waiting.includes(large);
    this.#large.show(this.#known.get(large) ?? null, {
      isLoaded: this.#loaded, waits, more: waits ? waiting.length - 1 : 0, hasArrived: large === arrived,
    });
  }

  #choose(id) {
    this.#chosen = id;
    this.show();
    if (id !== null) byId("newest").scrollIntoView({ block: "nearest" });
  }

  /** Lets go of denials and of what was chosen. */
  #putAside(ids) {
    for (const id of ids) this.#denials.putAside(id);
    this.#chosen = null;
    this.show();
  }

  #list(sorted, arrived, large) {
    let focused = null; // a row that is made anew keeps its focus
    const rows = sorted.map((passage) => {
      const made = this.#rows.get(passage.id);
      // a row is made anew only where it says something else: its picture would flicker
      const state = `${document.documentElement.lang} ${JSON.stringify(passage)}`;
      const row = made?.state === state ? made.row : this.#row(passage);
      if (made !== undefined && made.row !== row && made.row.contains(document.activeElement)) focused = row;
      row.classList.toggle("arrived", passage.id === arrived);
      row.firstChild.setAttribute("aria-current", String(passage.id === large && large !== sorted[0].id));
      return [passage.id, { passage, row, state }];
    });
    for (const { row } of this.#rows.values()) this.#seen.unobserve(row);
    this.#rows = new Map(rows);
    arrange(byId("passages"), rows.map(([, { row }]) => row));
    focused?.firstChild.focus({ preventScroll: true });
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
      verdict(passage),
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
}

function verdict(passage) {
  if (!passage.decision) return mark(passage);
  const open = isOpen(passage) ? element("span", { class: "open" }, say("denial.open")) : null;
  return element("span", { class: "decision" }, decided(passage.decision), open);
}

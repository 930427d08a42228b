// The cameras with their state and newest picture. A click on one shows its passages alone.

import { ask, picture } from "./api.js";
import { byId, element } from "./dom.js";
import { minute, number, say } from "./texts.js";

const LIST_MS = 60_000;
const PICTURES_MS = 15_000;
const PAUSE_MS = 1000; // between two pictures, so that many cameras do not use up the requests of a key
const LATE_S = 3; // from which a camera's delay is told

/** All cameras. `chosen(name)` is called with the one whose passages are wanted, null for all. */
export class Cameras {
  #known = new Map(); // by id
  #rows = new Map(); // id -> {image, url, asked}: its picture, and when it was asked for
  #chosen = null; // a name
  #onChoice;
  #failed;
  #isLoaded = false;

  constructor(onChoice, failed) {
    this.#onChoice = onChoice;
    this.#failed = failed;
    setInterval(() => this.#isLookedAt() && this.load(), LIST_MS);
    this.#keepPictures();
  }

  #isLookedAt() {
    return document.visibilityState === "visible" && !byId("live").hidden && this.#isLoaded;
  }

  async load() {
    try {
      const { items } = await ask("GET", "v1/cameras");
      this.#known = new Map(items.map((camera) => [camera.id, camera]));
      this.#isLoaded = true;
      this.show();
    } catch (refusal) {
      this.#failed(refusal);
    }
  }

  /** Takes the state of a camera that has changed; one that is not known yet leads to a new list. */
  hear(camera) {
    if (!this.#known.has(camera.id)) {
      this.load();
      return;
    }
    this.#known.set(camera.id, camera);
    this.show();
  }

  show() {
    const cameras = [...this.#known.values()];
    for (const [id, { url }] of this.#rows) {
      if (this.#known.has(id)) continue;
      if (url) URL.revokeObjectURL(url);
      this.#rows.delete(id);
    }
    const watched = cameras.filter((camera) => camera.source !== null && camera.enabled);
    const online = watched.filter((camera) => camera.state.online).length;
    const counted = watched.length === 0 ? "" : say("cameras.all_note", { online, count: watched.length });
    const note = this.#isLoaded && cameras.length === 0 ? say("cameras.none") : counted;
    const all = element("li", { class: "all" }, this.#button(null, element("b", {}, say("cameras.all")),
      element("span", { class: "faint" }, note)));
    const focused = document.activeElement?.closest("#cameras [data-focus]")?.dataset.focus;
    byId("cameras").replaceChildren(all, ...cameras.map((camera) => this.#row(camera)));
    if (focused) byId("cameras").querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  #row(camera) {
    const known = this.#rows.get(camera.id) ?? { url: null, asked: 0, image: element("img", { alt: "", hidden: true }) };
    this.#rows.set(camera.id, known);
    const { name, text } = stateOf(camera);
    const title = camera.place ? `${camera.name} · ${camera.place}` : camera.name;
    const button = this.#button(camera,
      element("span", { class: "view" }, known.image),
      element("b", { title }, camera.name),
      element("span", { class: "state", "data-state": name }, element("i"), element("span", { title: text }, text)));
    const zone = camera.source === null ? null : element("a", {
      class: "quiet", "data-focus": `zone ${camera.id}`, href: `#camera=${encodeURIComponent(camera.id)}`,
      "aria-label": say("cameras.zone_of", { camera: camera.name }),
    }, say("cameras.zone"));
    return element("li", {}, button, zone);
  }

  #button(camera, ...children) {
    const name = camera?.name ?? null;
    return element("button", {
      type: "button", "data-focus": camera?.id ?? "all", "aria-pressed": String(this.#chosen === name),
      onclick: () => {
        this.#chosen = this.#chosen === name ? null : name;
        this.show();
        this.#onChoice(this.#chosen);
      },
    }, ...children);
  }

  /** Fetches the pictures of all cameras in turn, for ever: the ones that there are none of yet first. */
  async #keepPictures() {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (!this.#isLookedAt()) continue;
      const due = [...this.#rows].filter(([id, known]) => this.#wantsPicture(this.#known.get(id), known));
      const next = due.sort(([, one], [, other]) => one.asked - other.asked)[0];
      if (next) await this.#fetchPicture(...next).catch((refusal) => this.#failed(refusal));
    }
  }

  #wantsPicture(camera, known) {
    if (!camera || camera.source === null || Date.now() - known.asked < PICTURES_MS) return false;
    return camera.state.online || (known.url === null && camera.state.last_picture !== null);
  }

  async #fetchPicture(id, known) {
    known.asked = Date.now();
    try {
      const url = URL.createObjectURL(await picture(`v1/cameras/${encodeURIComponent(id)}/picture`));
      known.image.src = url;
      known.image.hidden = false;
      if (known.url) URL.revokeObjectURL(known.url);
      known.url = url;
    } catch (refusal) {
      if (refusal.status !== 404) throw refusal; // none came yet
    }
  }
}

/** How a camera is, in a name for styles and a text for people. */
export function stateOf(camera) {
  const { state } = camera;
  if (camera.source === null) return { name: "uploads", text: say("state.uploads") };
  if (!camera.enabled) return { name: "paused", text: say("state.paused") };
  if (state.online) {
    const rate = { rate: number(state.frames_per_second, 0) };
    const late = state.behind >= LATE_S ? `, ${say("state.behind", { seconds: number(state.behind) })}` : "";
    return { name: late ? "late" : "online", text: say("state.online_rate", rate) + late };
  }
  if (state.since === null && state.last_error === null) return { name: "starting", text: say("state.starting") };
  const since = state.since ? ` ${say("state.since", { time: minute(state.since) })}` : "";
  return { name: "offline", text: `${say("state.offline")}${since}${state.last_error ? `: ${state.last_error}` : ""}` };
}

// How full the places are. It is asked for anew when a visit begins or ends, and each minute, as some stay too long.

import { ask } from "./api.js";
import { byId, element } from "./dom.js";
import { say } from "./texts.js";

const PAUSE_MS = 1000; // between two questions, so that a rush hour does not use up the requests of a key
const AGAIN_MS = 60_000;

/** The places where somebody counts. `failed(refusal)` is called where they cannot be fetched. */
export class Places {
  #known = [];
  #isAsked = false;
  #isWanted = false;
  #isLoaded = false;
  #failed;

  constructor(failed) {
    this.#failed = failed;
    setInterval(() => this.#isLoaded && document.visibilityState === "visible" && this.load(), AGAIN_MS);
  }

  /** Fetches them; what is wished for meanwhile is fetched once more. */
  async load() {
    this.#isWanted = true;
    if (this.#isAsked) return;
    this.#isAsked = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        this.#known = (await ask("GET", "v1/occupancy")).items;
        this.#isLoaded = true;
        this.show();
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } catch (refusal) {
      this.#failed(refusal);
    } finally {
      this.#isAsked = false;
    }
  }

  show() {
    const counted = this.#known.filter(({ capacity, inside }) => capacity !== null || inside > 0);
    byId("places").hidden = counted.length === 0;
    byId("places").replaceChildren(...counted.map(row));
  }
}

function row({ place, inside, capacity, free, overstaying }) {
  const isFull = capacity !== null && free === 0;
  const room = capacity === null ? null : isFull ? `✕ ${say("place.full")}` : say("place.free", { count: free });
  return element("li", { class: isFull ? "full" : null },
    element("b", { title: place }, place),
    element("span", { class: "inside" }, say("place.inside", { count: inside })),
    room === null ? null : element("span", { class: "room" }, room),
    overstaying > 0 ? element("span", { class: "long" }, `! ${say("place.overstaying", { count: overstaying })}`) : null);
}

// The denials that a guard has to look at: each waits until somebody acknowledges it, or until it is put aside here.

import { isOpen } from "./decision.js";

/** Which denials wait on this screen, by the ids of their passages; the one that came first is the first. */
export class Denials {
  #waiting = new Set();
  #aside = new Set();

  /** Takes a passage as it is now, and returns whether it is a denial that did not wait before. One that was `seen`
   * before `since` (a time in milliseconds) is no news, as where the office corrects what passed last week. */
  take(passage, since) {
    const { id } = passage;
    if (!isOpen(passage)) {
      this.#waiting.delete(id);
      this.#aside.delete(id); // it is news once it is denied again
      return false;
    }
    if (this.#waiting.has(id) || this.#aside.has(id) || Date.parse(passage.seen) < since) return false;
    this.#waiting.add(id);
    return true;
  }

  get ids() {
    return [...this.#waiting];
  }

  has(id) {
    return this.#waiting.has(id);
  }

  /** It is no longer there. */
  drop(id) {
    this.#waiting.delete(id);
  }

  /** It does not wait any longer on this screen, although nobody has acknowledged it. */
  putAside(id) {
    if (this.#waiting.delete(id)) this.#aside.add(id);
  }
}

// The connection by which passages come: server-sent events, each time with a fresh ticket, and growing pauses between
// attempts. The service says every few seconds that it is alive; silence counts as a lost connection, as browsers do
// not notice a network that is gone.

import { Refusal, ask } from "./api.js";

const PAUSES_S = [0, 1, 2, 4, 8, 15, 30];
const SILENCE_MS = 12_000;
const OPENING_MS = 10_000;
const LOOK_MS = 1000;
const STEADY_MS = 5000; // a connection that lasts so long begins the pauses anew
const EVENTS = ["passage", "camera", "visit", "reload"];

/**
 * `heard(kind, data)` is called with each event, `changed(state)` with each state of the connection:
 * `{name: "connecting" | "open" | "lost" | "refused", since, seconds, refusal}`. `since` is the time at which it was
 * lost, `seconds` are those until the next attempt, `refusal` is the reason, and a refusal of the key ends the attempts
 * until `start` is called.
 */
export class Stream {
  #heard;
  #changed;
  #source = null;
  #attempt = 0;
  #next = null;
  #lastHeard = 0;
  #lost = null;
  #refusal = null;
  #isOpen = false;
  #openedAt = 0;
  #run = 0;

  constructor(heard, changed) {
    this.#heard = heard;
    this.#changed = changed;
    setInterval(() => this.#look(), LOOK_MS);
    addEventListener("online", () => this.#next !== null && this.#connect());
    addEventListener("offline", () => this.#isOpen && this.#fail(new Refusal(0, "offline", "offline")));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && this.#next !== null) this.#connect();
    });
  }

  start() {
    this.#attempt = 0;
    this.#lost = null;
    this.#changed({ name: "connecting" });
    this.#connect();
  }

  stop() {
    this.#run += 1;
    this.#close();
  }

  async #connect() {
    this.#close();
    const run = ++this.#run; // an attempt that was overtaken by another one says nothing
    if (this.#lost) this.#changed({ name: "lost", since: this.#lost, seconds: 0, refusal: this.#refusal });
    let ticket;
    try {
      ({ ticket } = await ask("POST", "v1/live/tickets"));
    } catch (refusal) {
      if (run === this.#run) this.#fail(refusal);
      return;
    }
    if (run !== this.#run) return;
    this.#lastHeard = Date.now();
    const source = new EventSource(`v1/live/events?ticket=${encodeURIComponent(ticket)}`);
    this.#source = source;
    // what stands between may answer before the service does: the connection is open when the service has spoken
    source.addEventListener("alive", () => this.#alive());
    for (const kind of EVENTS) {
      source.addEventListener(kind, (event) => {
        this.#alive();
        this.#heard(kind, JSON.parse(event.data));
      });
    }
    source.addEventListener("error", () => this.#fail(new Refusal(0, "ended", "the stream ended")));
  }

  #alive() {
    this.#lastHeard = Date.now();
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#openedAt = Date.now();
    const since = this.#lost;
    this.#lost = null;
    this.#changed({ name: "open", since });
  }

  #fail(refusal) {
    const wasOpen = this.#isOpen;
    this.#close();
    this.#refusal = refusal;
    if (wasOpen && Date.now() - this.#openedAt > STEADY_MS) this.#attempt = 0;
    if (refusal.isOfKey) {
      this.#changed({ name: "refused", refusal });
      return;
    }
    // the service ends every stream after a while: that is no loss where the next attempt succeeds at once
    const pause = Math.max(PAUSES_S[Math.min(this.#attempt, PAUSES_S.length - 1)], refusal.retryAfter ?? 0);
    this.#attempt += 1;
    if (!wasOpen || pause > 0) this.#lost ??= new Date();
    this.#next = Date.now() + pause * 1000;
    if (pause === 0) this.#connect();
    else this.#changed({ name: "lost", since: this.#lost, seconds: pause, refusal });
  }

  #look() {
    const now = Date.now();
    if (this.#next !== null) {
      const seconds = Math.ceil((this.#next - now) / 1000);
      if (seconds <= 0) this.#connect();
      else this.#changed({ name: "lost", since: this.#lost, seconds, refusal: this.#refusal });
    } else if (this.#source !== null && now - this.#lastHeard > (this.#isOpen ? SILENCE_MS : OPENING_MS)) {
      this.#lost ??= new Date(this.#lastHeard);
      this.#fail(new Refusal(0, "silent", "nothing was heard"));
    }
  }

  #close() {
    this.#source?.close();
    this.#source = null;
    this.#isOpen = false;
    this.#next = null;
  }
}

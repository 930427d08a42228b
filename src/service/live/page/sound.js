// The sound of a denial. Browsers let a page sound only after somebody has clicked or pressed a key in it: until then
// the page says so.

import { byId } from "./dom.js";

const CHOSEN = "number-plate-sound";
const TONES = [[880, 0], [660, 0.18], [880, 0.45], [660, 0.63]]; // hertz, and seconds from now
const TONE_S = 0.16;
const EDGE_S = 0.01; // within which a tone comes and goes, so that it does not click
const LOUDNESS = 0.3; // 1 is as loud as the device is
const GESTURES = ["pointerup", "click", "keydown"];

/** The switch of the sound, which is remembered, and the sound. */
export class Sound {
  #context;
  #isWanted = localStorage.getItem(CHOSEN) !== "off";

  constructor() {
    this.#context = new AudioContext();
    this.#context.addEventListener("statechange", () => this.show());
    for (const gesture of GESTURES) addEventListener(gesture, () => this.#wake(), { capture: true });
    byId("sound").addEventListener("click", () => this.#choose(!this.#isWanted));
    this.show();
  }

  show() {
    byId("sound").setAttribute("aria-pressed", String(this.#isWanted));
    byId("sound-hint").hidden = !this.#isWanted || this.#context.state === "running";
  }

  /** Sounds where it is wanted and the browser lets it. */
  alarm() {
    if (!this.#isWanted || this.#context.state !== "running") return;
    for (const [hertz, after] of TONES) this.#tone(hertz, this.#context.currentTime + after);
  }

  async #choose(isWanted) {
    this.#isWanted = isWanted;
    localStorage.setItem(CHOSEN, isWanted ? "on" : "off");
    this.show();
    if (!isWanted) return;
    await this.#context.resume();
    this.alarm(); // so that it is heard how loud it is
  }

  #wake() {
    if (this.#isWanted && this.#context.state !== "running") this.#context.resume();
  }

  #tone(hertz, at) {
    const [tone, loudness] = [this.#context.createOscillator(), this.#context.createGain()];
    tone.type = "triangle";
    tone.frequency.value = hertz;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(LOUDNESS, at + EDGE_S);
    loudness.gain.setValueAtTime(LOUDNESS, at + TONE_S - EDGE_S);
    loudness.gain.linearRampToValueAtTime(0, at + TONE_S);
    tone.connect(loudness).connect(this.#context.destination);
    tone.start(at);
    tone.stop(at + TONE_S);
  }
}

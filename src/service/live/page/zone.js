// The zone of a camera, drawn over its newest picture by mouse, finger or keyboard. No points: the whole picture counts.

import { ask, picture } from "./api.js";
import { byId, drawing, element } from "./dom.js";
import { area, crosses, middle, within } from "./polygon.js";
import { percent, say } from "./texts.js";

const MOST_POINTS = 64; // as many as the API takes
const STEP = 0.01;
const FAR_STEP = 0.05;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The editor. `failed(refusal)` is called where the key is refused. */
export class ZoneEditor {
  #failed;
  #camera = null;
  #points = [];
  #saved = "[]";
  #selected = -1;
  #earlier = []; // what undo goes back to
  #dragged = null; // the index of the point that a pointer moves
  #note = null; // the key of a text
  #url = null;
  #parts = null;

  constructor(failed) {
    this.#failed = failed;
  }

  /** Shows the zone of a camera; an unknown one is said to be so. */
  async open(id) {
    this.close();
    const run = (this.#parts = this.#build());
    try {
      const camera = await ask("GET", `v1/cameras/${encodeURIComponent(id)}`);
      if (run !== this.#parts) return;
      this.#camera = camera;
      this.#take(camera.zone);
      await this.#fetchPicture();
    } catch (refusal) {
      if (run !== this.#parts) return;
      if (refusal.isOfKey) this.#failed(refusal);
      else this.#say(refusal.status === 404 ? "zone.gone" : "notice.fault", refusal);
    }
  }

  close() {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = null;
    this.#camera = null;
    this.#parts = null;
    this.#take(null);
    byId("zone").replaceChildren();
  }

  /** Says everything anew, as in another language. */
  show() {
    if (this.#parts === null) return;
    const image = this.#parts.image;
    this.#parts = this.#build();
    this.#parts.stage.replaceChild(image, this.#parts.image);
    this.#parts.image = image;
    if (image.complete && image.naturalWidth > 0) this.#fit();
    this.#draw();
  }

  #take(zone) {
    this.#points = (zone ?? []).map(([x, y]) => [x, y]);
    this.#saved = JSON.stringify(this.#points);
    this.#earlier = [];
    this.#selected = this.#points.length - 1;
    this.#dragged = null;
    this.#note = null;
    if (this.#parts) this.#draw();
  }

  #build() {
    const button = (text, onclick, kind = "") => element("button", { type: "button", class: kind, onclick }, say(text));
    const parts = {
      title: element("h1"),
      image: element("img", { alt: "", draggable: "false", onload: () => this.#fit() }),
      shape: drawing("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" }),
      handles: element("div", { class: "handles" }),
      status: element("p", { class: "status", role: "status" }),
      save: button("zone.save", () => this.#save(), "primary"),
      undo: button("zone.undo", () => this.#undo()),
      remove: button("zone.remove", () => this.#remove()),
      whole: button("zone.whole", () => this.#clear()),
      fresh: button("zone.fresh", () => this.#fetchPicture().catch((refusal) => this.#say("notice.fault", refusal))),
    };
    parts.stage = element("div", {
      class: "stage", tabindex: "0", role: "application", "aria-label": say("zone.stage"),
      onpointerdown: (event) => this.#press(event), onpointermove: (event) => this.#move(event),
      onpointerup: () => this.#release(), onpointercancel: () => this.#release(),
      onkeydown: (event) => this.#type(event),
    }, parts.image, parts.shape, parts.handles);
    byId("zone").replaceChildren(
      element("p", {}, element("a", { href: "#", class: "back" }, `← ${say("zone.back")}`)),
      parts.title,
      element("p", { class: "lead" }, say("zone.lead")),
      parts.stage,
      element("div", { class: "tools" }, parts.save, parts.undo, parts.remove, parts.whole, parts.fresh),
      parts.status,
      element("p", { class: "faint keys" }, say("zone.keys")),
    );
    return parts;
  }

  async #fetchPicture() {
    const camera = this.#camera;
    if (camera === null) return;
    try {
      const url = URL.createObjectURL(await picture(`v1/cameras/${encodeURIComponent(camera.id)}/picture`));
      if (camera !== this.#camera) return;
      if (this.#url) URL.revokeObjectURL(this.#url);
      this.#url = url;
      this.#parts.image.src = url;
    } catch (refusal) {
      if (refusal.status !== 404) throw refusal;
      this.#say("zone.no_picture");
    }
  }

  #fit() {
    const { image, stage } = this.#parts;
    stage.style.setProperty("--ratio", image.naturalWidth / image.naturalHeight);
    stage.classList.add("has-picture");
  }

  // the pointer

  #press(event) {
    if (event.button !== 0 || this.#camera === null || this.#dragged !== null) return;
    const handle = event.target.closest("[data-point]");
    const added = event.target.closest("[data-after]");
    event.preventDefault(); // no text is selected, and no picture dragged
    if (handle) {
      this.#dragged = Number(handle.dataset.point);
      this.#selected = this.#dragged;
      this.#remember();
    } else {
      const after = added ? Number(added.dataset.after) : this.#selected;
      if (!this.#add(after, this.#place(event))) return;
      this.#dragged = this.#selected;
    }
    this.#parts.stage.setPointerCapture(event.pointerId);
    this.#draw();
    this.#focus();
  }

  #move(event) {
    if (this.#dragged === null) return;
    this.#points[this.#dragged] = this.#place(event);
    this.#draw();
  }

  #release() {
    if (this.#dragged === null) return;
    this.#dragged = null;
    if (this.#earlier.at(-1) === JSON.stringify(this.#points)) this.#earlier.pop(); // it was only touched
    this.#draw();
    this.#focus();
  }

  #place(event) {
    const box = this.#parts.stage.getBoundingClientRect();
    return within((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  // the keyboard

  #type(event) {
    const handle = event.target.closest("[data-point]");
    const added = event.target.closest("[data-after]");
    if (this.#camera === null) return;
    if (handle && ARROWS[event.key]) {
      const index = Number(handle.dataset.point);
      const step = event.shiftKey ? FAR_STEP : STEP;
      const [across, down] = ARROWS[event.key];
      const [x, y] = this.#points[index];
      this.#remember();
      this.#selected = index;
      this.#points[index] = within(x + across * step, y + down * step);
    } else if (handle && (event.key === "Delete" || event.key === "Backspace")) {
      this.#selected = Number(handle.dataset.point);
      this.#remove();
    } else if ((event.key === "Enter" || event.key === " ") && !handle) {
      const after = added ? Number(added.dataset.after) : this.#selected;
      const next = this.#points[(after + 1) % this.#points.length];
      this.#add(after, added ? middle(this.#points[after], next) : [0.5, 0.5]);
    } else return;
    event.preventDefault();
    this.#draw();
    this.#focus();
  }

  #focus() {
    const handle = this.#parts.handles.querySelector(`[data-point="${this.#selected}"]`);
    (handle ?? this.#parts.stage).focus({ preventScroll: true });
  }

  // changes

  #remember() {
    this.#earlier.push(JSON.stringify(this.#points));
    this.#note = null;
  }

  #add(after, point) {
    if (this.#points.length >= MOST_POINTS) {
      this.#say("zone.full");
      return false;
    }
    this.#remember();
    this.#selected = after + 1;
    this.#points.splice(this.#selected, 0, point);
    return true;
  }

  #remove() {
    if (this.#selected < 0) return;
    this.#remember();
    this.#points.splice(this.#selected, 1);
    this.#selected = Math.min(this.#selected, this.#points.length - 1);
    this.#draw();
  }

  #clear() {
    if (this.#points.length === 0) return;
    this.#remember();
    this.#points = [];
    this.#selected = -1;
    this.#draw();
  }

  #undo() {
    const earlier = this.#earlier.pop();
    if (earlier === undefined) return;
    this.#points = JSON.parse(earlier);
    this.#selected = this.#points.length - 1;
    this.#note = null;
    this.#draw();
  }

  async #save() {
    const camera = this.#camera;
    const zone = this.#points.length === 0 ? null : this.#points;
    this.#parts.save.disabled = true;
    try {
      const changed = await ask("PATCH", `v1/cameras/${encodeURIComponent(camera.id)}`, { zone });
      if (camera.id !== this.#camera?.id) return;
      this.#camera = changed;
      this.#take(changed.zone);
      this.#say("zone.saved");
    } catch (refusal) {
      if (refusal.status === 401) this.#failed(refusal);
      else this.#say(refusal.kind === "wrong_scope" ? "zone.refused" : "notice.fault", refusal);
      this.#draw();
    }
  }

  // what is to be seen

  #say(note, refusal = {}) {
    this.#note = [note, { detail: refusal.detail, count: MOST_POINTS }];
    this.#draw();
  }

  #fault() {
    if (this.#points.length > 0 && this.#points.length < 3) return "zone.too_few";
    return crosses(this.#points) ? "zone.crossed" : null;
  }

  #draw() {
    const { title, shape, handles, status, save, undo, remove, whole, fresh } = this.#parts;
    const points = this.#points;
    const isChanged = JSON.stringify(points) !== this.#saved;
    const fault = this.#fault();
    title.textContent = this.#camera === null ? "" : say("zone.title", { camera: this.#camera.name });
    const path = `M${points.map((point) => point.join(" ")).join("L")}Z`;
    const outside = `M0 0H1V1H0Z${path}`;
    const line = fault === "zone.crossed" ? "line crossed" : "line";
    shape.replaceChildren(
      ...(points.length < 3 ? [] : [drawing("path", { class: "outside", d: outside, "fill-rule": "evenodd" })]),
      ...(points.length < 2 ? [] : [drawing("path", { class: line, d: path })]),
    );
    handles.replaceChildren(
      ...points.map((point, index) => this.#handle(point, index)),
      ...(points.length < 3 || this.#dragged !== null ? [] : points.map((point, index) => this.#between(point, index))),
    );
    save.disabled = this.#camera === null || !isChanged || fault !== null;
    undo.disabled = this.#earlier.length === 0;
    remove.disabled = this.#selected < 0;
    whole.disabled = points.length === 0;
    fresh.disabled = this.#camera === null;
    const about = fault ?? (points.length === 0 ? "zone.is_whole" : "zone.share");
    const said = this.#camera === null ? [] : [say(about, { percent: percent(area(points)) })];
    if (this.#note) said.push(say(...this.#note));
    else if (this.#camera !== null && isChanged && fault === null) said.push(say("zone.unsaved"));
    status.textContent = said.join(" ");
    status.dataset.fault = String(fault !== null);
  }

  #handle(point, index) {
    const [x, y] = point.map((share) => percent(share));
    const label = say("zone.point", { number: index + 1, x, y });
    return at(point, element("button", {
      type: "button", class: "point", "data-point": index, "aria-label": label,
      "aria-pressed": String(index === this.#selected),
      onfocus: () => {
        if (this.#selected === index) return;
        this.#selected = index;
        for (const other of this.#parts.handles.querySelectorAll("[data-point]"))
          other.setAttribute("aria-pressed", String(Number(other.dataset.point) === index));
      },
    }));
  }

  #between(point, index) {
    const next = (index + 1) % this.#points.length;
    const label = say("zone.insert", { a: index + 1, b: next + 1 });
    const properties = { type: "button", class: "between", "data-after": index, "aria-label": label };
    return at(middle(point, this.#points[next]), element("button", properties));
  }
}

function at([x, y], placed) {
  placed.style.left = `${x * 100}%`;
  placed.style.top = `${y * 100}%`;
  return placed;
}

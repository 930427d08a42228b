// The page: what passes just now, and the zones of cameras behind `#camera=…`. A language may come with `#lang=…`.

import { ask, keepKey, key } from "./api.js";
import { Cameras } from "./cameras.js";
import { byId } from "./dom.js";
import { Passages } from "./passages.js";
import { Places } from "./places.js";
import { Sound } from "./sound.js";
import { Stream } from "./stream.js";
import { chooseLanguage, chosenLanguage, clock, say, sayAll } from "./texts.js";
import { ZoneEditor } from "./zone.js";

const BACK_MS = 5000;

const sound = new Sound();
const passages = new Passages(failed, () => sound.alarm());
const cameras = new Cameras((name) => passages.of(name), failed);
const places = new Places(failed);
const zone = new ZoneEditor(failed);
const stream = new Stream(heard, changed);
let connection = { name: "connecting" };
let notice = null; // a key of a text and its values
let vanishing = null;

function heard(kind, data) {
  if (kind === "passage") passages.hear(data);
  else if (kind === "camera") cameras.hear(data);
  else if (kind === "visit") places.load();
  else loadAll();
}

function loadAll() {
  passages.load();
  cameras.load();
  places.load();
}

/** Offers what the key may do. */
async function offer() {
  try {
    const { allows } = await ask("GET", "v1/key");
    passages.mayChange = allows.includes("correct");
  } catch (refusal) {
    failed(refusal);
  }
}

function changed(state) {
  connection = state;
  if (state.name === "open") {
    offer();
    loadAll(); // what passed before the stream began
    tell(state.since ? ["notice.back", {}] : null, "back");
    vanishing = setTimeout(() => tell(null), BACK_MS);
  } else if (state.name === "lost") {
    tell(reasonOf(state), "lost");
  } else if (state.name === "refused") {
    refuse(state.refusal);
  }
  showConnection();
}

function reasonOf({ since, seconds, refusal }) {
  if (refusal?.kind === "busy") return ["notice.busy", {}];
  if (refusal?.kind === "limit_reached") return ["notice.limit", {}];
  return [seconds > 0 ? "notice.lost" : "notice.trying", { time: clock(since), seconds }];
}

function tell(said, kind = "") {
  clearTimeout(vanishing);
  notice = said;
  byId("notice").dataset.kind = kind;
  showNotice();
}

function showNotice() {
  const place = byId("notice");
  place.hidden = notice === null;
  const text = notice === null ? "" : say(...notice);
  if (place.textContent !== text) place.textContent = text; // it is not read aloud again without need
}

function showConnection() {
  const { name } = connection;
  byId("link").dataset.state = name;
  byId("link").lastElementChild.textContent = say(`link.${name}`);
  document.body.dataset.connection = name;
}

/** A part of the page could not be fetched. Where the connection itself is lost, the stream finds that out. */
function failed(refusal) {
  if (refusal.isOfKey) refuse(refusal);
  else if (refusal.status !== 0 && connection.name === "open") tell(reasonFor(refusal), "lost");
}

function reasonFor(refusal) {
  if (refusal.kind === "limit_reached") return ["notice.limit", {}];
  return ["notice.fault", { detail: refusal.detail }];
}

// the key

function refuse(refusal) {
  stream.stop();
  const dialog = byId("key");
  const fault = key() === null ? null : refusal.kind === "wrong_scope" ? "key.scope" : "key.wrong";
  keepKey(null);
  byId("forget").hidden = true;
  byId("key-fault").hidden = fault === null;
  byId("key-fault").textContent = fault === null ? "" : say(fault);
  byId("key-field").value = "";
  if (!dialog.open) dialog.showModal();
}

function enter(event) {
  event.preventDefault();
  const secret = byId("key-field").value.trim();
  if (!secret) return;
  keepKey(secret);
  byId("key").close();
  begin();
  route(); // the zone that the old key could not see
}

function begin() {
  byId("forget").hidden = key() === null;
  stream.start();
}

// the address and the language

function route() {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (asked.has("lang")) {
    chooseLanguage(asked.get("lang"));
    asked.delete("lang");
    history.replaceState(null, "", asked.size > 0 ? `#${asked}` : location.pathname);
    speak();
  }
  const camera = asked.get("camera");
  byId("live").hidden = camera !== null;
  byId("zone").hidden = camera === null;
  if (camera === null) zone.close();
  else zone.open(camera);
}

function speak() {
  sayAll();
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosenLanguage()));
  }
  showConnection();
  showNotice();
  passages.show();
  cameras.show();
  places.show();
  zone.show();
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    chooseLanguage(button.dataset.language);
    speak();
  });
}
byId("key-form").addEventListener("submit", enter);
byId("key").addEventListener("cancel", (event) => event.preventDefault());
byId("forget").addEventListener("click", () => {
  keepKey(null);
  location.reload();
});
addEventListener("hashchange", route);

speak();
route();
begin();

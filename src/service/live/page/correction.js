// Corrects a plate where it stands: Enter saves, Escape leaves it as it was.

import { ask } from "./api.js";
import { element } from "./dom.js";
import { countryName, say } from "./texts.js";

const MOST_CHARACTERS = 64;

let countries = null; // a promise of the codes that the service knows

/** The countries whose plates the service knows; none where it does not say them now. */
async function knownCountries() {
  countries ??= ask("GET", "v1/version").then((version) => version.countries);
  try {
    return await countries;
  } catch {
    countries = null; // it is asked again with the next correction, and the country may stay as it is
    return [];
  }
}

/** A form for the text and the country of a passage; `saved(sighting)` and `left()` are called at its end. */
export function correctionForm(passage, saved, left) {
  const text = element("input", {
    name: "text", value: passage.text, required: true, maxlength: MOST_CHARACTERS, autocomplete: "off",
    autocapitalize: "characters", spellcheck: "false",
  });
  const region = element("select", { name: "region" });
  offer(region, [], passage.region);
  knownCountries().then((known) => offer(region, known, region.value || null));
  const fault = element("p", { class: "fault", role: "alert", hidden: true });
  const save = element("button", { type: "submit", class: "primary" }, say("correct.save"));
  const form = element("form", {
    class: "correction",
    onsubmit: async (event) => {
      event.preventDefault();
      if (save.hasAttribute("aria-busy")) return;
      save.setAttribute("aria-busy", "true"); // a button that is disabled would lose the focus
      const said = { text: text.value.trim(), region: region.value || null };
      try {
        saved(await ask("POST", `v1/sightings/${encodeURIComponent(passage.id)}/correction`, said));
      } catch (refusal) {
        save.removeAttribute("aria-busy");
        fault.textContent = refused(refusal);
        fault.hidden = false;
        text.focus();
      }
    },
    onkeydown: (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      left();
    },
  },
  element("label", {}, element("span", {}, say("correct.text")), text),
  element("label", {}, element("span", {}, say("correct.region")), region),
  fault,
  element("div", { class: "actions" }, save,
    element("button", { type: "button", class: "quiet", onclick: left }, say("correct.leave"))));
  const begin = () => {
    text.focus();
    text.select();
  };
  return { form, begin };
}

/** Why something was not done to a passage, in a line. */
export function refused(refusal) {
  if (refusal.kind === "wrong_scope") return say("refused.scope");
  if (refusal.status === 0) return say("refused.unreachable");
  if (refusal.status === 404) return say("refused.gone");
  if (refusal.status === 422) return say("refused.text");
  return say("notice.fault", { detail: refusal.detail });
}

function offer(select, known, chosen) {
  const codes = [...new Set([...known, ...(chosen === null ? [] : [chosen])])];
  const named = codes.map((code) => [code, countryName(code)]).sort(([, a], [, b]) => a.localeCompare(b));
  select.replaceChildren(
    element("option", { value: "" }, say("correct.no_region")),
    ...named.map(([code, name]) => element("option", { value: code, selected: code === chosen }, name)));
}

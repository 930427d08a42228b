// What was decided of a passage, in signs and words: a colour alone is not enough.

import { element } from "./dom.js";
import { knows, say } from "./texts.js";

const SIGNS = { allowed: "✓", denied: "✕", watched: "◉", unknown: "–", unsure: "?" };

/** Whether a passage was denied and no guard has said yet that she has seen it. */
export const isOpen = ({ decision, acknowledged }) => decision?.outcome === "denied" && !acknowledged;

/** What was decided: a sign and a word in a colour. Nothing where nothing was. */
export function decided(decision) {
  if (!decision) return null;
  return element("span", { class: `outcome ${decision.outcome}` }, outcome(decision));
}

/** The same as text. */
export const outcome = (decision) => `${SIGNS[decision.outcome] ?? ""} ${say(`outcome.${decision.outcome}`)}`;

/** Why, in words; a reason of a newer service as it calls it. */
export function reason({ reason, list, text, watch, outcome }) {
  const key = `reason.${reason}`;
  const why = knows(key) ? say(key, { list: list ?? "–", text: text ?? "–" }) : reason;
  return watch && outcome !== "watched" ? `${why}; ${say("watched", { list: watch })}` : why;
}

/** Whether the reading was accepted: a word where there is room for one. */
export function mark(passage, isWord = false) {
  if (passage.accepted === null) return isWord ? null : element("span", {});
  const name = passage.accepted ? "accepted" : "rejected";
  const sign = passage.accepted ? "✓" : "?";
  const word = say(`plate.${name}`);
  if (isWord) return element("span", { class: `verdict ${name}` }, `${sign} ${word}`);
  return element("span", { class: `verdict ${name}`, role: "img", "aria-label": word, title: word }, sign);
}

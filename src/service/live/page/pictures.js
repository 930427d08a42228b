// Pictures of passages: fetched with the key in a header, a few at a time, only those that are looked at, and kept for
// a while. Bitmaps of plates are cut out of them.

import { picture } from "./api.js";

const AT_A_TIME = 3;
const KEPT = 24;
const MARGIN = 0.25; // around a plate, in shares of its height
const LEAST_PIXELS = 480; // the width of a cut-out, so that a small plate is not a few blocks

const kept = new Map(); // promises of {url, bitmap, width, height} by path, the one that was used longest ago first
const waiting = [];
let running = 0;

/** The picture of a passage: `{url, bitmap}`, null where none was kept. Throws Refusal. */
export function pictureOf(passage) {
  if (!passage.has_picture) return Promise.resolve(null);
  const path = `v1/sightings/${encodeURIComponent(passage.id)}/picture`;
  const name = `${path} ${passage.box}`; // a passage that is told again may have a better picture
  const found = kept.get(name) ?? inTurn(() => decoded(path));
  kept.delete(name);
  kept.set(name, found);
  found.catch(() => kept.delete(name));
  while (kept.size > KEPT) {
    const [oldest, dropped] = kept.entries().next().value;
    kept.delete(oldest);
    dropped.then((shown) => shown && URL.revokeObjectURL(shown.url), () => {});
  }
  return found;
}

async function decoded(path) {
  try {
    const blob = await picture(path);
    try {
      return shownBy(blob, await createImageBitmap(blob));
    } catch {
      const drawn = await picture(`${path}?annotated=true`); // a JPEG, where browsers do not know the file's format
      return shownBy(drawn, await createImageBitmap(drawn));
    }
  } catch (refusal) {
    if (refusal.status === 404) return null; // it was deleted meanwhile
    throw refusal;
  }
}

const shownBy = (blob, bitmap) => ({ url: URL.createObjectURL(blob), bitmap });

function inTurn(work) {
  return new Promise((resolve, reject) => {
    waiting.push(() => work().then(resolve, reject));
    next();
  });
}

function next() {
  if (running >= AT_A_TIME || waiting.length === 0) return;
  running += 1;
  waiting
    .pop()() // the newest wish first: it is what people look at now
    .finally(() => {
      running -= 1;
      next();
    });
}

/** The corners of a plate, in pixels of its picture. */
export function outline(passage) {
  const [x1, y1, x2, y2] = passage.box;
  return passage.corners ?? [[x1, y1], [x2, y1], [x2, y2], [x1, y2]];
}

/** A canvas with the plate of a passage, cut out of its bitmap. */
export function cutOut(passage, bitmap) {
  const corners = outline(passage);
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const margin = (Math.max(...ys) - Math.min(...ys)) * MARGIN;
  const [across, down] = [bitmap.width / passage.width, bitmap.height / passage.height];
  const left = Math.max(0, (Math.min(...xs) - margin) * across);
  const top = Math.max(0, (Math.min(...ys) - margin) * down);
  const width = Math.max(1, Math.min(bitmap.width, (Math.max(...xs) + margin) * across) - left);
  const height = Math.max(1, Math.min(bitmap.height, (Math.max(...ys) + margin) * down) - top);
  const canvas = document.createElement("canvas");
  const scale = Math.max(1, LEAST_PIXELS / width);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, left, top, width, height, 0, 0, canvas.width, canvas.height);
  return canvas;
}

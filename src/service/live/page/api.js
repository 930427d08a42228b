// Asks the API of this host. The key goes into a header, never into an address.

const KEPT = "number-plate-key";
const TIMEOUT_MS = 15_000;

let ahead = 0; // milliseconds

/** What the service answered instead of what was asked; `status` is 0 where nobody answered. */
export class Refusal extends Error {
  constructor(status, kind, detail, retryAfter = null) {
    super(detail);
    Object.assign(this, { status, kind, detail, retryAfter });
  }

  get isOfKey() {
    return this.status === 401 || this.kind === "wrong_scope";
  }
}

/** The time by the service's clock, in milliseconds: that of this machine may be wrong. */
export const serviceTime = () => Date.now() + ahead;

export const key = () => sessionStorage.getItem(KEPT);

/** Keeps the key for this tab; null forgets it. */
export function keepKey(secret) {
  if (secret === null) sessionStorage.removeItem(KEPT);
  else sessionStorage.setItem(KEPT, secret);
}

/** The JSON that the API answers. Throws Refusal. */
export async function ask(method, path, body) {
  return (await send(method, path, body)).json();
}

/** The picture at a path. Throws Refusal. */
export async function picture(path) {
  return (await send("GET", path)).blob();
}

async function send(method, path, body) {
  const headers = key() === null ? {} : { Authorization: `Bearer ${key()}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    // without credentials: no cookie of another program on this host goes along
    const privately = { credentials: "omit", cache: "no-store" };
    response = await fetch(path, { method, headers, body: JSON.stringify(body), signal, ...privately });
  } catch (error) {
    throw new Refusal(0, "unreachable", String(error.message));
  }
  const now = Date.parse(response.headers.get("Date"));
  if (!Number.isNaN(now)) ahead = now - Date.now();
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  const kind = String(problem.type ?? "").split(":").pop();
  throw new Refusal(response.status, kind, String(problem.detail ?? response.status), seconds(response));
}

function seconds(response) {
  const after = Number.parseInt(response.headers.get("Retry-After"), 10);
  return Number.isNaN(after) ? null : after;
}

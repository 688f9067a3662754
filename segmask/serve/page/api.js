// The service's HTTP API. The token, where one is needed, comes with the page's address: http://…/#token=…
const PATIENCE = 6;
const token = takeToken();

function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem("token", given);
    history.replaceState(null, "", location.pathname);
  }
  return given || sessionStorage.getItem("token");
}

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || "The server gave no reason.");
    this.status = status;
    this.code = body.code || "internal";
    this.title = body.title || "Something went wrong";
  }
}

// Waits while the server is busy: onBusy is told before each wait.
export async function call(path, { method = "GET", form, onBusy, keepalive = false } = {}) {
  for (let tries = 0; ; tries += 1) {
    let answer;
    try {
      answer = await fetch(path, {
        method,
        body: form && toFormData(form),
        headers: token ? { Authorization: `Bearer ${token}` } : {},
        keepalive,
      });
    } catch {
      throw new Problem(0, { code: "unreachable", detail: "The segmask server can't be reached. Is it still running?" });
    }
    if (answer.ok) return answer;
    const body = await answer.json().catch(() => ({}));
    if (answer.status !== 503 || tries >= PATIENCE) throw new Problem(answer.status, body);
    onBusy?.();
    const seconds = Math.min(15, Number(answer.headers.get("Retry-After")) || 2);
    await new Promise((done) => setTimeout(done, seconds * 1000));
  }
}

function toFormData(parts) {
  const data = new FormData();
  for (const [name, value] of Object.entries(parts)) {
    if (Array.isArray(value)) for (const one of value) data.append(name, one, one.webkitRelativePath || one.name);
    else if (value instanceof Blob) data.append(name, value, "file");
    else if (value !== null && value !== undefined) data.append(name, value);
  }
  return data;
}

export const about = async () => (await call("/v1/about")).json();
export const openPair = async (original, edited, options, onBusy) =>
  (await call("/v1/pairs", { method: "POST", form: { original, edited, options: JSON.stringify(options) }, onBusy })).json();
export const applyPair = async (id, options, masks, onBusy) =>
  (await call(`/v1/pairs/${id}/apply`, { method: "POST", form: { options: JSON.stringify(options), ...masks }, onBusy })).json();
export const view = async (id, name, side) => (await call(`/v1/pairs/${id}/views/${name}?side=${side}`)).blob();
export const file = async (id, name, mark) => (await call(`/v1/pairs/${id}/files/${name}?mark=${mark}`)).blob();
export const closePair = (id) => call(`/v1/pairs/${id}`, { method: "DELETE", keepalive: true }).catch(() => {});

// Jobs of many pictures.
const job = async (path, form, method = "POST", onBusy) => (await call(`/v1/jobs${path}`, { method, form, onBusy })).json();
export const makeJob = (form) => job("", form);
export const addPictures = (id, form) => job(`/${id}/pictures`, form);
export const startJob = (id) => job(`/${id}/start`);
export const stopJob = (id) => job(`/${id}/stop`);
export const jobState = (id, seen) => job(seen === undefined ? `/${id}` : `/${id}?seen=${seen}`, undefined, "GET");
export const openRow = (id, row, options, onBusy) => job(`/${id}/rows/${row}/open`, { options: JSON.stringify(options) }, "POST", onBusy);
export const keepRow = (id, row, pair) => job(`/${id}/rows/${row}?pair=${pair}`, undefined, "PUT");
export const rowFile = async (id, row, name) => (await call(`/v1/jobs/${id}/rows/${row}/${name}`)).blob();
export const results = async (id) => (await call(`/v1/jobs/${id}/results.zip`)).blob();
export const deleteJob = (id) => call(`/v1/jobs/${id}`, { method: "DELETE", keepalive: true }).catch(() => {});

// A sentence for people who know nothing of the server.
const PLAIN = {
  "unknown-pair": "The pictures were open for too long and have been forgotten. Drop them again.",
  "unknown-job": "The pictures were kept for too long and have been forgotten. Drop them again.",
  "too-large": "The files are too large for this server.",
  "timed-out": "This took too long. Try smaller pictures.",
  "worker-lost": "The work broke off, perhaps for lack of memory. Try again, or use smaller pictures.",
  busy: "The server has too much to do right now. Try again in a moment.",
  unauthorised: "This server needs a token. Open the page with the address that came with it (…#token=…).",
  internal: "Something went wrong on the server. Its log says where.",
};
// What the server says of "edited: …" is said of the file that was given as the edit.
export function plain(error, names = {}) {
  if (!(error instanceof Problem)) return sentence(String(error.message || error));
  if (PLAIN[error.code]) return PLAIN[error.code];
  const [, part, text] = error.message.match(/^(\w+): ([^]*)$/) || [];
  return names[part] ? `“${names[part]}”: ${text}` : sentence(error.message);
}
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

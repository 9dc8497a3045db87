// Sends a parquet file to the API in chunks, straight from disk. What stopped goes on: after a lost
// connection, a restart of the API, a pause, and, once the same file is chosen again, a refresh.

const KEPT = "logo-upload";
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15000;
const SILENCE_MS = 120000;
const SPEED_WINDOW_MS = 8000;
const MAGIC = "PAR1";
const MOST_RENEWALS = 4;

/** The API said no; sending the same again would not help. */
class Refusal extends Error {
  constructor(key, detail = "") {
    super(detail || key);
    this.key = key;
    this.detail = detail;
  }
}

/** The API could not be reached or could not answer now. */
class Lost extends Error {}

/** One upload; it outlives the redraws of the page and walks to other pages. */
class Upload {
  constructor() {
    this.view = null;
    this.reset();
  }

  reset() {
    this.run = (this.run ?? 0) + 1; // a loop with an older number stops
    this.phase = "idle";
    this.file = this.id = this.problem = this.done = null;
    this.sent = this.inFlight = this.chunkBytes = this.renewals = 0;
    this.mustAsk = this.hasSpoken = false;
    this.speeds = [];
    this.abort = new AbortController();
  }

  /** Shows the upload in a view, which also knows the API's address. */
  attach(view) {
    this.view = view;
    this.api = view.api;
    this.ticket = view.ticket;
    if (this.done) this.hand();
    view.draw(this);
    this.checkLeft();
  }

  /** Forgets a file that was left half sent once the API has deleted its part. */
  async checkLeft() {
    const left = this.phase === "idle" && unfinished(this.api);
    if (!left) return;
    const address = `${this.api}/datasets/${encodeURIComponent(left.id)}`;
    const answer = await fetch(address, { headers: this.pass }).catch(() => null);
    // Chosen again in the meantime, the file may have a new part by now.
    if (answer?.status !== 404 || unfinished(this.api)?.id !== left.id) return;
    localStorage.removeItem(left.key);
    this.draw();
  }

  /** Says no more that a file was left half sent; chosen again, it is sent from the beginning. */
  dismiss() {
    const left = unfinished(this.api);
    if (left) localStorage.removeItem(left.key);
    this.draw();
  }

  detach(view) {
    if (this.view === view) this.view = null;
  }

  draw() {
    this.view?.draw(this);
  }

  /** Bytes per second of the last few seconds, 0 while unknown. */
  get speed() {
    const [first, last] = [this.speeds[0], this.speeds.at(-1)];
    const ms = last && first ? last.at - first.at : 0;
    return ms > 400 ? (1000 * (last.bytes - first.bytes)) / ms : 0;
  }

  /** What lets this browser in. Not `Authorization`: that may hold a proxy's password. */
  get pass() {
    return this.ticket ? { "X-API-Key": this.ticket } : {};
  }

  async start(file) {
    this.reset();
    this.file = file;
    const fault = await faultOf(file);
    if (fault) {
      this.reset();
      this.problem = new Refusal(fault);
      this.draw();
      return;
    }
    this.resume();
  }

  resume() {
    this.problem = null;
    this.phase = "sending";
    this.mustAsk = this.id !== null;
    this.abort = new AbortController();
    this.speeds = [];
    this.draw();
    this.work(++this.run);
  }

  pause() {
    this.stop("paused");
  }

  stop(phase) {
    this.run += 1;
    this.phase = phase;
    this.inFlight = 0;
    this.abort.abort();
    this.draw();
  }

  async cancel() {
    const { id, api } = this;
    this.stop("idle");
    this.forget();
    this.reset();
    this.draw();
    if (id) {
      const options = { method: "DELETE", headers: this.pass };
      await fetch(`${api}/datasets/${id}`, options).catch(() => {});
    }
  }

  async work(run) {
    let wait = FIRST_WAIT_MS;
    while (run === this.run) {
      try {
        if (this.id === null) await this.open();
        else if (this.mustAsk) await this.ask(this.id);
        this.mustAsk = false;
        while (run === this.run && this.sent < this.file.size) {
          await this.sendChunk();
          wait = FIRST_WAIT_MS;
          this.renewals = 0;
        }
        if (run !== this.run) return;
        this.finish();
        return;
      } catch (error) {
        if (run !== this.run) return;
        this.inFlight = 0;
        if (error instanceof Refusal && !(error.status === 401 && this.renew())) {
          this.problem = error;
          this.stop("paused");
          return;
        }
        this.mustAsk = true;
        this.speeds = [];
        await this.pauseBeforeNextTry(run, wait);
        wait = Math.min(2 * wait, LONGEST_WAIT_MS);
      }
    }
  }

  /** Asks the page for another ticket; false where there is none to be had, or it did not help. */
  renew() {
    if (!this.ticket || !this.view || this.renewals >= MOST_RENEWALS) return false;
    this.renewals += 1;
    this.view.onRenew(this.renewals);
    return true;
  }

  async pauseBeforeNextTry(run, wait) {
    if (!this.hasSpoken && (await isReachableButClosed(this.api))) {
      this.problem = new Refusal("closed");
      this.stop("paused");
      return;
    }
    this.phase = "waiting";
    this.draw();
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (run === this.run) this.phase = "sending";
  }

  /** Finds the unfinished upload of this very file, else begins one. */
  async open() {
    const kept = localStorage.getItem(this.memory);
    if (kept && (await this.ask(JSON.parse(kept).id))) return;
    const answer = await this.call("POST", "/datasets", {
      body: JSON.stringify({ name: this.file.name, bytes: this.file.size }),
      headers: { "Content-Type": "application/json" },
    });
    this.take(answer);
    localStorage.setItem(this.memory, JSON.stringify({ id: this.id, name: this.file.name }));
  }

  /** Takes over where the API stands with an upload; false where it knows of none. */
  async ask(id) {
    try {
      this.take(await this.call("GET", `/datasets/${encodeURIComponent(id)}`, {}));
      return true;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 404) throw error;
      this.forget();
      this.id = null;
      this.sent = 0;
      if (this.mustAsk) throw new Lost(); // begin anew with the next try
      return false;
    }
  }

  take(answer) {
    this.id = answer.id;
    // Without "upload" everything has arrived.
    this.sent = answer.upload ? answer.upload.offset : this.file.size;
    this.chunkBytes = answer.upload?.chunk_bytes || this.chunkBytes || 1 << 20;
  }

  /** One request. XMLHttpRequest, as it alone tells how much of a body has left. */
  call(method, path, { body = null, headers = {} }) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const { signal } = this.abort;
      const stop = () => request.abort();
      signal.addEventListener("abort", stop, { once: true });
      request.open(method, this.api + path);
      request.timeout = SILENCE_MS;
      for (const [name, value] of Object.entries({ ...headers, ...this.pass })) request.setRequestHeader(name, value);
      if (body instanceof Blob) {
        request.upload.onprogress = (event) => this.flow(event.loaded);
      }
      request.onloadend = () => {
        signal.removeEventListener("abort", stop);
        settle(request, resolve, reject);
        this.hasSpoken ||= request.status > 0;
      };
      request.send(body);
    });
  }

  async sendChunk() {
    const chunk = this.file.slice(this.sent, this.sent + this.chunkBytes);
    try {
      const answer = await this.call("PATCH", `/datasets/${encodeURIComponent(this.id)}`, {
        body: chunk,
        headers: {
          "Content-Type": "application/octet-stream",
          "Upload-Offset": String(this.sent),
        },
      });
      this.sent = answer.offset;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 409) throw error;
      if (error.offset === null || error.offset === this.sent) throw new Lost();
      this.sent = error.offset;
    }
    this.inFlight = 0;
    this.flow(0);
  }

  flow(inFlight) {
    this.inFlight = inFlight;
    const now = performance.now();
    this.speeds.push({ at: now, bytes: this.sent + inFlight });
    while (this.speeds.length > 2 && now - this.speeds[0].at > SPEED_WINDOW_MS) this.speeds.shift();
    this.draw();
  }

  finish() {
    this.forget();
    this.phase = "done";
    this.done = this.id;
    this.draw();
    if (this.view) this.hand();
  }

  /** Gives the finished data set to the page, once. */
  hand() {
    const id = this.done;
    this.done = null;
    this.view.onDone(id);
    this.reset();
    this.phase = "done";
    this.draw();
  }

  get memory() {
    const { name, size, lastModified } = this.file;
    return [KEPT, this.api, name, size, lastModified].join(":");
  }

  forget() {
    if (this.file) localStorage.removeItem(this.memory);
  }
}

function settle(request, resolve, reject) {
  let answer = null;
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    // Proxies answer for a server that is down with pages of their own.
  }
  const { status } = request;
  if (status >= 200 && status < 300 && answer) return resolve(answer);
  const isFinal = status === 507 || (status >= 400 && status < 500 && status !== 408 && status !== 429);
  if (!isFinal) return reject(new Lost());
  const field = answer?.errors?.find((error) => error.field === "Upload-Offset");
  const digits = /\d+/.exec(field?.reason ?? "");
  const isLocked = status === 401 || answer?.code === "scope-missing";
  const refusal = isLocked
    ? new Refusal("locked")
    : new Refusal(status === 507 ? "full" : "refused", answer?.detail ?? "");
  return reject(Object.assign(refusal, { status, offset: digits ? Number(digits[0]) : null }));
}

/** Why a file need not be sent: the name of a text, or null. */
async function faultOf(file) {
  try {
    const [head, tail] = await Promise.all([
      file.slice(0, MAGIC.length).text(),
      file.slice(-MAGIC.length).text(),
    ]);
    if (head !== MAGIC) return "not_parquet";
    return tail === MAGIC ? null : "cut_short";
  } catch {
    return "unreadable";
  }
}

/** Whether the API runs but does not let this page in, which otherwise looks like a lost network. */
async function isReachableButClosed(api) {
  try {
    await fetch(`${api}/health/live`, { mode: "no-cors" });
  } catch {
    return false;
  }
  try {
    await fetch(`${api}/health/live`);
  } catch {
    return true;
  }
  return false;
}

/** The file that was left half sent: where that is kept, its id and name; or null. */
function unfinished(api) {
  const key = Object.keys(localStorage).find((name) => name.startsWith(`${KEPT}:${api}:`));
  return key ? { key, ...JSON.parse(localStorage.getItem(key)) } : null;
}

class View {
  constructor(root, data, onDone, onRenew) {
    this.t = data.texts;
    this.numbers = new Intl.NumberFormat(data.language, { maximumFractionDigits: 1 });
    this.api = data.api.startsWith(":")
      ? `${location.protocol}//${location.hostname}${data.api}`
      : data.api;
    this.ticket = data.ticket;
    this.onDone = onDone;
    this.onRenew = onRenew;
    this.find = (name) => root.querySelector(`.${name}`);
    this.input = root.querySelector("input");
  }

  /** Binds the buttons; texts are set as text, never as HTML. */
  bind(upload) {
    const [drop, find] = [this.find("drop"), this.find];
    find("title").textContent = this.t.title;
    find("hint").textContent = this.t.hint;
    find("choose").textContent = this.t.choose;
    find("cancel").textContent = this.t.cancel;
    find("bar").setAttribute("aria-label", this.t.title);
    find("dismiss").textContent = this.t.dismiss;
    find("dismiss").onclick = () => upload.dismiss();
    find("choose").onclick = () => this.input.click();
    find("cancel").onclick = () => upload.cancel();
    find("pause").onclick = () => (upload.phase === "paused" ? upload.resume() : upload.pause());
    this.input.onchange = () => {
      if (this.input.files[0]) upload.start(this.input.files[0]);
      this.input.value = "";
    };
    drop.ondragover = (event) => {
      event.preventDefault();
      drop.classList.add("is-over");
    };
    drop.ondragleave = () => drop.classList.remove("is-over");
    drop.ondrop = (event) => {
      event.preventDefault();
      drop.classList.remove("is-over");
      if (event.dataTransfer.files[0]) upload.start(event.dataTransfer.files[0]);
    };
  }

  draw(upload) {
    const isIdle = upload.phase === "idle" || upload.phase === "done";
    this.find("drop").hidden = !isIdle;
    this.find("going").hidden = isIdle;
    if (!isIdle) this.drawGoing(upload);
    this.say(upload);
  }

  drawGoing(upload) {
    const total = upload.file.size;
    const sent = Math.min(total, upload.sent + upload.inFlight);
    const percent = Math.floor((100 * sent) / total);
    this.find("name").textContent = upload.file.name;
    this.find("bar").setAttribute("aria-valuenow", String(percent));
    this.find("fill").style.width = `${percent}%`;
    this.find("amount").textContent = this.fill("amount", {
      sent: this.numbers.format(sent / 1e6),
      total: this.numbers.format(total / 1e6),
      percent,
    });
    this.find("left").textContent = upload.phase === "sending" ? this.timeLeft(upload, total - sent) : "";
    this.find("pause").textContent = upload.phase === "paused" ? this.t.resume : this.t.pause;
  }

  timeLeft(upload, bytes) {
    if (!upload.speed) return "";
    const seconds = Math.max(1, Math.round(bytes / upload.speed));
    return seconds < 90
      ? this.fill("seconds_left", { value: seconds })
      : this.fill("minutes_left", { value: Math.round(seconds / 60) });
  }

  say(upload) {
    const message = this.find("message");
    const { problem } = upload;
    message.classList.toggle("is-problem", Boolean(problem));
    let text = "";
    let isAboutLeft = false;
    if (problem) {
      text = this.fill(problem.key, { origin: location.origin, api: this.api });
      if (problem.detail) text += ` ${problem.detail}`;
    } else if (upload.phase === "waiting") text = this.t.waiting;
    else if (upload.phase === "paused") text = this.t.paused;
    else if (upload.phase === "done") text = this.t.done;
    else if (upload.phase === "idle") {
      const left = unfinished(this.api);
      text = left ? this.fill("unfinished", { name: left.name }) : "";
      isAboutLeft = Boolean(left);
    }
    this.find("dismiss").hidden = !isAboutLeft;
    // A screen reader reads what changes, so nothing is set twice.
    if (message.textContent !== text) message.textContent = text;
  }

  fill(key, values) {
    return Object.entries(values).reduce(
      (text, [name, value]) => text.replaceAll(`{${name}}`, () => String(value)),
      this.t[key],
    );
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const upload = (window[Symbol.for(KEPT)] ??= new Upload());
  const tell = (name) => (value) => setTriggerValue(name, value);
  const view = new View(parentElement, data, tell("uploaded"), tell("renew"));
  view.bind(upload);
  upload.attach(view);
  return () => upload.detach(view);
}

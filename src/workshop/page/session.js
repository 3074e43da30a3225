// What this page and the others share: the state and the results that the server holds, and the way to change them.
//
// Changes go out one at a time, the newest wins: while one is under way, later ones only replace what is sent next.
// What comes back with an older version than what is shown is left aside.

const PATIENCE = 300;
const RETRY = 1000;

export class Session extends EventTarget {
  state = null;
  results = null;
  order = [];

  /**
   * What this page asked for and has not yet seen in a state: single changes on top of what the session holds by then, so
   * that others keep theirs, or of `anew`, a `{variant, changes}` that takes the place of everything.
   */
  #anew = null;
  #patch = {};
  #dragging = false;
  #unsent = false;
  #sending = false;
  #sent = Promise.resolve();
  #answered = 0;
  /** Addresses that this page has moved and that no state confirms yet: they are shown as moved. */
  #moved = new Set();
  #stream = null;
  #fresh = true;
  #retry = 0;
  #awaited = null;
  #me = crypto.getRandomValues(new Uint32Array(2)).join("-");

  constructor() {
    super();
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#disconnect() : this.#connect()));
    addEventListener("pagehide", () => this.#disconnect());
    addEventListener("pageshow", () => this.#connect());
  }

  /** The variant and the changes beyond it, as this page sees them. */
  get present() {
    return this.#with({});
  }

  /** Whether this page has moved the address and waits for the server to say so. */
  isMoved(address) {
    return this.#moved.has(address);
  }

  /**
   * Changes some assumptions: `{address: text}`, null where it goes back to the variant's value. `shown` names others
   * that this page already shows moved. While `dragging`, only the quick answer is asked for.
   */
  change(patch, { dragging = false, shown = [] } = {}) {
    if (!this.state) return;
    for (const address of [...Object.keys(patch), ...shown]) this.#moved.add(address);
    Object.assign(this.#patch, patch);
    this.#ask(dragging);
  }

  #with(patch) {
    const { variant, changes } = this.#anew ?? this.state;
    const laid = { ...changes };
    for (const [address, text] of Object.entries({ ...this.#patch, ...patch })) {
      if (text === null) delete laid[address];
      else laid[address] = text;
    }
    return { variant, changes: laid };
  }

  /** Starts from a variant (null: the file) with these changes. */
  start(variant, changes = {}) {
    this.#moved.clear();
    this.#anew = { variant, changes };
    this.#patch = {};
    this.#ask(false);
  }

  /** One step back (or forth again), once all that was asked for before is done. */
  async undo() {
    await this.#sent;
    await this.#post("undo", {});
  }

  async redo() {
    await this.#sent;
    await this.#post("redo", {});
  }

  /** The problems with a change, without making it. */
  async check(patch) {
    const answer = await this.#post("check", this.#with(patch));
    return answer.ok ? (answer.body.problems ?? []) : [];
  }

  /** Writes the present changes into the file as a variant: `{ok, status, body}`. */
  async save(name, title, replace) {
    await this.#sent;
    return this.#post("save", { name, title, replace });
  }

  #ask(dragging) {
    this.#dragging = dragging;
    this.#unsent = true;
    if (!this.#sending) this.#sent = this.#send();
  }

  async #send() {
    this.#sending = true;
    while (this.#unsent) {
      this.#unsent = false;
      const { ok, body } = await this.#post("change", { ...this.present, dragging: this.#dragging, by: this.#me });
      if (ok) {
        this.#answered = body.version;
        await this.#seen(body.version);
      } else {
        this.#answered = 0;
      }
    }
    this.#sending = false;
    if (this.#settle()) this.#tell("state");
  }

  /** Waits until the results of a version are here, so that no more is asked than can be answered. */
  #seen(version) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE);
      this.#awaited = () => {
        const refused = this.state.version >= version && this.state.problems.length > 0;
        if ((this.results?.version ?? 0) < version && !refused) return;
        clearTimeout(timer);
        this.#awaited = null;
        resolve();
      };
      this.#awaited();
    });
  }

  /** Once the state holds all that this page asked for, the state alone is shown. */
  #settle() {
    if (this.#unsent || this.#sending || !this.state || this.state.version < this.#answered) return false;
    this.#anew = null;
    this.#patch = {};
    const waited = this.#moved.size > 0;
    this.#moved.clear();
    return waited;
  }

  async #post(action, body) {
    try {
      const response = await fetch(action, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const answer = await response.json().catch(() => ({}));
      if (!response.ok && action !== "save") this.#tell("refused", answer.message ?? "The change was refused.");
      return { ok: response.ok, status: response.status, body: answer };
    } catch {
      this.#tell("connection", false);
      return { ok: false, status: 0, body: { message: "forkcast does not answer." } };
    }
  }

  #connect() {
    if (this.#stream || document.hidden) return;
    clearTimeout(this.#retry);
    const stream = new EventSource("events");
    this.#stream = stream;
    this.#fresh = true;
    stream.addEventListener("open", () => this.#tell("connection", true));
    stream.addEventListener("state", (event) => this.#takeState(JSON.parse(event.data)));
    stream.addEventListener("results", (event) => this.#takeResults(JSON.parse(event.data)));
    stream.addEventListener("order", (event) => {
      this.order = JSON.parse(event.data);
      this.#tell("order");
    });
    stream.addEventListener("error", () => {
      this.#tell("connection", false);
      this.#disconnect();
      this.#retry = setTimeout(() => this.#connect(), RETRY);
    });
  }

  #disconnect() {
    clearTimeout(this.#retry);
    this.#stream?.close();
    this.#stream = null;
  }

  /** Opens the stream; the server sends the present state and results first. */
  open() {
    this.#connect();
  }

  #takeState(state) {
    // The first state of a new connection is the truth, whatever its version: the server may have been started anew.
    if (!this.#fresh && this.state && state.version < this.state.version) return;
    if (this.#fresh && this.results && this.results.version > state.version) this.results = null;
    this.#fresh = false;
    this.state = state;
    this.#awaited?.();
    this.#settle();
    this.#tell("state");
  }

  #takeResults(results) {
    if (!results?.version) return;
    const had = this.results;
    const older = had && (results.version < had.version || (results.version === had.version && had.stage === "full" && results.stage === "first"));
    if (older) return;
    this.results = results;
    this.#awaited?.();
    this.#tell("results");
  }

  #tell(what, detail = null) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

// The branches of one event: sliders that hold together, so that they always make 100 %.

import { make } from "./element.js";
import { numberOf, textOf } from "./scale.js";

/**
 * The set of an event's branches. Moving one rescales the others in proportion, as the language does for those that are
 * not set; those that were set before (here or by the variant) are sent along, rescaled, so that the order of moves is kept.
 */
export class BranchSet {
  #session;
  #rows = new Map();
  #assumptions = new Map();

  constructor(session, title) {
    this.#session = session;
    this.heading = make("p", { class: "set-title", text: title });
    this.hint = make("p", { class: "hint" });
    this.element = make("div", { class: "set", role: "group", "aria-label": title }, this.heading, this.hint);
  }

  add(row) {
    this.#rows.set(row.address, row);
    this.element.append(row.element);
    const counts = ["", "This", "These two", "These three", "These four", "These five"];
    const many = counts[this.#rows.size] ?? `These ${this.#rows.size}`;
    this.hint.textContent = `${many} make 100 %. Moving one rescales the others in proportion.`;
  }

  take(assumption) {
    this.#assumptions.set(assumption.address, assumption);
  }

  /** Moves one branch to a share, the others with it. */
  move(address, text, dragging) {
    const shares = this.#shares(address, text);
    for (const [other, share] of shares) this.#rows.get(other).show(share);
    this.#session.change(this.patch(address, text), { dragging, shown: [...shares.keys()] });
  }

  /** Takes the whole set back to the variant's values, or one branch to the text of the file. */
  back(address, text) {
    if (text !== null) return this.move(address, text, false);
    this.#session.change(Object.fromEntries([...this.#rows.keys()].map((one) => [one, null])));
  }

  /** What the others are in proportion to: their present shares, or those of the file where nothing is left of them. */
  #weights(others) {
    const present = new Map(others.map((other) => [other.address, other.number ?? 0]));
    if (sum(present.values()) > 1e-9) return present;
    return new Map(others.map((other) => [other.address, numberOf("probability", other.in_file) ?? 0]));
  }

  /** What the others come to, rescaled in proportion; empty where the text is no number. */
  #shares(address, text) {
    const share = numberOf("probability", text);
    if (share === null) return new Map();
    const others = [...this.#assumptions.values()].filter((other) => other.address !== address);
    const weights = this.#weights(others);
    const total = sum(weights.values());
    return new Map(others.map((other) => [other.address, total > 0 ? ((1 - share) * weights.get(other.address)) / total : 0]));
  }

  /** The changes that set one branch and keep the sum. */
  patch(address, text) {
    const shares = this.#shares(address, text);
    const { variant, changes } = this.#session.present;
    const byVariant = this.#session.state.variants.find((one) => one.name === variant)?.changes ?? {};
    const all = [...shares.keys()];
    let set = all.filter((one) => one in changes || one in byVariant);
    if (set.length === all.length && all.length > 0) {
      // One is left to be the remainder, the file's rest before others; what the variant sets cannot be left out.
      const free = set.filter((one) => !(one in byVariant));
      const rest = free.find((one) => this.#assumptions.get(one).rest) ?? free.at(-1);
      set = set.filter((one) => one !== rest);
    }
    const patch = Object.fromEntries(all.map((one) => [one, null]));
    let left = 1 - numberOf("probability", text);
    for (const one of set) {
      const last = set.length === all.length && one === set.at(-1);
      const value = last ? left : Number(shares.get(one).toFixed(6));
      left -= value;
      patch[one] = textOf(this.#assumptions.get(one), Math.max(0, value));
    }
    const back = set.length === 0 && text === this.#assumptions.get(address).in_variant;
    return { ...patch, [address]: back ? null : text };
  }
}

function sum(numbers) {
  let total = 0;
  for (const number of numbers) total += number ?? 0;
  return total;
}

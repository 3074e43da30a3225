// A panel: what it comes to when the answers are pooled, and a dot for each expert on that track.

import { make, write } from "./element.js";
import { numberOf, scaleOf, wordsOf } from "./scale.js";

/** The box of a panel's experts, with the pooled value on top. */
export class PanelSet {
  #assumptions = new Map();
  #dots = make("div", { class: "dots" });
  #pooled = make("b", { class: "num" });

  constructor(title) {
    this.element = make(
      "div",
      { class: "set panel", role: "group", "aria-label": title },
      make("p", { class: "set-title" }, `${title} `, make("span", { class: "pooled" }, "pooled: ", this.#pooled)),
      this.#dots,
    );
  }

  add(row) {
    this.element.append(row.element);
  }

  take(assumption) {
    this.#assumptions.set(assumption.address, assumption);
  }

  /** Draws the pooled value and the experts' answers on one track. */
  draw() {
    const experts = [...this.#assumptions.values()];
    const first = experts[0];
    const pooled = first?.pooled ?? null;
    write(this.#pooled, pooled === null ? "a mixture" : wordsOf(first, pooled));
    const numbers = experts.map((expert) => expert.number).filter((number) => number !== null);
    const widest = { ...first, low: Math.min(...numbers), high: Math.max(...numbers), number: numbers[0] ?? null };
    const scale = numbers.length > 0 ? scaleOf(widest, null) : null;
    this.#dots.hidden = !scale;
    if (!scale) return;
    const dot = (number, name, words, kind) => {
      const text = `${name}: ${words}`;
      const element = make("span", { class: kind, tabindex: 0, role: "img", "aria-label": text }, make("span", { text }));
      element.style.setProperty("--at", scale.place(number).toFixed(4));
      return element;
    };
    const centre = pooled === null ? null : numberOf(first.kind, pooled);
    const dots = experts
      .filter((expert) => expert.number !== null)
      .map((expert) => dot(expert.number, nameOf(expert), wordsOf(expert, expert.now), "dot"));
    if (centre !== null) dots.unshift(dot(centre, "Pooled", wordsOf(first, pooled), "dot pool"));
    const focused = [...this.#dots.children].indexOf(document.activeElement);
    this.#dots.replaceChildren(...dots);
    this.#dots.children[focused]?.focus();
  }
}

/** The expert's name: the last part of the address. */
export function nameOf({ address }) {
  const name = address.slice(address.lastIndexOf(".") + 1).replaceAll("_", " ");
  return name.charAt(0).toUpperCase() + name.slice(1);
}

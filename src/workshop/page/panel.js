// A panel: a slider for each expert, and the pooled value on top, with a dot for each on its track.

import { make } from "./element.js";
import { scaleOf, wordsOf } from "./scale.js";

/** The box of a panel: the row of the pooled value, whose address is the panel's, and those of its experts. */
export class PanelSet {
  #session;
  #panel;
  #assumptions = new Map();
  #dots = make("div", { class: "dots" });

  constructor(session, panel, title) {
    this.#session = session;
    this.#panel = panel;
    this.element = make("div", { class: "set panel", role: "group", "aria-label": title }, make("p", { class: "set-title", text: title }));
  }

  add(row) {
    this.element.append(row.element);
    if (row.address === this.#panel) row.element.querySelector(".ends").before(this.#dots);
  }

  take(assumption) {
    this.#assumptions.set(assumption.address, assumption);
  }

  move(address, text, dragging) {
    this.#session.change(this.patch(address, text), { dragging });
  }

  /** One value for all takes the place of the answers, and an answer that of the one value. */
  patch(address, text) {
    const others = [...this.#assumptions.keys()].filter((one) => (one === this.#panel) !== (address === this.#panel));
    const { changes } = this.#session.present;
    const patch = Object.fromEntries(others.filter((one) => one in changes).map((one) => [one, null]));
    return { ...patch, [address]: text === this.#assumptions.get(address).in_variant ? null : text };
  }

  back(address, text) {
    this.move(address, text ?? this.#assumptions.get(address).in_variant, false);
  }

  /** Draws the experts' answers onto the pooled value's track. */
  draw() {
    const pooled = this.#assumptions.get(this.#panel);
    const experts = [...this.#assumptions.values()].filter((one) => one !== pooled && one.number !== null);
    const scale = pooled && experts.length > 0 ? scaleOf(pooled, null, pooled.number) : null;
    this.#dots.hidden = !scale;
    if (!scale) return;
    const focused = [...this.#dots.children].indexOf(document.activeElement);
    this.#dots.replaceChildren(
      ...experts.map((expert) => {
        const text = `${expertOf(expert)}: ${wordsOf(expert, expert.now)}`;
        const dot = make("span", { class: "dot", tabindex: 0, role: "img", "aria-label": text }, make("span", { text }));
        dot.style.setProperty("--at", scale.place(expert.number).toFixed(4));
        return dot;
      }),
    );
    this.#dots.children[focused]?.focus();
  }
}

/** The expert's name: the last part of the address. */
export function expertOf({ address }) {
  const name = address.slice(address.lastIndexOf(".") + 1).replaceAll("_", " ");
  return name.charAt(0).toUpperCase() + name.slice(1);
}

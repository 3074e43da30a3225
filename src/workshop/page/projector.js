// The projector: no sliders, large type; the arrow keys go from the overview through the charts one by one.

import { byId, write } from "./element.js";

/** Wires the button, the full screen and the keys. `charts` are the figures to go through. */
export class Projector {
  on = false;
  onturn = () => {};
  #charts;
  /** 0 is the overview, n the n-th chart. */
  #slide = 0;

  constructor(charts) {
    this.#charts = charts;
    byId("projector").addEventListener("click", () => this.turn(!this.on));
    byId("slide-back").addEventListener("click", () => this.#go(-1));
    byId("slide-on").addEventListener("click", () => this.#go(1));
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("fullscreenchange", () => !document.fullscreenElement && this.turn(false));
  }

  /** Turns it on or off; the full screen is a wish that a browser may refuse. */
  turn(on, { full = true } = {}) {
    if (on === this.on) return;
    this.on = on;
    this.#slide = 0;
    document.body.classList.toggle("projecting", on);
    byId("projector").setAttribute("aria-pressed", on);
    byId("slides").hidden = !on;
    if (on && full) document.documentElement.requestFullscreen?.().catch(() => {});
    if (!on && document.fullscreenElement) document.exitFullscreen().catch(() => {});
    this.#show();
    this.onturn(on);
  }

  #go(step) {
    const last = this.#charts.figures.length;
    this.#slide = Math.min(last, Math.max(0, this.#slide + step));
    this.#show();
  }

  #show() {
    const { figures } = this.#charts;
    document.body.classList.toggle("one-chart", this.on && this.#slide > 0);
    figures.forEach((figure, at) => figure.classList.toggle("slide", at + 1 === this.#slide));
    write(byId("slide-place"), this.#slide === 0 ? "All" : `${this.#slide} of ${figures.length}`);
    byId("slide-back").disabled = this.#slide === 0;
    byId("slide-on").disabled = this.#slide === figures.length;
    if (this.#slide === 0) scrollTo({ top: 0 });
  }

  #key(event) {
    if (!this.on || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target instanceof HTMLInputElement) return;
    const steps = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
    if (event.key in steps) this.#go(steps[event.key]);
    else if (event.key === "Escape") this.#slide > 0 ? this.#go(-this.#slide) : this.turn(false);
    else return;
    event.preventDefault();
  }
}

// The charts: each stays in its place while its picture changes. Only what is in sight is drawn at once.

import { byId, make } from "./element.js";
import { picture } from "./picture.js";

/** A figure narrower than this shows the narrow form, which is laid out anew and not scaled down. */
const NARROW = 640;
const MARGIN = "400px";

/** Keeps the figures in step with the results; `ondraw(name, svg)` is told of each new picture. */
export class Charts {
  #figures = new Map();
  #list = byId("charts");
  #ondraw;
  #near = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: MARGIN });
  #sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => this.#show(target.dataset.chart)));

  constructor(ondraw) {
    this.#ondraw = ondraw;
    addEventListener("beforeprint", () => this.all());
  }

  /** Takes the charts of an answer; unless it has `all`, the others stay as they are. */
  draw(charts, all) {
    const names = charts.map((chart) => chart.name);
    const had = [...this.#figures.keys()];
    const same = all ? names.join() === had.join() : names.every((name) => this.#figures.has(name));
    if (!same) this.#place(all ? names : [...new Set([...had, ...names])]);
    for (const chart of charts) {
      this.#figures.get(chart.name).chart = chart;
      this.#show(chart.name);
    }
  }

  /** The figures in order. */
  get figures() {
    return [...this.#figures.values()].map(({ element }) => element);
  }

  /** Draws what is out of sight too. */
  all() {
    for (const [name, figure] of this.#figures) {
      figure.near = true;
      this.#show(name);
    }
  }

  #place(names) {
    this.#near.disconnect();
    this.#sizes.disconnect();
    const old = this.#figures;
    this.#figures = new Map();
    for (const name of names) {
      const figure = old.get(name) ?? { element: make("figure", { "data-chart": name }), near: false, drawn: null };
      this.#figures.set(name, figure);
    }
    this.#list.replaceChildren(...this.figures);
    for (const element of this.figures) {
      this.#near.observe(element);
      this.#sizes.observe(element);
    }
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      const figure = this.#figures.get(target.dataset.chart);
      if (!figure) continue;
      figure.near = isIntersecting;
      this.#show(target.dataset.chart);
    }
  }

  #show(name) {
    const figure = this.#figures.get(name);
    if (!figure?.chart) return;
    const { element, chart, near, drawn } = figure;
    const width = element.clientWidth;
    // The first chart is drawn before anything has been observed: it is the answer.
    if (width === 0 || (!near && drawn === null && element !== this.#list.firstElementChild)) {
      if (drawn === null) element.classList.add("waiting");
      return;
    }
    const text = width < NARROW && chart.narrow ? chart.narrow : chart.wide;
    if (text === drawn || (!near && drawn !== null)) return;
    const svg = picture(text);
    if (!svg) return;
    figure.drawn = text;
    element.classList.remove("waiting");
    element.replaceChildren(svg);
    this.#ondraw(name, svg);
  }
}

// Guess first: the results stay hidden until the room has said what it expects; then both stand side by side.

import { byId, make, write } from "./element.js";
import { swatch } from "./results.js";

const SVG = "http://www.w3.org/2000/svg";

/** The veil over the results and the guesses under the bars. */
export class Guesses {
  #session;
  #guesses = new Map();
  #names = "";
  hidden = false;
  onhide = () => {};

  constructor(session) {
    this.#session = session;
    byId("hide").addEventListener("click", () => this.hide(!this.hidden));
    session.addEventListener("results", () => this.#ask());
    session.addEventListener("state", () => this.#ask());
  }

  hide(hidden) {
    this.hidden = hidden;
    document.body.classList.toggle("hidden-results", hidden);
    byId("hide").setAttribute("aria-pressed", hidden);
    byId("veil").hidden = !hidden;
    write(byId("spoken"), hidden ? "Results are hidden." : "");
    const { results } = this.#session;
    if (!hidden && results) {
      this.compare(results);
      const svg = document.querySelector("figure[data-chart=outcomes] svg");
      if (svg) this.mark(svg, results);
    }
    this.#ask();
    this.onhide(hidden);
  }

  /** The question with a field for each outcome, made anew only where the outcomes are others. */
  #ask() {
    const { results } = this.#session;
    if (!this.hidden || !results) return;
    const names = JSON.stringify(results.outcomes.map(({ name, title }) => [name, title]));
    if (names === this.#names) return;
    this.#names = names;
    const fields = results.outcomes.map((outcome, at) => {
      const field = make("input", { id: `guess-${at}`, inputmode: "numeric", autocomplete: "off", value: this.#guesses.get(outcome.name) ?? "" });
      field.addEventListener("input", () => this.#take(outcome.name, field.value));
      field.addEventListener("keydown", (event) => event.key === "Enter" && this.hide(false));
      return make("li", {}, swatch(outcome, at, results.outcomes.length), make("label", { for: field.id, text: outcome.title }), field, make("span", { class: "mute", text: "in 100" }));
    });
    const show = make("button", { type: "button", class: "go", text: "Show results", onclick: () => this.#reveal() });
    byId("veil").replaceChildren(
      make("h2", { id: "veil-title", text: "How will the futures end?" }),
      make("p", { text: "Results are hidden. Let the room guess first: of 100 futures, how many end in …" }),
      make("ul", {}, ...fields),
      show,
    );
  }

  #take(name, typed) {
    const guess = Number(typed.replace("%", "").replace(",", ".").trim());
    if (typed.trim() === "" || !(guess >= 0 && guess <= 100)) this.#guesses.delete(name);
    else this.#guesses.set(name, guess);
  }

  #reveal() {
    this.hide(false);
    byId("hide").focus();
  }

  /** The guesses beside the answers, in words. */
  compare(results) {
    const list = byId("guesses");
    const rows = results.outcomes.filter(({ name }) => this.#guesses.has(name));
    list.hidden = this.hidden || rows.length === 0;
    if (list.hidden) return;
    const items = rows.map(({ name, title, probability }) => {
      const guess = this.#guesses.get(name);
      const off = Math.round(guess - 100 * probability);
      const words = off === 0 ? "as it comes out" : off > 0 ? `${off} too many` : `${-off} too few`;
      return make("li", {}, `${title} `, make("b", { class: "num", text: String(guess) }), ` (${words})`);
    });
    const forget = make("button", { type: "button", class: "plain", text: "forget them", onclick: () => this.#forget() });
    list.replaceChildren(make("p", {}, "▲ The room guessed, in 100 futures: ", forget), make("ul", {}, ...items));
  }

  #forget() {
    this.#guesses.clear();
    this.#names = "";
    byId("guesses").hidden = true;
    for (const mark of document.querySelectorAll(".guess-mark")) mark.remove();
  }

  /** A small ink triangle under each bar, where the guess would have it end. */
  mark(svg, results) {
    for (const mark of svg.querySelectorAll(".guess-mark")) mark.remove();
    if (this.hidden || this.#guesses.size === 0) return;
    const rows = barsOf(svg, results.outcomes);
    for (const { outcome, bar, unit } of rows) {
      if (!this.#guesses.has(outcome.name)) continue;
      const x = bar.x + unit * this.#guesses.get(outcome.name);
      const y = bar.y + bar.height + 5;
      const mark = document.createElementNS(SVG, "polygon");
      mark.setAttribute("class", "guess-mark f-ink");
      mark.setAttribute("points", `${x},${y} ${x - 11},${y + 18} ${x + 11},${y + 18}`);
      svg.append(mark);
    }
  }
}

/** The bars of the outcomes with the length of one in 100 futures; none where the picture does not tell. */
function barsOf(svg, outcomes) {
  const number = (rect, name) => Number(rect.getAttribute(name));
  const bars = [...svg.querySelectorAll("rect")]
    .filter((rect) => !/f-(bg|wash|axis|ghost)\b/.test(rect.getAttribute("class") ?? ""))
    .map((rect) => ({ x: number(rect, "x"), y: number(rect, "y"), width: number(rect, "width"), height: number(rect, "height") }))
    .filter(({ height }) => height === 56 || height === 40);
  const drawn = outcomes.filter(({ probability }) => probability > 0);
  if (bars.length !== drawn.length || bars.length === 0) return [];
  const widest = drawn.reduce((most, outcome, at) => (outcome.probability > drawn[most].probability ? at : most), 0);
  const unit = bars[widest].width / (100 * drawn[widest].probability);
  return drawn.map((outcome, at) => ({ outcome, bar: bars[at], unit }));
}

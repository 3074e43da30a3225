// What comes out: the answer in words, how far the futures are played, the charts, the numbers as tables.

import { byId, make, prose, whenQuiet, write } from "./element.js";
import { changedOf } from "./assumptions.js";
import { Charts } from "./charts.js";
import { unitOf, wordsOf } from "./scale.js";
import { figure, sentence } from "./words.js";

/** What is read out waits until the hand rests. */
const BREATH = 700;

/** Shows the session's results; `guesses` draws the room's guesses into the chart of outcomes. */
export function showResults(session, guesses) {
  const charts = new Charts((name, svg) => name === "outcomes" && guesses.mark(svg, session.results));
  const speak = whenQuiet(BREATH, () => {
    const { results } = session;
    if (!document.body.classList.contains("hidden-results")) write(byId("spoken"), sentenceOf(results));
  });

  session.addEventListener("results", show);
  session.addEventListener("state", () => {
    held();
    chips();
    settle();
  });

  function show() {
    const { results } = session;
    const full = results.stage === "full";
    write(byId("say"), sentenceOf(results));
    byId("progress").value = results.of > 0 ? results.futures / results.of : 1;
    const count = (number) => number.toLocaleString("en-US");
    const played = full ? `${count(results.futures)} futures` : `${count(results.futures)} of ${count(results.of)} futures`;
    write(byId("futures"), `${played}, the same luck as in the base case`);
    charts.draw(results.charts, full);
    strip(results);
    warnings(results.warnings ?? []);
    guesses.compare(results);
    if (full) {
      tables(results);
      speak();
    }
    held();
    settle();
  }

  /** Until all futures of what the controls show are played, the numbers look provisional. */
  function settle() {
    const { state, results } = session;
    const settled = state.problems.length > 0 || (results !== null && results.stage === "full" && results.version >= state.version);
    byId("shown").classList.toggle("provisional", !settled);
  }

  /** Says so where the results are not those of what the controls show. */
  function held() {
    const { state } = session;
    const notice = byId("held");
    notice.hidden = !isHeld(state);
    if (notice.hidden) return;
    const elsewhere = state.problems.filter((one) => !state.groups.some((group) => group.assumptions.some(({ address }) => address === one.address)));
    const words = elsewhere.map((one) => sentence(one.address ? `${one.address}: ${one.message}` : one.message)).join(" ");
    notice.replaceChildren(...prose(`The results shown are those of the last good state. ${words}`));
  }

  function chips() {
    const changed = changedOf(session.state);
    byId("chips").replaceChildren(
      ...changed.map(({ name, assumption }) => make("li", {}, `${name} `, make("b", { class: "num", text: changeOf(assumption) }))),
    );
  }

  return charts;
}

/** Whether nothing new can be played out: a change or the file has a mistake. */
function isHeld(state) {
  return state.problems.length > 0 || state.mistakes.length > 0;
}

function sentenceOf(results) {
  return results.changed || results.answer;
}

/** On a phone: the outcomes in a strip that stays on top. */
function strip(results) {
  byId("strip").replaceChildren(
    ...results.outcomes.map((outcome, at) => {
      // As the chart says it: the rounded difference, not that of the rounded figures.
    const difference = Math.round(100 * (outcome.probability - (outcome.base ?? outcome.probability)));
      const sign = difference > 0 ? `▲ ${difference}` : difference < 0 ? `▼ ${-difference}` : "=";
      return make(
        "li",
        {},
        swatch(outcome, at, results.outcomes.length),
        make("span", { text: outcome.title }),
        make("b", { class: "num", text: inHundred(outcome.probability) }),
        make("em", { class: "num", text: outcome.base === null ? "" : sign }),
      );
    }),
  );
}

/** “22 → 30 %”: the unit once. */
function changeOf(assumption) {
  const [from, to] = [assumption.in_file, assumption.now].map((text) => wordsOf(assumption, text) || "by luck");
  const unit = ` ${unitOf(assumption)}`;
  const shared = unit !== " " && from.endsWith(unit) && to.endsWith(unit);
  return `${shared ? from.slice(0, -unit.length) : from} → ${to}`;
}

function inHundred(probability) {
  const rounded = Math.round(100 * probability);
  if (rounded === 0 && probability > 0) return "<1";
  if (rounded === 100 && probability < 1) return ">99";
  return String(rounded);
}

/** The colour of an outcome as a small square: the role of its place, or the file's own colour. */
export function swatch({ color }, at, count) {
  const mark = make("i", { class: "swatch", "aria-hidden": "true" });
  const own = /^#[0-9a-f]{3,8}$/i.test(color ?? "") ? color : null;
  const role = at === count - 1 && count > 1 ? "rest" : at < 7 ? `c${at + 1}` : `c${((at - 7) % 5) + 1}t`;
  mark.style.setProperty("color", own ?? `var(--${role})`);
  return mark;
}

function warnings(words) {
  const list = byId("warnings");
  list.hidden = words.length === 0;
  list.replaceChildren(...words.map((text) => make("li", { text })));
}

function tables(results) {
  const box = byId("numbers");
  box.hidden = false;
  const percent = (share) => (share === null || share === undefined ? "–" : `${(100 * share).toFixed(1)} %`);
  const value = (number) => (number === null || number === undefined ? "–" : typeof number === "number" ? figure(number) : number);
  const body = [
    tableOf("How the futures end", ["Outcome", "Share", "95 % interval", "Base case", "Change"], results.outcomes, (one) => [
      one.title,
      percent(one.probability),
      `${percent(one.low).replace(" %", "")} – ${percent(one.high)}`,
      percent(one.base),
      one.words,
    ]),
    tableOf("What happens", ["Event", "Share", "Base case", "Change"], results.events, (one) => [one.title, percent(one.probability), percent(one.base), one.words]),
    tableOf("What is measured", ["Measure", "Value", "Base case", "Change"], results.metrics, (one) => [one.title, value(one.value), value(one.base), one.words]),
  ];
  box.replaceChildren(box.firstElementChild, ...body.filter(Boolean));
}

function tableOf(caption, heads, rows, cells) {
  if (!rows || rows.length === 0) return null;
  return make(
    "table",
    {},
    make("caption", { text: caption }),
    make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { scope: "col", text })))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells(row).map((text, at) => make(at === 0 ? "th" : "td", { scope: at === 0 ? "row" : null, class: at === 0 ? null : "num", text: text ?? "" }))))),
  );
}

// What is wrong with a value, in the words of `check`, under its field: the place marked, the mend as a button.

import { make, prose } from "./element.js";
import { sentence } from "./words.js";

/** `show(problems, assumption)` for what this page found, `fromState` for what the session holds; `propose(text)` mends. */
export function complaint(id, { propose }) {
  const element = make("div", { class: "wrong", id, role: "alert", hidden: true });
  let own = [];
  let shared = [];
  let shown = "";

  const draw = (assumption) => {
    const problems = own.length > 0 ? own : shared;
    const key = JSON.stringify(problems);
    element.closest(".assumption")?.classList.toggle("bad", problems.length > 0);
    for (const field of element.closest(".assumption")?.querySelectorAll(".box, .expression, select") ?? []) {
      field.toggleAttribute("aria-invalid", problems.length > 0);
      if (problems.length > 0) field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", id);
    }
    if (key === shown) return;
    shown = key;
    element.hidden = problems.length === 0;
    element.replaceChildren(
      ...problems.map((problem) => one(problem, problem.text ?? assumption.now, propose)),
      ...(problems.length > 0 ? [make("p", { class: "mute", text: "The results shown are those of the last good state." })] : []),
    );
  };

  return {
    element,
    show(problems, assumption) {
      own = problems;
      draw(assumption);
    },
    fromState(problems, assumption) {
      shared = problems;
      draw(assumption);
    },
  };
}

/** Problems that a text was found to have: those of other places are said without a mark. */
export function placed(problems, address, text) {
  return problems.map((problem) => (problem.address === address ? { ...problem, text } : { ...problem, start: null, mend: null }));
}

function one(problem, text, propose) {
  const { start, end } = problem;
  const placed = Number.isInteger(start) && Number.isInteger(end) && text !== "";
  const mend = mended(problem, text);
  return make(
    "div",
    {},
    make("p", {}, make("b", {}, ...prose(sentence(problem.message)))),
    placed ? make("pre", {}, text, "\n", " ".repeat(start), make("u", { text: "^".repeat(Math.max(1, end - start)) })) : null,
    problem.help ? make("p", {}, ...prose(sentence(problem.help))) : null,
    mend ? make("p", {}, "Write ", make("button", { type: "button", class: "mend", text: mend, onclick: () => propose(mend) })) : null,
  );
}

/** The whole text with the proposed replacement in its place. */
function mended({ mend }, text) {
  // Places are counted in characters, of which one may be two units of a JavaScript string.
  const characters = [...text];
  return mend ? characters.slice(0, mend.start).join("") + mend.text + characters.slice(mend.end).join("") : null;
}

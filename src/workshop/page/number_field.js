// A number: a box to type in and, where there is a range, a slider.

import { placed } from "./complaint.js";
import { make, write } from "./element.js";
import { boxOf, numberOf, scaleOf, textOf, textOfTyped, unitOf, wordsOf } from "./scale.js";
import { slider } from "./slider.js";

/** The field of an assumption that is a number. */
export function numberField({ id, assumption, title, commit, check, wrong }) {
  let now = assumption;
  let number = null;
  /** Whether something is being typed, or stands there that was refused. */
  let typing = false;
  const box = make("input", { class: "box num", type: "text", inputmode: "decimal", id, autocomplete: "off", spellcheck: "false" });
  const unit = make("span", { class: "unit" });
  const words = (value) => wordsOf(now, textOf(now, value));
  const show = (value) => {
    box.value = boxOf(now, value);
    sized(box);
  };
  const track = slider({
    label: title,
    onmove: (value) => {
      typing = false;
      wrong([]);
      show(value);
      commit(textOf(now, value), { dragging: true });
    },
    onrest: (value) => commit(textOf(now, value)),
  });
  const typed = async () => {
    if (box.value.trim() === boxOf(now, number)) return forget();
    const text = textOfTyped(now, box.value);
    const problems = await check(text);
    wrong(placed(problems, now.address, text));
    typing = problems.length > 0;
    if (!typing) commit(text);
  };
  function forget() {
    typing = false;
    show(number);
    wrong([]);
  }
  box.addEventListener("change", typed);
  box.addEventListener("input", () => {
    typing = true;
    sized(box);
  });
  box.addEventListener("keydown", (event) => event.key === "Escape" && forget());
  return {
    value: make("span", { class: "value" }, box, " ", unit),
    below: track.element,
    forget,
    propose(text) {
      box.value = text;
      typed();
    },
    update(next, inFile) {
      now = next;
      // A text with a problem has no number of the server's, but the slider must be there to move it back.
      number = next.number ?? numberOf(next.kind, next.now);
      write(unit, unitOf(next));
      const scale = scaleOf(next, inFile, number);
      track.element.hidden = !scale || number === null;
      if (!track.element.hidden) {
        const range = next.low === null || next.high === null ? null : [next.low, next.high];
        track.update({ scale, value: number, range, mark: inFile, inWords: words });
      }
      if (!typing) show(number);
    },
    show(value) {
      show(value);
      if (!track.element.hidden) track.show(value);
    },
  };
}

function sized(box) {
  box.style.setProperty("width", `${Math.max(4, box.value.length + 1.5)}ch`);
}

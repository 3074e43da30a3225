// A slider on a scale of its own: the range as its thick part, the file's value as a line, the keyboard in whole steps.

import { make, whenQuiet } from "./element.js";

const STOPS = 1000;
/** Steps by key that follow each other faster than this are one move, and one step to undo. */
const PAUSE = 600;
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

/**
 * `onmove(value)` while it is dragged or stepped, `onrest(value)` when it is let go. `element` is put into the page;
 * `update` sets all that it shows.
 */
export function slider({ label, onmove, onrest }) {
  const input = make("input", { type: "range", min: 0, max: STOPS, step: 1, "aria-label": label });
  const element = make("div", { class: "track" }, input, make("i"));
  let scale = null;
  let value = 0;
  let moving = false;
  let words = String;

  const show = (next) => {
    value = next;
    input.value = STOPS * scale.place(next);
    input.setAttribute("aria-valuetext", words(next));
  };
  const move = (next) => {
    moving = true;
    show(next);
    onmove(next);
  };
  const rest = () => {
    if (!moving) return;
    moving = false;
    later.cancel();
    onrest(value);
  };
  const later = whenQuiet(PAUSE, rest);

  input.addEventListener("input", () => {
    const next = scale.value(input.value / STOPS);
    moving = true;
    if (next === value) return;
    value = next;
    input.setAttribute("aria-valuetext", words(next));
    onmove(next);
  });
  input.addEventListener("change", rest);
  input.addEventListener("blur", rest);
  input.addEventListener("keydown", (event) => {
    // Any other key ends the move: what it does (undo, for one) comes after it.
    if (!(event.key in KEYS)) rest();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ends = { Home: scale.low, End: scale.high };
    if (event.key in KEYS) move(scale.step(value, KEYS[event.key]));
    else if (event.key in ends) move(ends[event.key]);
    else return;
    later();
    event.preventDefault();
  });

  return {
    element,
    /** `range`: [low, high] or null; `mark`: the file's value or null; `inWords`: what is read out. */
    update({ scale: newScale, value: newValue, range, mark, inWords }) {
      scale = newScale;
      words = inWords;
      const place = (number) => scale.place(number).toFixed(4);
      element.style.setProperty("--low", range ? place(range[0]) : "0");
      element.style.setProperty("--high", range ? place(range[1]) : "0");
      element.style.setProperty("--file", mark === null ? "-1" : place(mark));
      element.classList.toggle("unmarked", mark === null);
      if (!moving) show(newValue);
    },
    /** Shows a value that something else has moved. */
    show,
  };
}

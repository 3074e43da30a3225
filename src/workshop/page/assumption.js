// One assumption: title, value, slider or field, range, note and source, and the way back.

import { make, write } from "./element.js";
import { dateField } from "./dates.js";
import { textField } from "./text_field.js";
import { boxOf, numberOf, rangeOf, scaleOf, textOf, textOfTyped, unitOf, wordsOf } from "./scale.js";
import { slider } from "./slider.js";
import { complaint } from "./complaint.js";

let count = 0;

/**
 * The row of an assumption. `parts` are `[thing, field]`, its title in two; `linked` is null or, for a branch, the set
 * it belongs to, which then does the moving. `session` is asked for changes.
 */
export function assumptionRow(session, assumption, [thing, field], linked = null) {
  const id = `a${(count += 1)}`;
  const { address } = assumption;
  let now = assumption;

  const control = controlOf();
  const range = make("span", { class: "range num" });
  const back = make("button", { type: "button", class: "back", onclick: () => returnTo(null) });
  const toFile = make("button", { type: "button", class: "back", onclick: () => returnTo(now.in_file) });
  const wrong = complaint(`${id}-wrong`, {
    propose: (text) => control.propose?.(text),
  });
  const element = make(
    "div",
    { class: `assumption ${assumption.kind}`, "data-address": address, role: "group", "aria-label": assumption.title },
    make(
      "div",
      { class: "top" },
      make("label", { for: id }, thing, field && thing ? " " : null, field ? make("span", { text: field }) : null),
      control.value,
    ),
    control.below,
    make("div", { class: "ends" }, range, back, toFile, noteOf(assumption)),
    wrong.element,
  );

  function controlOf() {
    const given = { id, session, assumption, commit, wrong: (problems) => wrong.show(problems, now) };
    if (assumption.kind === "date") return dateField(given);
    if (assumption.kind === "text") return textField(given);
    return numberField({ ...given, linked, title: assumption.title });
  }

  function commit(text, { dragging = false } = {}) {
    if (linked) linked.move(address, text, dragging);
    else session.change({ [address]: text === now.in_variant ? null : text }, { dragging });
    element.classList.toggle("changed", text !== now.in_file);
  }

  function returnTo(text) {
    wrong.show([], now);
    control.forget?.();
    if (linked) linked.back(address, text);
    else session.change({ [address]: text === now.in_variant ? null : text });
  }

  return {
    element,
    address,
    id,
    /** What the search looks through. */
    words: [assumption.title, address, assumption.note, assumption.source].join(" ").toLowerCase(),
    focusTarget: control.focusTarget,
    /** Shows the assumption as the state has it, unless this page has just moved it. */
    update(next, problems) {
      now = next;
      const inFile = linked ? linked.inFile(address) : numberOf(next.kind, next.in_file);
      const inVariant = next.in_variant !== next.in_file;
      element.classList.toggle("changed", next.now !== next.in_file);
      write(range, linked && next.in_file.trim() === "rest" ? "the rest in the file" : rangeOf(next));
      const beyond = next.now !== next.in_variant;
      back.hidden = !beyond;
      toFile.hidden = !inVariant || next.now === next.in_file;
      offer(back, next, next.in_variant, inVariant ? "as in the variant" : "as in the file", inFile);
      offer(toFile, next, next.in_file, "as in the file", inFile);
      control.update(next, inFile);
      wrong.fromState(problems, next);
    },
    /** Shows a number that moving another one has moved. */
    show: (number) => control.show?.(number, now),
  };

  function offer(button, next, text, where, inFile) {
    const words = text.trim() === "rest" && inFile !== null ? wordsOf(next, String(inFile)) : wordsOf(next, text);
    write(button, `↺ ${words || "by luck"}${where === "as in the variant" ? " (variant)" : ""}`);
    button.setAttribute("aria-label", `${next.title}: ${where}, ${words || "by luck"}`);
  }
}

/** A number: a box to type in and, where there is a range, a slider. */
function numberField({ id, assumption, commit, wrong, title, session }) {
  let now = assumption;
  const box = make("input", { class: "box num", type: "text", inputmode: "decimal", id, autocomplete: "off", spellcheck: "false" });
  const unit = make("span", { class: "unit" });
  const words = (number) => wordsOf(now, textOf(now, number));
  const show = (number) => {
    box.value = boxOf(now, number);
    sized(box);
  };
  const track = slider({
    label: title,
    onmove: (number) => {
      show(number);
      commit(textOf(now, number), { dragging: true });
    },
    onrest: (number) => commit(textOf(now, number)),
  });
  const typed = async () => {
    if (box.value.trim() === boxOf(now, now.number)) return wrong([]);
    const text = textOfTyped(now, box.value);
    const problems = await session.check({ [now.address]: text });
    wrong(problems.filter((problem) => problem.address === now.address || !problem.address));
    if (problems.length === 0) commit(text);
  };
  box.addEventListener("change", typed);
  box.addEventListener("input", () => sized(box));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    show(now.number);
    wrong([]);
  });
  return {
    value: make("span", { class: "value" }, box, " ", unit),
    below: track.element,
    focusTarget: track.input,
    propose(text) {
      box.value = text;
      typed();
    },
    update(next, inFile) {
      now = next;
      write(unit, unitOf(next));
      const scale = scaleOf(next, inFile);
      track.element.hidden = !scale || next.number === null;
      if (scale && next.number !== null) {
        const range = next.low === null || next.high === null ? null : [next.low, next.high];
        track.update({ scale, value: next.number, range, mark: inFile, inWords: words });
      }
      if (document.activeElement !== box || box.value === "") show(next.number ?? 0);
    },
    show(number) {
      show(number);
      if (!track.element.hidden) track.show(number);
    },
  };
}

function sized(box) {
  box.style.setProperty("width", `${Math.max(4, box.value.length + 1.5)}ch`);
}

function noteOf({ note, source, address }) {
  return make(
    "details",
    { class: "note" },
    make("summary", { text: note ? "note" : source ? "source" : "address" }),
    note ? make("p", { text: note }) : null,
    source ? make("p", { text: `Source: ${source}` }) : null,
    make("p", { class: "address", text: address }),
  );
}

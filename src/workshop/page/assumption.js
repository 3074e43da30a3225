// One assumption: title, value, slider or field, range, note and source, and the way back.

import { make, write } from "./element.js";
import { dateField } from "./dates.js";
import { textField } from "./text_field.js";
import { numberField } from "./number_field.js";
import { numberOf, rangeOf, wordsOf } from "./scale.js";
import { complaint } from "./complaint.js";

let count = 0;

/**
 * The row of an assumption. `title` names it in full, `label` beside its heading; `linked` is null or, for branches and
 * panels, the set it belongs to, which then does the moving. `session` is asked for changes.
 */
export function assumptionRow(session, assumption, { title, label, linked = null }) {
  const id = `a${(count += 1)}`;
  const { address } = assumption;
  let now = assumption;

  const control = controlOf();
  const range = make("span", { class: "range num" });
  const back = make("button", { type: "button", class: "back", onclick: () => returnTo(null) });
  const toFile = make("button", { type: "button", class: "back", onclick: () => returnTo(now.in_file) });
  const wrong = complaint(`${id}-wrong`, { propose: (text) => control.propose?.(text) });
  const element = make(
    "div",
    { class: `assumption ${assumption.kind}`, "data-address": address, role: "group", "aria-label": title },
    make("div", { class: "top" }, make("label", { for: id, text: label }), control.value),
    control.below,
    make("div", { class: "ends" }, range, back, toFile, noteOf(assumption)),
    wrong.element,
  );

  function controlOf() {
    const check = (text) => session.check(linked ? linked.patch(address, text) : { [address]: text });
    const given = { id, session, assumption, title, commit, check, wrong: (problems) => wrong.show(problems, now) };
    if (assumption.kind === "date") return dateField(given);
    if (assumption.kind === "text") return textField(given);
    return numberField(given);
  }

  function commit(text, { dragging = false } = {}) {
    if (linked) linked.move(address, text, dragging);
    else session.change({ [address]: text === now.in_variant ? null : text }, { dragging });
    element.classList.toggle("changed", text !== now.in_file);
  }

  function returnTo(text) {
    control.forget?.();
    wrong.show([], now);
    if (linked) linked.back(address, text);
    else session.change({ [address]: text === now.in_variant ? null : text });
  }

  return {
    element,
    address,
    /** What the search looks through. */
    words: [title, address, assumption.note, assumption.source].join(" ").toLowerCase(),
    /** Shows the assumption as the state has it, unless this page has just moved it. */
    update(next, problems) {
      now = next;
      const inFile = numberOf(next.kind, next.in_file);
      const inVariant = next.in_variant !== next.in_file;
      element.classList.toggle("changed", next.now !== next.in_file);
      write(range, next.rest ? "the rest in the file" : rangeOf(next));
      const beyond = next.now !== next.in_variant;
      back.hidden = !beyond;
      toFile.hidden = !inVariant || next.now === next.in_file;
      offer(back, next, next.in_variant, inVariant ? "as in the variant" : "as in the file");
      offer(toFile, next, next.in_file, "as in the file");
      control.update(next, inFile);
      wrong.fromState(problems, next);
    },
    /** Shows a number that moving another one has moved. */
    show: (number) => control.show?.(number),
  };

  function offer(button, next, text, where) {
    const words = wordsOf(next, text) || "by luck";
    write(button, `↺ ${words}${where === "as in the variant" ? " (variant)" : ""}`);
    button.setAttribute("aria-label", `${title}: ${where}, ${words}`);
  }
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

// An expression or a distribution as text: checked while it is typed, played once it is entered.

import { placed } from "./complaint.js";
import { make, whenQuiet } from "./element.js";
import { unitOf } from "./scale.js";

const PAUSE = 250;

/** The field of an assumption that is a text. */
export function textField({ id, assumption, commit, check, wrong }) {
  let now = assumption;
  // The answers of a panel have fields of their own: here one text may take the place of all of them.
  const shown = () => (now.now.startsWith("panel:") ? "" : now.now);
  let dirty = false;
  const input = make("input", { class: "expression", type: "text", id, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  if (assumption.panel === assumption.address) input.placeholder = "a mixture of the answers below";
  let asked = 0;

  const look = async () => {
    const text = input.value.trim();
    const turn = (asked += 1);
    if (text === shown()) {
      wrong([]);
      return true;
    }
    const problems = text === "" ? [{ message: "a value is missing", help: null }] : await check(text);
    if (turn !== asked) return false;
    wrong(placed(problems, now.address, text));
    return problems.length === 0;
  };
  const later = whenQuiet(PAUSE, look);
  const enter = async () => {
    later.cancel();
    if (!dirty) return;
    const text = input.value.trim();
    if (!(await look()) || input.value.trim() !== text) return;
    dirty = false;
    if (text !== shown()) commit(text);
  };

  input.addEventListener("input", () => {
    dirty = true;
    later();
  });
  input.addEventListener("change", enter);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") enter();
    if (event.key === "Escape") {
      forget();
      wrong([]);
    }
  });
  function forget() {
    later.cancel();
    asked += 1;
    dirty = false;
    input.value = shown();
  }

  return {
    value: now.unit ? make("span", { class: "value unit", text: unitOf(now) }) : null,
    below: make("div", { class: "typed" }, input),
    forget,
    propose(text) {
      input.value = text;
      dirty = true;
      enter();
    },
    update(next) {
      now = next;
      if (!dirty) input.value = shown();
    },
  };
}

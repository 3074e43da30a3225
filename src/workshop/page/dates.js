// Whether and when an event happens, whatever its odds: by luck, on a date, never.

import { make } from "./element.js";

/** The control of an event's `happens`; without a calendar it has no date. */
export function dateField({ id, session, assumption, title, commit }) {
  let now = assumption;
  const { start, end, static: timeless } = session.state.file;
  const first = timeless ? null : dayAfter(start);
  const choice = make("select", { id, onchange: () => choose() });
  const day = make("input", {
    type: "date",
    class: "day",
    min: first,
    max: end,
    "aria-label": `${title}: the date`,
    onchange: () => day.value && commit(day.value),
  });

  function options() {
    const luck = now.in_variant === "" ? [["luck", "by luck"]] : [];
    const certain = timeless ? [["always", "always"]] : [["day", "on …"]];
    return [...luck, ...certain, ["never", "never"]];
  }
  function choose() {
    day.hidden = choice.value !== "day";
    if (choice.value === "luck") commit("");
    else if (choice.value === "never") commit("false");
    else if (choice.value === "always") commit("true");
    else {
      if (!day.value) day.value = first;
      commit(day.value);
      day.focus();
    }
  }

  return {
    value: make("span", { class: "value" }, choice, day),
    below: null,
    update(next) {
      now = next;
      const kept = options();
      choice.replaceChildren(...kept.map(([value, text]) => make("option", { value, text })));
      choice.value = { "": "luck", false: "never", true: "always" }[next.now] ?? "day";
      day.hidden = choice.value !== "day";
      if (!day.hidden && document.activeElement !== day) day.value = next.now;
    },
  };
}

/** A scenario's first step ends after its start, on which nothing can happen yet. */
function dayAfter(date) {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

// All assumptions, grouped as in the file, what matters most first; the search; the ways back.

import { byId, make, write } from "./element.js";
import { assumptionRow } from "./assumption.js";
import { BranchSet } from "./branches.js";
import { PanelSet, expertOf } from "./panel.js";

const MOST = 8;

/** Fills the list of assumptions and keeps it in step with the session. */
export function showAssumptions(session) {
  const list = byId("list");
  const search = byId("search");
  let rows = new Map();
  let sets = new Map();
  let shape = "";
  let placed = "";

  session.addEventListener("state", () => {
    build();
    place();
    update();
  });
  session.addEventListener("order", () => session.state && place());
  search.addEventListener("input", find);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || search.value === "") return;
    search.value = "";
    find();
  });
  byId("as-in-file").addEventListener("click", () => session.start(null));
  byId("as-in-variant").addEventListener("click", () => session.start(session.present.variant));

  /** Rows are made anew only where the file has other assumptions, or one has become another kind of thing. */
  function build() {
    const next = JSON.stringify(session.state.groups.map((group) => [group.name, group.title, group.assumptions.map((one) => [one.address, one.kind, one.title, one.note, one.source])]));
    if (next === shape) return;
    shape = next;
    placed = "";
    rows = new Map();
    sets = new Map();
    for (const group of session.state.groups) {
      for (const assumption of group.assumptions) {
        const set = setOf(group, assumption);
        const row = assumptionRow(session, assumption, { title: nameOf(group, assumption), label: labelIn(group, assumption), linked: set });
        set?.add(row);
        rows.set(assumption.address, { row, set, group, assumption });
      }
    }
  }

  function setOf(group, assumption) {
    const name = assumption.branches ?? assumption.panel;
    if (!name) return null;
    const key = `${assumption.branches ? "branches" : "panel"} ${name}`;
    if (!sets.has(key)) {
      const title = assumption.branches ? group.title + ruleOf(name) : nameOf(group, assumption);
      sets.set(key, assumption.branches ? new BranchSet(session, title) : new PanelSet(session, name, title));
    }
    return sets.get(key);
  }

  /** Puts rows where they belong: the first ones on top, the others in their groups. */
  function place() {
    const given = session.state.first;
    const first = (given.length > 0 ? given : session.order.slice(0, MOST)).filter((address) => rows.has(address));
    const key = shape + first.join();
    if (key === placed || list.querySelector("input[type=range]:active")) return;
    placed = key;
    const focused = document.activeElement;
    const taken = new Set();
    const parts = [];
    const put = (section, entry, isFirst) => {
      const block = entry.set ?? entry.row;
      if (taken.has(block)) return;
      taken.add(block);
      block.element.classList.toggle("first", isFirst);
      if (!entry.set) label(entry, isFirst);
      section.append(block.element);
    };
    const section = (title, note) => make("section", { class: "group" }, make("h2", { text: title }), note);
    if (first.length > 0) {
      const top = section(given.length > 0 ? "To argue about first" : "What matters most", null);
      for (const address of first) put(top, rows.get(address), true);
      parts.push(top);
    }
    for (const group of session.state.groups) {
      const own = section(group.title, aboutOf(group));
      for (const { address } of group.assumptions) put(own, rows.get(address), false);
      if (own.querySelector(".assumption")) parts.push(own);
    }
    list.replaceChildren(...parts);
    if (list.contains(focused)) focused.focus({ preventScroll: true });
    find();
  }

  function update() {
    const { state } = session;
    for (const group of state.groups) {
      for (const assumption of group.assumptions) {
        const entry = rows.get(assumption.address);
        entry.assumption = assumption;
        entry.set?.take(assumption);
      }
    }
    const stale = new Set();
    for (const entry of rows.values()) {
      const { row, set, assumption } = entry;
      const problems = state.problems.filter((problem) => problem.address === assumption.address);
      // Most rows stay as they are, and a drag leaves no time to write them all.
      const shown = session.isMoved(assumption.address) ? null : JSON.stringify([assumption, problems]);
      if (shown === entry.shown && shown !== null) continue;
      entry.shown = shown;
      if (shown !== null) row.update(assumption, problems);
      if (set) stale.add(set);
    }
    for (const set of stale) set.draw?.();
    const changed = changedOf(state).length;
    write(byId("changed-count"), changed === 0 ? "As in the file" : `${changed} changed`);
    byId("as-in-file").hidden = changed === 0 && state.variant === null;
    byId("as-in-variant").hidden = state.variant === null || Object.keys(state.changes).length === 0;
    write(byId("tab-assumptions"), changed === 0 ? "Assumptions" : `Assumptions (${changed} changed)`);
  }

  function find() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { row, group } of rows.values()) {
      const words = `${row.words} ${group.title.toLowerCase()}`;
      const fits = wanted.every((word) => words.includes(word));
      row.element.hidden = !fits;
      found += fits;
    }
    for (const box of list.querySelectorAll(".set, .group")) box.hidden = !box.querySelector(".assumption:not([hidden])");
    byId("nothing").hidden = found > 0;
  }
}

/** The assumptions that differ from the file, in file order: `{name, assumption}`. */
export function changedOf(state) {
  const named = (group) => group.assumptions.map((assumption) => ({ name: nameOf(group, assumption), assumption }));
  return state.groups.flatMap(named).filter(({ assumption }) => assumption.now !== assumption.in_file);
}

/** An assumption's name in full, as it is said and searched: “A ceasefire in Ukraine: probability”. */
export function nameOf(group, assumption) {
  const part = assumption.panel && assumption.panel !== assumption.address ? expertOf(assumption) : partOf(group, assumption);
  if (group.kind === "quantity" || part === "") return capital(part) || group.title;
  return `${group.title}: ${part}`;
}

/** Among the first ones the thing has to be named; under its own heading only the field. */
function label({ row, group, assumption }, isFirst) {
  const label = row.element.querySelector("label");
  if (isFirst && group.kind !== "quantity") label.replaceChildren(`${group.title} `, make("span", { text: partOf(group, assumption) }));
  else label.replaceChildren(labelIn(group, assumption));
}

function labelIn(group, assumption) {
  if (assumption.panel === assumption.address) return "pooled";
  if (assumption.panel) return expertOf(assumption);
  if (assumption.branches) return partOf(group, assumption);
  return capital(partOf(group, assumption)) || "Value";
}

/** What an assumption's title says beyond that of its group, and beyond the unit that stands beside its value. */
function partOf(group, { title, unit }) {
  const part = title.startsWith(group.title) ? title.slice(group.title.length).replace(/^[:,]?\s*/, "") : title;
  return unit && part.endsWith(` ${unit}`) ? part.slice(0, -unit.length - 1) : part;
}

/** Which rule of an event its branches belong to; nothing for its own. */
function ruleOf(branches) {
  const rule = /\.given\.(\d+)$/.exec(branches);
  return rule ? `, rule ${Number(rule[1]) + 1}` : "";
}

function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What the file says about the thing as a whole; what stands at its one assumption already is not said twice. */
function aboutOf({ note, source, assumptions }) {
  if ((!note && !source) || assumptions.some((one) => one.note === note && one.source === source)) return null;
  return make(
    "details",
    { class: "note about" },
    make("summary", { text: note ? "about it" : "source" }),
    note ? make("p", { text: note }) : null,
    source ? make("p", { text: `Source: ${source}` }) : null,
  );
}

// The workshop page: every part keeps itself in step with the session.

import { showAssumptions } from "./assumptions.js";
import { byId, prose, write } from "./element.js";
import { Guesses } from "./guesses.js";
import { keepLink } from "./link.js";
import { showMistakes } from "./mistakes.js";
import { Projector } from "./projector.js";
import { showResults } from "./results.js";
import { offerSaving } from "./save.js";
import { Session } from "./session.js";
import { offerTabs } from "./tabs.js";
import { showVariants } from "./variants.js";

const session = new Session();
const guesses = new Guesses(session);
showAssumptions(session);
showVariants(session);
showMistakes(session);
const projector = new Projector(showResults(session, guesses));
offerSaving(session);
offerTabs();
showHead();
offerUndo();
keepLink(session, { guesses, projector });
session.open();

function showHead() {
  session.addEventListener("state", () => {
    const { title, question, name } = session.state.file;
    document.title = `${title}: workshop`;
    write(byId("title"), title);
    write(byId("question"), question ? `${question} ·` : "");
    write(byId("file"), name);
  });
  // The column of assumptions scrolls by itself below the header, however many lines the variants need.
  const header = document.querySelector("header");
  new ResizeObserver(() => document.documentElement.style.setProperty("--head", `${header.offsetHeight}px`)).observe(header);
  const notice = byId("connection");
  session.addEventListener("connection", ({ detail: connected }) => {
    notice.hidden = connected;
    write(notice, connected ? "" : "The connection is lost. Trying again … What you see is the last that came.");
  });
  // A state that comes is heard, and newer than any refusal.
  session.addEventListener("state", () => (notice.hidden = true));
  session.addEventListener("refused", ({ detail: message }) => {
    notice.hidden = false;
    notice.replaceChildren(...prose(message));
  });
}

/** Undo and redo by button, and by key wherever no text is being typed. */
function offerUndo() {
  session.addEventListener("state", () => {
    byId("undo").disabled = !session.state.can_undo;
    byId("redo").disabled = !session.state.can_redo;
  });
  byId("undo").addEventListener("click", () => session.undo());
  byId("redo").addEventListener("click", () => session.redo());
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type !== "range";
    if (typing || !(event.ctrlKey || event.metaKey) || event.altKey || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "z") event.shiftKey ? session.redo() : session.undo();
    else if (key === "y") session.redo();
    else return;
    event.preventDefault();
  });
}

// The state in the address: `#variant=NAME&ADDRESS=text&…&view=hidden`. A link opens what it was copied from.

import { byId, whenQuiet, write } from "./element.js";

/** The address follows once a drag rests: browsers bear few changes of it in a second. */
const PAUSE = 200;

/** Keeps the fragment in step; a link that is opened changes the session, a reload only one that nobody has touched. */
export function keepLink(session, { guesses, projector }) {
  let started = false;
  // What is asked for and not yet confirmed is left for the state that confirms it.
  const later = whenQuiet(PAUSE, () => put(session.state));
  const view = new URLSearchParams(location.hash.slice(1)).get("view");
  if (view === "hidden") guesses.hide(true);
  if (view === "projector") projector.turn(true, { full: false });

  session.addEventListener("state", () => {
    if (!started) {
      started = true;
      const { state } = session;
      const touched = state.variant !== null || Object.keys(state.changes).length > 0 || state.can_undo || state.can_redo;
      const reloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
      const link = read(location.hash);
      if (link && !(reloaded && touched) && !isPresent(session, link)) return session.start(link.variant, link.changes);
    }
    later();
  });
  const now = () => session.state && put(session.present);
  addEventListener("pagehide", now);
  guesses.onhide = now;
  projector.onturn = now;
  addEventListener("hashchange", () => {
    const link = read(location.hash) ?? { variant: null, changes: {} };
    if (session.state && !isPresent(session, link)) session.start(link.variant, link.changes);
  });
  byId("copy").addEventListener("click", copy);

  function put({ variant, changes }) {
    const parts = new URLSearchParams();
    if (variant !== null) parts.set("variant", variant);
    for (const [address, text] of Object.entries(changes)) parts.set(address, text);
    if (guesses.hidden) parts.set("view", "hidden");
    else if (projector.on) parts.set("view", "projector");
    const hash = parts.size > 0 ? `#${parts}` : "";
    if (hash !== location.hash) history.replaceState(null, "", location.pathname + location.search + hash);
  }

  async function copy() {
    now();
    const button = byId("copy");
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    write(button, copied ? "Copied" : "It is in the address bar");
    setTimeout(() => write(button, "Copy link"), 2000);
  }
}

/** The variant and the changes of a fragment, or null where it names none. */
function read(hash) {
  const parts = new URLSearchParams(hash.slice(1));
  const variant = parts.get("variant");
  const changes = Object.fromEntries([...parts].filter(([name]) => name.includes(".")));
  return variant === null && Object.keys(changes).length === 0 ? null : { variant, changes };
}

function isPresent(session, { variant, changes }) {
  const present = session.present;
  const sorted = (one) => JSON.stringify(Object.entries(one).sort());
  return present.variant === variant && sorted(present.changes) === sorted(changes);
}

// The mistakes of the file on disk, as `check` shows them: the place, the line, what is wrong, the mend.

import { byId, make, prose } from "./element.js";
import { sentence } from "./words.js";

/** Shows the mistakes of the state, and says that the last good results are kept. */
export function showMistakes(session) {
  let shown = "[]";
  session.addEventListener("state", () => {
    const { mistakes, file } = session.state;
    const key = JSON.stringify(mistakes);
    if (key === shown) return;
    shown = key;
    const box = byId("mistakes");
    box.hidden = mistakes.length === 0;
    const title = mistakes.length === 1 ? "The file has a mistake" : `The file has ${mistakes.length} mistakes`;
    box.replaceChildren(
      make("h2", { text: title }),
      make("p", { text: "What you see is the last good state of the file. Mend it in your editor: this page follows." }),
      ...mistakes.map((mistake) => one(mistake, file.name)),
    );
  });
}

function one({ line, column, severity, message, help, excerpt, file }, name) {
  const head = `${severity}: ${message}`;
  // The excerpt is what `check` prints: its first line stands above it already.
  const shown = excerpt.startsWith(head) ? excerpt.slice(head.length).replace(/^\n/, "") : excerpt;
  return make(
    "div",
    { class: "mistake" },
    make("p", {}, make("b", {}, ...prose(head)), " ", make("span", { class: "address", text: `${file || name}:${line}:${column}` })),
    shown ? make("pre", { text: shown.trimEnd(), tabindex: 0, role: "group", "aria-label": `Line ${line}` }) : null,
    help && !excerpt ? make("p", {}, ...prose(sentence(help))) : null,
  );
}

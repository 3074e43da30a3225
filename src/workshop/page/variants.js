// The variants as buttons: each starts anew from what the file says.

import { byId, make } from "./element.js";

/** Fills the row of variants and marks the present one. */
export function showVariants(session) {
  const box = byId("variants");
  let shown = "";
  session.addEventListener("state", () => {
    const { variants, variant } = session.state;
    const key = JSON.stringify(variants.map(({ name, title, note }) => [name, title, note]));
    if (key !== shown) {
      shown = key;
      const button = (name, text, note) => make("button", { type: "button", "data-variant": name ?? "", text, title: note || null, onclick: () => session.start(name) });
      box.replaceChildren(
        make("span", { text: "Start from" }),
        button(null, "Base case"),
        ...variants.map(({ name, title, note }) => button(name, title || name, note)),
      );
    }
    for (const button of box.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", button.dataset.variant === (variant ?? ""));
    }
  });
}

// On a phone, assumptions and results share the screen as two tabs.

import { byId } from "./element.js";

const TABS = ["assumptions", "results"];

/** Wires the tabs: a click, or the arrow keys. */
export function offerTabs() {
  for (const name of TABS) {
    const tab = byId(`tab-${name}`);
    tab.addEventListener("click", () => turnTo(name));
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = TABS.find((one) => one !== name);
      turnTo(other);
      byId(`tab-${other}`).focus();
    });
  }
}

function turnTo(name) {
  document.body.dataset.tab = name;
  for (const one of TABS) {
    const tab = byId(`tab-${one}`);
    tab.setAttribute("aria-selected", one === name);
    tab.tabIndex = one === name ? 0 : -1;
  }
  scrollTo({ top: 0 });
}

// How long a room waits: from the input event of a slider to the painted first answer, over 50 moves of a drag.
//
// FORKCAST=target/release/forkcast node tests/browser/latency.mjs [SCENARIO] [ADDRESS]

import { openBrowser, openWorkshop, row, settled } from "./workshop.mjs";
import { fileURLToPath } from "node:url";

const MOVES = 50;
const scenario = process.argv[2] ?? fileURLToPath(new URL("../../scenarios/us-russia-2026.toml", import.meta.url));
const address = process.argv[3] ?? "events.ceasefire.probability";

const browser = await openBrowser();
const workshop = await openWorkshop(browser, scenario);
const page = await workshop.page();
await page.evaluate(() => {
  // The picture of the outcomes is exchanged with each answer; it is painted with the frame after that.
  window.waits = [];
  const figure = document.querySelector("figure[data-chart=outcomes]");
  let since = null;
  document.addEventListener("input", () => (since ??= performance.now()), true);
  new MutationObserver(() => {
    if (since === null) return;
    const began = since;
    since = null;
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => window.waits.push(performance.now() - began);
      painted.port2.postMessage(null);
    });
  }).observe(figure, { childList: true });
});

const slider = row(page, address).locator("input[type=range]");
await slider.scrollIntoViewIfNeeded();
const { x, y, width, height } = await slider.boundingBox();
const at = (move) => x + width * (0.25 + 0.5 * Math.abs(((move / 12) % 2) - 1));
await page.mouse.move(at(0), y + height / 2);
await page.mouse.down();
for (let move = 1; move <= MOVES; move += 1) {
  const answered = await page.evaluate(() => window.waits.length);
  await page.mouse.move(at(move), y + height / 2);
  await page.waitForFunction((before) => window.waits.length > before, answered, { polling: 5, timeout: 3000 }).catch(() => {});
}
await page.mouse.up();
await settled(page);

const waits = (await page.evaluate(() => window.waits)).sort((a, b) => a - b);
const share = (part) => `${Math.round(waits[Math.min(waits.length - 1, Math.floor(part * waits.length))])} ms`;
console.log(`${waits.length} answers to ${MOVES} moves: the middle ${share(0.5)}, 19 of 20 within ${share(0.95)}, the longest ${share(1)}`);
await workshop.stop();
await browser.close();

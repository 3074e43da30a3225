// A full room: 20 screens that move sliders for a minute, all in one session.
//
// FORKCAST=target/release/forkcast node tests/browser/load.mjs [SCENARIO] [SECONDS] [SCREENS]

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { openBrowser, openWorkshop, settled } from "./workshop.mjs";

const scenario = process.argv[2] ?? fileURLToPath(new URL("../../scenarios/us-russia-2026.toml", import.meta.url));
const seconds = Number(process.argv[3] ?? 60);
const screens = Number(process.argv[4] ?? 20);

const browser = await openBrowser();
const workshop = await openWorkshop(browser, scenario);
const pages = [];
for (let screen = 0; screen < screens; screen += 1) pages.push(await workshop.page({ viewport: { width: 1000, height: 700 } }));
const memory = async () => {
  const status = await readFile(`/proc/${workshop.server.pid}/status`, "utf8").catch(() => "");
  return /VmRSS:\s+(\d+)/.exec(status)?.[1] / 1024;
};

const before = await memory();
const end = Date.now() + 1000 * seconds;
const moves = await Promise.all(
  pages.map(async (page, screen) => {
    const sliders = page.locator(".track:visible input");
    const count = await sliders.count();
    let moved = 0;
    for (; Date.now() < end; moved += 1) {
      const slider = sliders.nth((7 * screen + moved) % count);
      await slider.press(moved % 2 === 0 ? "ArrowRight" : "ArrowLeft").catch(() => {});
    }
    return moved;
  }),
);
await pages[0].locator("#as-in-file").click();
await Promise.all(pages.map(settled));
const says = await Promise.all(pages.map((page) => page.locator("#say").textContent()));
const same = new Set(says).size === 1;
console.log(`${screens} screens made ${moves.reduce((sum, one) => sum + one, 0)} moves in ${seconds} s`);
console.log(`the server held ${before.toFixed(0)} MiB before and ${(await memory()).toFixed(0)} MiB after`);
console.log(same ? "all screens show the same in the end" : `the screens differ: ${[...new Set(says)].join(" | ")}`);
for (const mistake of new Set(workshop.mistakes)) console.log(mistake);
await workshop.stop();
await browser.close();
process.exitCode = same && workshop.mistakes.length === 0 ? 0 : 1;

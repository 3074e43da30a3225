// The workshop page in a real browser: what a room does with it, and what it must never do.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { box, openBrowser, openWorkshop, row, settled, share, until } from "./workshop.mjs";

const PERMIT = "events.permit.probability";
const MOOD = "quantities.mood";

let browser;
let workshop;
before(async () => (browser = await openBrowser()));
after(() => browser.close());
afterEach(async () => {
  const { mistakes } = workshop;
  await workshop.stop();
  assert.deepEqual(mistakes, [], "the page must run without a mistake");
});

/** Waits until the present state is played out in full: its change is in the link, and its results are here. */
async function played(page, part) {
  await until(page, (part) => decodeURIComponent(location.hash).includes(part), part);
  await settled(page);
}

test("moving a slider changes the outcomes", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  const before = await share(page, "Open");
  const slider = row(page, PERMIT).locator("input[type=range]");
  const { x, y, width, height } = await slider.boundingBox();
  await page.mouse.move(x + 0.55 * width, y + height / 2);
  await page.mouse.down();
  for (const part of [0.6, 0.7, 0.8]) await page.mouse.move(x + part * width, y + height / 2);
  await page.mouse.up();
  await played(page, PERMIT);
  await until(page, (before) => Number.parseFloat(document.querySelector("#numbers td").textContent) > before + 5, before);
  const value = Number(await box(page, PERMIT).inputValue());
  assert.ok(value > 80 && value < 95, `the box shows ${value}`);
  assert.match(await page.locator("#say").textContent(), /Open/);
  assert.match(await page.locator("figure[data-chart=outcomes]").innerHTML(), /f-ghost|s-ghost/);
  assert.ok(await row(page, PERMIT).evaluate((row) => row.classList.contains("changed")));

  await page.locator("#undo").click();
  await until(page, () => document.querySelector("#changed-count").textContent === "As in the file");
  assert.equal(await box(page, PERMIT).inputValue(), "60");
  await page.locator("body").press("Control+Shift+Z");
  await until(page, () => document.querySelector("#changed-count").textContent === "1 changed");
  assert.equal(Number(await box(page, PERMIT).inputValue()), value);
  await page.locator("body").press("Control+Z");
  await until(page, () => document.querySelector("#changed-count").textContent === "As in the file");
});

test("every assumption of the file can be changed", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  const addresses = await page.locator(".assumption").evaluateAll((rows) => rows.map((row) => row.dataset.address));
  for (const address of [MOOD, "quantities.overrun", "paths.cost.volatility", "events.permit.shifts.mood.odds", "events.vote.branches.put_off", "events.strike.probability.panel.ben", "events.built.within"]) {
    assert.ok(addresses.includes(address), `${address} is missing among ${addresses}`);
  }
  await page.locator("#search").fill("strike");
  assert.equal(await row(page, PERMIT).isVisible(), false);
  assert.equal(await row(page, "events.strike.probability.panel.ana").isVisible(), true);
});

test("1 % and 99 % can be set by mouse, and any value by typing", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  const slider = row(page, PERMIT).locator("input[type=range]");
  const { x, y, width, height } = await slider.boundingBox();
  const reached = new Set();
  await page.mouse.move(x + 0.6 * width, y + height / 2);
  await page.mouse.down();
  for (const [from, to] of [[0.04, 0.12], [0.88, 0.96]]) {
    for (let at = x + from * width; at < x + to * width; at += 1) {
      await page.mouse.move(at, y + height / 2);
      reached.add(await box(page, PERMIT).inputValue());
    }
  }
  await page.mouse.up();
  assert.ok(reached.has("1") && reached.has("99"), `reached: ${[...reached]}`);
  await box(page, PERMIT).fill("33.3");
  await box(page, PERMIT).press("Enter");
  await played(page, `${PERMIT}=0.333`);
});

test("branches always make 100 %", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  const branches = ["yes", "no", "put_off"].map((name) => `events.vote.branches.${name}`);
  const values = () => Promise.all(branches.map(async (address) => Number(await box(page, address).inputValue())));
  assert.deepEqual(await values(), [50, 30, 20]);
  const set = async (at, value) => {
    await box(page, branches[at]).fill(String(value));
    await box(page, branches[at]).press("Enter");
    await played(page, branches[at]);
  };
  await set(0, 75);
  assert.deepEqual(await values(), [75, 15, 10]);
  // What was moved before keeps its proportion to the third.
  await set(1, 32);
  assert.deepEqual(await values(), [60, 32, 8]);
  await set(2, 15);
  const [yes, no, putOff] = await values();
  assert.equal(putOff, 15);
  assert.ok(Math.abs(yes + no + putOff - 100) < 0.1 && Math.abs(yes / no - 60 / 32) < 0.01);
  assert.equal(await page.locator("#held").isVisible(), false);
});

test("experts have a slider each, and the pooled value follows", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  const panel = page.locator(".panel").first();
  const pooled = box(page, "events.strike.probability");
  const before = await pooled.inputValue();
  await box(page, "events.strike.probability.panel.ana").fill("70");
  await box(page, "events.strike.probability.panel.ana").press("Enter");
  await played(page, "panel.ana");
  assert.ok(Number(await pooled.inputValue()) > Number(before) + 5);
  assert.equal(await panel.locator(".dot").count(), 3);
});

test("a wrong expression is marked at its place and the last good results stay", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  const before = await page.locator("#say").textContent();
  const field = row(page, MOOD).locator(".expression");
  await field.fill("normal(0 1)");
  const wrong = row(page, MOOD).locator(".wrong");
  await wrong.waitFor();
  assert.match(await wrong.textContent(), /last good state/);
  assert.match(await wrong.locator("pre").textContent(), /^normal\(0 1\)\n +\^/);
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await field.press("Enter");
  assert.equal(await page.locator("#say").textContent(), before);
  assert.equal(await page.evaluate(() => location.hash), "");

  await field.fill("normal(0, 2)");
  await wrong.waitFor({ state: "hidden" });
  await field.press("Enter");
  await played(page, `${MOOD}=normal(0,+2)`);
  await row(page, MOOD).locator(".back").first().click();
  await until(page, () => location.hash === "");
  // The field follows when the server has answered.
  await until(page, (shown) => shown.value === "normal(0, 1)", await field.elementHandle());
});

test("a mend is one click away", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  const field = row(page, MOOD).locator(".expression");
  await field.fill("normall(0, 2)");
  await row(page, MOOD).locator(".mend").click();
  await played(page, `${MOOD}=normal(0,+2)`);
  assert.equal(await field.inputValue(), "normal(0, 2)");
  assert.equal(await row(page, MOOD).locator(".wrong").isVisible(), false);
});

test("an event can be made to happen on a date, or never", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  const built = row(page, "events.built.happens");
  await built.locator("select").selectOption("never");
  await played(page, "events.built.happens=false");
  assert.equal(await share(page, "Open"), 0);
  await built.locator("select").selectOption("day");
  await built.locator(".day").fill("2027-05-01");
  await built.locator(".day").press("Tab");
  await played(page, "events.built.happens=2027-05-01");
  await until(page, () => Number.parseFloat(document.querySelector("#numbers td").textContent) > 60);
  await built.locator("select").selectOption("luck");
  await until(page, () => location.hash === "");
});

test("a link with a mistake is told so, and keeps the last good results", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page({ hash: `#${PERMIT}=banana`, wait: false });
  await page.locator("#held").waitFor();
  await row(page, PERMIT).locator(".wrong").filter({ hasText: "banana" }).waitFor();
  assert.match(await page.locator("#say").textContent(), /On <em>paper<\/em>/);
  await row(page, PERMIT).locator(".back").first().click();
  await page.locator("#held").waitFor({ state: "hidden" });
  await until(page, () => document.querySelector("[data-address='events.permit.probability'] .box").value === "60");
});

test("a variant is saved and the rest of the file keeps its bytes", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  const before = await workshop.read();
  await box(page, PERMIT).fill("85");
  await box(page, PERMIT).press("Enter");
  await played(page, PERMIT);
  const save = async (title, name) => {
    await page.locator("#save").click();
    await page.locator("#save-as-title").fill(title);
    if (name !== undefined) await page.locator("#save-as-name").fill(name);
    await page.locator("dialog .go").click();
  };

  await save("A sure permit", "sure");
  const answer = page.locator("dialog .answer");
  await answer.filter({ hasText: "sure" }).waitFor();
  assert.equal(await page.locator("#save-replace").isVisible(), true);
  await page.locator("#save-as-name").fill("No good name");
  await page.locator("dialog .go").click();
  await answer.filter({ hasText: "No good name" }).waitFor();
  assert.equal(await workshop.read(), before, "a refused name leaves the file alone");
  await page.locator("dialog button", { hasText: "Cancel" }).click();

  await save("A likely permit");
  await page.locator("#variants button", { hasText: "A likely permit" }).waitFor();
  const after = await workshop.read();
  const [head, tail] = [commonStart(before, after), commonStart([...before].reverse().join(""), [...after].reverse().join(""))];
  assert.ok(head + tail >= before.length, "all that stood in the file still stands there");
  assert.match(after, /\[variants\.a_likely_permit\]/);
  assert.match(after, /"events\.permit\.probability" = 0\.85/);
});

function commonStart(one, other) {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

test("a reload keeps the state, and a link brings it to another page", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  await page.locator("#variants button", { hasText: "sure" }).click();
  await played(page, "variant=sure");
  assert.equal(await box(page, PERMIT).inputValue(), "95");
  await box(page, "events.built.probability").fill("40");
  await box(page, "events.built.probability").press("Enter");
  await played(page, "events.built.probability=0.4");
  const hash = await page.evaluate(() => location.hash);
  await page.reload();
  await settled(page);
  assert.equal(await page.evaluate(() => location.hash), hash);
  assert.equal(await box(page, "events.built.probability").inputValue(), "40");
  assert.equal(await page.locator("#variants [aria-pressed=true]").textContent(), "A <u>sure</u> permit");

  await page.locator("#as-in-variant").click();
  await until(page, () => location.hash === "#variant=sure");
  assert.equal(await box(page, "events.built.probability").inputValue(), "70");
  await page.locator("#as-in-file").click();
  await until(page, () => location.hash === "");

  const other = await workshop.page({ hash });
  await played(other, "events.built.probability=0.4");
  assert.equal(await box(other, "events.built.probability").inputValue(), "40");
  await until(page, (hash) => location.hash === hash, hash);
});

test("the page follows the file, and shows its mistakes with the last good results", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  const good = await workshop.read();
  const before = await page.locator("#say").textContent();
  await workshop.write(good.replace("value = 0.60 # two digits", "value = 0.30 # two digits"));
  await until(page, () => document.querySelector("[data-address='events.permit.probability'] .box").value === "30");
  // The control moves first, the results follow.
  await until(page, (before) => document.querySelector("#say").textContent !== before, before);
  await settled(page);
  const say = await page.locator("#say").textContent();

  await workshop.write(good.replace("by = 2027-06-30", "by = 2027-06-31"));
  await page.locator("#mistakes").waitFor();
  const mistakes = await page.locator("#mistakes").textContent();
  assert.match(mistakes, /room\.toml:\d+:\d+/);
  assert.match(mistakes, /by = 2027-06-31/);
  assert.equal(await page.locator("#say").textContent(), say);
  assert.equal(await page.locator("#held").isVisible(), true);

  await workshop.write(good);
  await page.locator("#mistakes").waitFor({ state: "hidden" });
  await until(page, () => document.querySelector("[data-address='events.permit.probability'] .box").value === "60");
});

test("two pages see the same session", async () => {
  workshop = await openWorkshop(browser);
  const [one, other] = [await workshop.page(), await workshop.page()];
  await box(one, PERMIT).fill("80");
  await box(one, PERMIT).press("Enter");
  await until(other, () => document.querySelector("[data-address='events.permit.probability'] .box").value === "80");
  await box(other, "events.built.probability").fill("30");
  await box(other, "events.built.probability").press("Enter");
  await until(one, () => document.querySelector("[data-address='events.built.probability'] .box").value === "30");
  await Promise.all([settled(one), settled(other)]);
  await until(one, () => document.querySelector("#changed-count").textContent === "2 changed");
  assert.equal(await one.locator("#say").textContent(), await other.locator("#say").textContent());
});

test("a page that is not looked at hangs up, and catches up when it is", async () => {
  workshop = await openWorkshop(browser);
  const [one, other] = [await workshop.page(), await workshop.page()];
  const look = (hidden) =>
    other.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await look(true);
  await box(one, PERMIT).fill("80");
  await box(one, PERMIT).press("Enter");
  await played(one, `${PERMIT}=0.8`);
  assert.equal(await box(other, PERMIT).inputValue(), "60");
  await look(false);
  await until(other, () => document.querySelector("[data-address='events.permit.probability'] .box").value === "80");
});

test("the report of the present state can be downloaded", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  await page.locator("#variants button", { hasText: "sure" }).click();
  await played(page, "variant=sure");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#report").click()]);
  assert.match(download.suggestedFilename(), /\.html$/);
  const report = await readFile(await download.path(), "utf8");
  assert.match(report, /The ferry &amp; the &lt;b&gt;bridge/);
  assert.match(report, /0\.95|95 %/);
});

test("results stay hidden until the room has guessed", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page({ hash: "#view=hidden", wait: false });
  await page.locator("#guess-0").fill("70");
  assert.equal(await page.locator("#say").isVisible(), false);
  assert.equal(await page.locator("#charts").isVisible(), false);
  assert.doesNotMatch(await page.locator("#spoken").textContent(), /\d/);
  await page.locator(".veil .go").click();
  await settled(page);
  await page.locator("#guesses").filter({ hasText: /Open 70 \(\d+ too many\)/ }).waitFor();
  assert.equal(await page.locator("figure[data-chart=outcomes] .guess-mark").count(), 1);
});

test("the keyboard alone is enough", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  const focus = () => page.evaluate(() => document.activeElement.closest("[data-address]")?.dataset.address ?? document.activeElement.id);
  for (let at = 0; at < 60 && (await focus()) !== "search"; at += 1) await page.keyboard.press("Tab");
  assert.equal(await focus(), "search");
  const onSlider = () => page.evaluate(() => document.activeElement.type === "range");
  for (let at = 0; at < 6 && !(await onSlider()); at += 1) await page.keyboard.press("Tab");
  assert.equal(await focus(), PERMIT);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
  assert.equal(outline, "3px");
  for (let at = 0; at < 5; at += 1) await page.keyboard.press("ArrowRight");
  await played(page, `${PERMIT}=0.65`);
  // Keys that follow each other quickly are one step to undo; how quickly they came here is left to the machine.
  for (let at = 0; at < 5 && (await box(page, PERMIT).inputValue()) !== "60"; at += 1) {
    const before = await box(page, PERMIT).inputValue();
    await page.keyboard.press("Control+Z");
    await until(page, (before) => document.querySelector("[data-address='events.permit.probability'] .box").value !== before, before);
  }
  assert.equal(await box(page, PERMIT).inputValue(), "60");
  assert.equal(await focus(), PERMIT, "the focus stays where it was");
});

test("the projector goes through the charts by arrow keys", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  await page.locator("#projector").click();
  assert.equal(await page.locator("#assumptions").isVisible(), false);
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("figure[data-chart=outcomes]").isVisible(), true);
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("figure[data-chart=outcomes]").isVisible(), false);
  assert.match(await page.locator("#slide-place").textContent(), /^2 of /);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.locator("#assumptions").waitFor();
});

test("a phone's width needs no scrolling sideways", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, wait: false });
  await page.locator(".strip li").first().waitFor();
  const widest = () => page.evaluate(() => document.documentElement.scrollWidth);
  for (const summary of await page.locator("#list summary").all()) await summary.click();
  assert.equal(await widest(), 390);
  await page.locator("#tab-results").click();
  await settled(page);
  assert.equal(await page.locator("figure[data-chart=outcomes] svg.narrow").count(), 1);
  await page.locator("#numbers summary").click();
  assert.equal(await widest(), 390);
  assert.equal(await page.locator(".strip").isVisible(), true);
});

test("markup in a title stays text", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  for (const summary of await page.locator("#list summary").all()) await summary.click();
  const text = await page.locator("body").innerText();
  for (const markup of ["the <b>bridge</b>", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<em>paper</em>", "<u>sure</u>"]) {
    assert.ok(text.includes(markup), `${markup} is shown as it is written`);
  }
  assert.equal(await page.locator("header b, img, main em, #variants u, #list script").count(), 0);
});

test("a lost connection is said and comes back by itself", async () => {
  workshop = await openWorkshop(browser);
  const page = await workshop.page();
  await page.context().setOffline(true);
  await page.evaluate(() => dispatchEvent(new Event("pagehide")));
  await page.evaluate(() => dispatchEvent(new Event("pageshow")));
  await page.locator("#connection", { hasText: "lost" }).waitFor();
  await page.context().setOffline(false);
  await page.locator("#connection").waitFor({ state: "hidden" });
  await box(page, PERMIT).fill("80");
  await box(page, PERMIT).press("Enter");
  await played(page, `${PERMIT}=0.8`);
});

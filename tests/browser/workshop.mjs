// A workshop of its own for each test: the server on a copy of a scenario, and pages in Debian's chromium.

import { spawn } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const BINARY = resolve(process.env.FORKCAST ?? "target/release/forkcast");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Generous: it bounds how long a broken page is waited for, and no test depends on it. */
const PATIENCE = 60_000;

export const room = fileURLToPath(new URL("room.toml", import.meta.url));

/** The browser that all tests share. */
export function openBrowser() {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-background-networking"] });
}

/** A server on a copy of `scenario`: `{address, file, read, write, page, stop}`. */
export async function openWorkshop(browser, scenario = room) {
  const folder = await mkdtemp(join(tmpdir(), "forkcast-workshop-"));
  const file = join(folder, basename(scenario));
  await copyFile(scenario, file);
  const server = spawn(BINARY, ["tune", file, "--port", "0"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const address = await addressOf(server);
  const contexts = [];
  const mistakes = [];

  return {
    address,
    file,
    server,
    /** What pages complained about: errors of scripts, and what the content policy has kept out. */
    mistakes,
    read: () => readFile(file, "utf8"),
    write: (text) => writeFile(file, text),
    /** A page in a context of its own, once its first full results are there. */
    async page({ hash = "", wait = true, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      page.on("pageerror", (error) => mistakes.push(error.stack));
      page.on("console", (message) => /Content Security Policy/.test(message.text()) && mistakes.push(message.text()));
      page.on("dialog", (dialog) => {
        mistakes.push(`a dialog: ${dialog.message()}`);
        dialog.dismiss();
      });
      await page.goto(address + hash);
      if (wait) await settled(page);
      return page;
    },
    async stop() {
      await Promise.all(contexts.map((context) => context.close()));
      const gone = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function addressOf(server) {
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (stream) =>
      stream.setEncoding("utf8").on("data", (text) => {
        said += text;
        const found = /http:\/\/\S+\//.exec(said);
        if (found) resolve(found[0]);
      });
    listen(server.stdout);
    listen(server.stderr);
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`forkcast tune ended with ${code}: ${said}`)));
  });
}

/** Waits until the results are those of all futures. */
export function settled(page) {
  return page.locator("#shown:not(.provisional) svg").first().waitFor({ state: "attached" });
}

/** The row of an assumption. */
export function row(page, address) {
  return page.locator(`.assumption[data-address="${address}"]`);
}

/** The value that stands in the box of a number. */
export function box(page, address) {
  return row(page, address).locator(".box");
}

/** The share of an outcome as the table of numbers has it. */
export async function share(page, title) {
  const cells = await page.locator("#numbers tr", { hasText: title }).first().locator("td").allTextContents();
  return Number.parseFloat(cells[0]);
}

/** Waits until a question about the page is answered with yes. */
export async function until(page, question, argument) {
  await page.waitForFunction(question, argument, { timeout: PATIENCE });
}

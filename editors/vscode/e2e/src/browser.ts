// The browser, one for each file of tests, and what is kept of a page when a test fails.
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumProgram, out } from "./places.ts";
import { PATIENCE_MS } from "./waiting.ts";

/** What is seen of the editor, in pixels. */
const VIEWPORT = { width: 1280, height: 800 };

/** How a page is seen. */
export interface Seen {
  /** Pixels of the picture for each of the page. */
  scale?: number;
  /** Pixels from top to bottom. */
  height?: number;
}

/** Chromium as root, without a graphics card, on a machine with little shared memory. */
const FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];

let browser: Promise<Browser> | undefined;

function launched(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: chromiumProgram(), args: FLAGS });
  return browser;
}

/** A page of its own, which knows nothing of earlier ones. */
export async function newPage(
  log: string,
  { scale = 1, height = VIEWPORT.height }: Seen = {},
): Promise<{ page: Page; context: BrowserContext }> {
  const options = { viewport: { ...VIEWPORT, height }, deviceScaleFactor: scale };
  const context = await (await launched()).newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.on("console", (message) => appendFileSync(log, `${message.type()}: ${message.text()}\n`));
  page.on("pageerror", (error) => appendFileSync(log, `page error: ${error.message}\n`));
  return { page, context };
}

/** Ends the browser of this file of tests. */
export async function endBrowser(): Promise<void> {
  await (await browser)?.close();
}

/** Keeps what a page looked like. */
export async function keepFailure(name: string, page: Page): Promise<void> {
  const folder = out("failures");
  await page.screenshot({ path: join(folder, `${name}.png`) }).catch(() => undefined);
  const texts: string[] = [];
  for (const frame of page.frames()) {
    const text = await frame.content().catch(() => "");
    texts.push(`<!-- ${frame.url()} -->\n${text}`);
  }
  writeFileSync(join(folder, `${name}.html`), texts.join("\n\n"));
  console.log(`    what was seen is in ${join(folder, `${name}.png`)}`);
}

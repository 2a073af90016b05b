// How long a frame takes while 100 deltas a second stream in: into an empty transcript, and into one
// of 10,000 items that are all loaded. Prints one JSON object; fails where the second is more than
// 1.5 times the first.
//
//   npm run build && node bench/run.mjs        ASIDE_CHROMIUM names the browser
import { chromium } from "playwright-core";
import { loadAll } from "../dev/load.mjs";
import { paged } from "../dev/paged.mjs";
import { stream } from "./session.mjs";
import { traced } from "./trace.mjs";

const LONG = 10_000;
const PIECES = 500;
const EVERY_MS = 10;
const ROUNDS = 3;
const LIMIT = 1.5;

const browser = await chromium.launch({
  executablePath: process.env.ASIDE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});

/** One measurement with a transcript of so many items. */
async function measure(length) {
  const served = await paged(length);
  const page = await browser.newPage({ viewport: { width: 420, height: 900 } });
  try {
    await page.goto(served.url);
    await page.waitForSelector(".transcript");
    const loaded = await loadAll(page, length);
    const events = stream(PIECES);
    const figures = await traced(browser, page, async () => {
      const start = performance.now();
      for (const [index, event] of events.entries()) {
        const wait = start + index * EVERY_MS - performance.now();
        if (wait > 0) {
          await new Promise((done) => setTimeout(done, wait));
        }
        served.tell(event);
      }
      await page.waitForSelector('.answer[aria-busy="false"]:last-of-type');
    });
    const said = await page.locator(".answer").last().innerText();
    if (!said.includes("all there is to it")) {
      throw new Error("the answer did not arrive");
    }
    return { ...figures, loaded, elements: await page.locator(".aside *").count() };
  } finally {
    await page.close();
    served.end();
  }
}

const median = (values) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

const rounds = { empty: [], long: [] };
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.empty.push(await measure(0));
    rounds.long.push(await measure(LONG));
  }
} finally {
  await browser.close();
}
const summary = (all) => ({
  meanMs: median(all.map((one) => one.meanMs)),
  medianMs: median(all.map((one) => one.medianMs)),
  p95Ms: median(all.map((one) => one.p95Ms)),
  frames: median(all.map((one) => one.frames)),
  loaded: median(all.map((one) => one.loaded)),
  elements: median(all.map((one) => one.elements)),
});
const empty = summary(rounds.empty);
const long = summary(rounds.long);
const ratio = long.meanMs / empty.meanMs;
console.log(JSON.stringify({ items: LONG, empty, long, ratio, limit: LIMIT }, null, 2));
process.exitCode = ratio <= LIMIT ? 0 : 1;

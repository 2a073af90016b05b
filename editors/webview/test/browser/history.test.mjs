// A session of 10,000 items: few of them are in the page, and the reader's place is kept.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { stream } from "../../bench/session.mjs";
import { loadAll } from "../../dev/load.mjs";
import { paged } from "../../dev/paged.mjs";
import { PROGRAMS } from "../../dev/stage.mjs";

const LENGTH = 10_000;
/** Entries and what frames them that may be in the page. */
const MAX_ELEMENTS = 160;

let browser;
let served;
before(async () => {
  served = await paged(LENGTH);
  browser = await chromium.launch({
    executablePath: PROGRAMS.chromium,
    args: ["--no-sandbox", "--disable-gpu"],
  });
});
after(async () => {
  await browser?.close();
  served?.end();
});

async function open() {
  const page = await browser.newPage({ viewport: { width: 420, height: 900 } });
  await page.goto(served.url);
  await page.getByText(`Question ${LENGTH - 5}:`).waitFor();
  return page;
}

/** Scrolls as a wheel does, and tells how far what was in the middle of the screen moved. */
async function scroll(page, by) {
  return page.evaluate(async (distance) => {
    const box = document.querySelector(".transcript");
    const middle = [...document.querySelectorAll(".entries > :not(.older)")].find(
      (entry) => entry.getBoundingClientRect().bottom > 400,
    );
    const before = middle.getBoundingClientRect().top;
    const room = distance < 0 ? box.scrollTop : box.scrollHeight - box.clientHeight - box.scrollTop;
    box.scrollTop += distance;
    // Until what the scrolling set off is drawn.
    for (let frames = 0; frames < 4; frames += 1) {
      await new Promise((done) => requestAnimationFrame(done));
    }
    return {
      connected: middle.isConnected,
      moved: middle.getBoundingClientRect().top - before,
      meant: distance < 0 ? Math.min(-distance, room) : -Math.min(distance, room),
      inPage: document.querySelectorAll(".entries > *").length,
    };
  }, by);
}

test("scrolling up and down keeps the reader's place, and few entries in the page", async () => {
  const page = await open();
  for (const by of [...Array(40).fill(-400), ...Array(30).fill(400)]) {
    const { connected, moved, meant, inPage } = await scroll(page, by);
    assert.ok(inPage <= MAX_ELEMENTS, `${inPage} in the page`);
    if (connected) {
      assert.ok(Math.abs(moved - meant) <= 2, `moved ${moved}, meant ${meant}`);
    }
  }
  await page.close();
});

test("the beginning is reached, and the end again by one button", async () => {
  const page = await open();
  assert.equal(await loadAll(page, LENGTH), LENGTH);
  await page.locator(".transcript").press("Home");
  await page.getByText("Question 0:").waitFor();
  await scroll(page, 3000);
  await scroll(page, -9000);
  assert.equal(await page.locator(".entries > .older").count(), 0);
  await page.getByRole("button", { name: "Jump to the latest" }).click();
  await page.getByText(`Question ${LENGTH - 5}:`).waitFor();
  const below = await page.evaluate(() => {
    const box = document.querySelector(".transcript");
    return box.scrollHeight - box.scrollTop - box.clientHeight;
  });
  assert.ok(below <= 2, `${below} pixels below`);
  await page.close();
});

test("an answer that streams is followed, unless the reader scrolled up", async () => {
  const page = await open();
  const events = stream(300);
  const send = (from, to) => {
    for (const event of events.slice(from, to)) {
      served.tell(event);
    }
  };
  const below = () =>
    page.evaluate(async () => {
      for (let frames = 0; frames < 4; frames += 1) {
        await new Promise((done) => requestAnimationFrame(done));
      }
      const box = document.querySelector(".transcript");
      return box.scrollHeight - box.scrollTop - box.clientHeight;
    });
  send(0, 100);
  await page.locator('.answer[aria-busy="true"]').waitFor();
  assert.ok((await below()) <= 2);
  await scroll(page, -500);
  const top = await page.evaluate(() => document.querySelector(".transcript").scrollTop);
  send(100, 200);
  assert.ok((await below()) > 400);
  assert.equal(await page.evaluate(() => document.querySelector(".transcript").scrollTop), top);
  await page.getByRole("button", { name: "Jump to the latest" }).click();
  send(200, events.length);
  await page.locator('.answer[aria-busy="false"]').last().waitFor();
  assert.ok((await below()) <= 2);
  await page.close();
});

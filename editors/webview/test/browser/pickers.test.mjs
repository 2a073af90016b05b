// The pickers of model, effort and agent: what can be chosen, what cannot and why, by keys alone.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { paged } from "../../dev/paged.mjs";
import { PROGRAMS } from "../../dev/stage.mjs";

let browser;
let served;
let page;
before(async () => {
  served = await paged(10);
  browser = await chromium.launch({
    executablePath: PROGRAMS.chromium,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  page = await browser.newPage({ viewport: { width: 420, height: 900 } });
  await page.goto(served.url);
  await page.getByText("Question 5:").waitFor();
});
after(async () => {
  await browser?.close();
  served?.end();
});

const button = (name) => page.getByRole("button", { name, exact: true });

test("an effort is chosen by keys, and the focus comes back", async () => {
  await button("Effort: Effort").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("listbox", { name: "Effort" }).waitFor();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await button("Effort: High").waitFor();
  assert.equal(
    await page.evaluate(() => document.activeElement.getAttribute("aria-label")),
    "Effort: High",
  );
});

test("an agent is chosen by a click, and Escape chooses nothing", async () => {
  const list = page.getByRole("listbox");
  await button("Agent: Agent").click();
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
  await button("Agent: Agent").click();
  await list.waitFor();
  await button("Agent: Agent").focus();
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
  await button("Agent: Agent").click();
  await page.getByRole("option", { name: /^review/ }).click();
  await button("Agent: review").waitFor();
});

test("a model that cannot be used says why, and is not chosen", async () => {
  await button("Model: Scripted").click();
  const none = page.getByRole("option", { name: /There is no key\./ });
  assert.equal(await none.getAttribute("aria-disabled"), "true");
  await none.click({ force: true });
  await page.getByRole("combobox").fill("plain");
  await page.keyboard.press("Enter");
  await button("Model: Plain").waitFor();
  // This model takes no word about its effort.
  assert.equal(await page.getByRole("button", { name: /^Effort:/ }).count(), 0);
});

test("the last line of a list does what it says, by Enter", async () => {
  await button("Model: Plain").click();
  await button("Add a key…").focus();
  const asked = once(served.actions, "asked", { signal: AbortSignal.timeout(10_000) });
  await page.keyboard.press("Enter");
  await page.getByRole("listbox").waitFor({ state: "detached" });
  assert.deepEqual(await asked, ["addKey"]);
});

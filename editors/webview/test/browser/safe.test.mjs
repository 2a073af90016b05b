// What models write cannot act in a real browser, and links leave the view only by its host.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { stage } from "../../dev/stage.mjs";
import { until } from "./until.mjs";

const HOSTILE = [
  "<script>window.hit = 1</script>",
  '<img src="x" onerror="window.hit = 2">',
  "[run](javascript:window.hit=3)",
  "![track](https://example.org/track.png)",
  '<iframe srcdoc="<script>parent.hit = 4</script>"></iframe>',
  '<form action="https://example.org"><input name="p"></form>',
  '```mermaid\nflowchart LR\n  A["<img src=x onerror=\'window.hit = 5\'>"] --> B\n  click A call hit()\n  click B "javascript:window.hit=6"\n```',
  "```mermaid\n%%{init: {'securityLevel': 'loose', 'themeCSS': 'body { display: none }'}}%%\nflowchart LR\n  A --> B\n```",
  "$\\href{javascript:window.hit=7}{x} \\htmlStyle{position:fixed}{y}$",
  "[out](https://example.org/page) and [file](a.txt:2)",
  "The end.",
].join("\n\n");

let set;
before(async () => {
  set = await stage({ files: { "a.txt": "one\ntwo\n" } });
});
after(() => set?.end());

test("hostile Markdown does nothing", async () => {
  const { page, errors } = await set.open();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  set.reply({ text: HOSTILE });
  await page.getByLabel("Message", { exact: true }).fill("Hello?");
  await page.keyboard.press("Enter");
  await page.locator(".answer", { hasText: "The end." }).waitFor();
  await page.locator(".answer img.diagram").last().waitFor();
  for (const link of await page.locator(".answer a").all()) {
    await link.click();
  }
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(
    await page.locator(".answer :is(script, iframe, form, input, object, style)").count(),
    0,
  );
  assert.equal(await page.locator(".answer img:not(.diagram)").count(), 0);
  assert.deepEqual(
    asked.filter((url) => !url.startsWith(set.host.url) && !url.startsWith("data:")),
    [],
  );
  const left = await until("links that were followed", () => {
    const all = set.host.log.filter((one) => /openExternal|openFile/.test(one.type));
    return all.length > 2 ? all : undefined;
  });
  assert.deepEqual(
    left.map((one) => one.url ?? `${one.uri.split("/").at(-1)} ${one.range?.start.line}`),
    ["https://example.org/track.png", "https://example.org/page", "a.txt 1"],
  );
  assert.equal(page.url().startsWith(set.host.url), true);
  assert.deepEqual(
    errors.filter((error) => !/Content Security Policy|Failed to load/.test(error)),
    [],
  );
  await page.close();
});

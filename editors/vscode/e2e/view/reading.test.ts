// The chat for those who use a keyboard or a screen reader, and against those who mean harm.
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { AxeResults } from "axe-core";
import { type Scene, scene } from "../src/scene.ts";
import { call, say } from "../src/script.ts";

const require = createRequire(import.meta.url);

/** What axe finds in the chat that harms. */
async function violations(chat: Scene["chat"]): Promise<string[]> {
  const frame = await chat.innerFrame();
  // The policy of the page allows no script from outside; the debugger's own evaluation it does.
  await frame.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
  const found = await frame.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    return axe.run();
  });
  return found.violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
}

const RICH = `Some **bold** text with \`code\`, a [link](https://example.com/), and a list:

1. first
2. second

| a | b |
| - | - |
| 1 | 2 |

\`\`\`rust
fn main() { println!("hello"); }
\`\`\`
`;

scene("the chat is accessible", { files: { "a.txt": "a\n" } }, async ({ world, chat }) => {
  deepStrictEqual(await violations(chat), [], "of an empty chat");
  world.script.reply({ reasoning: "Let me think." }, call("r1", "read_file", { path: "a.txt" }));
  world.script.reply(call("b1", "bash", { command: "touch made.txt" }));
  await chat.send("Show me all there is.");
  await chat.question().waitFor();
  deepStrictEqual(await violations(chat), [], "with a question");
  world.script.reply(say(RICH));
  await chat
    .question()
    .getByRole("button", { name: /Allow once/ })
    .first()
    .click();
  await chat.answered("println!");
  await chat.idle();
  deepStrictEqual(await violations(chat), [], "of a conversation");
});

scene("all is done by the keyboard", {}, async ({ world, chat, page, workbench }) => {
  await workbench.command("View: Toggle Primary Side Bar Visibility");
  await page.keyboard.press("Alt+A");
  await page.keyboard.press("C");
  await chat.inputFocused();
  world.script.reply(call("b1", "bash", { command: "echo keys > keys.txt" }));
  world.script.reply(say("Made by keys."));
  await page.keyboard.type("Make it.");
  await page.keyboard.press("Enter");
  const allow = chat
    .question()
    .getByRole("button", { name: /Allow once/ })
    .first();
  await allow.waitFor();
  await chat.tabTo(allow);
  await page.keyboard.press("Enter");
  await chat.answered("Made by keys.");
  await chat.idle();
  strictEqual(world.read("keys.txt"), "keys\n");
  world.script.reply(say("Long"), { gate: "stop" }, say(" story."));
  await chat.input().focus();
  await page.keyboard.type("Go on.");
  await page.keyboard.press("Enter");
  await world.script.reached("stop");
  // The key stops what is seen to run.
  await chat.stopButton().waitFor();
  await page.keyboard.press("Escape");
  await chat.idle();
  ok(!(await chat.transcriptText()).includes("story"), "the turn was stopped");
});

scene("hostile Markdown does nothing", {}, async ({ world, chat, page, workbench }) => {
  let visits = 0;
  const trap = createServer((_request, response) => {
    visits += 1;
    response.end();
  });
  await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
  const hack = "window.top.__hacked = window.__hacked = 1";
  const hostile = `
<script>${hack}</script><img src=x onerror="${hack}"><svg onload="${hack}"></svg>
<iframe src="${url}/frame"></iframe><object data="${url}/object"></object><embed src="${url}/embed">
<style>@import "${url}/style"; * { display: none !important }</style><base href="${url}/">
<form action="${url}/form"><button>Press</button></form><meta http-equiv="refresh" content="0;url=${url}/meta">
<a href="javascript:${hack}">script link</a> <details ontoggle="${hack}" open>x</details>
[js](javascript:${encodeURIComponent(hack)}) [command](command:workbench.action.files.newUntitledFile)
[vs](vscode://aside.aside/x) [data](data:text/html,<script>${hack}</script>)
![remote](${url}/image.png)

$$\\href{javascript:${hack}}{x} \\includegraphics{${url}/katex.png}$$

\`\`\`mermaid
graph TD
  A["<img src=x onerror='${hack}'>"] --> B
  click A call alert("x")
  click B "javascript:${hack}"
\`\`\`

\`\`\`html
<img src=x onerror="${hack}">
\`\`\`

After all of it.`;
  page.on("dialog", () => {
    visits += 1;
  });
  try {
    world.script.reply(call("b1", "bash", { command: `touch x; echo '<img src=x onerror=1>'` }));
    world.script.reply(say(hostile));
    await chat.send('<img src=x onerror="window.__hacked = 1"> Do harm.');
    await chat
      .question()
      .getByRole("button", { name: /Allow once/ })
      .first()
      .click();
    await chat.answered("After all of it.");
    await chat.idle();
    const frame = await chat.innerFrame();
    for (const link of await chat.answers().last().getByRole("link").all()) {
      const target = await link.getAttribute("href");
      ok(target === null || /^(https?:|mailto:|#|$)/.test(target), `a link to ${target}`);
    }
    const inside = await frame.evaluate(() => ({
      hacked: "__hacked" in window,
      elements: document.querySelectorAll(
        ".message iframe, .message object, .message embed, .message form, .message style, .message meta",
      ).length,
      handlers: [...document.querySelectorAll("*")].filter((element) =>
        [...element.attributes].some((attribute) => /^on/i.test(attribute.name)),
      ).length,
    }));
    deepStrictEqual(inside, { hacked: false, elements: 0, handlers: 0 });
    strictEqual(await page.evaluate(() => "__hacked" in window), false);
    strictEqual(visits, 0, "nothing outside was visited");
    strictEqual(await workbench.page.getByRole("tab", { name: /Untitled/ }).count(), 0);
  } finally {
    await new Promise((resolve) => trap.close(resolve));
  }
});

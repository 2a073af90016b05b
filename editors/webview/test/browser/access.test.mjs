// The view for those who do not see it or use no pointer: by axe's rules, in each theme, and by keys.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { call, stage } from "../../dev/stage.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const ANSWER = `# Title

Text with \`code\` and a [link](https://example.org).

\`\`\`rust
// A comment
fn main() {}
\`\`\`

| a | b |
|---|---|
| 1 | 2 |

$x^2$`;

let set;
before(async () => {
  set = await stage({ files: { "a.txt": "one\ntwo\n" } });
});
after(() => set?.end());

async function check(page, state) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document.querySelector(".aside"), {
      // The page around the view is its host's.
      rules: { region: { enabled: false }, "page-has-heading-one": { enabled: false } },
    }),
  );
  assert.deepEqual(
    violations.map(
      ({ id, nodes }) =>
        `${state}: ${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`,
    ),
    [],
  );
}

for (const theme of ["light", "dark", "contrast"]) {
  test(`axe finds nothing in ${theme}`, async () => {
    set.host.forget();
    const { page } = await set.open({ theme });
    await page.getByRole("heading", { name: "What shall we do?" }).waitFor();
    await check(page, "empty");
    set.reply(
      { reasoning: "I think." },
      { text: ANSWER },
      call("e1", "edit_file", { path: "a.txt", edits: [{ old_text: "one", new_text: "1" }] }),
    );
    set.reply({ text: "Done so far." });
    await page.getByLabel("Message", { exact: true }).fill("Change it.");
    await page.keyboard.press("Enter");
    await page.getByRole("alertdialog").waitFor();
    await check(page, "question");
    await page.getByRole("button", { name: "Allow once" }).click();
    await page.getByText("Done so far.").last().waitFor();
    await page.locator(".tool > .fold-head").click();
    await page.locator(".review-head .fold-head").click();
    await check(page, "transcript");
    await page.getByRole("button", { name: /^Model:/ }).click();
    await page.getByRole("listbox").waitFor();
    await check(page, "models");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Undo all changes", exact: true }).click();
    await page.locator(".review").waitFor({ state: "detached" });
    await page.close();
  });
}

test("everything is reached by Tab, and the focus is seen", async () => {
  set.host.forget();
  const { page } = await set.open();
  set.reply({ text: ANSWER });
  await page.getByLabel("Message", { exact: true }).fill("Hello?");
  await page.keyboard.press("Enter");
  await page.locator('.answer[aria-busy="false"]').waitFor();
  await page.getByRole("button", { name: "Send", exact: true }).waitFor();
  await page.locator(".head button").first().focus();
  const names = [];
  for (let steps = 0; steps < 30; steps += 1) {
    const at = await page.evaluate(() => {
      const { activeElement: element } = document;
      const style = getComputedStyle(element);
      const field = element.tagName === "TEXTAREA";
      return {
        end: element === document.body,
        name: element.getAttribute("aria-label") ?? element.innerText,
        seen: field || style.outlineStyle !== "none",
      };
    });
    if (at.end) {
      break;
    }
    names.push(at.name);
    assert.ok(at.seen, `the focus on “${at.name}” is not seen`);
    await page.keyboard.press("Tab");
  }
  for (const name of [
    "New chat",
    "Sessions",
    "Conversation",
    "Copy the code",
    "Message",
    "Attach files",
  ]) {
    assert.ok(names.includes(name), `${name} is not among ${names.join(", ")}`);
  }
  await page.close();
});

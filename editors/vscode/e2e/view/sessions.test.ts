// The list of sessions beside the chat, and what is taken into the chat from the editor.
import { ok } from "node:assert";
import { scene } from "../src/scene.ts";
import { say } from "../src/script.ts";
import { TRY_MS, until } from "../src/waiting.ts";

scene("sessions are renamed, pinned, filtered, deleted and searched", {}, async (stage) => {
  const { world, chat, workbench, page } = stage;
  for (const fruit of ["apples", "pears"]) {
    world.script.reply(say(`About ${fruit}.`));
    await chat.send(`Tell me of ${fruit}`);
    await chat.answered(`About ${fruit}.`);
    await chat.idle();
    await workbench.command("Aside: New Session");
    await chat.isEmpty();
  }
  const pane = await workbench.unfold("Sessions");
  const row = (title: string | RegExp) => pane.getByRole("treeitem", { name: title });
  await row("Tell me of pears").waitFor();
  await row("Tell me of apples").click({ button: "right" });
  await workbench.menu("Rename…");
  await page.locator(".quick-input-widget input").first().fill("Orchard");
  await page.keyboard.press("Enter");
  await row("Orchard").waitFor();
  // A list that is drawn anew right then asks which session is meant, in a box that closes when
  // something else takes the focus: then once more.
  const asks = page.locator(".quick-input-widget").getByRole("option", { name: /^Orchard/ });
  const pinned = row(/^Orchard.*, pinned$/);
  const pin = row("Orchard").getByRole("button", { name: "Pin", exact: true });
  await until("session that is pinned", async () => {
    if (await pinned.isVisible()) return true;
    await row("Orchard").hover({ timeout: TRY_MS });
    await pin.click({ timeout: TRY_MS });
    await asks.or(pinned).first().waitFor({ timeout: TRY_MS });
    if (await asks.isVisible()) await asks.click({ timeout: TRY_MS });
    await pinned.waitFor({ timeout: TRY_MS });
    return true;
  });
  await workbench.command("Aside: Filter Sessions by Title…");
  await page.getByPlaceholder("A part of the title").fill("pears");
  await page.keyboard.press("Enter");
  await row("Orchard").waitFor({ state: "detached" });
  await row("Tell me of pears").waitFor();
  await row("Tell me of pears").click({ button: "right" });
  await workbench.menu("Delete…");
  const dialog = page.locator(".monaco-dialog-box");
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await row("Tell me of pears").waitFor({ state: "detached" });
  await workbench.command("Aside: Search Sessions…");
  await page.locator(".quick-input-widget input").first().fill("about apples");
  await page
    .getByRole("option", { name: /Orchard/ })
    .first()
    .click();
  await chat.answered("About apples.");
});

scene(
  "a selection and a file go along with a message",
  { files: { "poem.txt": "roses\nviolets\nlilies\n", "notes/plan.txt": "the plan\n" } },
  async ({ world, chat, workbench, page }) => {
    await workbench.openFile("poem.txt");
    await workbench.top("poem.txt");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Shift+End");
    await page.keyboard.press("Alt+A");
    await page.keyboard.press("s");
    await chat.frame.locator(".composer .chip", { hasText: "poem.txt" }).waitFor();
    await chat.input().focus();
    await page.keyboard.type("Explain @pla");
    await chat.frame
      .getByRole("option", { name: /plan\.txt/ })
      .first()
      .waitFor();
    await page.keyboard.press("Enter");
    world.script.reply(say("They are flowers."));
    await chat.sendDraft();
    await chat.answered("They are flowers.");
    const asked = JSON.stringify(world.script.requests.at(-1)?.messages);
    ok(asked.includes("Attached: poem.txt, line 2"), "the selection went along");
    ok(asked.includes("Attached: notes/plan.txt"), "the file that was named went along");
  },
);

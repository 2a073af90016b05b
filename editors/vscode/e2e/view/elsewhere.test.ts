// The user is elsewhere, in a file or beside a hidden chat: nothing takes the keys, nothing is lost.
import { ok, strictEqual } from "node:assert";
import { scene } from "../src/scene.ts";
import { call, say } from "../src/script.ts";
import { until } from "../src/waiting.ts";

scene(
  "a question takes no keys from who writes in a file",
  { files: { "sums.txt": "sums\n" } },
  async ({ world, chat, workbench, page }) => {
    world.script.reply({ gate: "ask" }, call("b1", "bash", { command: "echo no > made.txt" }));
    world.script.reply(say("Then not."));
    await workbench.openFile("sums.txt");
    await chat.send("Make a file.");
    await world.script.reached("ask");
    await workbench.typeAtEndOf("sums.txt", 1, " 1");
    world.script.open("ask");
    await chat.question().waitFor();
    // Slowly, so that the question would take some of them as answers.
    await page.keyboard.type(" 2 1 1 3", { delay: 150 });
    await workbench.shows("sums.txt", "sums 1 2 1 1 3\n");
    strictEqual(await chat.question().count(), 1, "the question waits");
    ok(!world.has("made.txt"));
    await chat.refuse("No.");
    await chat.answered("Then not.");
  },
);

scene(
  "what is sent to a hidden chat is added to the session that it showed",
  { files: { "poem.txt": "roses\nviolets\n" } },
  async ({ world, chat, workbench, page }) => {
    world.script.reply(say("Hello."));
    await chat.send("Hello?");
    await chat.answered("Hello.");
    await chat.idle();
    await workbench.openFile("poem.txt");
    await chat.hide();
    await workbench.top("poem.txt");
    await page.keyboard.press("Shift+End");
    await page.keyboard.press("Alt+A");
    await page.keyboard.press("s");
    await chat.frame.locator(".composer .chip", { hasText: "poem.txt" }).waitFor();
    await chat.answered("Hello.");
    await chat.inputFocused();
    world.script.reply(say("Roses."));
    await page.keyboard.type("What is this?");
    await chat.sendDraft();
    await chat.answered("Roses.");
    const asked = JSON.stringify(world.script.requests.at(-1)?.messages);
    ok(asked.includes("Hello?") && asked.includes("Attached: poem.txt"), asked);
  },
);

scene("what is written is kept, however soon the chat is hidden", {}, async ({ chat, page }) => {
  await chat.input().focus();
  await page.keyboard.type("All of what is written");
  await page.keyboard.press("Control+Shift+E");
  await until("hidden chat", async () => !(await chat.input().isVisible()) || undefined);
  await chat.open();
  await until("draft", async () => (await chat.draft()) === "All of what is written" || undefined);
});

scene(
  "what was chosen for a new chat counts for what is asked from a file, too",
  { files: { "poem.txt": "roses\nviolets\n" } },
  async ({ world, chat, workbench, page }) => {
    const permission = (name: string | RegExp) => chat.frame.getByRole("button", { name });
    await permission(/^Permission:/).click();
    await chat.frame.getByRole("option", { name: /^Read only/ }).click();
    await permission("Permission: Read only").waitFor();
    await workbench.openFile("poem.txt");
    await chat.hide();
    await chat.open();
    await permission("Permission: Read only").waitFor();
    await chat.hide();
    await workbench.top("poem.txt");
    await page.keyboard.press("Shift+End");
    await workbench.command("Aside: Ask About Selection…");
    world.script.reply(say("Roses."));
    const box = page.locator(".quick-input-widget");
    await box.getByText("Ask About").first().waitFor();
    await box.locator("input").first().fill("What is it?");
    await page.keyboard.press("Enter");
    await chat.answered("Roses.");
    await permission("Permission: Read only").waitFor();
  },
);

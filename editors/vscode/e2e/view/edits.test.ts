// Edits in the user's own buffers: while the user types, reviewed hunk by hunk, and undone.
import { ok, strictEqual } from "node:assert";
import { scene } from "../src/scene.ts";
import { call, say } from "../src/script.ts";
import { expectLines } from "../src/texts.ts";

const LIST = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

const free = { ASIDE_PERMISSION_MODE: "acceptEdits" };

const edit = (id: string, path: string, ...pairs: [string, string][]) =>
  call(id, "edit_file", {
    path,
    edits: pairs.map(([old_text, new_text]) => ({ old_text, new_text })),
  });

scene(
  "an edit reaches an unsaved buffer while the user types in it",
  { files: { "list.txt": LIST }, before: (world) => world.setVariables(free) },
  async ({ world, chat, workbench }) => {
    await workbench.openFile("list.txt");
    await workbench.typeAtEndOf("list.txt", 1, " unsaved");
    world.script.reply(call("r1", "read_file", { path: "list.txt" }));
    world.script.reply({ gate: "edit" }, edit("e1", "list.txt", ["eight", "EIGHT"]));
    world.script.reply(say("Done."));
    await chat.send("Shout the eighth.");
    await world.script.reached("edit");
    ok((await world.script.toolResult("r1")).includes("one unsaved"), "the model saw the buffer");
    const typing = workbench.typeAtEndOf("list.txt", 3, " typed by hand while the model works", 15);
    world.script.open("edit");
    await typing;
    await chat.answered("Done.");
    const both = LIST.replace("one", "one unsaved")
      .replace("three", "three typed by hand while the model works")
      .replace("eight", "EIGHT");
    await workbench.shows("list.txt", both);
    strictEqual(world.read("list.txt"), LIST, "nothing was written to disk");
    await workbench.command("File: Save");
    await expectLines("saved file", both, () => world.read("list.txt"));
  },
);

scene(
  "one hunk is accepted and one rejected, in the editor",
  { files: { "list.txt": LIST }, before: (world) => world.setVariables(free) },
  async ({ world, chat, workbench, page }) => {
    await workbench.openFile("list.txt");
    world.script.reply(call("r1", "read_file", { path: "list.txt" }));
    world.script.reply(edit("e1", "list.txt", ["two", "TWO"], ["nine", "NINE"]));
    world.script.reply(say("Done."));
    await chat.send("Shout two of them.");
    await chat.answered("Done.");
    await workbench.shows("list.txt", LIST.replace("two", "TWO").replace("nine", "NINE"));
    const all = workbench.editor("list.txt").locator(".codelens-decoration");
    const lenses = all.filter({ hasText: /^Accept/ });
    await lenses.nth(1).waitFor();
    strictEqual(await lenses.count(), 2);
    await lenses.first().getByText("Accept", { exact: true }).click();
    await lenses.nth(1).waitFor({ state: "detached" });
    await workbench.shows("list.txt", LIST.replace("two", "TWO").replace("nine", "NINE"));
    await lenses.first().getByText("Reject", { exact: true }).click();
    await workbench.shows("list.txt", LIST.replace("two", "TWO"));
    await all.first().waitFor({ state: "detached" });
    world.script.reply(say("I see."));
    await chat.send("What did I do?");
    await chat.answered("I see.");
    const told = JSON.stringify(world.script.requests.at(-1)?.messages.at(-1));
    ok(told.includes("reject"), `the model is told what was rejected: ${told}`);
    await page.keyboard.press("Escape");
  },
);

scene(
  "a turn is undone, in buffers and in the conversation",
  { files: { "list.txt": LIST, "other.txt": "x\n" }, before: (world) => world.setVariables(free) },
  async ({ world, chat, workbench }) => {
    await workbench.openFile("list.txt");
    world.script.reply(say("Hello."));
    await chat.send("Hello?");
    await chat.answered("Hello.");
    await chat.idle();
    world.script.reply(call("r1", "read_file", { path: "list.txt" }));
    world.script.reply(edit("e1", "list.txt", ["five", "FIVE"]));
    world.script.reply(say("Shouted."));
    await chat.send("Shout the fifth.");
    await chat.answered("Shouted.");
    await chat.idle();
    await workbench.shows("list.txt", LIST.replace("five", "FIVE"));
    await workbench.typeAtEndOf("list.txt", 1, " kept");
    await workbench.undoTurn();
    await workbench.shows("list.txt", LIST.replace("one", "one kept"));
    await chat.lacks("Shouted.");
    ok((await chat.transcriptText()).includes("Hello."), "the turn before it stays");
  },
);

// Permission: asked in the chat, and by a notification where the chat is hidden.
import { ok, strictEqual } from "node:assert";
import { scene } from "../src/scene.ts";
import { call, say } from "../src/script.ts";
import { until } from "../src/waiting.ts";

scene("permission is asked in the chat, and given", {}, async ({ world, chat }) => {
  world.script.reply(call("b1", "bash", { command: "echo once > made.txt" }));
  world.script.reply(say("It is made."));
  await chat.send("Make a file.");
  const question = chat.question();
  await question.getByText("echo once > made.txt").first().waitFor();
  ok(!world.has("made.txt"), "nothing happens before the answer");
  await question
    .getByRole("button", { name: /Allow once/ })
    .first()
    .click();
  await chat.answered("It is made.");
  await chat.idle();
  strictEqual(world.read("made.txt"), "once\n");
  strictEqual(await chat.question().count(), 0);
});

scene(
  "permission for an edit shows the change, and is refused with words",
  { files: { "a.txt": "before\n" } },
  async ({ world, chat }) => {
    world.script.reply(call("r1", "read_file", { path: "a.txt" }));
    const edits = [{ old_text: "before", new_text: "after" }];
    world.script.reply(call("e1", "edit_file", { path: "a.txt", edits }));
    world.script.reply(say("As you wish."));
    await chat.send("Change it.");
    const question = chat.question();
    await question.getByText("after").first().waitFor();
    await question.getByText("before").first().waitFor();
    await chat.refuse("Keep the old word.");
    await chat.answered("As you wish.");
    strictEqual(world.read("a.txt"), "before\n");
    ok((await world.script.toolResult("e1")).includes("Keep the old word."));
  },
);

scene("a hidden chat asks by a notification", {}, async ({ world, chat, workbench }) => {
  world.script.reply({ gate: "hidden" }, call("b1", "bash", { command: "echo two > made.txt" }));
  world.script.reply(say("It is made."));
  await chat.send("Make a file.");
  await world.script.reached("hidden");
  await chat.hide();
  world.script.open("hidden");
  const toast = workbench.toast(/made\.txt/);
  await toast.waitFor();
  await toast
    .getByRole("button", { name: /Allow once/ })
    .first()
    .click();
  await until("file that was allowed", () => world.has("made.txt") || undefined);
  await chat.open();
  await chat.answered("It is made.");
});

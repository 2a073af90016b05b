// First prompts, streamed answers, stopping, and sessions.
import { ok, strictEqual } from "node:assert";
import { scene } from "../src/scene.ts";
import { say } from "../src/script.ts";

scene("a first prompt is answered, piece by piece", {}, async ({ world, chat }) => {
  world.script.reply(
    say("Hello from **half** of it"),
    { gate: "half" },
    say(" and the rest:\n\n```js\nconst answer = 42;\n```\n\nThe end."),
  );
  await chat.send("Who are you?");
  await chat.said("Who are you?");
  await world.script.reached("half");
  await chat.answered("Hello from half of it");
  ok(!(await chat.transcriptText()).includes("the rest"), "the rest is not there yet");
  ok(await chat.isBusy(), "the turn runs");
  world.script.open("half");
  await chat.answered("The end.");
  await chat.idle();
  const answer = chat.answers().last();
  strictEqual(await answer.locator("strong").innerText(), "half");
  ok((await answer.locator("pre code").innerText()).includes("const answer = 42;"));
  const asked = world.script.requests.at(-1)?.messages.at(-1);
  ok(JSON.stringify(asked).includes("Who are you?"), "the model was asked that");
});

scene("an answer is stopped half-way, and the next prompt works", {}, async ({ world, chat }) => {
  world.script.reply(say("This will never"), { gate: "never" }, say(" end."));
  await chat.send("Tell me a long story.");
  await world.script.reached("never");
  await chat.answered("This will never");
  await chat.stop();
  await chat.idle();
  ok((await chat.transcriptText()).includes("This will never"), "what was said stays");
  world.script.reply(say("Short now."));
  await chat.send("A short one, then.");
  await chat.answered("Short now.");
  await chat.idle();
});

scene("a message waits while another is answered", {}, async ({ world, chat }) => {
  world.script.reply(say("First"), { gate: "first" }, say(" done."));
  world.script.reply(say("Second done."));
  await chat.send("The first thing.");
  await world.script.reached("first");
  await chat.send("The second thing.");
  await chat.queued("The second thing.");
  world.script.open("first");
  await chat.answered("First done.");
  await chat.answered("Second done.");
  await chat.idle();
});

scene("sessions are switched", {}, async ({ world, chat, workbench }) => {
  world.script.reply(say("About apples."));
  await chat.send("Tell me of apples");
  await chat.answered("About apples.");
  await chat.idle();
  await workbench.command("Aside: New Session");
  await chat.isEmpty();
  world.script.reply(say("About pears."));
  await chat.send("Tell me of pears");
  await chat.answered("About pears.");
  await chat.idle();
  ok(!(await chat.transcriptText()).includes("apples"), "the new session has its own messages");
  await workbench.openSession("Tell me of apples");
  await chat.answered("About apples.");
  ok(!(await chat.transcriptText()).includes("pears"), "the first session is shown");
  world.script.reply(say("More apples."));
  await chat.send("Go on");
  await chat.answered("More apples.");
  const last = JSON.stringify(world.script.requests.at(-1)?.messages);
  ok(last.includes("About apples.") && !last.includes("pears"), "it goes on where it was");
});

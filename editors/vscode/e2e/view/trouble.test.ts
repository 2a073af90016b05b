// What goes wrong explains itself, and loses nothing.
import { ok, strictEqual } from "node:assert";
import { after } from "node:test";
import { type Editor, startEditor } from "../src/editor.ts";
import { extensionPackage } from "../src/places.ts";
import { scene } from "../src/scene.ts";
import { say } from "../src/script.ts";
import { until } from "../src/waiting.ts";

scene("a server that is killed comes back, with transcript and draft", {}, async (stage) => {
  const { world, chat } = stage;
  world.script.reply(say("Remember: 4711."));
  await chat.send("Give me a number.");
  await chat.answered("Remember: 4711.");
  await chat.idle();
  world.script.reply(say("Interrupted here"), { gate: "killed" }, say(" never said"));
  await chat.send("And another one.");
  await world.script.reached("killed");
  await chat.answered("Interrupted here");
  await chat.write("my unsent draft");
  const killed = await world.killServer();
  await until("a new server", () => {
    const last = world.pids().at(-1);
    return last !== undefined && last !== killed ? last : undefined;
  });
  await chat.idle();
  const text = await chat.transcriptText();
  ok(text.includes("Remember: 4711."), "the first answer is there");
  ok(text.includes("Interrupted here"), "what had been streamed is there");
  strictEqual(await chat.draft(), "my unsent draft");
  world.script.reply(say("Here I am again."));
  await chat.sendDraft();
  await chat.answered("Here I am again.");
  await chat.idle();
  const last = JSON.stringify(world.script.requests.at(-1)?.messages);
  ok(last.includes("4711"), "the conversation goes on where it was");
});

scene(
  "no model explains itself",
  {
    before: (world) =>
      world.setVariables({
        ASIDE_MODEL: undefined,
        OPENAI_API_KEY: undefined,
        OPENAI_BASE_URL: undefined,
      }),
  },
  async ({ chat }) => {
    await chat.send("Hello?");
    await chat.explains(/no key/i);
    await chat.frame.getByRole("button", { name: /Add a key/ }).waitFor();
    strictEqual(await chat.draftOrSaid("Hello?"), true, "what was written is not lost");
  },
);

scene("a dead provider explains itself, and the next try works", {}, async ({ world, chat }) => {
  world.script.fail(401, "this key is not valid");
  await chat.send("Hello?");
  await chat.explains(/key/i);
  await chat.idle();
  world.script.reply(say("Alive."));
  await chat.send("And now?");
  await chat.answered("Alive.");
});

scene(
  "a provider that nobody answers for explains itself",
  {
    before: (world) =>
      world.setVariables({ OPENAI_BASE_URL: "http://127.0.0.1:9/v1", ASIDE_RETRY_MAX: "0" }),
  },
  async ({ chat }) => {
    await chat.send("Hello?");
    await chat.explains(/127\.0\.0\.1:9|reach|connect/i);
  },
);

let lonely: Editor | undefined;
after(() => lonely?.end());

scene(
  "a missing server explains itself at the first start",
  {
    isBare: true,
    before: async () => {
      const settings = { "aside.server.path": "/nowhere/aside" };
      const extensions = [extensionPackage()];
      // And the walkthrough is shown, as it is where the editor's settings are those of a new user.
      const user = { "workbench.welcomePage.walkthroughs.openOnInstall": true };
      lonely = await startEditor({ name: "lonely", settings, user, extensions });
    },
    url: () => lonely?.url ?? "",
  },
  async ({ chat, workbench }) => {
    await workbench.ready();
    await workbench.page.getByText("Get started with Aside").first().waitFor();
    await chat.openView();
    await chat.explains(/\/nowhere\/aside/);
    ok(await chat.frame.getByRole("button").count(), "there is something to press");
  },
);

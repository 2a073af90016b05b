// Tools of MCP servers, called from the chat.
import { ok } from "node:assert";
import { join } from "node:path";
import { toolsFolder } from "../src/places.ts";
import { scene } from "../src/scene.ts";
import { call, say } from "../src/script.ts";
import type { World } from "../src/world.ts";

function withEverything(world: World): void {
  const entry = "node_modules/@modelcontextprotocol/server-everything/dist/index.js";
  const server = { command: process.execPath, args: [join(toolsFolder(), entry)] };
  world.configure("mcp.json", JSON.stringify({ mcpServers: { everything: server } }));
}

scene("a tool of an MCP server is used", { before: withEverything }, async ({ world, chat }) => {
  world.script.reply(call("m1", "mcp__everything__echo", { message: "over the wire" }));
  world.script.reply(say("It echoes."));
  await chat.send("Echo something.");
  const question = chat.question();
  await question
    .getByText(/everything/)
    .first()
    .waitFor();
  await question
    .getByRole("button", { name: /Allow once/ })
    .first()
    .click();
  await chat.answered("It echoes.");
  await chat.idle();
  ok((await world.script.toolResult("m1")).includes("over the wire"));
  await chat.unfoldTool("echo");
  await chat.frame.getByText("Echo: over the wire").first().waitFor();
});

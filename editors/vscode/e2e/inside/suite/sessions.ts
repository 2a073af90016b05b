// Commands, sessions, stopping, and a server that is killed.
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { exists, signal } from "../../src/processes.ts";
import { say } from "../../src/script.ts";
import { until } from "../../src/waiting.ts";
import { aside, EXTENSION, model, talk, workspace } from "./desk.ts";
import { inside } from "./harness.ts";

/** The server's processes so far, the newest last. */
function pids(): number[] {
  const text = readFileSync(join(workspace(), "../aside.pid"), "utf8");
  return text.trim().split("\n").map(Number);
}

inside("all commands that the extension tells of are there", async () => {
  await aside();
  const told = vscode.extensions.getExtension(EXTENSION)?.packageJSON.contributes.commands;
  const names: string[] = told.map((one: { command: string }) => one.command);
  const there = new Set(await vscode.commands.getCommands(true));
  deepStrictEqual(
    names.filter((name) => !there.has(name)),
    [],
  );
  ok(names.length > 20);
});

inside("a first prompt is answered, piece by piece", async () => {
  const script = await model();
  script.reply(say("Hello from here"), { gate: "streamed" }, say(" and from there."));
  const conversation = await talk("ask");
  const turn = conversation.turn("Who are you?");
  await script.reached("streamed");
  const streamed = () =>
    conversation.events
      .flatMap(({ event }) => (event.type === "itemDelta" && "text" in event ? [event.text] : []))
      .join("");
  await until("first pieces", () => streamed() === "Hello from here" || undefined);
  strictEqual(conversation.answer(), "");
  script.open("streamed");
  await turn;
  strictEqual(conversation.answer(), "Hello from here and from there.");
});

inside("a turn is stopped by the command", async () => {
  const script = await model();
  script.reply(say("This will never"), { gate: "stopped" }, say(" end."));
  const conversation = await talk("ask");
  const turn = conversation.turn("Go on for ever.");
  await script.reached("stopped");
  await vscode.commands.executeCommand("aside.stop");
  await turn;
  const end = conversation.events.map(({ event }) => event).find((e) => e.type === "turnCompleted");
  strictEqual(end?.type === "turnCompleted" ? end.turn.stopReason : "", "cancelled");
});

inside("sessions are pinned, archived and opened by their commands", async () => {
  const script = await model();
  const api = await aside();
  script.reply(say("Yes."));
  const conversation = await talk("ask");
  await conversation.turn("A title of its own");
  const session = { id: conversation.sessionId };
  const get = () => api.request("session/get", { sessionId: session.id });
  strictEqual((await get()).title, "A title of its own");
  await vscode.commands.executeCommand("aside.sessions.pin", { session });
  strictEqual((await get()).pinned, true);
  await vscode.commands.executeCommand("aside.sessions.unpin", { session });
  strictEqual((await get()).pinned, false);
  await vscode.commands.executeCommand("aside.sessions.archive", { session });
  strictEqual((await get()).archived, true);
  await vscode.commands.executeCommand("aside.sessions.unarchive", { session });
  strictEqual((await get()).archived, false);
  await vscode.commands.executeCommand("aside.sessions.open", { session });
});

inside("a server that hangs, and so is restarted twice, is there once", async () => {
  await model();
  const api = await aside();
  signal(pids().at(-1) ?? 0, "SIGSTOP");
  const restart = () => vscode.commands.executeCommand("aside.restartServer");
  await Promise.all([restart(), restart()]);
  await until("server", () => api.connection.status === "ready" || undefined);
  const alive = () => pids().filter(exists).length;
  await until("one server", () => alive() === 1 || undefined);
  ok((await api.request("session/list", {})).sessions);
});

inside("a server that is killed is started again, and nothing is lost", async () => {
  const script = await model();
  const api = await aside();
  script.reply(say("Remember 4711."));
  const conversation = await talk("ask");
  await conversation.turn("Give me a number.");
  script.reply(say("Interrupted here"), { gate: "killed" }, say(" never said"));
  const { sessionId } = conversation;
  const content = [{ type: "text" as const, text: "And another one." }];
  await api.request("chat/send", { sessionId, content });
  await script.reached("killed");
  const states: string[] = [];
  api.onConnection(({ status }) => states.push(status));
  signal(pids().at(-1) ?? 0, "SIGKILL");
  await until("a new server", () => states.at(-1) === "ready" || undefined);
  ok(states.includes("reconnecting"));
  const { items, turns } = await api.request("session/items", { sessionId });
  const said = items.flatMap((item) => (item.type === "assistantMessage" ? [item.text] : []));
  strictEqual(said[0], "Remember 4711.");
  ok(said.length < 2 || said[1]?.startsWith("Interrupted"), "what was stored of the rest");
  strictEqual(turns.at(-1)?.stopReason, "interrupted");
  script.reply(say("Here I am again."));
  await conversation.turn("Go on.");
  strictEqual(conversation.answer(), "Here I am again.");
});

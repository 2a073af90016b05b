/** What comes late, at once, or at a bad moment: it reaches what it was meant for, or nothing. */
import "./dom";
import assert from "node:assert/strict";
import { test } from "node:test";
import { h, render } from "preact";
import type { Item } from "../../../protocol/ts/aside";
import type { ToView } from "../src/port";
import { Chat } from "../src/state/chat";
import { Empty } from "../src/status/Empty";
import { Pending } from "../src/transcript/Working";
import { ChatContext } from "../src/ui/context";
import { answer, event, outline, said, session, turn } from "./data";
import { Host, METHODS, reconnected, settled, started } from "./port";

/** A view that shows a session of two turns. */
async function reading(): Promise<Host> {
  const host = started("s");
  await (await host.asked("session/get")).answer({ ...session(), turnCount: 2 });
  const items = [said("u", "One", "t"), said("v", "Two", "t2")];
  await (await host.asked("session/items")).answer({ items, turns: [], seq: 4 });
  await (await host.asked("chat/events")).answer({ events: [], nextSeq: 4 });
  return host;
}

/** A view whose host has not said anything yet. */
function early(): Host {
  const host = new Host();
  host.chat = new Chat(host);
  return host;
}

const init = (more: Partial<Extract<ToView, { type: "init" }>>): ToView => ({
  type: "init",
  portVersion: 1,
  connection: { status: "ready", methods: METHODS, version: "0" },
  settings: { sendOn: "enter", unfold: { reasoning: false, tools: false } },
  drafts: {},
  ...more,
});

const lines = (host: Host) => host.chat.follower.latest && outline(host.chat.follower.latest);
const saved = (host: Host) => host.sent.filter((one) => one.type === "saveDraft");
const draft = (text: string) => ({ text, attachments: [] });

test("a session that is chosen while the server is away is the one that is read then", async () => {
  const host = await reading();
  const away = { status: "reconnecting", attempt: 1, message: "…" } as const;
  host.say({ type: "connection", connection: away });
  host.chat.show("other");
  assert.equal(lines(host), undefined, "nothing of the first one is shown as the other");
  const box = document.createElement("div");
  render(h(ChatContext.Provider, { value: host.chat }, h(Empty, {})), box);
  assert.equal(box.textContent, "", "nor is it called a new one");
  render(null, box);
  reconnected(host);
  const asked = await host.asked("session/items");
  assert.deepEqual(asked.params.sessionId, "other");
  await (await host.asked("session/get")).answer(session("other"));
  await asked.answer({ items: [said("o", "Other")], turns: [], seq: 1 });
  assert.deepEqual(lines(host), ["user: Other"]);
});

test("going back that ends late changes nothing of another session", async () => {
  const host = await reading();
  void host.chat.goBack({ sessionId: "s", turnId: "t2" }, "Two");
  const back = await host.asked("session/rewind");
  void host.chat.comeBack("earlier");
  const again = await host.asked("session/unrewind");
  host.chat.show("other");
  await (await host.asked("session/get")).answer(session("other"));
  await (await host.asked("session/items")).answer({ items: [], turns: [], seq: 1 });
  await back.answer({ rewindId: "r", reverted: [], conflicts: [] });
  await again.answer({ reverted: [], conflicts: [] } as never);
  assert.equal(host.chat.follower.latest?.sessionId, "other");
  assert.equal(host.count("session/items"), 2, "the first one is not read again");
  assert.equal(host.chat.drafts.current.value.text, "");
  assert.equal(host.chat.wentBack.value, undefined);
});

test("what is written before the host has said anything is meant for the session it shows", () => {
  const host = early();
  host.chat.drafts.setText("typed at once");
  host.say(init({ sessionId: "s", drafts: { s: draft("kept"), "": draft("of a new one") } }));
  assert.equal(host.chat.drafts.current.value.text, "kept\ntyped at once");
  host.chat.drafts.flush();
  assert.deepEqual(saved(host).at(-1)?.sessionId, "s");
  host.chat.show(undefined);
  assert.equal(host.chat.drafts.current.value.text, "of a new one");
});

test("an answer to the view before this one answers nothing", async () => {
  const numbers = (host: Host) =>
    host.sent.flatMap((one) => (one.type === "request" ? [one.id] : []));
  const before = numbers(started("s"));
  const now = numbers(started("s"));
  assert.ok(before.length > 1 && now.length > 1);
  assert.deepEqual(
    now.filter((id) => before.includes(id)),
    [],
  );
});

test("a draft is kept before keys or a click can take the view away", () => {
  const host = started("s");
  host.chat.drafts.setText("half a thou");
  window.dispatchEvent(new window.Event("blur"));
  assert.equal(saved(host).at(-1)?.draft.text, "half a thou");
  host.chat.drafts.setText("half a thought");
  window.dispatchEvent(new window.KeyboardEvent("keydown", { key: "e", ctrlKey: true }));
  assert.equal(saved(host).at(-1)?.draft.text, "half a thought");
});

test("what has arrived is no draft any more, from then on", async () => {
  const host = started();
  host.chat.drafts.setText("sent");
  void host.chat.submit("queue");
  await (await host.asked("session/create")).answer(session("new"));
  assert.deepEqual(
    saved(host)
      .slice(-2)
      .map((one) => [one.sessionId, one.draft.text]),
    [
      [undefined, ""],
      ["new", "sent"],
    ],
    "the message is never in no draft",
  );
  await (await host.asked("chat/send")).answer({
    sessionId: "new",
    turnId: "t",
    status: "running",
  });
  assert.deepEqual(saved(host).at(-1)?.draft, draft(""));
});

test("a message that is tried twice and refused twice comes back once", async () => {
  const host = await reading();
  host.chat.drafts.setText("Hello");
  void host.chat.submit("queue");
  const first = await host.asked("chat/send");
  host.say({ type: "connection", connection: { status: "ready", methods: METHODS, version: "0" } });
  const second = await host.asked("chat/send");
  await first.refuse("No model is set up.", "noModel");
  await second.refuse("No model is set up.", "noModel");
  assert.equal(host.chat.drafts.current.value.text, "Hello");
});

test("only the turn that is seen to run is stopped", async () => {
  const host = await reading();
  host.say({ type: "event", event: event(5, { type: "turnStarted", turn: turn("t3") }) });
  await settled();
  void host.chat.cancel();
  assert.deepEqual((await host.asked("chat/cancel")).params, { sessionId: "s", turnId: "t3" });
});

test("turns that were taken out while the connection was away are not shown", async () => {
  const host = await reading();
  reconnected(host);
  const fewer = { ...session(), turnCount: 1 };
  await (await host.asked("chat/events")).answer({
    events: [event(5, { type: "sessionUpdated", session: fewer })],
    nextSeq: 5,
  });
  await (await host.asked("session/get")).answer(fewer);
  await (await host.asked("session/items")).answer({
    items: [said("u", "One")],
    turns: [],
    seq: 5,
  });
  assert.deepEqual(lines(host), ["user: One"]);
});

test("what the host chooses is for the next session, and takes no draft away", async () => {
  const host = started();
  host.chat.drafts.setText("a long thought");
  host.say({ type: "choose", choice: { model: "some/model" } });
  assert.equal(host.chat.drafts.current.value.text, "a long thought");
  void host.chat.submit("queue");
  const made = await host.asked("session/create");
  assert.deepEqual(made.params, { model: "some/model" });
  assert.deepEqual(host.sent.findLast((one) => one.type === "chosen")?.choice, {
    model: "some/model",
  });
  // What is chosen while it is made counts for it too.
  host.say({ type: "choose", choice: { permissionMode: "readOnly" } });
  await made.answer(session("new"));
  assert.deepEqual((await host.asked("session/update")).params, {
    sessionId: "new",
    permissionMode: "readOnly",
  });
  assert.deepEqual(host.sent.findLast((one) => one.type === "chosen")?.choice, {});
});

test("what was chosen for a new session outlives the view", () => {
  const host = early();
  host.say(init({ choice: { permissionMode: "readOnly" } }));
  assert.deepEqual(host.chat.options.chosen.value, { permissionMode: "readOnly" });
});

test("an answer that comes after all of its turn leaves no message that waits", async () => {
  const host = await reading();
  host.chat.drafts.setText("Three");
  void host.chat.submit("queue");
  const asked = await host.asked("chat/send");
  const over = turn("q", { status: "completed", stopReason: "cancelled" });
  host.say({ type: "event", event: event(5, { type: "turnStarted", turn: turn("q") }) });
  host.say({ type: "event", event: event(6, { type: "turnCompleted", turn: over }) });
  await asked.answer({ sessionId: "s", turnId: "q", status: "queued" });
  assert.deepEqual(host.chat.follower.latest?.openTurns, []);
});

test("a message that joined a turn long ago is not shown as on its way again", async () => {
  const host = await reading();
  host.chat.drafts.setText("And this.");
  void host.chat.submit("steer");
  const asked = await host.asked("chat/send");
  const { clientMessageId } = asked.params;
  assert.ok(clientMessageId);
  await asked.answer({ sessionId: "s", turnId: "t2", status: "running" });
  const box = document.createElement("div");
  render(h(ChatContext.Provider, { value: host.chat }, h(Pending, {})), box);
  assert.match(box.textContent ?? "", /And this/);
  // The session is read anew, as after a long time away, so that no event tells of it.
  host.say({ type: "showSession", sessionId: "s" });
  await (await host.asked("session/get")).answer(session());
  const joined = { ...said("w", "And this.", "t2"), clientMessageId } as Item;
  const more = Array.from({ length: 40 }, (_, index) => answer(`a${index}`, "…", "completed"));
  await (await host.asked("session/items")).answer({
    items: [joined, ...more],
    turns: [turn("t2")],
    seq: 50,
  });
  await settled();
  assert.equal(box.textContent, "");
  render(null, box);
});

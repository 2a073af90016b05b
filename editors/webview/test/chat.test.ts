/** The state behind the view, over a port: loading, gaps, reconnecting, sending, drafts. */
import "./dom";
import assert from "node:assert/strict";
import { test } from "node:test";
import { h, render } from "preact";
import type { Event } from "../../../protocol/ts/aside";
import type { ToView } from "../src/port";
import { Asked, AskedElsewhere } from "../src/prompts/Asked";
import { Empty } from "../src/status/Empty";
import { ChatContext } from "../src/ui/context";
import { answer, event, outline, said, session, tool, turn } from "./data";
import { type Host, reconnected, settled, started } from "./port";

const delta = (seq: number, text: string): ToView => ({
  type: "event",
  event: event(seq, { type: "itemDelta", itemId: "a", text }),
});

const begin: Event = { type: "itemStarted", item: answer("a", "", "inProgress") };

/** A view that shows a session whose answer streams, up to event 4. */
async function streaming(): Promise<Host> {
  const host = started("s");
  await (await host.asked("session/get")).answer(session());
  await (await host.asked("session/items")).answer({
    items: [said("u", "Hello?"), answer("a", "He", "inProgress")],
    turns: [turn("t")],
    seq: 4,
  });
  await (await host.asked("chat/events")).answer({ events: [], nextSeq: 4 });
  return host;
}

function shown(host: Host): string[] {
  const { latest } = host.chat.follower;
  assert.ok(latest);
  assert.equal(host.chat.follower.transcript.value, latest, "what is drawn is the latest");
  return outline(latest);
}

test("events that come while a session is read are applied once", async () => {
  const host = started("s");
  host.say(delta(4, "e"));
  host.say(delta(5, "l"));
  await (await host.asked("session/get")).answer(session());
  await (await host.asked("session/items")).answer({
    items: [answer("a", "He", "inProgress")],
    turns: [turn("t")],
    seq: 4,
  });
  host.say(delta(5, "l"));
  host.say(delta(6, "lo"));
  await settled();
  assert.deepEqual(shown(host), ["assistantMessage: Hello…"]);
});

test("what is missing is asked for, and what came meanwhile waits", async () => {
  const host = await streaming();
  host.say(delta(6, "l"));
  host.say(delta(7, "o"));
  const asked = await host.asked("chat/events");
  assert.deepEqual(asked.params, { sessionId: "s", afterSeq: 4 });
  await asked.answer({
    events: [
      event(5, { type: "itemDelta", itemId: "a", text: "l" }),
      event(6, { type: "itemDelta", itemId: "a", text: "l" }),
    ],
    nextSeq: 6,
  });
  await (await host.asked("chat/events")).answer({ events: [], nextSeq: 6 });
  assert.deepEqual(shown(host), ["user: Hello?", "assistantMessage: Hello…"]);
});

test("a gap that the server has nothing for is crossed", async () => {
  const host = await streaming();
  host.say(delta(40, "llo"));
  await (await host.asked("chat/events")).answer({ events: [], nextSeq: 4 });
  host.say(delta(41, "!"));
  await settled();
  assert.deepEqual(shown(host), ["user: Hello?", "assistantMessage: Hello!…"]);
});

test("after a crash the transcript goes on where it was", async () => {
  const host = await streaming();
  reconnected(host);
  const interrupted = { ...answer("a", "Hel", "completed"), status: "interrupted" } as const;
  await (await host.asked("chat/events")).answer({
    events: [
      event(90, { type: "itemCompleted", item: interrupted as never }),
      event(91, {
        type: "turnCompleted",
        turn: turn("t", { status: "completed", stopReason: "interrupted" }),
      }),
    ],
    nextSeq: 91,
  });
  await (await host.asked("chat/events")).answer({ events: [], nextSeq: 91 });
  assert.deepEqual(shown(host), ["user: Hello?", "assistantMessage: Hel", "end: interrupted"]);
  assert.equal(host.count("session/items"), 1);
});

test("a view that is far behind reads the session anew", async () => {
  const host = await streaming();
  reconnected(host);
  for (let page = 0; page < 4; page += 1) {
    const seq = 5 + page;
    const events = [event(seq, { type: "itemDelta", itemId: "a", text: "." })];
    await (await host.asked("chat/events")).answer({ events, nextSeq: seq });
  }
  await (await host.asked("session/get")).answer(session());
  await (await host.asked("session/items")).answer({
    items: [answer("a", "All of it.", "completed")],
    turns: [],
    seq: 5000,
  });
  await settled();
  assert.deepEqual(shown(host), ["assistantMessage: All of it."]);
});

test("a session that is gone leaves a new one, and a failure is told", async () => {
  const gone = started("s");
  await (await gone.asked("session/get")).refuse("There is no such session.", "notFound");
  assert.equal(gone.chat.sessionId.value, undefined);
  const failed = started("s");
  await (await failed.asked("session/get")).refuse("The disk is full.");
  assert.deepEqual(failed.chat.follower.loading.value, {
    kind: "failed",
    message: "The disk is full.",
  });
});

test("messages of an unknown type and answers that nobody waits for are passed over", async () => {
  const host = await streaming();
  host.say({ type: "weather", rain: true } as unknown as ToView);
  host.say({ type: "response", id: 999, result: {} });
  host.say({ type: "event", event: event(5, begin, "another session") });
  assert.deepEqual(shown(host), ["user: Hello?", "assistantMessage: He…"]);
});

test("a message that may not have arrived is sent again as the same", async () => {
  const host = await streaming();
  host.chat.drafts.setText("Are you there?");
  void host.chat.submit("queue");
  const first = await host.asked("chat/send");
  reconnected(host);
  const second = await host.asked("chat/send");
  assert.deepEqual(second.params, first.params);
  assert.ok(second.params.clientMessageId);
  await second.answer({ sessionId: "s", turnId: "q", status: "queued" });
  assert.deepEqual(host.chat.outbox.sending.value, []);
  assert.deepEqual(
    host.chat.follower.latest?.openTurns.map((open) => [open.id, open.status]),
    [
      ["t", "running"],
      ["q", "queued"],
    ],
  );
});

test("a message that is refused is a draft again, with the reason", async () => {
  const host = await streaming();
  host.chat.drafts.setText("Hello");
  void host.chat.submit("queue");
  const asked = await host.asked("chat/send");
  host.chat.drafts.setText("and more");
  await asked.refuse("No model is set up.", "noModel");
  assert.equal(host.chat.drafts.current.value.text, "Hello\nand more");
  assert.deepEqual(host.chat.problem.value, { message: "No model is set up.", action: "addKey" });
});

test("the host keeps a draft until its message has arrived", async () => {
  const host = started(undefined, { "": { text: "kept", attachments: [] } });
  assert.equal(host.chat.drafts.current.value.text, "kept");
  host.chat.drafts.setText("kept and sent");
  void host.chat.submit("queue");
  const last = () => host.sent.filter((one) => one.type === "saveDraft").at(-1);
  assert.deepEqual(last(), {
    type: "saveDraft",
    draft: { text: "kept and sent", attachments: [] },
  });
  await (await host.asked("session/create")).answer(session("new"));
  assert.equal(host.chat.sessionId.value, "new");
  await (await host.asked("chat/send")).answer({
    sessionId: "new",
    turnId: "t",
    status: "running",
  });
  host.chat.drafts.flush();
  assert.deepEqual(last(), {
    type: "saveDraft",
    sessionId: "new",
    draft: { text: "", attachments: [] },
  });
});

test("questions come once, and go when they are settled anywhere", async () => {
  const host = await streaming();
  const request = {
    requestId: "r",
    sessionId: "s",
    turnId: "t",
    item: tool("c"),
    reason: "Why.",
    effects: [],
    options: [],
  };
  host.say({ type: "permission", request });
  host.say({ type: "permission", request });
  assert.equal(host.chat.prompts.permissions.value.length, 1);
  host.say({
    type: "event",
    event: event(5, {
      type: "permissionResolved",
      requestId: "r",
      item: tool("c"),
      outcome: "allowed",
    }),
  });
  assert.equal(host.chat.prompts.permissions.value.length, 0);
  host.say({ type: "permission", request: { ...request, requestId: "r2" } });
  host.say({ type: "withdrawn", requestId: "r2" });
  assert.equal(host.chat.prompts.permissions.value.length, 0);
});

test("a session that went back to before a turn is read anew", async () => {
  const host = await streaming();
  const now = session();
  const say = (seq: number, turnCount: number) =>
    host.say({
      type: "event",
      event: event(seq, { type: "sessionUpdated", session: { ...now, turnCount } }),
    });
  say(5, 3);
  await settled();
  assert.equal(host.count("session/items"), 1);
  say(6, 2);
  await (await host.asked("session/get")).answer(session());
  await (await host.asked("session/items")).answer({ items: [said("u", "1")], turns: [], seq: 6 });
  assert.deepEqual(shown(host), ["user: 1"]);
  host.say({ type: "showSession", sessionId: "s" });
  await (await host.asked("session/get")).answer(session());
  await (await host.asked("session/items")).answer({ items: [], turns: [], seq: 7 });
  assert.deepEqual(shown(host), []);
});

test("what is refused after another session is shown comes back where it was written", async () => {
  const host = await streaming();
  host.chat.drafts.setText("Hello");
  void host.chat.submit("queue");
  const asked = await host.asked("chat/send");
  host.chat.show("other");
  host.chat.drafts.setText("of the other");
  await asked.refuse("The queue is full.", "invalid");
  assert.equal(host.chat.drafts.current.value.text, "of the other");
  host.chat.show("s");
  assert.equal(host.chat.drafts.current.value.text, "Hello");
});

test("a session that comes late takes neither the view nor a draft from another", async () => {
  const host = started();
  host.chat.drafts.setText("first");
  void host.chat.submit("queue");
  host.chat.drafts.setText("second");
  void host.chat.submit("queue");
  const asked = await host.asked("session/create");
  host.chat.show("other");
  host.chat.drafts.setText("of the other");
  await asked.answer(session("new"));
  assert.deepEqual(
    [host.chat.sessionId.value, host.chat.drafts.current.value.text],
    ["other", "of the other"],
  );
  const first = await host.asked("chat/send");
  const second = await host.asked("chat/send");
  assert.deepEqual([first.params.sessionId, second.params.sessionId], ["new", "new"]);
  assert.equal(host.count("session/create"), 1);
});

test("an example goes behind what is written", async () => {
  const host = started();
  host.chat.drafts.setText("mine");
  const box = document.createElement("div");
  render(h(ChatContext.Provider, { value: host.chat }, h(Empty, {})), box);
  box.querySelector<HTMLElement>(".examples button")?.click();
  assert.match(host.chat.drafts.current.value.text, /^mine\n./);
  render(null, box);
});

test("a question of no session is asked where the user is", () => {
  const host = started();
  const box = document.createElement("div");
  const both = [h(Asked, {}), h(AskedElsewhere, {})];
  host.say({
    type: "elicitation",
    request: { requestId: "e", sessionId: "", message: "Log in.", server: "shop" },
  });
  render(h(ChatContext.Provider, { value: host.chat }, ...both), box);
  assert.match(box.querySelector("form")?.textContent ?? "", /shop asks.*Log in\./);
  assert.equal(box.querySelector(".banner"), null);
  render(null, box);
});

test("the host keeps a message that has not arrived, whatever is written next", async () => {
  const host = started();
  host.chat.drafts.setText("first");
  void host.chat.submit("queue");
  await (await host.asked("session/create")).answer(session("new"));
  const asked = await host.asked("chat/send");
  host.chat.drafts.setText("second");
  const kept = () => {
    host.chat.drafts.flush();
    const saved = host.sent.filter((one) => one.type === "saveDraft");
    return saved.findLast((one) => one.sessionId === "new")?.draft.text;
  };
  assert.equal(kept(), "first\nsecond");
  await asked.answer({ sessionId: "new", turnId: "t", status: "running" });
  assert.equal(kept(), "second");
});

/** Questions, and the title that is written: what is filled in stays, and nothing is answered by chance. */
import "./dom";
import assert from "node:assert/strict";
import { test } from "node:test";
import { h, render } from "preact";
import { Asked } from "../src/prompts/Asked";
import { Header } from "../src/status/Header";
import { EntryView } from "../src/transcript/EntryView";
import { ChatContext } from "../src/ui/context";
import { event, session, tool } from "./data";
import { type Host, METHODS, settled, started } from "./port";

const OPTIONS = [
  { id: "yes", label: "Allow once", kind: "allowOnce" as const },
  { id: "no", label: "Refuse", kind: "rejectOnce" as const },
];

const permission = (requestId: string) => ({
  type: "permission" as const,
  request: {
    requestId,
    sessionId: "s",
    turnId: "t",
    item: tool("c"),
    reason: "Why.",
    effects: [],
    options: OPTIONS,
  },
});

/** Draws a part of the view, and gives where it is. */
function drawn(host: Host, part: typeof Asked | typeof Header): HTMLElement {
  const box = document.createElement("div");
  document.body.replaceChildren(box);
  render(h(ChatContext.Provider, { value: host.chat }, h(part, {})), box);
  return box;
}

function find<T extends HTMLElement>(box: HTMLElement, selector: string): T {
  const found = box.querySelector<T>(selector);
  assert.ok(found, selector);
  return found;
}

function write(field: HTMLInputElement, text: string): void {
  field.value = text;
  field.dispatchEvent(new window.Event("input", { bubbles: true }));
}

/** Whether the view has the keys. */
function hasKeys(is: boolean): void {
  document.hasFocus = () => is;
}

test("a question takes the keys from nobody who writes elsewhere", () => {
  for (const here of [false, true]) {
    hasKeys(here);
    const host = started("s");
    host.say(permission("r"));
    const prompt = find(drawn(host, Asked), ".permission");
    assert.equal(document.activeElement === prompt, here);
  }
});

test("neither a key that is held nor the second click of two answers", () => {
  hasKeys(true);
  const host = started("s");
  host.say(permission("r"));
  const box = drawn(host, Asked);
  const now = performance.now.bind(performance);
  performance.now = () => now() + 10_000;
  try {
    const held = { key: "1", repeat: true, bubbles: true };
    find(box, ".permission").dispatchEvent(new window.KeyboardEvent("keydown", held));
    const second = new window.MouseEvent("click", { detail: 2, bubbles: true });
    find(box, "[data-kind=allowOnce]").dispatchEvent(second);
    assert.equal(host.chat.prompts.permissions.value.length, 1);
    const key = { key: "1", bubbles: true };
    find(box, ".permission").dispatchEvent(new window.KeyboardEvent("keydown", key));
    assert.equal(host.chat.prompts.permissions.value.length, 0);
  } finally {
    performance.now = now;
  }
});

test("what was filled in is there again when the question is", async () => {
  hasKeys(true);
  const host = started("s");
  const schema = { type: "object", properties: { name: { type: "string" } } };
  host.say(permission("r"));
  host.say({
    type: "elicitation",
    request: { requestId: "e", sessionId: "s", message: "Who?", schema },
  });
  const fields = () => {
    const box = drawn(host, Asked);
    return [find<HTMLInputElement>(box, ".feedback"), find<HTMLInputElement>(box, ".field input")];
  };
  const [words, name] = fields();
  assert.ok(words && name);
  write(words, "Not there.");
  write(name, "Ada");
  assert.deepEqual(
    fields().map(({ value }) => value),
    ["Not there.", "Ada"],
  );
  host.say({ type: "withdrawn", requestId: "r" });
  host.say({ type: "withdrawn", requestId: "e" });
  assert.equal(host.chat.prompts.filled.size, 0);
});

test("a title is written in peace, whatever happens in the session", async () => {
  const host = started("s");
  await (await host.asked("session/get")).answer(session());
  await (await host.asked("session/items")).answer({ items: [], turns: [], seq: 4 });
  const methods = [...METHODS, "session/update"];
  host.say({ type: "connection", connection: { status: "ready", methods, version: "0" } });
  const box = drawn(host, Header);
  find(box, ".rename-button").click();
  await settled();
  const field = find<HTMLInputElement>(box, ".rename");
  assert.equal(field.value, "A session");
  write(field, "Half a ti");
  field.setSelectionRange(9, 9);
  const working = { ...session(), status: "running" as const, title: "Of the server" };
  host.say({
    type: "event",
    event: event(5, { type: "sessionUpdated", session: working }),
  });
  await (await host.asked("chat/events")).answer({ events: [], nextSeq: 5 });
  await settled();
  assert.equal(find<HTMLInputElement>(box, ".rename"), field);
  assert.deepEqual([field.value, field.selectionStart], ["Half a ti", 9]);
  const enter = { key: "Enter", bubbles: true };
  field.dispatchEvent(new window.KeyboardEvent("keydown", { ...enter, isComposing: true }));
  assert.equal(host.count("session/update"), 0, "Enter belongs to what composes the letters");
  field.dispatchEvent(new window.KeyboardEvent("keydown", enter));
  assert.deepEqual((await host.asked("session/update")).params, {
    sessionId: "s",
    title: "Half a ti",
  });
});

test("a second click of two does not try again twice", () => {
  const host = started("s");
  const box = document.createElement("div");
  const error = { code: "provider" as const, message: "Gone.", retryable: true };
  const entry = {
    kind: "turnEnd" as const,
    id: "e",
    turnId: "t",
    stopReason: "error" as const,
    error,
  };
  render(h(ChatContext.Provider, { value: host.chat }, h(EntryView, { entry })), box);
  const button = [...box.querySelectorAll("button")].find((one) => one.textContent === "Try again");
  for (const detail of [1, 2]) {
    button?.dispatchEvent(new window.MouseEvent("click", { detail, bubbles: true }));
  }
  assert.equal(host.count("chat/send"), 1);
});

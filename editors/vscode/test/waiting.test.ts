/** What waits for a chat view that is not there yet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Waiting } from "../src/chat/waiting";
import type { ToView } from "../src/port";

const show = (sessionId: string): ToView => ({ type: "showSession", sessionId });

test("messages come in their order, and once", () => {
  const waiting = new Waiting();
  waiting.add({ type: "focus" });
  waiting.add(show("s"));
  assert.deepEqual(waiting.take(), [{ type: "focus" }, show("s")]);
  assert.deepEqual(waiting.take(), []);
});

test("a view that comes late leaves the cursor to who writes elsewhere by then", () => {
  const waiting = new Waiting();
  waiting.add({ type: "focus" });
  waiting.add(show("s"));
  waiting.leave();
  assert.deepEqual(waiting.take(), [show("s")]);
});

test("never many wait", () => {
  const waiting = new Waiting();
  for (let number = 0; number < 100; number += 1) {
    waiting.add(show(String(number)));
  }
  const left = waiting.take();
  assert.equal(left.length, 20);
  assert.deepEqual(left.at(-1), show("99"));
});

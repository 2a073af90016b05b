/** What events make of a transcript: in order, doubled, missing, unknown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../../protocol/ts/aside";
import { MAX_LIVE_OUTPUT, runningTurn } from "../src/state/model";
import { apply, reduce, withQueued } from "../src/state/reduce";
import {
  after,
  answer,
  applied,
  edit,
  event,
  outline,
  said,
  session,
  tool,
  turn,
  unknown,
} from "./data";

function check(events: Event[], expected: string[]): void {
  assert.deepEqual(outline(after(...events)), expected);
}

test("an answer grows by its deltas, and its end counts", () => {
  const start: Event[] = [
    { type: "itemStarted", item: answer("a", "", "inProgress") },
    { type: "itemDelta", itemId: "a", text: "Hel" },
    { type: "itemDelta", itemId: "a", text: "lo" },
  ];
  check(start, ["assistantMessage: Hello…"]);
  check(
    [...start, { type: "itemCompleted", item: answer("a", "Hello, you.", "completed") }],
    ["assistantMessage: Hello, you."],
  );
});

test("what was under way when the server was killed is cut short with its turn", () => {
  const turnEnds: Event = {
    type: "turnCompleted",
    turn: turn("t", { status: "completed", stopReason: "interrupted" }),
  };
  const other = { ...answer("b", "Of another turn", "inProgress"), turnId: "t2" };
  const state = after(
    { type: "itemStarted", item: answer("a", "", "inProgress") },
    { type: "itemDelta", itemId: "a", text: "Half of" },
    { type: "itemStarted", item: tool("c") },
    { type: "itemStarted", item: other },
    turnEnds,
  );
  assert.deepEqual(outline(state), [
    "assistantMessage: Half of",
    "bash interrupted: |",
    "assistantMessage: Of another turn…",
    "end: interrupted",
  ]);
  const [half] = state.entries;
  assert.ok(half?.kind === "item" && half.item.type === "assistantMessage");
  assert.equal(half.item.status, "interrupted");
});

test("nothing grows after its end, and nothing that nobody knows", () => {
  check(
    [
      { type: "itemCompleted", item: answer("a", "Whole", "completed") },
      { type: "itemDelta", itemId: "a", text: "!" },
      { type: "itemDelta", itemId: "stranger", text: "!" },
    ],
    ["assistantMessage: Whole"],
  );
});

test("a tool call streams its arguments and its output", () => {
  const events: Event[] = [
    { type: "itemStarted", item: tool("c", { status: "pending" }) },
    { type: "itemDelta", itemId: "c", argumentsText: '{"comm' },
    { type: "itemDelta", itemId: "c", argumentsText: 'and"' },
    { type: "itemUpdated", item: tool("c") },
    { type: "itemDelta", itemId: "c", outputText: "one\n" },
    { type: "itemDelta", itemId: "c", outputText: "two\n" },
  ];
  check(events, ['bash running: {"command"|one\ntwo\n…']);
  check(
    [...events, { type: "itemCompleted", item: tool("c", { status: "completed" }) }],
    ["bash completed: |"],
  );
});

test("of a long output the end is kept", () => {
  const state = after(
    { type: "itemStarted", item: tool("c") },
    { type: "itemDelta", itemId: "c", outputText: "x".repeat(MAX_LIVE_OUTPUT) },
    { type: "itemDelta", itemId: "c", outputText: "end" },
  );
  const entry = state.entries[0];
  assert.ok(entry?.kind === "item");
  assert.equal(entry.outputText?.length, MAX_LIVE_OUTPUT);
  assert.ok(entry.outputText?.endsWith("xend"));
});

test("an event that was applied is passed over, and so is one of another session", () => {
  const state = after({ type: "itemStarted", item: answer("a", "", "inProgress") });
  const again = event(1, { type: "itemDelta", itemId: "a", text: "twice" });
  assert.equal(apply(state, again, 0).kind, "skipped");
  const other = event(2, { type: "itemDelta", itemId: "a", text: "other" }, "other");
  assert.equal(apply(state, other, 0).kind, "skipped");
});

test("a missing number is a gap, which can be crossed once it is known to be empty", () => {
  const state = after({ type: "itemStarted", item: answer("a", "", "inProgress") });
  const late = event(5, { type: "itemDelta", itemId: "a", text: "late" });
  assert.equal(apply(state, late, 0).kind, "gap");
  const crossed = reduce(state, late, 0);
  assert.deepEqual(outline(crossed), ["assistantMessage: late…"]);
  assert.equal(crossed.seq, 5);
});

test("a replay of all events draws what was drawn", () => {
  const events: Event[] = [
    { type: "turnStarted", turn: turn("t") },
    { type: "itemCompleted", item: said("u", "Hello?") },
    { type: "itemStarted", item: answer("a", "", "inProgress") },
    { type: "itemDelta", itemId: "a", text: "Yes" },
    { type: "itemCompleted", item: answer("a", "Yes.", "completed") },
    { type: "turnCompleted", turn: turn("t", { status: "completed", stopReason: "endTurn" }) },
  ];
  const first = after(...events);
  const twice = events.reduce((state, what, index) => {
    const result = apply(state, event(index + 1, what), 0);
    return result.kind === "applied" ? result.transcript : state;
  }, first);
  assert.equal(twice, first);
  assert.equal(first.seq, 6);
  assert.equal(runningTurn(first), undefined);
});

test("an event of a newer server counts and does nothing", () => {
  const state = after({ type: "itemStarted", item: answer("a", "", "inProgress") });
  const next = applied(apply(state, unknown(2), 0));
  assert.deepEqual(outline(next), outline(state));
  assert.equal(next.seq, 2);
  const delta = { type: "itemDelta", itemId: "a", smell: "sweet" } as unknown as Event;
  assert.deepEqual(outline(applied(apply(next, event(3, delta), 0))), outline(state));
});

test("a turn that failed says so once, behind its items", () => {
  const failed = turn("t", {
    status: "completed",
    stopReason: "error",
    error: { code: "auth", message: "The key is refused.", retryable: false },
  });
  check(
    [
      { type: "turnStarted", turn: turn("t") },
      { type: "itemCompleted", item: said("u", "Hello?") },
      { type: "turnCompleted", turn: failed },
      { type: "turnCompleted", turn: failed },
    ],
    ["user: Hello?", "end: error"],
  );
});

test("what is retried is told until something comes", () => {
  const retrying: Event = {
    type: "retrying",
    attempt: 2,
    maxAttempts: 4,
    delayMs: 500,
    reason: "Busy.",
  };
  const state = after({ type: "turnStarted", turn: turn("t") });
  const waiting = applied(apply(state, event(2, retrying), 1000));
  assert.equal(waiting.retrying?.at, 1500);
  const item: Event = { type: "itemStarted", item: answer("a", "", "inProgress") };
  assert.equal(applied(apply(waiting, event(3, item), 1600)).retrying, undefined);
});

test("turns wait in the queue until they start or are taken back", () => {
  const queued = turn("q", { status: "queued" });
  const state = withQueued(after({ type: "turnStarted", turn: turn("t") }), queued);
  assert.equal(withQueued(state, queued), state);
  assert.deepEqual(
    state.openTurns.map((open) => open.id),
    ["t", "q"],
  );
  const gone = {
    type: "turnCompleted" as const,
    turn: { ...queued, status: "completed" as const },
  };
  assert.equal(runningTurn(reduce(state, event(2, gone), 0))?.id, "t");
  const started = reduce(state, event(2, { type: "turnStarted", turn: turn("q") }), 0);
  assert.equal(started.openTurns.length, 2);
});

test("edits, plan, usage, session and notices are kept", () => {
  const state = after(
    { type: "editUpdated", edit: edit("e") },
    { type: "editUpdated", edit: edit("e", { status: "accepted" }) },
    { type: "planUpdated", entries: [{ text: "Look", status: "pending" }] },
    {
      type: "usageUpdated",
      usage: { inputTokens: 9, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 },
      context: { usedTokens: 10, windowTokens: 100 },
    },
    { type: "sessionUpdated", session: session() },
    { type: "notice", level: "warning", message: "Look out." },
  );
  assert.equal(state.edits.get("e")?.status, "accepted");
  assert.equal(state.plan.length, 1);
  assert.equal(state.context?.usedTokens, 10);
  assert.equal(state.session?.title, "A session");
  assert.deepEqual(outline(state), ["warning: Look out."]);
});

test("nothing is changed in place", () => {
  const state = after({ type: "itemStarted", item: answer("a", "", "inProgress") });
  const before = JSON.stringify(state.entries);
  apply(state, event(2, { type: "itemDelta", itemId: "a", text: "more" }), 0);
  apply(state, event(2, { type: "itemCompleted", item: answer("a", "x", "completed") }), 0);
  assert.equal(JSON.stringify(state.entries), before);
});

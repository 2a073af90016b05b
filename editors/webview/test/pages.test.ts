/** Pages of items, the window over them, and what waits for review. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileEdit, Hunk } from "../../../protocol/ts/aside";
import { pendingFiles } from "../src/review/pending";
import { fromNewest, withEdits, withOlder, withPast } from "../src/state/pages";
import { apply } from "../src/state/reduce";
import { shownEntries } from "../src/transcript/entries";
import { AT_END, atEnd, down, drawn, MAX_DRAWN, up, type Window } from "../src/transcript/window";
import { answer, applied, edit, event, outline, said, session, turn } from "./data";

const stopped = turn("t", { status: "completed", stopReason: "cancelled" });

test("older items come before, and none comes twice", () => {
  const newest = fromNewest(session(), {
    items: [said("3", "three"), said("4", "four")],
    turns: [stopped],
    seq: 9,
    prevCursor: "c",
  });
  assert.deepEqual(outline(newest), ["user: three", "user: four", "end: cancelled"]);
  const all = withOlder(newest, {
    items: [said("2", "two"), said("3", "three")],
    turns: [stopped],
    seq: 12,
  });
  assert.deepEqual(outline(all), ["user: two", "user: three", "user: four", "end: cancelled"]);
  assert.deepEqual([all.origin, all.older, all.seq], [1, undefined, 9]);
});

test("a page with an answer that streams goes on by the next event", () => {
  const state = fromNewest(session(), {
    items: [answer("a", "Hel", "inProgress")],
    turns: [turn("t")],
    seq: 4,
  });
  const next = apply(state, event(5, { type: "itemDelta", itemId: "a", text: "lo" }), 0);
  assert.deepEqual(outline(applied(next)), ["assistantMessage: Hello…"]);
});

test("the message of a queued turn is not in the transcript", () => {
  const state = fromNewest(session(), {
    items: [said("1", "now"), said("2", "later", "q")],
    turns: [turn("t"), turn("q", { status: "queued" })],
    seq: 4,
  });
  assert.deepEqual(
    shownEntries(state.entries, state).map((entry) => entry.id),
    ["1"],
  );
});

test("what only events tell is taken from the past, where nothing newer is known", () => {
  const past = [
    event(1, { type: "planUpdated", entries: [{ text: "Old", status: "pending" }] }),
    event(2, { type: "planUpdated", entries: [{ text: "New", status: "pending" }] }),
  ];
  const state = fromNewest(session(), { items: [], turns: [], seq: 2 });
  assert.equal(withPast(state, past).plan[0]?.text, "New");
  const newer = { ...state, plan: [{ text: "Newest", status: "pending" as const }] };
  assert.equal(withPast(newer, past).plan[0]?.text, "Newest");
});

const known = { first: -200, end: 800 };

test("the window is bounded, and moves to either end", () => {
  let window: Window = atEnd(known);
  assert.deepEqual(drawn(window, known), { from: 800 - AT_END, to: 800 });
  for (let step = 0; step < 100; step += 1) {
    window = up(window, known);
    const { from, to } = drawn(window, known);
    assert.ok(to - from <= MAX_DRAWN && from >= known.first && to <= known.end);
  }
  assert.equal(drawn(window, known).from, known.first);
  assert.equal(up(window, known), window);
  for (let step = 0; step < 100; step += 1) {
    window = down(window, known);
  }
  assert.equal(window.to, undefined);
  assert.equal(drawn(window, known).to, known.end);
});

test("following the end, the window lets its beginning go", () => {
  const window = atEnd({ first: 0, end: 10 });
  assert.deepEqual(drawn(window, { first: 0, end: 1000 }), { from: 1000 - MAX_DRAWN, to: 1000 });
});

test("a session that was read anew and is shorter is still drawn", () => {
  assert.deepEqual(drawn({ from: 500, to: undefined }, { first: 0, end: 20 }), { from: 0, to: 20 });
});

function hunk(id: string, status: Hunk["status"], oldText: string, newText: string): Hunk {
  const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  return { id, status, oldRange: range, newRange: range, oldText, newText };
}

function checkPending(edits: FileEdit[], expected: [string, number, number][]): void {
  const state = withEdits(fromNewest(session(), { items: [], turns: [], seq: 0 }), edits);
  const files = pendingFiles(state.edits.values());
  assert.deepEqual(
    files.map((file) => [file.uri.split("/").at(-1), file.added, file.removed]),
    expected,
  );
}

test("what waits for review is told by file", () => {
  checkPending(
    [
      edit("1", {
        hunks: [hunk("a", "pending", "x\n", "y\nz\n"), hunk("b", "accepted", "", "n\n")],
      }),
      edit("2", { hunks: [hunk("c", "pending", "q\r\n", "")] }),
      edit("3", { uri: "file:///project/b.txt", status: "accepted" }),
      edit("4", { uri: "file:///project/c.txt", kind: "rename" }),
      edit("5", { uri: "file:///project/d.txt", status: "conflicted" }),
    ],
    [
      ["a.txt", 2, 2],
      ["c.txt", 0, 0],
    ],
  );
});

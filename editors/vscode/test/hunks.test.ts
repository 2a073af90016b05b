/** Where hunks are while the user types, and which one a command means. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileEditStatus, Range } from "../src/protocol";
import { follow, hunkAt, isPending, neighbour, pendingHunks, placeOf } from "../src/review/hunks";
import { hoverText, hunkLabel, oldTextHint } from "../src/review/words";
import { edit, hunk, lines } from "./fixtures";

function at(line: number, character: number, toLine = line, toCharacter = character): Range {
  return { start: { line, character }, end: { line: toLine, character: toCharacter } };
}

function check(change: { range: Range; text: string }, expected: Range): void {
  assert.deepEqual(follow(lines(5, 8), [change]), expected);
}

test("lines above move a hunk", () => {
  check({ range: at(0, 0), text: "new\n" }, lines(6, 9));
  check({ range: at(0, 0, 2, 0), text: "" }, lines(3, 6));
  check({ range: at(4, 0, 5, 0), text: "" }, lines(4, 7));
});

test("lines below, and words, do not", () => {
  check({ range: at(8, 0), text: "new\n" }, lines(5, 8));
  check({ range: at(1, 3), text: "word" }, lines(5, 8));
  check({ range: at(6, 0), text: "word" }, lines(5, 8));
});

test("lines within make it longer or shorter", () => {
  check({ range: at(6, 2), text: "a\nb" }, lines(5, 9));
  check({ range: at(6, 0, 7, 0), text: "" }, lines(5, 7));
});

test("changes follow each other", () => {
  const changes = [
    { range: at(0, 0), text: "1\n2\n" },
    { range: at(7, 1), text: "\n" },
  ];
  assert.deepEqual(follow(lines(5, 8), changes), lines(7, 11));
});

test("only some states wait", () => {
  const waits = (status: FileEditStatus) => isPending(edit("1", [], { status }));
  assert.deepEqual(
    (
      [
        "proposed",
        "applied",
        "partial",
        "accepted",
        "rejected",
        "conflicted",
        "reverted",
      ] as FileEditStatus[]
    ).map(waits),
    [true, true, true, false, false, false, false],
  );
  const done = { ...hunk("1", lines(0, 1), "a", "b"), status: "rejected" as const };
  assert.equal(isPending(edit("1", [done], { status: "partial" })), false);
  assert.equal(isPending({ ...edit("1", []), status: "new" as FileEditStatus }), false);
});

test("a moved file is found at its new place once it was moved", () => {
  const moved = { kind: "rename", newUri: "file:///project/b.txt" } as const;
  assert.equal(placeOf(edit("1", [], moved)), "file:///project/b.txt");
  assert.equal(placeOf(edit("1", [], { ...moved, status: "proposed" })), "file:///project/a.txt");
});

test("hunks of all edits come from the top down", () => {
  const edits = [
    edit("1", [hunk("b", lines(5, 6), "", "x\n"), hunk("d", lines(9, 10), "", "x\n")]),
    edit("2", [hunk("a", lines(1, 2), "", "x\n"), hunk("c", lines(7, 7), "x\n", "")]),
  ];
  const hunks = pendingHunks(edits);
  assert.deepEqual(
    hunks.map((one) => one.hunk.id),
    ["a", "b", "c", "d"],
  );
  const idAt = (line: number) => hunks[hunkAt(hunks, line)]?.hunk.id;
  assert.deepEqual([0, 1, 4, 5, 7, 8, 99].map(idAt), ["a", "a", "a", "b", "c", "c", "d"]);
  const next = (line: number) => neighbour(hunks, line, "next")?.hunk.id;
  const previous = (line: number) => neighbour(hunks, line, "previous")?.hunk.id;
  assert.deepEqual([0, 1, 6, 9].map(next), ["a", "b", "c", "a"]);
  assert.deepEqual([0, 1, 6, 99].map(previous), ["d", "d", "b", "d"]);
  assert.equal(neighbour([], 3, "next"), undefined);
});

test("a hunk's words say what was there", () => {
  const [pending] = pendingHunks([
    edit("1", [hunk("h", lines(1, 3), "\n  let a = 1;\n  b();\n", "  let a = 2;\n")]),
  ]);
  assert.ok(pending);
  assert.equal(oldTextHint(pending), "← let a = 1;  (+1)");
  assert.deepEqual(hunkLabel(pending), { label: "Lines 2–3", description: "let a = 2;" });
});

test("a removal is called one", () => {
  const [pending] = pendingHunks([edit("1", [hunk("h", lines(4, 4), "old();\n", "")])]);
  assert.ok(pending);
  assert.deepEqual(hunkLabel(pending), { label: "Line 5", description: "removed: old();" });
});

test("old text cannot end its fence", () => {
  const [pending] = pendingHunks([edit("1", [hunk('a"b', lines(0, 1), "````\n[x](y)\n", "n\n")])]);
  assert.ok(pending);
  const text = hoverText(pending, "markdown");
  assert.match(text, /\n`````markdown\n````\n\[x\]\(y\)\n`````$/);
  assert.match(text, /command:aside\.acceptHunk\?%5B%22a%5C%22b%22%5D\)/);
});

/** The text as it was before, out of the text as it is and the hunks that wait. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileEdit } from "../src/protocol";
import { baseText, proposedText, sides } from "../src/review/base";
import { edit, hunk, lines } from "./fixtures";

function check(text: string, edits: FileEdit[], expected: string): void {
  assert.equal(baseText(text, edits), expected);
}

test("a hunk's old text comes back", () => {
  check("a\nB\nc\n", [edit("1", [hunk("h", lines(1, 2), "b\n", "B\n")])], "a\nb\nc\n");
});

test("several hunks of one edit do not move each other", () => {
  const hunks = [
    hunk("1", lines(0, 2), "a\n", "A\nA\n"),
    hunk("2", lines(3, 3), "c\nd\n", ""),
    hunk("3", lines(4, 5), "", "new\n"),
  ];
  check("A\nA\nb\ne\nnew\nf\n", [edit("1", hunks)], "a\nb\nc\nd\ne\nf\n");
});

test("what is accepted stays, and so does what is only proposed", () => {
  const done = { ...hunk("1", lines(0, 1), "a\n", "A\n"), status: "accepted" as const };
  const mixed = edit("1", [done, hunk("2", lines(1, 2), "b\n", "B\n")], { status: "partial" });
  const proposal = edit("2", [hunk("3", lines(2, 3), "c\n", "C\n")], { status: "proposed" });
  check("A\nB\nc\n", [mixed, proposal], "A\nb\nc\n");
});

test("a newer edit above an older one moves it", () => {
  const older = edit("1", [hunk("1", lines(3, 4), "d\n", "D\n")]);
  const newer = edit("2", [hunk("2", lines(0, 2), "a\n", "A\nA\n")]);
  check("A\nA\nb\nD\n", [older, newer], "a\nb\nd\n");
});

test("a newer edit inside of an older one is taken out first", () => {
  const older = edit("1", [hunk("1", lines(1, 4), "b\n", "X\nY\nZ\n")]);
  const newer = edit("2", [hunk("2", lines(2, 3), "y\nyy\n", "Y\n")]);
  check("a\nX\nY\nZ\nc\n", [older, newer], "a\nb\nc\n");
});

test("line endings and a missing one stay as they are", () => {
  check("a\r\nB", [edit("1", [hunk("1", lines(1, 2), "b", "B")])], "a\r\nb");
  check("", [edit("1", [hunk("1", lines(0, 0), "gone\n", "")])], "gone\n");
});

test("ranges beyond the text do no harm", () => {
  check("a\n", [edit("1", [hunk("1", lines(7, 9), "b\n", "B\n")])], "a\nb\n");
});

test("a proposal is made where its old text stands", () => {
  const hunks = [hunk("1", lines(0, 1), "a\n", "A\nA\n"), hunk("2", lines(2, 3), "c\n", "")];
  const proposal = edit("1", hunks, { status: "proposed" });
  assert.equal(proposedText("a\nb\nc\nd\n", [proposal]), "A\nA\nb\nd\n");
});

test("a diff has two sides", () => {
  const diff =
    "--- a\n+++ b\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n@@ -9 +9 @@\n--- x\n+++ y\n\\ No newline\n";
  assert.deepEqual(sides(diff), { before: "a\nb\n⋯\n-- x\n", after: "a\nB\n⋯\n++ y\n" });
  assert.deepEqual(sides(""), { before: "", after: "" });
});

/** Texts that are compared with a file: as it was, and as a proposal would make it. Pure. */
import type { FileEdit, Range } from "../protocol";
import { isPending } from "./hunks";

/** A file's lines with what ends each of them. */
function linesOf(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

interface Piece {
  from: number;
  to: number;
  text: string;
}

function lineSpan(range: Range, lines: number): { from: number; to: number } {
  const from = Math.min(range.start.line, lines);
  // A range may end behind the last character of a file without a final line end.
  const end = range.end.character > 0 ? range.end.line + 1 : range.end.line;
  return { from, to: Math.min(Math.max(end, from), lines) };
}

/**
 * The file without the pending hunks of these edits, oldest first: the newest are taken out
 * first, and the ranges of older ones follow. `text` is the document that the ranges count in.
 */
export function baseText(text: string, edits: readonly FileEdit[]): string {
  const lines = linesOf(text);
  const done: { from: number; to: number; moved: number }[] = [];
  for (const edit of [...edits].reverse()) {
    if (!isPending(edit) || edit.status === "proposed") {
      continue;
    }
    const pieces: Piece[] = [];
    for (const hunk of edit.hunks) {
      if (hunk.status !== "pending") {
        continue;
      }
      let span = lineSpan(hunk.newRange, linesOf(text).length);
      for (const one of done) {
        span = after(span, one);
      }
      pieces.push({ ...span, text: hunk.oldText });
    }
    // From the bottom up, so that no piece moves another of its edit.
    for (const piece of pieces.sort((a, b) => b.from - a.from)) {
      done.push(replace(lines, piece));
    }
  }
  return lines.join("");
}

/** The file as these proposals would make it. `text` is the file that `oldRange` counts in. */
export function proposedText(text: string, edits: readonly FileEdit[]): string {
  const lines = linesOf(text);
  const pieces = edits
    .filter((edit) => edit.status === "proposed")
    .flatMap((edit) => edit.hunks)
    .filter((hunk) => hunk.status === "pending")
    .map((hunk) => ({ ...lineSpan(hunk.oldRange, lines.length), text: hunk.newText }));
  for (const piece of pieces.sort((a, b) => b.from - a.from)) {
    replace(lines, piece);
  }
  return lines.join("");
}

function replace(lines: string[], piece: Piece): { from: number; to: number; moved: number } {
  const { from } = piece;
  const to = Math.min(Math.max(piece.to, from), lines.length);
  const put = linesOf(piece.text);
  lines.splice(from, to - from, ...put);
  return { from, to, moved: put.length - (to - from) };
}

/** Where a span of lines is after another one was replaced. */
function after(
  span: { from: number; to: number },
  done: { from: number; to: number; moved: number },
): { from: number; to: number } {
  const from = span.from >= done.to && !inside(span, done) ? span.from + done.moved : span.from;
  const to = span.to >= done.to ? span.to + done.moved : span.to;
  return { from, to: Math.max(from, to) };
}

/** An empty place within what was replaced, or at its beginning, stays where it is. */
function inside(span: { from: number; to: number }, done: { from: number; to: number }): boolean {
  return span.from === done.from && span.to >= done.to && done.from === done.to;
}

/** The two sides of a unified diff, with the lines around each change that the diff has. */
export function sides(diff: string): { before: string; after: string } {
  const before: string[] = [];
  const behind: string[] = [];
  let within = false;
  for (const line of diff.split("\n")) {
    if (line.startsWith("@@")) {
      if (within) {
        before.push("⋯");
        behind.push("⋯");
      }
      within = true;
      continue;
    }
    if (!within || line.startsWith("\\")) {
      continue;
    }
    const text = line.slice(1);
    if (line.startsWith("-")) {
      before.push(text);
    } else if (line.startsWith("+")) {
      behind.push(text);
    } else if (line.startsWith(" ")) {
      before.push(text);
      behind.push(text);
    }
  }
  const whole = (lines: string[]) => (lines.length === 0 ? "" : `${lines.join("\n")}\n`);
  return { before: whole(before), after: whole(behind) };
}

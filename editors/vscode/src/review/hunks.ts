/** Edits that wait for the user, and where their hunks are in the text. Pure: no editor here. */
import type { FileEdit, Hunk, Range } from "../protocol";

/** A hunk that waits for the user, with the edit it belongs to. */
export interface PendingHunk {
  edit: FileEdit;
  hunk: Hunk;
  /** Where it is in the document: where its new text stands, of a proposal its old text. */
  range: Range;
}

/** A change to a document, as the editor tells it. */
export interface TextChange {
  range: Range;
  text: string;
}

/** Whether an edit has something that waits for the user. */
export function isPending(edit: FileEdit): boolean {
  switch (edit.status) {
    case "proposed":
    case "applied":
    case "partial":
      return edit.hunks.length === 0 || edit.hunks.some((hunk) => hunk.status === "pending");
    default:
      return false;
  }
}

/** The file whose text an edit is about now. */
export function placeOf(edit: FileEdit): string {
  return edit.status === "proposed" ? edit.uri : (edit.newUri ?? edit.uri);
}

/** The hunks that wait, from the top of the file down. */
export function pendingHunks(edits: readonly FileEdit[]): PendingHunk[] {
  const all: PendingHunk[] = [];
  for (const edit of edits.filter(isPending)) {
    for (const hunk of edit.hunks) {
      if (hunk.status === "pending") {
        all.push({ edit, hunk, range: edit.status === "proposed" ? hunk.oldRange : hunk.newRange });
      }
    }
  }
  return all.sort(
    (a, b) => a.range.start.line - b.range.start.line || a.range.end.line - b.range.end.line,
  );
}

/** Where a range is after changes that the server has not answered to yet. */
export function follow(range: Range, changes: readonly TextChange[]): Range {
  let { start, end } = range;
  for (const change of changes) {
    const added = change.text.split(/\r\n|\r|\n/).length - 1;
    const removed = change.range.end.line - change.range.start.line;
    const moved = added - removed;
    if (change.range.end.line < start.line || isBefore(change.range, start)) {
      start = { ...start, line: start.line + moved };
      end = { ...end, line: end.line + moved };
    } else if (change.range.start.line < end.line) {
      end = { ...end, line: Math.max(start.line, end.line + moved) };
    }
  }
  return { start, end };
}

/** Whether a change ends at the very place where a range begins, and does not begin there. */
function isBefore(change: Range, start: { line: number; character: number }): boolean {
  return (
    change.end.line === start.line &&
    change.end.character <= start.character &&
    change.start.line < start.line
  );
}

/** Those of one file, the same edits with their hunks moved along. */
export function followEdit(edit: FileEdit, changes: readonly TextChange[]): FileEdit {
  return {
    ...edit,
    hunks: edit.hunks.map((hunk) => ({ ...hunk, newRange: follow(hunk.newRange, changes) })),
  };
}

/** The index of the hunk that a line is in, or else of the last one above it, or of the first. */
export function hunkAt(hunks: readonly PendingHunk[], line: number): number {
  let found = 0;
  for (const [index, { range }] of hunks.entries()) {
    if (line >= range.start.line && line < Math.max(range.end.line, range.start.line + 1)) {
      return index;
    }
    if (range.start.line <= line) {
      found = index;
    }
  }
  return found;
}

/** The hunk to go to from a line, around the end of the file; undefined where there is none. */
export function neighbour(
  hunks: readonly PendingHunk[],
  line: number,
  step: "next" | "previous",
): PendingHunk | undefined {
  return step === "next"
    ? (hunks.find(({ range }) => range.start.line > line) ?? hunks[0])
    : (hunks.findLast(({ range }) => range.start.line < line) ?? hunks.at(-1));
}

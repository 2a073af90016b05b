/** Which changes wait for the user, by file: pure. */
import type { FileEdit, Hunk } from "../../../../protocol/ts/aside";

/** The changes of one file that wait. */
export interface PendingFile {
  uri: string;
  edits: { edit: FileEdit; hunks: Hunk[] }[];
  /** Lines that are new and gone. */
  added: number;
  removed: number;
}

/** Whether an edit can still be kept or taken back. */
export function isOpen(edit: FileEdit): boolean {
  return edit.status === "proposed" || edit.status === "applied" || edit.status === "partial";
}

/** The hunks of an edit that wait. */
export function pendingHunks(edit: FileEdit): Hunk[] {
  return isOpen(edit) ? edit.hunks.filter((hunk) => hunk.status === "pending") : [];
}

/** Whether the edit waits as a whole: also one without hunks, such as an empty file or a rename. */
export function isPending(edit: FileEdit): boolean {
  if (!isOpen(edit)) {
    return false;
  }
  return edit.hunks.length === 0 ? edit.status !== "partial" : pendingHunks(edit).length > 0;
}

/** All that waits, by file in the order of their first edits. */
export function pendingFiles(edits: Iterable<FileEdit>): PendingFile[] {
  const files = new Map<string, PendingFile>();
  for (const edit of edits) {
    if (!isPending(edit)) {
      continue;
    }
    const hunks = pendingHunks(edit);
    const file = files.get(edit.uri) ?? { uri: edit.uri, edits: [], added: 0, removed: 0 };
    file.edits.push({ edit, hunks });
    for (const hunk of hunks) {
      file.added += lineCount(hunk.newText);
      file.removed += lineCount(hunk.oldText);
    }
    files.set(edit.uri, file);
  }
  return [...files.values()];
}

/** How many lines a text has. */
export function lineCount(text: string): number {
  return textLines(text).length;
}

/** The lines of a text, without what ends them. */
export function textLines(text: string): string[] {
  if (text === "") {
    return [];
  }
  const all = text.split(/\r\n|\n|\r/);
  if (all.at(-1) === "") {
    all.pop();
  }
  return all;
}

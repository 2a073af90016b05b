/** What is said of a hunk, beside it and where the pointer rests on it. Pure. */
import type { PendingHunk } from "./hunks";

/** Characters of the old text that are shown behind a line. */
const MAX_HINT = 80;

/** Characters of a text that are shown where the pointer rests. */
const MAX_HOVER = 4_000;

/** The old text in a few words, or the new one of a proposal; nothing where there is none. */
export function oldTextHint({ edit, hunk }: PendingHunk): string {
  const [arrow, text] = edit.status === "proposed" ? ["→", hunk.newText] : ["←", hunk.oldText];
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "");
  const [first] = lines;
  if (first === undefined) {
    return "";
  }
  const shown = first.trim().slice(0, MAX_HINT);
  const more = lines.length > 1 ? `  (+${lines.length - 1})` : "";
  return `${arrow} ${shown}${more}`;
}

/** Markdown: what can be done with a hunk, and the other text. */
export function hoverText({ edit, hunk }: PendingHunk, language: string): string {
  const argument = encodeURIComponent(JSON.stringify([hunk.id]));
  const links = [
    `[$(check) Accept](command:aside.acceptHunk?${argument})`,
    `[$(discard) Reject](command:aside.rejectHunk?${argument})`,
  ].join(" · ");
  const isProposal = edit.status === "proposed";
  const text = isProposal ? hunk.newText : hunk.oldText;
  const title = isProposal ? "Aside proposes" : "Before Aside's change";
  if (text === "") {
    return `${isProposal ? "Aside proposes to remove this" : "New lines"} — ${links}`;
  }
  return `${title} — ${links}\n\n${fenced(text, language)}`;
}

/** A line for a list: where a hunk is and how it begins. */
export function hunkLabel({ hunk, range }: PendingHunk): { label: string; description: string } {
  const from = range.start.line + 1;
  const to = Math.max(range.end.line, from);
  const text = hunk.newText.trim() === "" ? hunk.oldText : hunk.newText;
  const [first = ""] = text.trim().split(/\r\n|\r|\n/);
  const removed = hunk.newText.trim() === "" && hunk.oldText.trim() !== "";
  return {
    label: from === to ? `Line ${from}` : `Lines ${from}–${to}`,
    description: `${removed ? "removed: " : ""}${first.slice(0, MAX_HINT)}`,
  };
}

/** Text between fences that it does not have itself. */
function fenced(text: string, language: string): string {
  const shown = text.length > MAX_HOVER ? `${text.slice(0, MAX_HOVER)}\n…` : text;
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${shown.replace(/\s+$/, "")}\n${fence}`;
}

/** Completion behind `@` and `/`: what is asked for, and what the answer makes of the text. Pure. */
import type { Candidate, ContextTrigger } from "../../../../protocol/ts/aside";

/** What is being completed. */
export interface Query {
  trigger: ContextTrigger;
  query: string;
  /** Where the trigger stands. */
  start: number;
  /** Where the query ends: the cursor. */
  end: number;
}

/** Characters of a query; what is longer is no query. */
const MAX_QUERY = 200;

/** What is completed at the cursor, if anything is. */
export function queryAt(text: string, cursor: number): Query | undefined {
  const before = text.slice(Math.max(0, cursor - MAX_QUERY), cursor);
  const found = /(?:^|\s)([@/])([^\s@]*)$/.exec(before);
  const trigger = found?.[1];
  const query = found?.[2];
  if (query === undefined || (trigger !== "@" && trigger !== "/")) {
    return undefined;
  }
  const start = cursor - query.length - 1;
  // A command is only one at the beginning of a message; elsewhere a slash is a path.
  if (trigger === "/" && text.slice(0, start).trim() !== "") {
    return undefined;
  }
  return { trigger, query, start, end: cursor };
}

/** What is completed now that was asked for a moment ago: its end is where the cursor is by now. */
export function stillAsked(asked: Query, text: string, cursor: number): Query | undefined {
  const now = queryAt(text, cursor);
  return now?.trigger === asked.trigger && now.start === asked.start ? now : undefined;
}

/**
 * Those of an earlier answer that fit what is typed by now: its letters are in them in their order,
 * which is what the server goes by.
 */
export function fitting(candidates: readonly Candidate[], query: string): Candidate[] {
  const wanted = [...query.toLowerCase()];
  return candidates.filter(({ label, insert }) =>
    [label, insert].some((name) => hasInOrder(name.toLowerCase(), wanted)),
  );
}

function hasInOrder(text: string, letters: readonly string[]): boolean {
  let from = 0;
  return letters.every((letter) => {
    const at = text.indexOf(letter, from);
    from = at + letter.length;
    return at >= 0;
  });
}

/** The text with a candidate in the place of what was asked, and where the cursor is then. */
export function completed(
  text: string,
  query: Query,
  candidate: Candidate,
): { text: string; cursor: number } {
  const after = text.slice(query.end);
  const gap = after.startsWith(" ") || candidate.insert.endsWith(" ") ? "" : " ";
  const before = `${text.slice(0, query.start)}${candidate.insert}${gap}`;
  return { text: before + after, cursor: before.length };
}

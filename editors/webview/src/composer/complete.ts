/** Completion behind `@` and `/`: what is asked for, and what the answer makes of the text. Pure. */
import type { ContentBlock } from "../../../../protocol/ts/aside";

/** What is being completed. */
export interface Query {
  trigger: "@" | "/";
  query: string;
  /** Where the trigger stands. */
  start: number;
  /** Where the query ends: the cursor. */
  end: number;
}

/** One thing to choose. */
export interface Candidate {
  label: string;
  detail: string;
  insert: string;
  /** What is attached when it is chosen. */
  block: ContentBlock | undefined;
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

/** The candidates of an answer. What is not one is passed over. */
export function candidatesOf(result: unknown): Candidate[] {
  if (!isObject(result) || !Array.isArray(result.candidates)) {
    return [];
  }
  return result.candidates.flatMap((one: unknown) => {
    if (!isObject(one) || typeof one.label !== "string") {
      return [];
    }
    return [
      {
        label: one.label,
        detail: typeof one.detail === "string" ? one.detail : "",
        insert: typeof one.insert === "string" ? one.insert : one.label,
        block: blockOf(one.resource),
      },
    ];
  });
}

function blockOf(resource: unknown): ContentBlock | undefined {
  if (typeof resource === "string") {
    return { type: "resource", uri: resource };
  }
  if (!isObject(resource) || typeof resource.uri !== "string") {
    return undefined;
  }
  return { ...(resource as { uri: string }), type: "resource" };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

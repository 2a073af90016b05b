/** What a page of `session/items` makes of the transcript: the newest one, and older ones before it. */
import type {
  ChatEvent,
  FileEdit,
  Item,
  Session,
  SessionItemsResult,
  Turn,
} from "../../../../protocol/ts/aside";
import { type Entry, emptyTranscript, endOf, entryOf, type Transcript } from "./model";

/** The session as its newest page tells it. */
export function fromNewest(session: Session, page: SessionItemsResult): Transcript {
  return {
    ...emptyTranscript(session.id),
    session,
    entries: entriesOf(page.items, page.turns, new Set()),
    older: page.prevCursor,
    openTurns: openTurns(page.turns),
    seq: page.seq,
  };
}

/** Puts an older page before what is there. Items that are there already stay. */
export function withOlder(from: Transcript, page: SessionItemsResult): Transcript {
  const known = new Set(from.entries.map((entry) => entry.id));
  const items = page.items.filter((item) => !known.has(item.id));
  const before = entriesOf(items, page.turns, known);
  return {
    ...from,
    entries: [...before, ...from.entries],
    origin: from.origin + before.length,
    older: page.prevCursor,
  };
}

/** Adds edits, or puts them in the place of what was known of them. */
export function withEdits(from: Transcript, edits: readonly FileEdit[]): Transcript {
  if (edits.length === 0) {
    return from;
  }
  const all = new Map(from.edits);
  for (const edit of edits) {
    all.set(edit.id, edit);
  }
  return { ...from, edits: all };
}

/**
 * What only events tell (plan, usage, context) out of the last events of a session, all of which
 * are in the transcript already. What came since is newer and stays.
 */
export function withPast(from: Transcript, events: readonly ChatEvent[]): Transcript {
  let next = from;
  for (const { event } of events) {
    if (event.type === "planUpdated" && from.plan.length === 0) {
      next = { ...next, plan: event.entries };
    } else if (event.type === "usageUpdated" && from.context === undefined) {
      next = { ...next, usage: event.usage, context: event.context };
    }
  }
  return next;
}

function openTurns(turns: readonly Turn[]): Turn[] {
  return turns.filter((turn) => turn.status !== "completed");
}

/** Items as entries, with a line behind the last one of each turn that did not simply end. */
function entriesOf(
  items: readonly Item[],
  turns: readonly Turn[],
  known: ReadonlySet<string>,
): Entry[] {
  const last = new Map<string, string>();
  for (const item of items) {
    last.set(item.turnId, item.id);
  }
  const ends = new Map<string, Entry>();
  for (const turn of turns) {
    const end = endOf(turn);
    const item = last.get(turn.id);
    if (end !== undefined && item !== undefined && !known.has(end.id)) {
      ends.set(item, end);
    }
  }
  return items.flatMap((item) => {
    const end = ends.get(item.id);
    const entry = entryOf(item, false);
    return end === undefined ? [entry] : [entry, end];
  });
}

/** What an event makes of the transcript: pure, so that replays and doubled events are plain data. */
import type { ChatEvent, Event, Item, Turn } from "../../../../protocol/ts/aside";
import {
  type Entry,
  endOf,
  entryOf,
  type ItemEntry,
  isDone,
  MAX_LIVE_OUTPUT,
  type Transcript,
} from "./model";

/** What became of an event. */
export type Applied =
  | { kind: "applied"; transcript: Transcript }
  /** It is in the transcript already, or of another session. */
  | { kind: "skipped" }
  /** Events before it are missing: they are to be asked for. */
  | { kind: "gap" };

/** Applies an event in its order. `now` is the wall clock in milliseconds. */
export function apply(transcript: Transcript, event: ChatEvent, now: number): Applied {
  if (event.sessionId !== transcript.sessionId || event.seq <= transcript.seq) {
    return { kind: "skipped" };
  }
  if (event.seq > transcript.seq + 1) {
    return { kind: "gap" };
  }
  return { kind: "applied", transcript: reduce(transcript, event, now) };
}

/** Applies an event that is known to be the next one, also across a gap that cannot be filled. */
export function reduce(transcript: Transcript, chatEvent: ChatEvent, now: number): Transcript {
  const next = change(transcript, chatEvent, chatEvent.event, now);
  return { ...next, seq: chatEvent.seq };
}

function change(from: Transcript, chatEvent: ChatEvent, event: Event, now: number): Transcript {
  switch (event.type) {
    case "turnStarted":
      return { ...from, retrying: undefined, openTurns: withTurn(from.openTurns, event.turn) };
    case "turnCompleted":
      return turnCompleted(from, event.turn);
    case "itemStarted":
    case "itemUpdated":
      return putItem(from, event.item, (old) => ({
        ...entryOf(event.item, true),
        ...streamed(old),
        done: false,
      }));
    case "itemCompleted":
      return putItem(from, event.item, () => entryOf(event.item, true));
    case "itemDelta":
      return delta(from, event);
    case "editUpdated": {
      const edits = new Map(from.edits);
      edits.set(event.edit.id, event.edit);
      return { ...from, edits };
    }
    case "planUpdated":
      return { ...from, plan: event.entries };
    case "usageUpdated":
      return { ...from, usage: event.usage, context: event.context };
    case "sessionUpdated":
      return { ...from, session: event.session };
    case "permissionRequested":
      return updateTool(from, event.item);
    case "permissionResolved":
      return updateTool(from, event.item);
    case "retrying":
      return {
        ...from,
        retrying: {
          attempt: event.attempt,
          maxAttempts: event.maxAttempts,
          reason: event.reason,
          at: now + event.delayMs,
        },
      };
    case "notice":
      return push(from, {
        kind: "notice",
        id: `notice-${chatEvent.seq}`,
        level: event.level,
        message: event.message,
      });
    default:
      // A newer server tells of more; its number counts all the same.
      return from;
  }
}

function withTurn(turns: readonly Turn[], turn: Turn): readonly Turn[] {
  const others = turns.filter((open) => open.id !== turn.id);
  if (turn.status === "completed") {
    return others;
  }
  return turn.status === "running" ? [turn, ...others] : [...others, turn];
}

/** A turn that is queued: the answer of `chat/send` says so, mostly before any event does. */
export function withQueued(from: Transcript, turn: Turn): Transcript {
  if (from.openTurns.some((open) => open.id === turn.id) || hasBegun(from, turn.id)) {
    return from;
  }
  return { ...from, openTurns: [...from.openTurns, turn] };
}

/** Whether there is more of a turn than what the user said. */
function hasBegun({ entries }: Transcript, turnId: string): boolean {
  return entries.some((entry) =>
    entry.kind === "item"
      ? entry.item.turnId === turnId && entry.item.type !== "userMessage"
      : entry.kind === "turnEnd" && entry.turnId === turnId,
  );
}

function turnCompleted(from: Transcript, turn: Turn): Transcript {
  const next: Transcript = {
    ...from,
    retrying: undefined,
    openTurns: withTurn(from.openTurns, turn),
    entries: turn.status === "completed" ? cutShort(from.entries, turn.id) : from.entries,
  };
  const end = endOf(turn);
  if (end === undefined || from.entries.some((entry) => entry.id === end.id)) {
    return next;
  }
  return push(next, end);
}

/**
 * What was still under way when its turn ended: a server that was killed right then has not stored
 * that it began, and so never says that it ended.
 */
function cutShort(entries: readonly Entry[], turnId: string): readonly Entry[] {
  const isOpen = (entry: Entry) =>
    entry.kind === "item" && entry.item.turnId === turnId && !entry.done;
  if (!entries.some(isOpen)) {
    return entries;
  }
  return entries.map((entry) =>
    entry.kind === "item" && isOpen(entry)
      ? { ...entry, done: true, item: { ...entry.item, status: "interrupted" } as Item }
      : entry,
  );
}

function push(from: Transcript, entry: Entry): Transcript {
  return { ...from, entries: [...from.entries, entry] };
}

/** Where an entry is. What changes is near the end, so that is where the search begins. */
function find(entries: readonly Entry[], id: string): number {
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    if (entries[index]?.id === id) {
      return index;
    }
  }
  return -1;
}

function putItem(
  from: Transcript,
  item: Item,
  make: (old: ItemEntry | undefined) => ItemEntry,
): Transcript {
  const base = item.type === "userMessage" ? from : { ...from, retrying: undefined };
  const index = find(from.entries, item.id);
  const old = index < 0 ? undefined : from.entries[index];
  if (old === undefined || old.kind !== "item") {
    return push(base, make(undefined));
  }
  const entries = from.entries.slice();
  entries[index] = make(old);
  return { ...base, entries };
}

function updateTool(from: Transcript, item: Item): Transcript {
  const index = find(from.entries, item.id);
  const old = index < 0 ? undefined : from.entries[index];
  if (old === undefined || old.kind !== "item" || old.done) {
    return from;
  }
  const entries = from.entries.slice();
  entries[index] = { ...old, item };
  return { ...from, entries };
}

function streamed(old: ItemEntry | undefined): Partial<ItemEntry> {
  const kept: Partial<ItemEntry> = {};
  if (old?.argumentsText !== undefined) {
    kept.argumentsText = old.argumentsText;
  }
  if (old?.outputText !== undefined) {
    kept.outputText = old.outputText;
  }
  return kept;
}

function delta(from: Transcript, event: Event & { type: "itemDelta" }): Transcript {
  const index = find(from.entries, event.itemId);
  const old = index < 0 ? undefined : from.entries[index];
  // What is whole already counts, and an item that nobody knows cannot grow.
  if (old === undefined || old.kind !== "item" || isDone(old.item)) {
    return from;
  }
  const entry = grown(old, event);
  if (entry === old) {
    return from;
  }
  const entries = from.entries.slice();
  entries[index] = entry;
  return { ...from, entries };
}

function grown(old: ItemEntry, event: Event & { type: "itemDelta" }): ItemEntry {
  const { item } = old;
  if ("text" in event) {
    if (item.type !== "assistantMessage" && item.type !== "reasoning") {
      return old;
    }
    return { ...old, item: { ...item, text: item.text + event.text } };
  }
  if ("argumentsText" in event) {
    return { ...old, argumentsText: tail((old.argumentsText ?? "") + event.argumentsText) };
  }
  if ("outputText" in event) {
    return { ...old, outputText: tail((old.outputText ?? "") + event.outputText) };
  }
  return old;
}

function tail(text: string): string {
  return text.length <= MAX_LIVE_OUTPUT ? text : text.slice(text.length - MAX_LIVE_OUTPUT);
}

/** What the view knows of the session that is shown. Only `reduce.ts` and `pages.ts` make a new one. */
import type {
  ContextUsage,
  FileEdit,
  Item,
  NoticeLevel,
  PlanEntry,
  Session,
  StopReason,
  Turn,
  TurnError,
  Usage,
} from "../../../../protocol/ts/aside";

/** An item, and what streams into it before it is whole. */
export interface ItemEntry {
  kind: "item";
  id: string;
  item: Item;
  /** Of a tool call: its arguments as the model writes them. */
  argumentsText?: string;
  /** Of a tool call: the end of its output so far, at most `MAX_LIVE_OUTPUT`. */
  outputText?: string;
  /** Whether it will not change any more. */
  done: boolean;
  /** Whether it came by events while the view looked on, and is worth telling a screen reader. */
  live: boolean;
}

/** Something that the user should know, in its place in the transcript. */
export interface NoticeEntry {
  kind: "notice";
  id: string;
  level: NoticeLevel;
  message: string;
}

/** How a turn ended, where it did not simply end. */
export interface TurnEndEntry {
  kind: "turnEnd";
  id: string;
  turnId: string;
  stopReason: StopReason;
  error?: TurnError;
}

/** One line of the transcript. */
export type Entry = ItemEntry | NoticeEntry | TurnEndEntry;

/** A request that is made again, and when. */
export interface Retrying {
  attempt: number;
  maxAttempts: number;
  reason: string;
  /** Milliseconds of the wall clock at which it is made. */
  at: number;
}

/** All of one session that the view draws. Never changed in place. */
export interface Transcript {
  sessionId: string;
  session: Session | undefined;
  /** Oldest first. */
  entries: readonly Entry[];
  /** How many entries were put before the first ones: `entries[i]` stays number `i - origin`. */
  origin: number;
  /** The cursor of the page before the oldest entry; absent when all is there. */
  older: string | undefined;
  /** Turns that wait or run, oldest first. */
  openTurns: readonly Turn[];
  edits: ReadonlyMap<string, FileEdit>;
  plan: readonly PlanEntry[];
  usage: Usage | undefined;
  context: ContextUsage | undefined;
  retrying: Retrying | undefined;
  /** The last event that is in here. */
  seq: number;
}

/** Characters of a tool's live output that are kept; the end counts. */
export const MAX_LIVE_OUTPUT = 64 * 1024;

/** Nothing of this session is known yet. */
export function emptyTranscript(sessionId: string): Transcript {
  return {
    sessionId,
    session: undefined,
    entries: [],
    origin: 0,
    older: undefined,
    openTurns: [],
    edits: new Map(),
    plan: [],
    usage: undefined,
    context: undefined,
    retrying: undefined,
    seq: 0,
  };
}

/** The turn that runs, if one does. */
export function runningTurn(transcript: Transcript): Turn | undefined {
  return transcript.openTurns.find((turn) => turn.status === "running");
}

/** Whether an item will not change any more. */
export function isDone(item: Item): boolean {
  switch (item.type) {
    case "assistantMessage":
    case "reasoning":
      return item.status !== "inProgress";
    case "toolCall":
      return item.status !== "pending" && item.status !== "waiting" && item.status !== "running";
    default:
      return true;
  }
}

/** An item as an entry. */
export function entryOf(item: Item, live: boolean): ItemEntry {
  return { kind: "item", id: item.id, item, done: isDone(item), live };
}

/** The line that says how a turn ended; absent where it ended as turns do. */
export function endOf(turn: Turn): TurnEndEntry | undefined {
  const reason = turn.stopReason;
  if (turn.status !== "completed" || reason === undefined || reason === "endTurn") {
    return undefined;
  }
  const end: TurnEndEntry = {
    kind: "turnEnd",
    id: `end-${turn.id}`,
    turnId: turn.id,
    stopReason: reason,
  };
  return turn.error === undefined ? end : { ...end, error: turn.error };
}

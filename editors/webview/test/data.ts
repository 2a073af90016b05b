/** Data that the tests share: a session and what happens in it. */
import type { ChatEvent, Event, FileEdit, Item, Session, Turn } from "../../../protocol/ts/aside";
import { type Entry, emptyTranscript, type Transcript } from "../src/state/model";
import { type Applied, apply } from "../src/state/reduce";

export const USAGE = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 };

export function session(id = "s"): Session {
  return {
    id,
    title: "A session",
    workspaceUri: "file:///project",
    createdAt: "2026-01-31T12:00:00Z",
    updatedAt: "2026-01-31T12:00:00Z",
    model: "provider/model",
    agent: "default",
    permissionMode: "ask",
    status: "idle",
    pinned: false,
    archived: false,
    turnCount: 0,
    usage: USAGE,
  };
}

export function turn(id: string, more: Partial<Turn> = {}): Turn {
  return {
    id,
    sessionId: "s",
    status: "running",
    createdAt: "2026-01-31T12:00:00Z",
    usage: USAGE,
    ...more,
  };
}

const base = { turnId: "t", createdAt: "2026-01-31T12:00:00Z" };

export function answer(id: string, text: string, status: "inProgress" | "completed"): Item {
  return { ...base, id, type: "assistantMessage", text, status };
}

export function said(id: string, text: string, turnId = "t"): Item {
  return { ...base, turnId, id, type: "userMessage", content: [{ type: "text", text }] };
}

export function tool(id: string, more: Partial<Extract<Item, { type: "toolCall" }>> = {}): Item {
  return {
    ...base,
    id,
    type: "toolCall",
    name: "bash",
    source: { type: "builtin" },
    kind: "execute",
    title: "Run",
    arguments: {},
    status: "running",
    output: [],
    editIds: [],
    locations: [],
    ...more,
  };
}

export function edit(id: string, more: Partial<FileEdit> = {}): FileEdit {
  return {
    id,
    sessionId: "s",
    turnId: "t",
    itemId: "i",
    uri: "file:///project/a.txt",
    kind: "modify",
    status: "applied",
    baseHash: "",
    diff: "",
    hunks: [],
    ...more,
  };
}

export function event(seq: number, what: Event, sessionId = "s"): ChatEvent {
  return { sessionId, seq, turnId: "t", event: what };
}

/** An event of a server that is newer than this view. */
export function unknown(seq: number): ChatEvent {
  return event(seq, { type: "weather", rain: true } as unknown as Event);
}

/** A transcript after these events, numbered from 1. Each must be the next one. */
export function after(...events: Event[]): Transcript {
  return events.reduce(
    (state, what, index) => applied(apply(state, event(index + 1, what), 0)),
    emptyTranscript("s"),
  );
}

export function applied(result: Applied): Transcript {
  if (result.kind !== "applied") {
    throw new Error(`not applied but ${result.kind}`);
  }
  return result.transcript;
}

/** What is drawn, a line for each entry. */
export function outline(state: Transcript): string[] {
  return state.entries.map(line);
}

function line(entry: Entry): string {
  if (entry.kind === "notice") {
    return `${entry.level}: ${entry.message}`;
  }
  if (entry.kind === "turnEnd") {
    return `end: ${entry.stopReason}`;
  }
  const { item } = entry;
  const mark = entry.done ? "" : "…";
  switch (item.type) {
    case "assistantMessage":
    case "reasoning":
      return `${item.type}: ${item.text}${mark}`;
    case "toolCall":
      return `${item.name} ${item.status}: ${entry.argumentsText ?? ""}|${entry.outputText ?? ""}${mark}`;
    case "userMessage":
      return `user: ${item.content.map((block) => (block.type === "text" ? block.text : block.type)).join()}`;
    default:
      return item.type;
  }
}

/** Things of the protocol that tests are made of. */
import type { FileEdit, Hunk, Range, Session } from "../src/protocol";

/** Whole lines, from one line up to before another. */
export function lines(from: number, to: number): Range {
  return { start: { line: from, character: 0 }, end: { line: to, character: 0 } };
}

/** A hunk that waits. */
export function hunk(id: string, newRange: Range, oldText: string, newText: string): Hunk {
  const height = oldText.split("\n").length - 1;
  const oldRange = lines(newRange.start.line, newRange.start.line + height);
  return { id, oldRange, newRange, oldText, newText, status: "pending" };
}

/** An edit that was made. */
export function edit(id: string, hunks: Hunk[], more: Partial<FileEdit> = {}): FileEdit {
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
    hunks,
    ...more,
  };
}

/** A session. */
export function session(id: string, more: Partial<Session> = {}): Session {
  return {
    id,
    title: id,
    workspaceUri: "file:///project",
    createdAt: "2026-01-01T00:00:00Z",
    updatedAt: "2026-01-01T00:00:00Z",
    model: "openai/scripted",
    agent: "default",
    permissionMode: "ask",
    status: "idle",
    pinned: false,
    archived: false,
    turnCount: 1,
    usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 },
    ...more,
  };
}

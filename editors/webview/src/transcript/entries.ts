/** Which entries are drawn in the transcript: pure. */
import type { Entry, Transcript } from "../state/model";

/** Without what waits in the queue, which is shown above the composer, and without empty thoughts. */
export function shownEntries(entries: readonly Entry[], state: Transcript): Entry[] {
  const queued = new Set(
    state.openTurns.filter((turn) => turn.status === "queued").map((turn) => turn.id),
  );
  return entries.filter((entry) => {
    if (entry.kind !== "item") {
      return true;
    }
    const { item } = entry;
    if (queued.has(item.turnId)) {
      return false;
    }
    if (item.type === "reasoning" || item.type === "assistantMessage") {
      return item.text.trim() !== "" || !entry.done;
    }
    return true;
  });
}

/** The text of a queued turn's message, for its chip; undefined where its item has not come yet. */
export function queuedText(state: Transcript, turnId: string): string | undefined {
  for (let index = state.entries.length - 1; index >= 0; index -= 1) {
    const entry = state.entries[index];
    if (
      entry?.kind === "item" &&
      entry.item.turnId === turnId &&
      entry.item.type === "userMessage"
    ) {
      const text = entry.item.content.find((block) => block.type === "text");
      return text?.type === "text" ? text.text : "Message with attachments";
    }
  }
  return undefined;
}

/** Says that a turn has ended while the user looks elsewhere. */
import { commands, type Disposable, window, workspace } from "vscode";
import type { ChatView } from "./chat/view";
import type { Turn } from "./protocol";
import type { Server } from "./server/server";
import type { Sessions } from "./sessions/store";

/** Shows notifications at the end of turns. */
export function notifyWhenDone(server: Server, sessions: Sessions, chat: ChatView): Disposable {
  return server.onChatEvent(({ event, sessionId }) => {
    if (event.type !== "turnCompleted" || (chat.isVisible && chat.sessionId === sessionId)) {
      return;
    }
    const text = textOf(event.turn, sessions.get(sessionId)?.title ?? "");
    if (
      text === undefined ||
      workspace.getConfiguration("aside.chat").get("notifyWhenDone") === false
    ) {
      return;
    }
    void window.showInformationMessage(text, "Show").then(async (chosen) => {
      if (chosen !== undefined) {
        await commands.executeCommand("aside.sessions.open", { session: { id: sessionId } });
      }
    });
  });
}

/** The sentence; nothing where the user ended the turn, or the server did. */
function textOf(turn: Turn, title: string): string | undefined {
  const name = title === "" ? "Aside" : `Aside, “${title}”`;
  switch (turn.stopReason) {
    case "cancelled":
    case "interrupted":
      return undefined;
    case "error":
      return `${name}: ${turn.error?.message ?? "the turn failed."}`;
    default:
      return `${name}: done.`;
  }
}

/** Stops the running turn, and takes the last one back. */
import { commands, type Disposable, Uri, window, workspace } from "vscode";
import type { ChatView } from "../chat/view";
import type { FileEdit } from "../protocol";
import type { Server } from "../server/server";
import type { Sessions } from "../sessions/store";
import { told } from "./told";

/** Files that the question names. */
const MAX_NAMED = 15;

/** Registers the commands. */
export function turnCommands(server: Server, sessions: Sessions, chat: ChatView): Disposable[] {
  return [
    commands.registerCommand("aside.stop", () =>
      told(async () => {
        const shown = sessions.get(chat.sessionId);
        const isBusy = shown !== undefined && shown.status !== "idle";
        // Of the others the server knows best: a turn that has just begun may not have been told of.
        const busy = isBusy ? shown : await sessions.askBusy();
        if (busy === undefined) {
          void window.showInformationMessage("No turn runs.");
          return;
        }
        await server.request("chat/cancel", { sessionId: busy.id });
      }),
    ),
    commands.registerCommand("aside.undoTurn", () => told(() => undo(server, chat))),
  ];
}

async function undo(server: Server, chat: ChatView): Promise<void> {
  const { sessionId } = chat;
  const page =
    sessionId === undefined ? undefined : await server.request("session/items", { sessionId });
  const turn = page?.turns.at(-1);
  if (sessionId === undefined || turn === undefined) {
    void window.showInformationMessage("There is no turn to undo in the session that is shown.");
    return;
  }
  const what = { sessionId, turnId: turn.id };
  const would = await server.request("session/rewind", { ...what, dryRun: true });
  const both = "Files and Conversation";
  const files = "Files Only";
  const chosen = await window.showWarningMessage(
    "Undo the last turn?",
    { modal: true, detail: undoText(would.reverted, would.conflicts) },
    ...(would.reverted.length > 0 ? [both, files] : [both]),
  );
  if (chosen === undefined) {
    return;
  }
  const done = await server.request("session/rewind", {
    ...what,
    ...(chosen === files ? { files: true } : {}),
  });
  await chat.show(sessionId);
  const { rewindId } = done;
  if (rewindId === undefined) {
    void window.showInformationMessage("There was nothing to undo.");
    return;
  }
  const answer = await window.showInformationMessage("The last turn is undone.", "Take It Back");
  if (answer !== undefined) {
    await server.request("session/unrewind", { rewindId });
    await chat.show(sessionId);
  }
}

function undoText(reverted: readonly FileEdit[], conflicts: readonly FileEdit[]): string {
  const lines =
    reverted.length === 0 ? ["No file is changed."] : ["These files go back:", ...names(reverted)];
  return conflicts.length === 0
    ? lines.join("\n")
    : [...lines, "", "These stay, since later work would be lost:", ...names(conflicts)].join("\n");
}

function names(edits: readonly FileEdit[]): string[] {
  const all = [...new Set(edits.map((edit) => workspace.asRelativePath(Uri.parse(edit.uri))))];
  const more = all.length - MAX_NAMED;
  return [...all.slice(0, MAX_NAMED), ...(more > 0 ? [`and ${more} more`] : [])];
}

/** What the chat view may have the extension do: each is a command that the user has too. */
import { commands } from "vscode";
import type { HostAction } from "../port";

const COMMANDS: Record<HostAction, string> = {
  restartServer: "aside.restartServer",
  chooseServer: "aside.chooseServer",
  showLog: "aside.showLog",
  openSettings: "aside.openSettings",
  addKey: "aside.addKey",
  chooseModel: "aside.chooseModel",
  trustWorkspace: "aside.trustWorkspace",
  showSessions: "aside.sessions.focus",
  showReview: "aside.review.focus",
};

/** Does it. */
export async function carryOut(action: HostAction): Promise<void> {
  await commands.executeCommand(COMMANDS[action]);
}

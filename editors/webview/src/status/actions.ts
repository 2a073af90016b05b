/** What the host can do, as words on a button. */
import type { HostAction } from "../port";

export const ACTIONS: Record<HostAction, string> = {
  restartServer: "Restart the server",
  chooseServer: "Choose the server…",
  showLog: "Show the log",
  openSettings: "Open settings",
  addKey: "Add a key…",
  chooseModel: "Choose a model…",
  trustWorkspace: "Trust this workspace…",
  showSessions: "Show sessions",
  showReview: "Review changes",
};

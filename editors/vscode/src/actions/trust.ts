/** Shows what the folder brings along, and lets the user trust it. */
import { commands, type Disposable, window } from "vscode";
import type { TrustState } from "../protocol";
import type { Server } from "../server/server";
import { summary, whole } from "./entries";
import { showText } from "./pages";
import { told } from "./told";

/** Registers the command. */
export function trustCommands(server: Server): Disposable[] {
  return [commands.registerCommand("aside.trustWorkspace", () => told(() => trust(server)))];
}

async function trust(server: Server): Promise<void> {
  const state = await server.request("trust/get", {});
  switch (state.status) {
    case "nothing":
      void window.showInformationMessage("This folder brings nothing along for Aside.");
      return;
    case "refused":
      void window.showWarningMessage(
        `What this folder brings along cannot be trusted as it is: ${state.reason ?? "see the log."}`,
      );
      return;
    case "trusted":
      await revoke(server, state);
      return;
    case "untrusted":
    case "changed":
      await decide(server, state);
      return;
    default:
      void window.showWarningMessage(
        "This version of the extension does not know what the server says of trust.",
      );
  }
}

async function decide(server: Server, state: TrustState): Promise<void> {
  if (state.hash === undefined) {
    return;
  }
  const { text, isWhole } = summary(state);
  // What was not seen whole cannot be trusted yet.
  const answers = isWhole ? ["Trust", "Show All"] : ["Show All"];
  const chosen = await window.showWarningMessage(
    state.status === "changed"
      ? "What this folder brings along has changed since you trusted it. Trust it as it is now?"
      : "Trust what this folder brings along for Aside?",
    { modal: true, detail: text },
    ...answers,
  );
  if (chosen === "Show All") {
    await showAll(state);
    const answer = await window.showWarningMessage("Trust all of this?", "Trust", "Not Now");
    if (answer !== "Trust") {
      return;
    }
  } else if (chosen !== "Trust") {
    return;
  }
  // The hash says what the user saw: where the files are others by now, the server refuses.
  await server.request("trust/set", { trusted: true, hash: state.hash });
  void window.showInformationMessage("What this folder brings along is active.");
}

async function revoke(server: Server, state: TrustState): Promise<void> {
  const chosen = await window.showInformationMessage(
    "What this folder brings along is trusted.",
    { modal: true, detail: summary(state).text },
    "Trust No More",
    "Show All",
  );
  if (chosen === "Show All") {
    await showAll(state);
  } else if (chosen === "Trust No More") {
    await server.request("trust/set", { trusted: false });
  }
}

async function showAll(state: TrustState): Promise<void> {
  await showText("What this folder brings along", whole(state));
}

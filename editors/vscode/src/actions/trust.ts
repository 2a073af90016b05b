/** Shows what the folder brings along, and lets the user trust it. */
import { commands, type Disposable, window } from "vscode";
import type { TrustState } from "../protocol";
import type { Server } from "../server/server";
import { showText } from "./pages";
import { told } from "./told";

/** Entries that the question itself shows; all are in a document beside it. */
const MAX_SHOWN = 12;

/** Characters of an entry in the question. */
const MAX_ENTRY = 160;

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
  const chosen = await window.showWarningMessage(
    state.status === "changed"
      ? "What this folder brings along has changed since you trusted it. Trust it as it is now?"
      : "Trust what this folder brings along for Aside?",
    { modal: true, detail: summary(state) },
    "Trust",
    "Show All",
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
    { modal: true, detail: summary(state) },
    "Trust No More",
    "Show All",
  );
  if (chosen === "Show All") {
    await showAll(state);
  } else if (chosen === "Trust No More") {
    await server.request("trust/set", { trusted: false });
  }
}

/** What the question shows. */
export function summary(state: TrustState): string {
  const changed = state.changed ?? [];
  const lines = [
    ...(changed.length === 0 ? [] : [`Changed: ${changed.join(", ")}`]),
    `Files: ${state.files.join(", ")}`,
    "",
    ...state.entries.slice(0, MAX_SHOWN).map(({ name, value }) => cut(`${name}: ${value}`)),
  ];
  const more = state.entries.length - MAX_SHOWN;
  if (more > 0) {
    lines.push(`and ${more} more`);
  }
  return [...lines, ...(state.warnings ?? [])].join("\n");
}

async function showAll(state: TrustState): Promise<void> {
  const content = [
    `Folder: ${state.workspace}`,
    "",
    "Files:",
    ...state.files.map((file) => `  ${file}${state.changed?.includes(file) ? " (changed)" : ""}`),
    "",
    "What they say:",
    ...state.entries.map(({ name, value }) => `  ${name}: ${value}`),
    "",
    ...(state.warnings ?? []),
  ].join("\n");
  await showText("What this folder brings along", content);
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > MAX_ENTRY ? `${line.slice(0, MAX_ENTRY)}…` : line;
}

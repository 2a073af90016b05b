/** The server's program: choosing it, starting it again, reading its log. */
import { ConfigurationTarget, commands, type Disposable, window, workspace } from "vscode";
import { carryOut } from "../chat/actions";
import type { HostAction } from "../port";
import type { Server } from "../server/server";
import { told } from "./told";

const WORDS: Partial<Record<HostAction, string>> = {
  restartServer: "Restart",
  chooseServer: "Choose Program",
  openSettings: "Open Settings",
  showLog: "Show Log",
};

/** Registers the commands, and tells of a server that does not come. */
export function programCommands(server: Server, extensionId: string): Disposable[] {
  return [
    commands.registerCommand("aside.showLog", () => server.log.show(true)),
    commands.registerCommand("aside.restartServer", () => told(() => server.restart())),
    commands.registerCommand("aside.chooseServer", () => told(chooseProgram)),
    commands.registerCommand("aside.openSettings", () =>
      commands.executeCommand("workbench.action.openSettings", `@ext:${extensionId}`),
    ),
    commands.registerCommand("aside.openWalkthrough", () =>
      commands.executeCommand("workbench.action.openWalkthrough", `${extensionId}#start`, false),
    ),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("aside.server")) {
        void told(() => server.restart());
      }
    }),
    server.onConnection((connection) => {
      if (connection.status === "failed") {
        void explain(connection.message, connection.actions);
      }
    }),
  ];
}

async function chooseProgram(): Promise<void> {
  const chosen = await window.showOpenDialog({
    title: "Where is the program aside?",
    openLabel: "Use This Program",
    canSelectMany: false,
  });
  const file = chosen?.[0];
  if (file !== undefined) {
    await workspace
      .getConfiguration("aside")
      .update("server.path", file.fsPath, ConfigurationTarget.Global);
  }
}

async function explain(message: string, actions: readonly HostAction[]): Promise<void> {
  const items: { title: string; action?: HostAction }[] = actions.flatMap((action) => {
    const title = WORDS[action];
    return title === undefined ? [] : [{ title, action }];
  });
  items.push({ title: "How to Install" });
  const chosen = await window.showErrorMessage(message, ...items);
  if (chosen === undefined) {
    return;
  }
  if (chosen.action === undefined) {
    await commands.executeCommand("aside.openWalkthrough");
  } else {
    await carryOut(chosen.action);
  }
}

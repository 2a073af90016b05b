/** The item of the status bar: how the server and the session are. */
import {
  type Disposable,
  StatusBarAlignment,
  type StatusBarItem,
  ThemeColor,
  window,
} from "vscode";
import type { ChatView } from "./chat/view";
import type { Server } from "./server/server";
import type { Sessions } from "./sessions/store";

/** The item; a click opens the chat. */
export class StatusBar implements Disposable {
  private readonly item: StatusBarItem;
  private readonly disposables: Disposable[];

  constructor(
    private readonly server: Server,
    private readonly sessions: Sessions,
    private readonly chat: ChatView,
  ) {
    this.item = window.createStatusBarItem("aside.status", StatusBarAlignment.Right, 90);
    this.item.name = "Aside";
    this.item.command = "aside.openChat";
    this.disposables = [
      this.item,
      server.onConnection(() => this.draw()),
      sessions.onChange(() => this.draw()),
      chat.onSession(() => this.draw()),
    ];
    this.draw();
    this.item.show();
  }

  dispose(): void {
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
  }

  private draw(): void {
    const { text, tooltip, color } = this.words();
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.backgroundColor = color === undefined ? undefined : new ThemeColor(color);
    this.item.accessibilityInformation = { label: `Aside: ${tooltip}`, role: "button" };
  }

  private words(): { text: string; tooltip: string; color?: string } {
    const { connection } = this.server;
    switch (connection.status) {
      case "starting":
        return { text: "$(loading~spin) Aside", tooltip: "The server starts." };
      case "reconnecting":
        return { text: "$(loading~spin) Aside", tooltip: connection.message };
      case "failed":
        return {
          text: "$(error) Aside",
          tooltip: connection.message,
          color: "statusBarItem.errorBackground",
        };
      case "ready":
        break;
    }
    const { busy } = this.sessions;
    const model = this.sessions.get(this.chat.sessionId)?.model;
    const name = model === undefined ? "Aside" : model.slice(model.indexOf("/") + 1);
    const tip = `${model ?? "Aside"} (server ${connection.version})`;
    if (busy.some((session) => session.status === "waiting")) {
      return {
        text: `$(bell-dot) ${name}`,
        tooltip: `Aside waits for your answer. ${tip}`,
        color: "statusBarItem.warningBackground",
      };
    }
    if (busy.length > 0) {
      return { text: `$(loading~spin) ${name}`, tooltip: `Aside works. ${tip}` };
    }
    return { text: `$(comment-discussion) ${name}`, tooltip: `Open the chat. ${tip}` };
  }
}

/** What menus and key bindings depend on. */
import { commands, type Disposable } from "vscode";
import type { Server } from "./server/server";
import type { Sessions } from "./sessions/store";

/** Keeps `aside.ready`, `aside.methods` and `aside.running` as they are. */
export function watchContexts(server: Server, sessions: Sessions): Disposable[] {
  const set = (name: string, value: unknown) =>
    void commands.executeCommand("setContext", `aside.${name}`, value);
  const connection = () => {
    const now = server.connection;
    set("methods", now.status === "ready" ? now.methods : []);
    set("ready", now.status === "ready");
  };
  const running = () => set("running", sessions.busy.length > 0);
  connection();
  running();
  return [server.onConnection(connection), sessions.onChange(running)];
}

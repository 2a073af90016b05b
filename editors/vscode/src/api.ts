/** What other extensions get from this one: the server's methods and events, as the protocol says. */
import type { Event } from "vscode";
import type { Connection } from "./port";
import type { ChatEvent, Method, Params, Result } from "./protocol";
import type { Server } from "./server/server";

/** `extensions.getExtension("aside.aside")?.exports`, once that is active. */
export interface Api {
  /** How the server is. */
  readonly connection: Connection;
  readonly onConnection: Event<Connection>;
  /** Something happened in a session. */
  readonly onChatEvent: Event<ChatEvent>;
  /** Asks the server; an error has a sentence for the user. */
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
}

/** The part of the server that others may use. */
export function apiOf(server: Server): Api {
  return {
    get connection() {
      return server.connection;
    },
    onConnection: server.onConnection,
    onChatEvent: server.onChatEvent,
    request: (method, params) => server.request(method, params),
  };
}

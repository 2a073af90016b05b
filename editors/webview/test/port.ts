/** A host that answers as it is told, for tests of the state behind the view. */
import type { ClientRequests } from "../../../protocol/ts/aside";
import type { FromView, Method, Port, ToView } from "../src/port";
import { Chat } from "../src/state/chat";

type Asked = Extract<FromView, { type: "request" }>;

export class Host implements Port {
  readonly sent: FromView[] = [];
  chat!: Chat;
  #hear: (message: ToView) => void = () => {};
  #waiting: ((request: Asked) => boolean)[] = [];

  send(message: FromView): void {
    // As over a real channel, nothing is shared.
    const copy = structuredClone(message);
    this.sent.push(copy);
    if (copy.type === "request") {
      this.#waiting = this.#waiting.filter((take) => !take(copy));
    }
  }

  listen(hear: (message: ToView) => void): void {
    this.#hear = hear;
  }

  say(message: ToView): void {
    this.#hear(structuredClone(message));
  }

  /** The next request of this method that nobody took, once it is made. */
  async asked<M extends Method>(method: M): Promise<Answerable<M>> {
    const request = await new Promise<Asked>((done) => {
      const take = (one: FromView): boolean => {
        if (one.type !== "request" || one.method !== method || this.#taken.has(one.id)) {
          return false;
        }
        this.#taken.add(one.id);
        done(one);
        return true;
      };
      if (!this.sent.some(take)) {
        this.#waiting.push(take);
      }
    });
    return {
      params: request.params as Answerable<M>["params"],
      answer: async (result) => {
        this.say({ type: "response", id: request.id, result });
        await settled();
      },
      refuse: async (message, code) => {
        this.say({
          type: "error",
          id: request.id,
          message,
          ...(code === undefined ? {} : { code }),
        });
        await settled();
      },
    };
  }

  readonly #taken = new Set<number>();

  /** How often a method was asked for. */
  count(method: Method): number {
    return this.sent.filter((one) => one.type === "request" && one.method === method).length;
  }
}

export interface Answerable<M extends Method> {
  params: NonNullable<ClientRequests[M]["params"]>;
  answer(result: ClientRequests[M]["result"]): Promise<void>;
  refuse(message: string, code?: "notFound" | "noModel" | "invalid"): Promise<void>;
}

/** Until what was set off by a message is done, and drawn. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) {
    await new Promise((done) => setTimeout(done, 0));
  }
}

export const METHODS = ["session/get", "session/items", "chat/events", "chat/send"];

/** A view whose host has said `init`. */
export function started(sessionId?: string, drafts = {}): Host {
  const host = new Host();
  host.chat = new Chat(host);
  host.say({
    type: "init",
    portVersion: 1,
    connection: { status: "ready", methods: METHODS, version: "0" },
    settings: { sendOn: "enter", unfold: { reasoning: false, tools: false } },
    ...(sessionId === undefined ? {} : { sessionId }),
    drafts,
  });
  return host;
}

/** The connection goes and comes again. */
export function reconnected(host: Host): void {
  host.say({
    type: "connection",
    connection: { status: "reconnecting", attempt: 1, message: "…" },
  });
  host.say({ type: "connection", connection: { status: "ready", methods: METHODS, version: "0" } });
}

/** Requests to the server over the port, and their answers. */
import type { ClientRequests, ErrorCode } from "../../../../protocol/ts/aside";
import type { Method, Port, ToView } from "../port";

/** Why a request has no result. Its message is a sentence for the user. */
export class RequestError extends Error {
  readonly code: ErrorCode | undefined;
  /** Whether the connection went, so that nobody knows whether the server did it. */
  readonly lost: boolean;

  constructor(message: string, code: ErrorCode | undefined, lost: boolean) {
    super(message);
    this.code = code;
    this.lost = lost;
  }
}

/** The first number is at most this, so that those after it are exact. */
const MAX_FIRST = 2 ** 48;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: RequestError): void;
}

/** The params of a method, as the protocol has them. */
export type ParamsOf<M extends Method> = ClientRequests[M] extends { params: infer P }
  ? P
  : ClientRequests[M] extends { params?: infer P }
    ? P | undefined
    : never;

/** The result of a method, as the protocol has it. */
export type ResultOf<M extends Method> = ClientRequests[M]["result"];

/** Numbers requests, and brings their answers back to those who wait. */
export class Rpc {
  readonly #port: Port;
  readonly #waiting = new Map<number, Waiting>();
  /** A view that is made anew may still get answers to the one before: their numbers are others. */
  #next = 1 + Math.floor(Math.random() * MAX_FIRST);

  constructor(port: Port) {
    this.#port = port;
  }

  request<M extends Method>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
    const id = this.#next;
    this.#next += 1;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    this.#port.send({ type: "request", id, method, params });
    return answer as Promise<ResultOf<M>>;
  }

  answered(message: Extract<ToView, { type: "response" | "error" }>): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) {
      return;
    }
    this.#waiting.delete(message.id);
    if (message.type === "response") {
      waiting.resolve(message.result);
    } else {
      waiting.reject(new RequestError(message.message, message.code, false));
    }
  }

  /** The server is gone, and with it the answers. */
  lost(): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of all) {
      waiting.reject(new RequestError("The connection to the server was lost.", undefined, true));
    }
  }
}

/** A sentence of whatever was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

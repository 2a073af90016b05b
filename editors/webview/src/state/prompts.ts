/** What the user is asked: permission and questions, each until it is answered or withdrawn. */
import { signal } from "@preact/signals";
import type {
  ChatElicitParams,
  ChatElicitResult,
  ChatRequestPermissionParams,
  ChatRequestPermissionResult,
} from "../../../../protocol/ts/aside";
import type { Port } from "../port";
import type { Value } from "../prompts/form";

export class Prompts {
  readonly permissions = signal<readonly ChatRequestPermissionParams[]>([]);
  readonly elicitations = signal<readonly ChatElicitParams[]>([]);
  /** What was filled in and not sent, by question, for when it is out of sight for a while. */
  readonly filled = new Map<string, Readonly<Record<string, Value>>>();
  readonly #port: Port;

  constructor(port: Port) {
    this.#port = port;
  }

  /** All that is open comes again. */
  clear(): void {
    this.permissions.value = [];
    this.elicitations.value = [];
    this.filled.clear();
  }

  askPermission(request: ChatRequestPermissionParams): void {
    this.permissions.value = [...without(this.permissions.value, request.requestId), request];
  }

  askElicitation(request: ChatElicitParams): void {
    this.elicitations.value = [...without(this.elicitations.value, request.requestId), request];
  }

  withdraw(requestId: string): void {
    this.permissions.value = without(this.permissions.value, requestId);
    this.elicitations.value = without(this.elicitations.value, requestId);
    this.filled.delete(requestId);
  }

  answerPermission(requestId: string, result: ChatRequestPermissionResult): void {
    this.withdraw(requestId);
    this.#port.send({ type: "answerPermission", requestId, result });
  }

  answerElicitation(requestId: string, result: ChatElicitResult): void {
    this.withdraw(requestId);
    this.#port.send({ type: "answerElicitation", requestId, result });
  }
}

function without<T extends { requestId: string }>(
  all: readonly T[],
  requestId: string,
): readonly T[] {
  return all.some((one) => one.requestId === requestId)
    ? all.filter((one) => one.requestId !== requestId)
    : all;
}

// The scripted model: replies are pushed to it, and it says when it was asked and where it waits.

import { scriptProgram } from "./places.ts";
import { type Running, start } from "./processes.ts";
import { until } from "./waiting.ts";

export type Part =
  | { text: string | string[] }
  | { reasoning: string | string[] }
  | { toolCall: { id: string; name: string; arguments: unknown } }
  | { gate: string }
  | { delayMs: number }
  | { close: true };

export interface Usage {
  input: number;
  output: number;
}

export type Reply =
  | { parts: Part[]; usage?: unknown; finish?: string; paceMs?: number }
  | { status: number; error: string; headers?: Record<string, string> };

/** What a request to the model has in it, as far as tests look. */
export interface Request {
  messages: { role: string; content?: unknown; tool_call_id?: string }[];
  tools?: { function: { name: string } }[];
}

/** A model that says what a test wants. */
export class Script {
  readonly requests: Request[] = [];
  readonly #reached = new Set<string>();
  readonly #errors: string[] = [];
  #url = "";
  #running: Running | undefined;

  static async start(log: string): Promise<Script> {
    const script = new Script();
    const onLine = (line: string) => script.#hear(JSON.parse(line));
    script.#running = start(scriptProgram(), [], { log, onLine });
    await until("scripted model", () => script.#url || undefined);
    return script;
  }

  #hear(said: {
    url?: string;
    request?: number;
    body?: Request;
    reached?: string;
    error?: string;
  }) {
    if (said.url !== undefined) this.#url = said.url;
    if (said.body !== undefined) this.requests.push(said.body);
    if (said.reached !== undefined) this.#reached.add(said.reached);
    if (said.error !== undefined) this.#errors.push(said.error);
  }

  get url(): string {
    return this.#url;
  }

  #say(order: object): void {
    this.#running?.child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** One more answer, given in order. */
  reply(...parts: Part[]): void {
    this.#say({ reply: { parts } });
  }

  /** One more answer that is an error of the model's server. */
  fail(status: number, error: string): void {
    this.#say({ reply: { status, error } });
  }

  /** An answer that streams slowly, which is nice to look at. */
  push(reply: Reply): void {
    this.#say({ reply });
  }

  /** Waits until an answer has come to this gate. */
  async reached(gate: string): Promise<void> {
    await until(`answer at the gate ${gate}`, () => {
      if (this.#errors.length > 0) throw new Error(this.#errors.join("; "));
      return this.#reached.has(gate) || undefined;
    });
  }

  /** Lets an answer pass its gate. */
  open(gate: string): void {
    this.#say({ open: gate });
  }

  /** What the model was told that a tool call gave. */
  async toolResult(id: string): Promise<string> {
    return until(`result of the call ${id}`, () => {
      for (const request of this.requests) {
        const found = request.messages.find((message) => message.tool_call_id === id);
        if (found) return JSON.stringify(found.content);
      }
      return undefined;
    });
  }

  /** The model's server is gone. */
  async end(): Promise<void> {
    await this.#running?.end();
  }
}

/** A call of a tool, as a part of an answer. */
export function call(id: string, name: string, args: unknown): Part {
  return { toolCall: { id, name, arguments: args } };
}

/** Says something. */
export function say(text: string): Part {
  return { text };
}

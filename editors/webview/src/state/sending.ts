/** Messages on their way: sent once, also when nobody knows whether the first try arrived. */
import { signal } from "@preact/signals";
import type { ChatSendResult, ContentBlock, Delivery } from "../../../../protocol/ts/aside";
import type { Draft } from "../port";
import { RequestError, type Rpc, sentence } from "./rpc";

/** A message that the server has not answered for yet. */
export interface Sending {
  clientMessageId: string;
  sessionId: string;
  content: ContentBlock[];
  delivery: Delivery;
  draft: Draft;
}

/** What becomes of messages. */
export interface Sent {
  arrived(message: Sending, result: ChatSendResult): void;
  /** Whether the connection holds, a moment from now. Where not, the message is sent again later. */
  connected(): Promise<boolean>;
  /** It was refused, for this reason. */
  refused(message: Sending, reason: RequestError): void;
}

export class Outbox {
  readonly sending = signal<readonly Sending[]>([]);
  /** Messages that arrived and join a running turn: they become items when it takes them up. */
  readonly joining = signal<readonly Sending[]>([]);
  readonly #rpc: Rpc;
  readonly #sent: Sent;

  constructor(rpc: Rpc, sent: Sent) {
    this.#rpc = rpc;
    this.#sent = sent;
  }

  /** The message as it is sent: its text, then what is attached. */
  static content(draft: Draft): ContentBlock[] {
    const text = draft.text.trim();
    const blocks = draft.attachments.map((attachment) => attachment.block);
    return text === "" ? blocks : [{ type: "text", text }, ...blocks];
  }

  async send(message: Sending): Promise<void> {
    this.sending.value = [...this.sending.value, message];
    await this.#try(message);
  }

  /** The connection is there again: sends what may not have arrived. The server knows it if it did. */
  async again(): Promise<void> {
    for (const message of this.sending.value) {
      await this.#try(message);
    }
  }

  /** These messages became items, or never will. */
  joined(which: (message: Sending) => boolean): void {
    if (this.joining.value.some(which)) {
      this.joining.value = this.joining.value.filter((message) => !which(message));
    }
  }

  async #try(message: Sending): Promise<void> {
    const { clientMessageId, sessionId, content, delivery } = message;
    try {
      const result = await this.#rpc.request("chat/send", {
        clientMessageId,
        sessionId,
        content,
        delivery,
      });
      if (!this.#settle(message)) {
        return;
      }
      if (delivery === "steer" && result.status === "running") {
        this.joining.value = [...this.joining.value, message];
      }
      this.#sent.arrived(message, result);
    } catch (error) {
      const code = error instanceof RequestError ? error.code : undefined;
      // An error without a code is not the server's: the connection may be about to be lost.
      if (code === undefined && !(await this.#sent.connected())) {
        return;
      }
      if (!this.#settle(message)) {
        return;
      }
      this.#sent.refused(
        message,
        error instanceof RequestError ? error : new RequestError(sentence(error), undefined, false),
      );
    }
  }

  /** It is on its way no more. False where another try has said so before. */
  #settle(message: Sending): boolean {
    const others = this.sending.value.filter((other) => other !== message);
    const isFirst = others.length < this.sending.value.length;
    this.sending.value = others;
    return isFirst;
  }
}

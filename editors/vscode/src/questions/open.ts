/** The server's questions to the user that nobody has answered yet. The first answer counts. */
import type {
  ChatElicitParams,
  ChatElicitResult,
  ChatRequestPermissionParams,
  ChatRequestPermissionResult,
} from "../protocol";

/** One question, as it came. */
export type Question =
  | { kind: "permission"; request: ChatRequestPermissionParams }
  | { kind: "elicitation"; request: ChatElicitParams };

/** Who wants to know of questions. */
export interface Listener {
  asked(question: Question): void;
  /** It was answered, or does not matter any more. */
  settled(requestId: string): void;
}

/** What tells that an answer is not wanted any more. */
export interface Cancel {
  readonly isCancellationRequested: boolean;
  onCancellationRequested(listener: () => void): { dispose(): void };
}

interface Open {
  question: Question;
  settle(result: unknown): void;
}

const NO_PERMISSION: ChatRequestPermissionResult = { cancelled: true };
const NO_ANSWER: ChatElicitResult = { action: "cancel" };

/** All open questions, oldest first. */
export class Questions {
  private readonly open = new Map<string, Open>();
  private readonly listeners: Listener[] = [];

  /** Tells of all questions from now on. */
  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Those that wait for an answer, oldest first. */
  all(): Question[] {
    return [...this.open.values()].map((open) => open.question);
  }

  /** Whether this one still waits. */
  isOpen(requestId: string): boolean {
    return this.open.has(requestId);
  }

  /** Asks for permission; dismissed where the server takes the question back. */
  permission(
    request: ChatRequestPermissionParams,
    cancel: Cancel,
  ): Promise<ChatRequestPermissionResult> {
    return this.ask({ kind: "permission", request }, NO_PERMISSION, cancel);
  }

  /** Asks for what a tool or an MCP server wants to know. */
  elicit(request: ChatElicitParams, cancel: Cancel): Promise<ChatElicitResult> {
    return this.ask({ kind: "elicitation", request }, NO_ANSWER, cancel);
  }

  /** Answers; false where that comes too late, or is no answer to this question. */
  answerPermission(requestId: string, result: ChatRequestPermissionResult): boolean {
    const question = this.open.get(requestId)?.question;
    if (question?.kind !== "permission") {
      return false;
    }
    const known =
      "cancelled" in result ||
      question.request.options.some((option) => option.id === result.optionId);
    return known && this.settle(requestId, result);
  }

  /** Answers; false where that comes too late, or is no answer to this question. */
  answerElicitation(requestId: string, result: ChatElicitResult): boolean {
    const kind = this.open.get(requestId)?.question.kind;
    return kind === "elicitation" && this.settle(requestId, result);
  }

  /** The server is gone: nobody waits for answers any more. */
  dropAll(): void {
    for (const [requestId, open] of [...this.open]) {
      this.settle(requestId, open.question.kind === "permission" ? NO_PERMISSION : NO_ANSWER);
    }
  }

  private ask<R>(question: Question, none: R, cancel: Cancel): Promise<R> {
    const { requestId } = question.request;
    if (cancel.isCancellationRequested) {
      return Promise.resolve(none);
    }
    return new Promise((resolve) => {
      const watch = cancel.onCancellationRequested(() => this.settle(requestId, none));
      this.open.set(requestId, {
        question,
        settle(result) {
          watch.dispose();
          resolve(result as R);
        },
      });
      for (const listener of this.listeners) {
        listener.asked(question);
      }
    });
  }

  private settle(requestId: string, result: unknown): boolean {
    const open = this.open.get(requestId);
    if (open === undefined) {
      return false;
    }
    this.open.delete(requestId);
    open.settle(result);
    for (const listener of this.listeners) {
      listener.settled(requestId);
    }
    return true;
  }
}

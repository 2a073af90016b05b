/** The list of what `@` or `/` can become. The text field keeps the focus and hands its keys over. */

import { type Signal, signal } from "@preact/signals";
import type { Candidate } from "../../../../protocol/ts/aside";
import type { Chat } from "../state/chat";
import { fitting, type Query, queryAt } from "./complete";

/** How long the user must pause before the server is asked, in milliseconds. */
const PAUSE_MS = 60;
/** Candidates that are shown at most. */
const MAX_SHOWN = 50;

/** What is offered now. */
export interface Offer {
  query: Query;
  candidates: Candidate[];
  at: number;
}

export class Completer {
  readonly offer: Signal<Offer | undefined> = signal(undefined);
  readonly #chat: Chat;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Rises with each question, so that late answers are known. */
  #asked = 0;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  /** The text or the cursor is another. */
  changed(text: string, cursor: number): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const query = queryAt(text, cursor);
    if (query === undefined || !this.#chat.can("context/complete")) {
      this.offer.value = undefined;
      return;
    }
    // Enter takes what is shown: until the answer comes, that is what still fits.
    const offer = this.offer.value;
    const isSame = offer?.query.trigger === query.trigger && offer.query.start === query.start;
    this.#show(query, isSame ? fitting(offer.candidates, query.query) : []);
    this.#timer = setTimeout(() => void this.#ask(query, this.#asked), PAUSE_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.offer.value = undefined;
  }

  move(step: number): void {
    const offer = this.offer.value;
    if (offer !== undefined) {
      const { length } = offer.candidates;
      this.offer.value = { ...offer, at: (offer.at + step + length) % length };
    }
  }

  /** Offers these; the one that the user went to stays chosen. */
  #show(query: Query, candidates: Candidate[]): void {
    const before = this.offer.value;
    const chosen = before?.at ? before.candidates[before.at]?.insert : undefined;
    const at = Math.max(
      0,
      candidates.findIndex(({ insert }) => insert === chosen),
    );
    this.offer.value = candidates.length === 0 ? undefined : { query, candidates, at };
  }

  async #ask(query: Query, asked: number): Promise<void> {
    const sessionId = this.#chat.sessionId.value;
    const params = { trigger: query.trigger, query: query.query };
    try {
      const result = await this.#chat.rpc.request(
        "context/complete",
        sessionId === undefined ? params : { ...params, sessionId },
      );
      if (asked === this.#asked) {
        this.#show(query, result.candidates.slice(0, MAX_SHOWN));
      }
    } catch {
      this.close();
    }
  }
}

export function CompletionList({
  completer,
  id,
  pick,
}: {
  completer: Completer;
  id: string;
  pick(candidate: Candidate): void;
}) {
  const offer = completer.offer.value;
  if (offer === undefined) {
    return null;
  }
  return (
    <div class="popup completion">
      <ul id={id} role="listbox" aria-label="Completions">
        {offer.candidates.map((candidate, index) => (
          <li
            key={index}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === offer.at}
            data-active={index === offer.at}
            ref={(element) => {
              if (index === offer.at) {
                element?.scrollIntoView({ block: "nearest" });
              }
            }}
            onPointerDown={(event) => {
              // Before the field loses the focus.
              event.preventDefault();
              pick(candidate);
            }}
          >
            <span class="option-label">{candidate.label}</span>
            <span class="muted">{candidate.detail}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

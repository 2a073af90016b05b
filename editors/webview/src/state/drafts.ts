/** What the user is writing, by session: kept by the host, a moment after each change. */
import { signal } from "@preact/signals";
import type { Attachment, Draft, Port } from "../port";

/** How long after a change the host is told, in milliseconds. */
const SAVE_AFTER_MS = 300;

const NOTHING: Draft = { text: "", attachments: [] };

export class Drafts {
  readonly current = signal<Draft>(NOTHING);
  readonly #port: Port;
  readonly #kept = new Map<string, Draft>();
  #sessionId: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(port: Port) {
    this.#port = port;
    addEventListener("pagehide", () => this.flush());
    addEventListener("visibilitychange", () => this.flush());
  }

  /** The drafts that the host kept. What is being written here already is newer and stays. */
  restore(drafts: Record<string, Draft>): void {
    for (const [sessionId, draft] of Object.entries(drafts)) {
      this.#kept.set(sessionId, draft);
    }
    if (isEmpty(this.current.value)) {
      this.current.value = this.#kept.get(this.#sessionId ?? "") ?? NOTHING;
    }
  }

  /** Shows the draft of another session. */
  show(sessionId: string | undefined): void {
    this.flush();
    this.#kept.set(this.#sessionId ?? "", this.current.value);
    this.#sessionId = sessionId;
    this.current.value = this.#kept.get(sessionId ?? "") ?? NOTHING;
  }

  /** The new session, whose draft this was, has an id now. */
  named(sessionId: string): void {
    this.flush();
    this.#kept.delete("");
    this.#sessionId = sessionId;
    this.#save("", NOTHING);
    this.#later();
  }

  setText(text: string): void {
    this.current.value = { ...this.current.value, text };
    this.#later();
  }

  /** Adds behind what is written. */
  append(text: string): void {
    const written = this.current.value.text;
    this.setText(written === "" ? text : `${written}\n${text}`);
  }

  attach(attachments: readonly Attachment[]): void {
    const draft = this.current.value;
    this.current.value = { ...draft, attachments: [...draft.attachments, ...attachments] };
    this.#later();
  }

  detach(index: number): void {
    const draft = this.current.value;
    this.current.value = {
      ...draft,
      attachments: draft.attachments.filter((_, at) => at !== index),
    };
    this.#later();
  }

  /** Takes the draft out, to send it. The host keeps it until `sent`. */
  take(): Draft {
    this.flush();
    const draft = this.current.value;
    this.current.value = NOTHING;
    return draft;
  }

  /** What was taken of this session has arrived, so that the host need not keep it. */
  sent(sessionId: string): void {
    this.#put(sessionId, this.#of(sessionId));
  }

  /** What was taken of this session could not be sent. What was written since stays behind it. */
  putBack(draft: Draft, sessionId: string | undefined): void {
    const now = this.#of(sessionId);
    this.#put(sessionId, {
      text: now.text === "" ? draft.text : `${draft.text}\n${now.text}`,
      attachments: [...draft.attachments, ...now.attachments],
    });
  }

  #of(sessionId: string | undefined): Draft {
    const isShown = sessionId === this.#sessionId;
    return isShown ? this.current.value : (this.#kept.get(sessionId ?? "") ?? NOTHING);
  }

  #put(sessionId: string | undefined, draft: Draft): void {
    if (sessionId === this.#sessionId) {
      this.current.value = draft;
      this.#later();
    } else {
      this.#kept.set(sessionId ?? "", draft);
      this.#save(sessionId ?? "", draft);
    }
  }

  flush(): void {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#save(this.#sessionId ?? "", this.current.value);
    }
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), SAVE_AFTER_MS);
  }

  #save(sessionId: string, draft: Draft): void {
    this.#port.send(
      sessionId === "" ? { type: "saveDraft", draft } : { type: "saveDraft", sessionId, draft },
    );
  }
}

/** Whether there is nothing in it. */
export function isEmpty(draft: Draft): boolean {
  return draft.text.trim() === "" && draft.attachments.length === 0;
}

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
  /** What was taken to be sent and has not arrived, the oldest first. */
  #unsent: { sessionId: string | undefined; draft: Draft }[] = [];
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
    for (const one of this.#unsent) {
      one.sessionId ??= sessionId;
    }
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

  /** Takes the draft out, to send it. The host keeps it until `sent`, whatever is written next. */
  take(): Draft {
    this.flush();
    const draft = this.current.value;
    this.#unsent.push({ sessionId: this.#sessionId, draft });
    this.current.value = NOTHING;
    return draft;
  }

  /** What was taken has arrived, so that the host need not keep it. */
  sent(draft: Draft): void {
    const one = this.#unsent.find((other) => other.draft === draft);
    if (one !== undefined) {
      this.#forget(draft);
      this.#put(one.sessionId, this.#of(one.sessionId));
    }
  }

  /** What was taken of this session could not be sent. What was written since stays behind it. */
  putBack(draft: Draft, sessionId: string | undefined): void {
    this.#forget(draft);
    this.#put(sessionId, joined([draft, this.#of(sessionId)]));
  }

  #forget(draft: Draft): void {
    this.#unsent = this.#unsent.filter((other) => other.draft !== draft);
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

  #save(sessionId: string, written: Draft): void {
    const unsent = this.#unsent.filter((one) => (one.sessionId ?? "") === sessionId);
    const draft = joined([...unsent.map((one) => one.draft), written]);
    this.#port.send(
      sessionId === "" ? { type: "saveDraft", draft } : { type: "saveDraft", sessionId, draft },
    );
  }
}

function joined(drafts: readonly Draft[]): Draft {
  const texts = drafts.map(({ text }) => text).filter((text) => text !== "");
  return { text: texts.join("\n"), attachments: drafts.flatMap((one) => one.attachments) };
}

/** Whether there is nothing in it. */
export function isEmpty(draft: Draft): boolean {
  return draft.text.trim() === "" && draft.attachments.length === 0;
}

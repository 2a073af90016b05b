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
    // What a page says as it goes may not arrive any more: it is said when it may be about to go.
    for (const sign of ["pagehide", "visibilitychange", "blur"]) {
      addEventListener(sign, () => this.flush());
    }
    // Before the editor around the view does what the keys say.
    const mayLeave = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) {
        this.flush();
      }
    };
    addEventListener("keydown", mayLeave, { capture: true });
  }

  /**
   * The drafts that the host kept, and the session that is shown. What was written before that was
   * known is meant for it.
   */
  restore(drafts: Record<string, Draft>, sessionId: string | undefined): void {
    for (const [id, draft] of Object.entries(drafts)) {
      this.#kept.set(id, draft);
    }
    const early = this.current.value;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sessionId = sessionId;
    const kept = this.#kept.get(sessionId ?? "") ?? NOTHING;
    this.current.value = kept;
    if (!isEmpty(early)) {
      this.current.value = joined([kept, early]);
      this.#later();
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
    this.#save(sessionId, this.current.value);
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
      // At once: whoever leaves now must not find again what was sent.
      this.flush();
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

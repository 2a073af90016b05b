/** Keeps the transcript of the session that is shown up to date: loads, follows, catches up. */
import { computed, signal } from "@preact/signals";
import type { ChatEvent, FileEdit, Session, Turn } from "../../../../protocol/ts/aside";
import { framed } from "./frames";
import { emptyTranscript, type Transcript } from "./model";
import { fromNewest, withEdits, withOlder, withPast } from "./pages";
import { apply, reduce, withQueued } from "./reduce";
import { RequestError, type Rpc, sentence } from "./rpc";

/** Items of the first page and of each older one. */
const PAGE = 100;
/** Pages of events that are replayed; a view that is further behind reads the session anew. */
const MAX_REPLAY_PAGES = 4;
/** Events that wait while the session is read. */
const MAX_WAITING = 20_000;
/** How many of the last events are asked for what only events tell. */
const PAST_EVENTS = 300;

/** How far the transcript is. */
export type Loading =
  | { kind: "none" }
  | { kind: "loading" }
  | { kind: "ready" }
  | { kind: "failed"; message: string };

/** Whether turns were taken out of the conversation, of which the items do not tell. */
function wentBack(before: Transcript, { event }: ChatEvent): boolean {
  return (
    event.type === "sessionUpdated" &&
    before.session !== undefined &&
    event.session.turnCount < before.session.turnCount
  );
}

/** What a follower needs of its surroundings. */
export interface Surroundings {
  rpc: Rpc;
  can(method: string): boolean;
  /** An item came while the user looked on. */
  happened(event: ChatEvent): void;
  /** The session is not there any more. */
  gone(): void;
}

export class Follower {
  /** What is drawn; it is brought up to date once a frame. */
  readonly transcript = signal<Transcript | undefined>(undefined);
  /** Parts of it, so that who draws only one is not bothered by each piece of an answer. */
  readonly session = computed(() => this.transcript.value?.session);
  readonly context = computed(() => this.transcript.value?.context);
  readonly edits = computed(() => this.transcript.value?.edits);
  readonly plan = computed(() => this.transcript.value?.plan);
  readonly openTurns = computed(() => this.transcript.value?.openTurns);
  readonly loading = signal<Loading>({ kind: "none" });
  readonly loadingOlder = signal(false);
  readonly #around: Surroundings;
  readonly #flush: () => void;
  #now: Transcript | undefined;
  /** Events that came while the session is read or caught up with. */
  #waiting: ChatEvent[] | undefined;
  /** Rises when another session is shown, so that late answers are known. */
  #shown = 0;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#flush = framed(() => {
      this.transcript.value = this.#now;
    });
  }

  /** The transcript as of the last event. */
  get latest(): Transcript | undefined {
    return this.#now;
  }

  /** Shows nothing: a session that does not exist yet. */
  clear(): void {
    this.#shown += 1;
    this.#waiting = undefined;
    this.#now = undefined;
    this.transcript.value = undefined;
    this.loading.value = { kind: "none" };
  }

  /** Shows a session that was just made. */
  begin(session: Session): void {
    this.clear();
    this.#now = { ...emptyTranscript(session.id), session };
    this.transcript.value = this.#now;
    this.loading.value = { kind: "ready" };
  }

  /** Reads a session and shows its end. */
  async load(sessionId: string): Promise<void> {
    this.#shown += 1;
    const shown = this.#shown;
    this.#waiting = [];
    const again = this.#now?.sessionId === sessionId;
    if (!again) {
      this.#now = emptyTranscript(sessionId);
      this.transcript.value = undefined;
      this.loading.value = { kind: "loading" };
    }
    const { rpc } = this.#around;
    try {
      const [session, page] = await Promise.all([
        rpc.request("session/get", { sessionId }),
        rpc.request("session/items", { sessionId, limit: PAGE }),
      ]);
      if (shown !== this.#shown) {
        return;
      }
      this.#set(fromNewest(session, page));
      this.#drain();
      this.loading.value = { kind: "ready" };
    } catch (error) {
      if (shown === this.#shown) {
        this.#failed(error);
      }
      return;
    }
    await this.#readRest(sessionId, shown);
  }

  /** What a page of items does not tell: edits, plan, context. */
  async #readRest(sessionId: string, shown: number): Promise<void> {
    const { rpc, can } = this.#around;
    const seq = this.#now?.seq ?? 0;
    try {
      if (can("edit/list")) {
        const { edits } = await rpc.request("edit/list", { sessionId });
        if (shown === this.#shown) {
          this.addEdits(edits);
        }
      }
      if (can("chat/events") && seq > 0) {
        const afterSeq = Math.max(0, seq - PAST_EVENTS);
        const { events } = await rpc.request("chat/events", { sessionId, afterSeq });
        if (shown === this.#shown && this.#now !== undefined) {
          this.#set(withPast(this.#now, events));
        }
      }
    } catch {
      // The transcript is there; what is missing comes with the next events.
    }
  }

  /** Reads the page before the oldest entry, if there is one. */
  async older(): Promise<void> {
    const from = this.#now;
    if (from?.older === undefined || this.loadingOlder.value) {
      return;
    }
    const shown = this.#shown;
    this.loadingOlder.value = true;
    try {
      const { sessionId, older } = from;
      const page = await this.#around.rpc.request("session/items", {
        sessionId,
        before: older,
        limit: PAGE,
      });
      if (shown === this.#shown && this.#now?.older === older) {
        this.#set(withOlder(this.#now, page));
      }
    } catch {
      // It is asked for again when the user scrolls on.
    } finally {
      this.loadingOlder.value = false;
    }
  }

  event(event: ChatEvent): void {
    if (this.#now === undefined || event.sessionId !== this.#now.sessionId) {
      return;
    }
    if (this.#waiting !== undefined) {
      if (this.#waiting.length < MAX_WAITING) {
        this.#waiting.push(event);
      }
      return;
    }
    const before = this.#now;
    const applied = apply(before, event, Date.now());
    if (applied.kind === "applied") {
      this.#set(applied.transcript);
      this.#around.happened(event);
      if (wentBack(before, event)) {
        void this.load(before.sessionId);
      }
    } else if (applied.kind === "gap") {
      this.#waiting = [event];
      void this.catchUp();
    }
  }

  /** Asks for the events that were missed. */
  async catchUp(): Promise<void> {
    const from = this.#now;
    if (from === undefined) {
      return;
    }
    if (this.loading.value.kind === "failed" || !this.#around.can("chat/events")) {
      await this.load(from.sessionId);
      return;
    }
    const shown = this.#shown;
    this.#waiting ??= [];
    try {
      for (let pages = 0; pages < MAX_REPLAY_PAGES; pages += 1) {
        const { sessionId, seq } = this.#now ?? from;
        const page = await this.#around.rpc.request("chat/events", { sessionId, afterSeq: seq });
        if (shown !== this.#shown) {
          return;
        }
        if (page.events.length === 0) {
          this.#drain();
          return;
        }
        this.#replay(page.events);
      }
      await this.load(from.sessionId);
    } catch (error) {
      if (shown === this.#shown) {
        this.#failed(error);
      }
    }
  }

  addEdits(edits: readonly FileEdit[]): void {
    if (this.#now !== undefined) {
      const { sessionId } = this.#now;
      this.#set(
        withEdits(
          this.#now,
          edits.filter((edit) => edit.sessionId === sessionId),
        ),
      );
    }
  }

  setSession(session: Session): void {
    if (this.#now?.sessionId === session.id) {
      this.#set({ ...this.#now, session });
    }
  }

  queued(turn: Turn): void {
    if (this.#now?.sessionId === turn.sessionId) {
      this.#set(withQueued(this.#now, turn));
    }
  }

  /** Applies events that are known to be all there are, in their order. */
  #replay(events: readonly ChatEvent[]): void {
    for (const event of events) {
      const from = this.#now;
      if (from === undefined) {
        return;
      }
      if (event.sessionId === from.sessionId && event.seq > from.seq) {
        this.#set(reduce(from, event, Date.now()));
        this.#around.happened(event);
        if (wentBack(from, event)) {
          void this.load(from.sessionId);
          return;
        }
      }
    }
  }

  #drain(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#replay(waiting);
  }

  #failed(error: unknown): void {
    if (error instanceof RequestError && error.lost) {
      // The next `ready` reads again; what came meanwhile is asked for then.
      this.#waiting = undefined;
      if (this.loading.value.kind === "loading") {
        this.loading.value = { kind: "failed", message: error.message };
      }
      return;
    }
    if (error instanceof RequestError && error.code === "notFound") {
      this.#around.gone();
      return;
    }
    this.#waiting = undefined;
    this.loading.value = { kind: "failed", message: sentence(error) };
  }

  #set(next: Transcript): void {
    this.#now = next;
    this.#flush();
  }
}

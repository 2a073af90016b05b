/** The sessions that are known here, as far as they were read. */
import { commands, type Disposable, EventEmitter } from "vscode";
import type { Session } from "../protocol";
import type { Server } from "../server/server";
import { appended, atRest, changed, type Filter } from "./list";

/** Sessions of one page. */
const PAGE = 50;

/** Sessions that are remembered by their ids beside the list. */
const MAX_KNOWN = 200;

/** The list, and what is known of single sessions. */
export class Sessions implements Disposable {
  private list: Session[] = [];
  private cursor: string | undefined;
  private filter: Filter = { query: "", archived: false };
  /** The newest word on each, whether it is in the list or not. */
  private readonly known = new Map<string, Session>();
  private readonly emitter = new EventEmitter<void>();
  private readonly disposables: Disposable[];
  /** Rises with each reading from the start, so that late pages of older ones are dropped. */
  private reading = 0;
  /** The list, or a session, is another. */
  readonly onChange = this.emitter.event;

  constructor(private readonly server: Server) {
    this.disposables = [
      server.onConnection((connection) => {
        if (connection.status === "ready") {
          void this.read();
        } else {
          for (const session of atRest(this.known.values())) {
            this.known.set(session.id, session);
          }
          this.emitter.fire();
        }
      }),
      server.onChatEvent(({ event }) => {
        if (event.type === "sessionUpdated") {
          this.put(event.session);
        }
      }),
    ];
  }

  /** The list as far as it was read. */
  get shown(): readonly Session[] {
    return this.server.connection.status === "ready" ? this.list : [];
  }

  /** Whether there are more than were read. */
  get hasMore(): boolean {
    return this.cursor !== undefined;
  }

  /** What the list is narrowed to. */
  get search(): string {
    return this.filter.query;
  }

  /** Whether a turn of any session runs or waits. */
  get busy(): Session[] {
    return [...this.known.values()].filter((session) => session.status !== "idle");
  }

  /** The one that works, or waits, by what the server says now. */
  async askBusy(): Promise<Session | undefined> {
    const { sessions } = await this.server.request("session/list", { limit: PAGE });
    return sessions.find((session) => session.status !== "idle");
  }

  /** What is known of a session. */
  get(id: string | undefined): Session | undefined {
    return id === undefined ? undefined : this.known.get(id);
  }

  /** What is known of a session, else what the server says. */
  async fetch(id: string): Promise<Session> {
    const session =
      this.known.get(id) ?? (await this.server.request("session/get", { sessionId: id }));
    this.put(session);
    return session;
  }

  /** Reads the list from its start. */
  async read(filter: Partial<Filter> = {}): Promise<void> {
    this.filter = { ...this.filter, ...filter };
    void commands.executeCommand("setContext", "aside.sessions.searching", this.search !== "");
    void commands.executeCommand("setContext", "aside.sessions.archived", this.filter.archived);
    this.reading += 1;
    await this.page(undefined);
  }

  /** Reads the next page. */
  async more(): Promise<void> {
    if (this.cursor !== undefined) {
      await this.page(this.cursor);
    }
  }

  /** Takes over what the server said of a session. */
  put(session: Session): void {
    this.known.delete(session.id);
    this.known.set(session.id, session);
    for (const [id, oldest] of this.known) {
      if (this.known.size <= MAX_KNOWN) {
        break;
      }
      if (oldest.status === "idle") {
        this.known.delete(id);
      }
    }
    this.list = changed(this.list, session, this.filter) ?? this.list;
    this.emitter.fire();
  }

  /** A session is gone. */
  remove(id: string): void {
    this.known.delete(id);
    this.list = this.list.filter((session) => session.id !== id);
    this.emitter.fire();
  }

  dispose(): void {
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
    this.emitter.dispose();
  }

  private async page(cursor: string | undefined): Promise<void> {
    const reading = this.reading;
    const { query, archived } = this.filter;
    try {
      const page = await this.server.request("session/list", {
        archived,
        limit: PAGE,
        ...(query === "" ? {} : { query }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (reading !== this.reading) {
        return;
      }
      this.list = cursor === undefined ? page.sessions : appended(this.list, page.sessions);
      this.cursor = page.nextCursor;
      for (const session of page.sessions) {
        this.known.set(session.id, session);
      }
      this.emitter.fire();
    } catch (error) {
      this.server.log.warn(`Sessions cannot be listed: ${String(error)}`);
    }
  }
}

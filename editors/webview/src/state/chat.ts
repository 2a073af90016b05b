/** The whole state of the view, and what the user can do: between the port and what is drawn. */
import { computed, signal } from "@preact/signals";
import type {
  ChatEvent,
  Delivery,
  EditResolveParams,
  Session,
  SessionRewindParams,
} from "../../../../protocol/ts/aside";
import {
  type Choice,
  type Connection,
  type FromView,
  type HostAction,
  PORT_VERSION,
  type Port,
  type ToView,
  type ViewSettings,
} from "../port";
import { Drafts, isEmpty } from "./drafts";
import { Follower } from "./follow";
import { Options } from "./options";
import { Prompts } from "./prompts";
import { RequestError, Rpc, sentence } from "./rpc";
import { Outbox, type Sending } from "./sending";

/** Something that went wrong with what the user did, and what to do about it. */
export interface Problem {
  message: string;
  action?: HostAction;
}

/** Texts of queued messages that are kept. */
const MAX_TEXTS = 100;

/** Within this time after a failed request it is known whether the connection is lost. */
const SETTLES_MS = 500;

const SETTINGS: ViewSettings = { sendOn: "enter", unfold: { reasoning: false, tools: false } };

export class Chat {
  readonly port: Port;
  readonly rpc: Rpc;
  readonly drafts: Drafts;
  readonly prompts: Prompts;
  readonly options: Options;
  readonly outbox: Outbox;
  readonly follower: Follower;
  readonly connection = signal<Connection>({ status: "starting" });
  readonly settings = signal<ViewSettings>(SETTINGS);
  readonly workspaceUri = signal<string | undefined>(undefined);
  readonly sessionId = signal<string | undefined>(undefined);
  readonly problem = signal<Problem | undefined>(undefined);
  /** The rewind that was just made, which can be taken back. */
  readonly wentBack = signal<string | undefined>(undefined);
  /** What a screen reader is told next. */
  readonly announcement = signal("");
  /** Rises when the cursor is to be put where the user writes. */
  readonly focusAsked = signal(0);
  /** What was sent and waits for its turn, by turn: its item comes when the turn starts. */
  readonly queuedTexts = new Map<string, string>();
  readonly #running = computed(() =>
    this.follower.openTurns.value?.find((turn) => turn.status === "running"),
  );
  #wasReady = false;
  #creating: Promise<string> | undefined;

  constructor(port: Port) {
    this.port = port;
    this.rpc = new Rpc(port);
    this.drafts = new Drafts(port);
    this.prompts = new Prompts(port);
    this.options = new Options(this.rpc);
    this.outbox = new Outbox(this.rpc, {
      arrived: (message, result) => {
        this.drafts.sent(message.draft);
        if (result.status === "queued") {
          this.#keepText(result.turnId, message.draft.text);
          this.follower.queued(queuedTurn(result.sessionId, result.turnId));
        }
        this.announcement.value =
          result.status === "queued" ? "The message waits for its turn." : "The message was sent.";
      },
      connected: () => this.#holds(),
      refused: (message, reason) => this.#refused(message, reason),
    });
    this.follower = new Follower({
      rpc: this.rpc,
      can: (method) => this.can(method),
      happened: (event) => this.#happened(event),
      gone: () => this.show(undefined),
    });
    port.listen((message) => this.#receive(message));
    this.send({ type: "ready", portVersion: PORT_VERSION });
  }

  send(message: FromView): void {
    this.port.send(message);
  }

  /** Whether the server is there and answers this method. */
  can(method: string): boolean {
    const connection = this.connection.value;
    return connection.status === "ready" && connection.methods.includes(method);
  }

  /** Shows a session; a new one where absent. */
  show(sessionId: string | undefined): void {
    if (sessionId === this.sessionId.value && this.follower.loading.value.kind !== "failed") {
      return;
    }
    this.drafts.show(sessionId);
    this.sessionId.value = sessionId;
    this.problem.value = undefined;
    this.wentBack.value = undefined;
    this.send(
      sessionId === undefined ? { type: "sessionShown" } : { type: "sessionShown", sessionId },
    );
    if (sessionId !== undefined && this.connection.value.status === "ready") {
      void this.follower.load(sessionId);
    } else {
      // It is read once the server is there; until then nothing of another session is shown.
      this.follower.clear();
    }
  }

  /** Sends what is written. */
  async submit(delivery: Delivery): Promise<void> {
    if (this.connection.value.status !== "ready" || isEmpty(this.drafts.current.value)) {
      return;
    }
    this.problem.value = undefined;
    this.wentBack.value = undefined;
    const draft = this.drafts.take();
    let sessionId = this.sessionId.value;
    if (sessionId === undefined) {
      try {
        // What is sent until it is there goes into the same one.
        this.#creating ??= this.#create();
        sessionId = await this.#creating;
      } catch (error) {
        this.drafts.putBack(draft, undefined);
        this.#fail(error);
        return;
      } finally {
        this.#creating = undefined;
      }
    }
    const content = Outbox.content(draft);
    const clientMessageId = crypto.randomUUID();
    await this.outbox.send({ clientMessageId, sessionId, content, delivery, draft });
  }

  /** Sends these words at once, whatever is being written. */
  async again(text: string): Promise<void> {
    const sessionId = this.sessionId.value;
    if (sessionId !== undefined && this.connection.value.status === "ready") {
      const draft = { text, attachments: [] };
      await this.outbox.send({
        clientMessageId: crypto.randomUUID(),
        sessionId,
        content: Outbox.content(draft),
        delivery: "queue",
        draft,
      });
    }
  }

  /** Stops a turn; the one that is seen to run where absent, and not the next if that has ended. */
  async cancel(turnId = this.#running.value?.id): Promise<void> {
    const sessionId = this.sessionId.value;
    if (sessionId !== undefined && turnId !== undefined) {
      await this.attempt(() => this.rpc.request("chat/cancel", { sessionId, turnId }));
    }
  }

  /** Changes what the session is to be, or what the next one is. */
  async choose(choice: Choice): Promise<void> {
    let sessionId = this.sessionId.value;
    if (sessionId === undefined && this.#creating !== undefined) {
      // The one that is being made is made of what had been chosen before.
      sessionId = await this.#creating.catch(() => undefined);
    }
    if (sessionId === undefined) {
      this.#chosen({ ...this.options.chosen.value, ...choice });
      return;
    }
    await this.attempt(async () => {
      this.follower.setSession(await this.rpc.request("session/update", { sessionId, ...choice }));
    });
  }

  async rename(title: string): Promise<void> {
    const sessionId = this.sessionId.value;
    if (sessionId !== undefined && title.trim() !== "") {
      await this.attempt(async () => {
        const session = await this.rpc.request("session/update", {
          sessionId,
          title: title.trim(),
        });
        this.follower.setSession(session);
      });
    }
  }

  /** Keeps pending hunks, or takes them back. */
  async resolve(verdict: "accept" | "reject", which: EditResolveParams): Promise<void> {
    await this.attempt(async () => {
      const { edits } = await this.rpc.request(`edit/${verdict}`, which);
      this.follower.addEdits(edits);
      this.announcement.value =
        verdict === "accept" ? "The change is kept." : "The change is undone.";
    });
  }

  /** Goes back to before a turn; what was said there is written anew where nothing else is. */
  async goBack(params: SessionRewindParams, text: string): Promise<void> {
    await this.attempt(async () => {
      const { rewindId } = await this.rpc.request("session/rewind", params);
      // The user may be in another session by now, or in a file.
      if (this.sessionId.value !== params.sessionId) {
        return;
      }
      this.wentBack.value = rewindId;
      if (isEmpty(this.drafts.current.value)) {
        this.drafts.setText(text);
      }
      if (document.hasFocus()) {
        this.focusAsked.value += 1;
      }
      await this.follower.load(params.sessionId);
    });
  }

  /** Takes going back, back. */
  async comeBack(rewindId: string): Promise<void> {
    const sessionId = this.sessionId.value;
    this.wentBack.value = undefined;
    await this.attempt(async () => {
      await this.rpc.request("session/unrewind", { rewindId });
      if (sessionId !== undefined && sessionId === this.sessionId.value) {
        await this.follower.load(sessionId);
      }
    });
  }

  /** Whether the running turn is one that can be stopped. */
  get running(): boolean {
    return this.#running.value !== undefined;
  }

  /** Does it, and says so where it fails. */
  async attempt(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#fail(error);
    }
  }

  #keepText(turnId: string, text: string): void {
    const [oldest] = this.queuedTexts.keys();
    if (oldest !== undefined && this.queuedTexts.size >= MAX_TEXTS) {
      this.queuedTexts.delete(oldest);
    }
    this.queuedTexts.set(turnId, text);
  }

  /** Whether the connection is the same and ready, a moment from now. */
  async #holds(): Promise<boolean> {
    const before = this.connection.value;
    await new Promise((done) => setTimeout(done, SETTLES_MS));
    return before.status === "ready" && this.connection.value === before;
  }

  /** A new session, which is shown unless the user went elsewhere meanwhile. */
  async #create(): Promise<string> {
    const params = { ...this.options.chosen.value };
    const session = await this.rpc.request("session/create", params);
    if (this.sessionId.value === undefined) {
      this.#begin(session);
    }
    return session.id;
  }

  #begin(session: Session): void {
    this.#chosen({});
    this.sessionId.value = session.id;
    this.drafts.named(session.id);
    this.follower.begin(session);
    this.send({ type: "sessionShown", sessionId: session.id });
  }

  #chosen(choice: Choice): void {
    this.options.chosen.value = choice;
    this.send({ type: "chosen", choice });
  }

  #refused(message: Sending, reason: RequestError): void {
    this.drafts.putBack(message.draft, message.sessionId);
    this.#fail(reason);
  }

  #fail(error: unknown): void {
    const code = error instanceof RequestError ? error.code : undefined;
    const action = actionFor(code);
    const message = sentence(error);
    this.problem.value = action === undefined ? { message } : { message, action };
  }

  #receive(message: ToView): void {
    switch (message.type) {
      case "init":
        this.settings.value = message.settings;
        this.workspaceUri.value = message.workspaceUri;
        this.prompts.clear();
        this.options.chosen.value = { ...message.choice, ...this.options.chosen.value };
        this.drafts.restore(message.drafts, message.sessionId);
        this.#connected(message.connection);
        this.show(message.sessionId);
        break;
      case "connection":
        this.#connected(message.connection);
        break;
      case "settings":
        this.settings.value = message.settings;
        break;
      case "response":
      case "error":
        this.rpc.answered(message);
        break;
      case "event":
        this.follower.event(message.event);
        break;
      case "permission":
        this.prompts.askPermission(message.request);
        this.announcement.value = `Permission is asked: ${message.request.reason}`;
        break;
      case "elicitation":
        this.prompts.askElicitation(message.request);
        this.announcement.value = `A question: ${message.request.message}`;
        break;
      case "withdrawn":
        this.prompts.withdraw(message.requestId);
        break;
      case "showSession":
        // The host shows the same one again when its past was changed, as by an undo.
        if (message.sessionId !== undefined && message.sessionId === this.sessionId.value) {
          void this.follower.load(message.sessionId);
        } else {
          this.show(message.sessionId);
        }
        break;
      case "choose":
        void this.choose(message.choice);
        break;
      case "attach":
        this.drafts.attach(message.attachments);
        if (message.text !== undefined) {
          this.drafts.append(message.text);
        }
        break;
      case "focus":
        this.focusAsked.value += 1;
        break;
      default:
        // A newer host says more than this view knows.
        break;
    }
  }

  #connected(connection: Connection): void {
    this.connection.value = connection;
    if (connection.status !== "ready") {
      this.prompts.clear();
      this.rpc.lost();
      return;
    }
    void this.options.refresh((method) => this.can(method));
    const sessionId = this.sessionId.value;
    if (sessionId !== undefined) {
      const known = this.#wasReady && this.follower.latest !== undefined;
      void (known ? this.follower.catchUp() : this.follower.load(sessionId));
    }
    this.#wasReady = true;
    void this.outbox.again();
  }

  #happened({ event, sessionId }: ChatEvent): void {
    if ("item" in event && event.item.type === "userMessage") {
      const { clientMessageId } = event.item;
      this.outbox.joined((message) => message.clientMessageId === clientMessageId);
    } else if (event.type === "turnCompleted" && !this.follower.latest?.openTurns.length) {
      this.outbox.joined((message) => message.sessionId === sessionId);
    }
    if (event.type === "itemCompleted" && event.item.type === "assistantMessage") {
      this.announcement.value = event.item.text;
    } else if (event.type === "permissionResolved") {
      this.prompts.withdraw(event.requestId);
    } else if (event.type === "turnCompleted" && event.turn.error !== undefined) {
      this.announcement.value = event.turn.error.message;
    }
  }
}

/** What helps against a failure of this kind. */
export function actionFor(code: string | undefined): HostAction | undefined {
  switch (code) {
    case "noModel":
    case "auth":
      return "addKey";
    case "provider":
    case "rateLimited":
      return "chooseModel";
    case "storage":
    case "internal":
      return "showLog";
    default:
      return undefined;
  }
}

function queuedTurn(sessionId: string, id: string) {
  const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  return { id, sessionId, status: "queued" as const, createdAt: new Date().toISOString(), usage };
}

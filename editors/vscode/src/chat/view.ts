/** The chat view: a webview that draws, and the messages between it and this extension. */
import {
  commands,
  type Disposable,
  EventEmitter,
  type ExtensionContext,
  env,
  TextEditorSelectionChangeKind,
  Uri,
  type WebviewView,
  type WebviewViewProvider,
  window,
  workspace,
} from "vscode";
import { type Attachment, type Choice, type FromView, PORT_VERSION, type ToView } from "../port";
import type { Questions } from "../questions/open";
import { ServerError } from "../server/errors";
import type { Server } from "../server/server";
import { carryOut } from "./actions";
import { attachFiles } from "./attach";
import { Drafts } from "./drafts";
import { page } from "./html";
import { fromView } from "./messages";
import { insertAtCursor, openFile, pickFiles } from "./places";
import { viewSettings } from "./settings";
import { Waiting } from "./waiting";

/** The view's id, as the extension declares it. */
export const CHAT = "aside.chat";

const SHOWN = "shownSession";

/** The chat view, also while it is hidden. */
export class ChatView implements WebviewViewProvider, Disposable {
  private view: WebviewView | undefined;
  private listens = false;
  private readonly waiting = new Waiting();
  /** What was chosen for a session that does not exist yet. */
  private chosen: Choice = {};
  private readonly drafts: Drafts;
  private readonly disposables: Disposable[] = [];
  private readonly visibility = new EventEmitter<boolean>();
  private readonly sessions = new EventEmitter<string | undefined>();
  /** The view was shown or hidden. */
  readonly onVisible = this.visibility.event;
  /** It shows another session. */
  readonly onSession = this.sessions.event;

  constructor(
    private readonly context: ExtensionContext,
    private readonly server: Server,
    private readonly questions: Questions,
    /** Shows what an edit changed. */
    private readonly openDiff: (editId: string) => Promise<void>,
  ) {
    this.drafts = new Drafts(context.workspaceState);
    this.disposables.push(
      server.onConnection((connection) => this.post({ type: "connection", connection })),
      server.onChatEvent((event) => this.post({ type: "event", event })),
      server.onMcpEvent((event) => this.post({ type: "mcpEvent", event })),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("aside.chat")) {
          this.post({ type: "settings", settings: viewSettings() });
        }
      }),
      window.onDidChangeTextEditorSelection(({ kind }) => {
        if (
          kind === TextEditorSelectionChangeKind.Keyboard ||
          kind === TextEditorSelectionChangeKind.Mouse
        ) {
          this.waiting.leave();
        }
      }),
    );
    questions.listen({
      asked: (question) => {
        this.post(asMessage(question));
        this.count();
      },
      settled: (requestId) => {
        this.post({ type: "withdrawn", requestId });
        this.count();
      },
    });
  }

  /** Whether the user sees it. */
  get isVisible(): boolean {
    return this.view?.visible ?? false;
  }

  /** The session that is shown; undefined for a new one. */
  get sessionId(): string | undefined {
    return this.context.workspaceState.get<string>(SHOWN);
  }

  /** What a session that does not exist yet is to be. */
  get choice(): Choice {
    return this.chosen;
  }

  resolveWebviewView(view: WebviewView): void {
    const folder = Uri.joinPath(this.context.extensionUri, "dist", "webview");
    this.view = view;
    this.listens = false;
    view.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    view.webview.onDidReceiveMessage((value: unknown) => {
      const message = fromView(value);
      if (message === undefined) {
        this.server.log.warn("The chat view sent a message that is none.");
        return;
      }
      void this.hear(message).catch((error) =>
        this.server.log.error(`${message.type} of the chat view failed: ${String(error)}`),
      );
    });
    view.onDidChangeVisibility(() => {
      // A hidden page is taken down: the one that is shown next says itself that it listens.
      if (!view.visible) {
        this.listens = false;
      }
      this.visibility.fire(view.visible);
    });
    view.onDidDispose(() => {
      this.view = undefined;
      this.listens = false;
      this.visibility.fire(false);
    });
    view.webview.html = page(view.webview, folder);
    this.count();
    this.visibility.fire(view.visible);
  }

  /** Shows the view, and puts the cursor where the user writes. */
  async focus(): Promise<void> {
    await commands.executeCommand(`${CHAT}.focus`);
    this.postLater({ type: "focus" });
  }

  /** Shows a session; a new one where absent. */
  async show(sessionId: string | undefined): Promise<void> {
    await this.remember(sessionId);
    await this.focus();
    this.postLater({ type: "showSession", ...(sessionId === undefined ? {} : { sessionId }) });
  }

  /** Chooses for the session that does not exist yet. */
  async choose(choice: Choice): Promise<void> {
    this.chosen = { ...this.chosen, ...choice };
    // One that is not there yet is told of it when it comes.
    this.post({ type: "choose", choice });
    await this.focus();
  }

  /** Adds to what the user is writing. */
  async attach(attachments: Attachment[], text?: string): Promise<void> {
    if (attachments.length === 0 && text === undefined) {
      return;
    }
    await this.focus();
    this.postLater({ type: "attach", attachments, ...(text === undefined ? {} : { text }) });
  }

  dispose(): void {
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
    this.visibility.dispose();
    this.sessions.dispose();
  }

  private async hear(message: FromView): Promise<void> {
    switch (message.type) {
      case "ready":
        this.begin(message.portVersion);
        return;
      case "request":
        await this.forward(message);
        return;
      case "sessionShown":
        await this.remember(message.sessionId);
        return;
      case "saveDraft":
        this.drafts.save(message.sessionId ?? "", message.draft);
        return;
      case "chosen":
        this.chosen = message.choice;
        return;
      case "answerPermission":
        this.questions.answerPermission(message.requestId, message.result);
        return;
      case "answerElicitation":
        this.questions.answerElicitation(message.requestId, message.result);
        return;
      case "openFile":
        await openFile(message.uri, message.range);
        return;
      case "openDiff":
        await this.openDiff(message.editId);
        return;
      case "openExternal":
        await env.openExternal(Uri.parse(message.url, true));
        return;
      case "copy":
        await env.clipboard.writeText(message.text);
        return;
      case "insertAtCursor":
        await insertAtCursor(message.text);
        return;
      case "pickFiles":
        await this.attach(await attachFiles(await pickFiles()));
        return;
      case "dropUris":
        await this.attach(await attachFiles(message.uris.map((uri) => Uri.parse(uri))));
        return;
      case "action":
        await carryOut(message.action);
        return;
      case "log":
        this.server.log[message.level](`Chat view: ${message.message}`);
        return;
    }
  }

  private begin(portVersion: number): void {
    if (portVersion !== PORT_VERSION) {
      this.server.log.error("The chat view is of another version than the extension.");
      void window.showErrorMessage("Aside's chat view is not complete; reload the window.");
      return;
    }
    const folder = workspace.workspaceFolders?.[0];
    const sessionId = this.sessionId;
    this.listens = true;
    this.post({
      type: "init",
      portVersion: PORT_VERSION,
      connection: this.server.connection,
      settings: viewSettings(),
      drafts: this.drafts.all(),
      choice: this.chosen,
      ...(folder === undefined ? {} : { workspaceUri: folder.uri.toString() }),
      ...(sessionId === undefined ? {} : { sessionId }),
    });
    for (const question of this.questions.all()) {
      this.post(asMessage(question));
    }
    for (const message of this.waiting.take()) {
      this.post(message);
    }
  }

  private async forward(message: Extract<FromView, { type: "request" }>): Promise<void> {
    const { id, method } = message;
    if (this.server.connection.status === "ready" && !this.server.can(method)) {
      this.post({ type: "error", id, code: "invalid", message: `There is no method ${method}.` });
      return;
    }
    try {
      // What the params are is checked by the server, which says what is wrong with them.
      const result = await this.server.request(method, message.params as never);
      this.post({ type: "response", id, result });
    } catch (error) {
      const { code, message: said } =
        error instanceof ServerError ? error : new ServerError(String(error), undefined);
      this.post({ type: "error", id, message: said, ...(code === undefined ? {} : { code }) });
    }
  }

  /** Shows at the view's icon how many questions wait. */
  private count(): void {
    if (this.view !== undefined) {
      const value = this.questions.all().length;
      const tooltip = value === 1 ? "A question waits for you" : `${value} questions wait for you`;
      this.view.badge = value === 0 ? undefined : { value, tooltip };
    }
  }

  private async remember(sessionId: string | undefined): Promise<void> {
    if (sessionId !== this.sessionId) {
      await this.context.workspaceState.update(SHOWN, sessionId);
      this.sessions.fire(sessionId);
    }
  }

  /** To the view as it is now; one that is not there reads everything when it comes. */
  private post(message: ToView): void {
    if (this.listens) {
      void this.view?.webview.postMessage(message);
    }
  }

  /** To the view as soon as it listens. */
  private postLater(message: ToView): void {
    if (this.listens) {
      this.post(message);
      return;
    }
    this.waiting.add(message);
  }
}

function asMessage(question: ReturnType<Questions["all"]>[number]): ToView {
  return question.kind === "permission"
    ? { type: "permission", request: question.request }
    : { type: "elicitation", request: question.request };
}

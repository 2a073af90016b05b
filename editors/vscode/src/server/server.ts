/** The one server of the window: finds, starts, watches and restarts it, and talks to it. */
import {
  type CancellationToken,
  type Disposable,
  EventEmitter,
  type ExtensionContext,
  type LogOutputChannel,
  workspace,
} from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { Connection } from "../port";
import type { ChatEvent, McpEvent, Method, Params, Result } from "../protocol";
import { Backoff } from "./backoff";
import { makeClient } from "./client";
import { ServerError, serverError } from "./errors";
import { find, thisMachine } from "./find";
import { greet, startProblem } from "./handshake";
import { collect, declared } from "./settings";

/** How long a program may take to answer the greeting. */
const GREETING_MS = 30_000;

/** How long the server may take to end when it is asked to. */
const STOP_MS = 3_000;

/** What is asked of a client by others before it is started: requests of the server to answer. */
export type Setup = (client: LanguageClient) => void;

/** The server, in whatever state it is. */
export class Server implements Disposable {
  private client: LanguageClient | undefined;
  private current: Connection = { status: "starting" };
  private readonly backoff = new Backoff();
  private readonly setups: Setup[] = [];
  private readonly settingsOfServer;
  private timer: NodeJS.Timeout | undefined;
  private startedAt = 0;
  /** Rises with each start, so that what is left of an older one is known. */
  private generation = 0;

  private readonly connections = new EventEmitter<Connection>();
  private readonly chatEvents = new EventEmitter<ChatEvent>();
  private readonly mcpEvents = new EventEmitter<McpEvent>();
  /** The connection has another state. */
  readonly onConnection = this.connections.event;
  /** Something happened in a session. */
  readonly onChatEvent = this.chatEvents.event;
  /** An MCP server changed. */
  readonly onMcpEvent = this.mcpEvents.event;

  constructor(
    private readonly context: ExtensionContext,
    readonly log: LogOutputChannel,
  ) {
    this.settingsOfServer = declared(context.extension.packageJSON);
  }

  /** How the server is. */
  get connection(): Connection {
    return this.current;
  }

  /** The program that runs or would be run; undefined where there is none. */
  get program(): string | undefined {
    const found = this.find();
    return "program" in found && "from" in found ? found.program : undefined;
  }

  /** What the program is run with beside the editor's own environment. */
  get env(): Record<string, string> {
    const said = workspace.getConfiguration("aside").inspect("server.extraEnv")?.globalValue;
    const env: Record<string, string> = {};
    for (const [name, value] of Object.entries(said ?? {})) {
      if (typeof value === "string") {
        env[name] = value;
      }
    }
    return env;
  }

  /** Whether the server answers this method. */
  can(method: Method): boolean {
    return this.current.status === "ready" && this.current.methods.includes(method);
  }

  /** Has each client that is started from now on prepared. */
  onSetup(setup: Setup): void {
    this.setups.push(setup);
  }

  /** Starts the server; failing is a state and not an error. */
  async start(): Promise<void> {
    this.backoff.reset();
    await this.launch({ status: "starting" });
  }

  /** Ends the server if it runs, and starts it. */
  async restart(): Promise<void> {
    this.log.info("The server is restarted.");
    await this.end();
    await this.start();
  }

  /** Asks the server; a failure is a `ServerError`. */
  async request<M extends Method>(
    method: M,
    params: Params<M>,
    token?: CancellationToken,
  ): Promise<Result<M>> {
    const client = this.client;
    if (client === undefined || this.current.status !== "ready") {
      throw new ServerError("Aside's server does not run; see its log.", undefined);
    }
    try {
      // A token that is undefined would be sent along as a second, positional parameter.
      return await (token === undefined
        ? client.sendRequest<Result<M>>(method, params ?? {})
        : client.sendRequest<Result<M>>(method, params ?? {}, token));
    } catch (error) {
      throw serverError(error);
    }
  }

  dispose(): void {
    void this.end();
    this.connections.dispose();
    this.chatEvents.dispose();
    this.mcpEvents.dispose();
  }

  /** Ends the server and waits for that, within limits. */
  async end(): Promise<void> {
    clearTimeout(this.timer);
    this.generation += 1;
    const client = this.client;
    this.client = undefined;
    await this.discard(client);
  }

  private find() {
    const setting = workspace.getConfiguration("aside").inspect<string>("server.path")?.globalValue;
    return find(setting ?? "", this.context.extensionPath, thisMachine());
  }

  private settings(): Record<string, unknown> {
    const configuration = workspace.getConfiguration();
    return collect(this.settingsOfServer, (key) => configuration.inspect(key), workspace.isTrusted);
  }

  private become(connection: Connection): void {
    this.current = connection;
    this.connections.fire(connection);
  }

  private async launch(state: Connection): Promise<void> {
    clearTimeout(this.timer);
    this.generation += 1;
    const generation = this.generation;
    const left = this.client;
    this.client = undefined;
    this.become(state);
    if (left !== undefined) {
      // It was restarted twice at once: the first of the new servers must not stay behind.
      await this.discard(left);
      if (generation !== this.generation) {
        return;
      }
    }
    const found = this.find();
    if (!("from" in found)) {
      this.become({
        status: "failed",
        message:
          found.missing === "setting"
            ? `The setting aside.server.path says ${found.program}, where there is no program that can be run. Choose another, or leave the setting empty.`
            : "The program aside was not found: it did not come with this extension, and the PATH has none. Install it, or choose where it is.",
        actions: ["chooseServer", "restartServer", "openSettings", "showLog"],
      });
      return;
    }
    this.log.info(`Starts ${found.program} (${found.from}).`);
    let problem: string | undefined;
    const client = makeClient({
      program: found.program,
      env: this.env,
      log: this.log,
      settings: () => this.settings(),
      closed: () => this.ended(generation),
      refused: (error) => {
        problem = serverError(error).message;
      },
    });
    this.client = client;
    this.startedAt = 0;
    client.onNotification("chat/event", (event: ChatEvent) => this.chatEvents.fire(event));
    client.onNotification("mcp/event", (event: McpEvent) => this.mcpEvents.fire(event));
    for (const setup of this.setups) {
      setup(client);
    }
    try {
      await withLimit(client.start(), GREETING_MS);
    } catch (error) {
      if (generation !== this.generation) {
        await this.discard(client);
      } else {
        const why = problem ?? serverError(error).message;
        if (state.status === "reconnecting") {
          this.log.warn(`${found.program} could not be started again: ${why}`);
          this.again(0, client);
          return;
        }
        await this.fail(startProblem(found.program, why), client);
      }
      return;
    }
    if (generation !== this.generation) {
      await this.discard(client);
      return;
    }
    const greeted = greet(client.initializeResult?.capabilities.experimental);
    if ("problem" in greeted) {
      await this.fail(`${greeted.problem} It is ${found.program}.`, client);
      return;
    }
    this.startedAt = Date.now();
    const { methods, version } = greeted.server;
    this.log.info(`Aside ${version} is ready.`);
    this.become({ status: "ready", methods, version });
  }

  private async fail(message: string, client: LanguageClient): Promise<void> {
    this.log.error(message);
    this.generation += 1;
    this.client = undefined;
    await this.discard(client);
    this.become({
      status: "failed",
      message,
      actions: ["restartServer", "chooseServer", "showLog"],
    });
  }

  /** The server of this start ended although nobody asked for it. */
  private ended(generation: number): void {
    // One that never answered is told of by the failing start.
    if (generation !== this.generation || this.startedAt === 0) {
      return;
    }
    this.again(Date.now() - this.startedAt, this.client);
  }

  /** Starts the server once more after a while, unless that was in vain too often. */
  private again(ranMs: number, client: LanguageClient | undefined): void {
    this.client = undefined;
    this.generation += 1;
    const generation = this.generation;
    const delay = this.backoff.next(ranMs);
    if (delay === undefined) {
      void this.discard(client);
      this.log.error("The server ended again and again, and is not started by itself any more.");
      this.become({
        status: "failed",
        message: "Aside's server ended again and again. Its log may say why.",
        actions: ["restartServer", "showLog"],
      });
      return;
    }
    const message = "Aside's server ended, and is started again. Nothing that was said is lost.";
    this.log.warn(message);
    const state: Connection = { status: "reconnecting", attempt: this.backoff.attempt, message };
    this.become(state);
    this.timer = setTimeout(() => {
      void this.discard(client).then(async () => {
        if (generation === this.generation) {
          await this.launch(state);
        }
      });
    }, delay);
  }

  private async discard(client: LanguageClient | undefined): Promise<void> {
    try {
      await client?.dispose(STOP_MS);
    } catch (error) {
      this.log.debug(`The server did not end well: ${serverError(error).message}`);
    }
  }
}

/** What `work` gives, or an error where it takes longer than so many milliseconds. */
async function withLimit<T>(work: Promise<T>, limit: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`it did not answer within ${limit / 1000} seconds`)),
      limit,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

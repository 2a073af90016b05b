/** The language client: plain LSP is the library's, the settings and the announcement are ours. */
import { type LogOutputChannel, workspace } from "vscode";
import {
  CancellationToken,
  type ClientCapabilities,
  CloseAction,
  type DynamicFeature,
  ErrorAction,
  ExecuteCommandRequest,
  type FeatureState,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  type StaticFeature,
} from "vscode-languageclient/node";
import type { AsideClientCapabilities } from "../protocol";
import { applyAndSave } from "../review/saving";

/** What this extension can do. */
const CAPABILITIES: AsideClientCapabilities = {
  events: true,
  permission: true,
  elicitation: true,
  review: true,
  editor: ["diagnostics", "definition", "references", "documentSymbols"],
};

/** The name under which diagnostics of the server are kept, so that they can be told apart. */
export const DIAGNOSTICS = "aside";

/** Announces what this extension can do. */
class Announcement implements StaticFeature {
  getState(): FeatureState {
    return { kind: "static" };
  }
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { ...capabilities.experimental, aside: CAPABILITIES };
    // The chat and the status bar show what a turn does.
    capabilities.window = { ...capabilities.window, workDoneProgress: false };
  }
  initialize(): void {}
  clear(): void {}
}

/**
 * The client without the commands that are there for editors that have no extension, and without
 * messages of its own: what goes wrong is told of once, with what can be done about it.
 */
class AsideClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const type = "registrationType" in feature ? feature.registrationType : undefined;
    if (type?.method !== ExecuteCommandRequest.method) {
      super.registerFeature(feature);
    }
  }
}

/** What a client is made of. */
export interface ClientParts {
  program: string;
  env: Record<string, string>;
  log: LogOutputChannel;
  /** The settings that the server is told of, read anew at each call. */
  settings(): Record<string, unknown>;
  /** The server ended; nobody asked for it. */
  closed(): void;
  /** The server refuses to be greeted. */
  refused(error: unknown): void;
}

/** A client that is not started yet. It never starts its server a second time. */
export function makeClient(parts: ClientParts): LanguageClient {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const options: LanguageClientOptions = {
    documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
    diagnosticCollectionName: DIAGNOSTICS,
    outputChannel: parts.log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: parts.settings,
    initializationFailedHandler(error) {
      parts.refused(error);
      return false;
    },
    synchronize: { configurationSection: "aside" },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        parts.closed();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
    middleware: {
      workspace: {
        configuration: (params) =>
          params.items.map((item) => (item.section === "aside" ? parts.settings() : null)),
        async didChangeConfiguration() {
          await client.sendNotification("workspace/didChangeConfiguration", {
            settings: { aside: parts.settings() },
          });
        },
        handleApplyEdit: (params, next) =>
          applyAndSave(params, () => next(params, CancellationToken.None)),
      },
    },
  };
  const client = new AsideClient(
    "aside",
    "Aside",
    {
      command: parts.program,
      args: ["lsp"],
      options: {
        env: { ...process.env, ...parts.env },
        ...(folder === undefined ? {} : { cwd: folder }),
      },
    },
    options,
  );
  client.registerFeature(new Announcement());
  return client;
}

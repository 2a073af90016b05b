// What the tests inside work with: the model, the documents, and the user, whose part the page plays.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Api } from "../../../src/api.ts";
import type { ChatEvent, PermissionMode } from "../../../src/protocol.ts";
import { Script } from "../../src/script.ts";
import { until } from "../../src/waiting.ts";
import { PRESS } from "./harness.ts";

/** The extension, as it is published. */
export const EXTENSION = "aside.aside";

/** Has the page press an answer in the chat, as the user would. */
export function press(name: string): void {
  console.log(`${PRESS}${name}`);
}

/** What the extension gives to others, once it has started. */
export async function aside(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>(EXTENSION);
  if (!extension) throw new Error(`${EXTENSION} is not installed`);
  return extension.activate();
}

/** A conversation, and what was told of it. */
export interface Talk {
  sessionId: string;
  events: ChatEvent[];
  /** Sends a message, and waits for the end of its turn. */
  turn(text: string): Promise<void>;
  /** What the model said last. */
  answer(): string;
}

/** Begins a conversation. */
export async function talk(permissionMode: PermissionMode): Promise<Talk> {
  const api = await aside();
  const { id: sessionId } = await api.request("session/create", { permissionMode });
  const events: ChatEvent[] = [];
  api.onChatEvent((event) => {
    if (event.sessionId === sessionId) events.push(event);
  });
  const turn = async (text: string) => {
    const content = [{ type: "text" as const, text }];
    const { turnId } = await api.request("chat/send", { sessionId, content });
    await until(
      "end of the turn",
      () =>
        events.some(({ event }) => event.type === "turnCompleted" && event.turn.id === turnId) ||
        undefined,
    );
  };
  const answer = () => {
    const said = events.flatMap(({ event }) =>
      event.type === "itemCompleted" && event.item.type === "assistantMessage"
        ? [event.item.text]
        : [],
    );
    return said.at(-1) ?? "";
  };
  return { sessionId, events, turn, answer };
}

/** The folder that is open. */
export function workspace(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Error("no folder is open");
  return folder.uri.fsPath;
}

let script: Promise<Script> | undefined;

/** The model that the server talks to; the server is restarted with it when it is first asked for. */
export function model(): Promise<Script> {
  script ??= startModel();
  return script;
}

async function startModel(): Promise<Script> {
  const started = await Script.start(join(workspace(), "../script-inside.log"));
  const variables = `export OPENAI_BASE_URL='${started.url}'\n`;
  appendFileSync(join(workspace(), "../env.sh"), variables);
  await vscode.commands.executeCommand("aside.restartServer");
  const api = await aside();
  await until("server", () => api.connection.status === "ready" || undefined);
  return started;
}

/** Ends the model. */
export async function endModel(): Promise<void> {
  await (await script)?.end();
}

/** Opens a new file with this text, which is on disk too. */
export async function document(name: string, text: string): Promise<vscode.TextEditor> {
  const uri = vscode.Uri.file(join(workspace(), name));
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
}

/** Writes into a document as typing does. */
export async function type(editor: vscode.TextEditor, line: number, text: string): Promise<void> {
  const at = editor.document.lineAt(line).range.end;
  await editor.edit((edit) => edit.insert(at, text));
}

/** Waits until a document has this text. */
export async function holds(wanted: string, document: vscode.TextDocument): Promise<void> {
  try {
    await until("document", () => document.getText() === wanted || undefined, 20_000);
  } catch (cause) {
    throw new Error(`the document is ${JSON.stringify(document.getText())}`, { cause });
  }
}

/** The lenses above a document's lines. */
export async function lenses(uri: vscode.Uri): Promise<vscode.CodeLens[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    uri,
    100,
  );
  return found.filter((lens) => lens.command?.command.startsWith("aside."));
}

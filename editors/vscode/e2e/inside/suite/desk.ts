// What the tests inside work with: the model, the documents, and the user, whose part the page plays.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { Script } from "../../src/script.ts";
import { until } from "../../src/waiting.ts";
import { MARK } from "./harness.ts";

/** The extension, as it is published. */
export const EXTENSION = "aside.aside";

/** Begins a line that asks the page to do something as the user would. */
export const ORDER = `${MARK} do `;

/** What the page can be asked to do. */
export type Order = { send: string } | { answer: RegExp["source"] } | { stop: true };

/** Has the page do something. It is done when what it leads to is seen. */
export function user(order: Order): void {
  console.log(`${ORDER}${JSON.stringify(order)}`);
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

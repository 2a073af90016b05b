/** Answers what the server asks the editor: what its language servers know. */
import { commands, languages, Position, Uri } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type {
  EditorDiagnosticsParams,
  EditorDocumentParams,
  EditorPlaceParams,
  ServerRequests,
} from "../protocol";
import { DIAGNOSTICS } from "./client";
import { diagnostic, type EditorPlace, type EditorSymbol, location, symbol } from "./shapes";

/** Diagnostics that one answer tells of. */
const MAX_DIAGNOSTICS = 2_000;

/** Places or symbols that one answer tells of. */
const MAX_PLACES = 2_000;

type EditorRequest = Extract<keyof ServerRequests, `editor/${string}`>;

/** Has a client answer `editor/*`. */
export function answerEditorRequests(client: LanguageClient): void {
  const on = <P>(method: EditorRequest, answer: (params: P) => Promise<unknown>) =>
    client.onRequest(method, (params: P) => answer(params));
  on<EditorDiagnosticsParams | undefined>("editor/diagnostics", async (params) =>
    diagnostics(params?.textDocument?.uri),
  );
  on<EditorPlaceParams>("editor/definition", (params) =>
    places("vscode.executeDefinitionProvider", params),
  );
  on<EditorPlaceParams>("editor/references", (params) =>
    places("vscode.executeReferenceProvider", params),
  );
  on<EditorDocumentParams>("editor/documentSymbols", async (params) => {
    const found = await commands.executeCommand<EditorSymbol[] | undefined>(
      "vscode.executeDocumentSymbolProvider",
      Uri.parse(params.textDocument.uri),
    );
    return (found ?? []).slice(0, MAX_PLACES).map((one) => symbol(one));
  });
}

function diagnostics(address: string | undefined) {
  const all =
    address === undefined
      ? languages.getDiagnostics()
      : ([[Uri.parse(address), languages.getDiagnostics(Uri.parse(address))]] as const);
  const told = [];
  let left = MAX_DIAGNOSTICS;
  for (const [uri, found] of all) {
    const others = found.filter((one) => one.source !== DIAGNOSTICS).slice(0, left);
    if (others.length > 0) {
      left -= others.length;
      // The server's own spelling of an address stays what it was.
      told.push({ uri: address ?? uri.toString(), diagnostics: others.map(diagnostic) });
    }
  }
  return told;
}

async function places(command: string, { textDocument, position }: EditorPlaceParams) {
  const found = await commands.executeCommand<EditorPlace[] | undefined>(
    command,
    Uri.parse(textDocument.uri),
    new Position(position.line, position.character),
  );
  return (found ?? []).slice(0, MAX_PLACES).map(location);
}

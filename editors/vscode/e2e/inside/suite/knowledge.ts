// What the agent learns from the editor: the diagnostics, definitions and symbols of other extensions.
import { ok } from "node:assert";
import * as vscode from "vscode";
import { call, type Part, say } from "../../src/script.ts";
import { until } from "../../src/waiting.ts";
import { aside, document, model, talk } from "./desk.ts";
import { inside } from "./harness.ts";

const TEXT = "def greet\ncall greet\ncall nobody\n";

/** What another extension would know of files that end with `.shout`. */
function register(uri: vscode.Uri): vscode.Disposable {
  const selector = { language: "shout" };
  const definition = new vscode.Location(uri, new vscode.Range(0, 4, 0, 9));
  const use = new vscode.Location(uri, new vscode.Range(1, 5, 1, 10));
  const diagnostics = vscode.languages.createDiagnosticCollection("shout");
  const wrong = new vscode.Diagnostic(
    new vscode.Range(2, 5, 2, 11),
    "nobody is not defined",
    vscode.DiagnosticSeverity.Error,
  );
  wrong.source = "shout";
  diagnostics.set(uri, [wrong]);
  const greet = new vscode.DocumentSymbol(
    "greet",
    "",
    vscode.SymbolKind.Function,
    new vscode.Range(0, 0, 0, 9),
    new vscode.Range(0, 4, 0, 9),
  );
  return vscode.Disposable.from(
    diagnostics,
    vscode.languages.registerDefinitionProvider(selector, { provideDefinition: () => definition }),
    vscode.languages.registerReferenceProvider(selector, {
      provideReferences: () => [definition, use],
    }),
    vscode.languages.registerDocumentSymbolProvider(selector, {
      provideDocumentSymbols: () => [greet],
    }),
  );
}

/** What the model is told when it calls this. */
async function told(part: Part, id: string): Promise<string> {
  const script = await model();
  script.reply(part);
  script.reply(say("I see."));
  const conversation = await talk("ask");
  await conversation.turn("Look.");
  return script.toolResult(id);
}

inside("the agent knows what other extensions know", async () => {
  const editor = await document("hello.shout", TEXT);
  const provider = register(editor.document.uri);
  try {
    const path = "hello.shout";
    const diagnostics = await told(call("d1", "diagnostics", { path }), "d1");
    ok(diagnostics.includes("nobody is not defined"), diagnostics);
    const everywhere = await told(call("d2", "diagnostics", {}), "d2");
    ok(everywhere.includes("nobody is not defined"), everywhere);
    const place = { path, line: 2, symbol: "greet" };
    const definition = await told(call("d3", "definition", place), "d3");
    ok(definition.includes("def greet"), definition);
    const references = await told(call("d4", "references", place), "d4");
    ok(references.includes("call greet"), references);
    const symbols = await told(call("d5", "document_symbols", { path }), "d5");
    ok(symbols.includes("greet"), symbols);
  } finally {
    provider.dispose();
  }
});

inside("a problem at the cursor is handed to the agent", async () => {
  const script = await model();
  const editor = await document("fix.shout", TEXT);
  const provider = register(editor.document.uri);
  try {
    editor.selection = new vscode.Selection(2, 6, 2, 6);
    script.reply(say("I will look into it."));
    const before = script.requests.length;
    await vscode.commands.executeCommand("aside.fixHere");
    await until("request to the model", () => script.requests.length > before || undefined);
    const asked = JSON.stringify(script.requests.at(-1)?.messages);
    ok(asked.includes("Fix these problems") && asked.includes("nobody is not defined"), asked);
    const api = await aside();
    await until("end of the turn", async () => {
      const { sessions } = await api.request("session/list", { limit: 50 });
      return sessions.every((session) => session.status === "idle") || undefined;
    });
  } finally {
    provider.dispose();
  }
});

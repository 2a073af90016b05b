/** Takes what is selected, or what is wrong at the cursor, into the chat. */
import {
  commands,
  type Diagnostic,
  DiagnosticSeverity,
  type Disposable,
  languages,
  type TextEditor,
  type Uri,
  window,
} from "vscode";
import { attachFiles, attachLines, attachSelection } from "../chat/attach";
import type { ChatView } from "../chat/view";
import type { ContentBlock } from "../protocol";
import { DIAGNOSTICS } from "../server/client";
import type { Server } from "../server/server";
import { told } from "./told";

/** Problems that are told of in one message. */
const MAX_PROBLEMS = 20;

/** Registers the commands of the editor's context menu. */
export function selectionCommands(server: Server, chat: ChatView): Disposable[] {
  const on = (name: string, act: (editor: TextEditor) => Promise<void>) =>
    commands.registerCommand(`aside.${name}`, () =>
      told(async () => {
        const editor = window.activeTextEditor;
        if (editor === undefined) {
          void window.showInformationMessage("Open a file first.");
          return;
        }
        await act(editor);
      }),
    );
  const send = async (text: string, block: ContentBlock) => {
    const sessionId = chat.sessionId ?? (await server.request("session/create", chat.choice)).id;
    await server.request("chat/send", {
      content: [block, { type: "text", text }],
      sessionId,
    });
    await chat.show(sessionId);
  };
  const ask = async (editor: TextEditor, title: string, example: string, before: string) => {
    // The selection is taken first: it may be another once the question is written.
    const { block, label } = attachSelection(editor);
    const text = await window.showInputBox({ title: `${title}: ${label}`, placeHolder: example });
    if (text !== undefined && text.trim() !== "") {
      await send(`${before}${text}`, block);
    }
  };
  return [
    on("sendSelection", (editor) => chat.attach([attachSelection(editor)])),
    on("askSelection", (editor) => ask(editor, "Ask About", "What does this do?", "")),
    on("editSelection", (editor) =>
      ask(editor, "Edit", "Handle the case that the list is empty", "Edit this code: "),
    ),
    on("fixHere", async (editor) => {
      const problems = problemsAt(editor);
      const [first] = problems;
      if (first === undefined) {
        void window.showInformationMessage("There are no problems at the cursor.");
        return;
      }
      const range = problems.reduce((all, one) => all.union(one.range), first.range);
      const { block } = attachLines(editor.document, range);
      await send(`Fix these problems:\n\n${problems.map(asLine).join("\n")}`, block);
    }),
    commands.registerCommand("aside.attachFiles", (uri?: Uri, uris?: Uri[]) =>
      told(async () => {
        const active = window.activeTextEditor?.document.uri;
        const chosen = uris ?? (uri === undefined ? (active === undefined ? [] : [active]) : [uri]);
        await chat.attach(await attachFiles(chosen));
      }),
    ),
  ];
}

/** What is wrong within the selection, or else on the cursor's line. */
function problemsAt({ document, selection }: TextEditor): Diagnostic[] {
  const place = selection.isEmpty ? document.lineAt(selection.active.line).range : selection;
  return languages
    .getDiagnostics(document.uri)
    .filter((one) => one.source !== DIAGNOSTICS && one.range.intersection(place) !== undefined)
    .filter((one) => one.severity <= DiagnosticSeverity.Information)
    .slice(0, MAX_PROBLEMS);
}

function asLine(problem: Diagnostic): string {
  const source = problem.source === undefined ? "" : ` (${problem.source})`;
  return `- line ${problem.range.start.line + 1}: ${problem.message}${source}`;
}

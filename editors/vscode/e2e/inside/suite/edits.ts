// Edits in documents that are not saved, their review by commands, and their end.
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as vscode from "vscode";
import { call, say } from "../../src/script.ts";
import { until } from "../../src/waiting.ts";
import { aside, document, holds, lenses, model, press, talk, type } from "./desk.ts";
import { inside } from "./harness.ts";

const LIST = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

const edit = (id: string, path: string, ...pairs: [string, string][]) =>
  call(id, "edit_file", {
    path,
    edits: pairs.map(([old_text, new_text]) => ({ old_text, new_text })),
  });

/** Has the model change these, one turn long. */
async function change(path: string, ...pairs: [string, string][]) {
  const script = await model();
  script.reply(call("r1", "read_file", { path }));
  script.reply(edit("e1", path, ...pairs));
  script.reply(say("Done."));
  const conversation = await talk("acceptEdits");
  await conversation.turn("Change it.");
  strictEqual(conversation.answer(), "Done.");
  return conversation;
}

inside("an edit reaches a document that is not saved, while it is typed in", async () => {
  const script = await model();
  const editor = await document("typed.txt", LIST);
  await type(editor, 0, " unsaved");
  script.reply(call("r1", "read_file", { path: "typed.txt" }));
  script.reply({ gate: "typed" }, edit("e1", "typed.txt", ["eight", "EIGHT"]));
  script.reply(say("Done."));
  const conversation = await talk("acceptEdits");
  const turn = conversation.turn("Shout the eighth.");
  await script.reached("typed");
  ok((await script.toolResult("r1")).includes("one unsaved"));
  script.open("typed");
  // Each letter is a change of its own, and some come before the edit and some after it.
  for (const letter of " typed meanwhile") {
    await type(editor, 2, letter);
  }
  await turn;
  const wanted = LIST.replace("one", "one unsaved")
    .replace("three", "three typed meanwhile")
    .replace("eight", "EIGHT");
  await holds(wanted, editor.document);
  ok(editor.document.isDirty, "nothing was saved");
});

inside("an edit reaches a document that has no file", async () => {
  const script = await model();
  const untitled = await vscode.workspace.openTextDocument({ content: "untouched\n" });
  await vscode.window.showTextDocument(untitled);
  script.reply(call("w1", "write_file", { path: "made/new.txt", content: "fresh\n" }));
  script.reply(say("Made."));
  const conversation = await talk("acceptEdits");
  await conversation.turn("Make a file.");
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const uri = vscode.Uri.joinPath(folder?.uri ?? vscode.Uri.file("/"), "made/new.txt");
  strictEqual((await vscode.workspace.openTextDocument(uri)).getText(), "fresh\n");
  strictEqual(untitled.getText(), "untouched\n");
});

inside("hunks are accepted and rejected by their lenses", async () => {
  const editor = await document("lenses.txt", LIST);
  await change("lenses.txt", ["two", "TWO"], ["five", "FIVE"], ["nine", "NINE"]);
  const { uri } = editor.document;
  const of = async (command: string) =>
    (await lenses(uri)).flatMap((lens) => (lens.command?.command === command ? [lens] : []));
  await until("three lenses", async () => (await of("aside.acceptHunk")).length === 3 || undefined);
  const run = async (command: string, line: number) => {
    const found = (await of(command)).find((lens) => lens.range.start.line === line)?.command;
    await vscode.commands.executeCommand(command, ...(found?.arguments ?? []));
  };
  await run("aside.acceptHunk", 1);
  await run("aside.rejectHunk", 8);
  await holds(LIST.replace("two", "TWO").replace("five", "FIVE"), editor.document);
  await until("one lens", async () => (await of("aside.acceptHunk")).length === 1 || undefined);
  const api = await aside();
  const { edits } = await api.request("edit/list", { uri: uri.toString() });
  deepStrictEqual(edits.flatMap((one) => one.hunks.map((hunk) => hunk.status)).sort(), [
    "accepted",
    "pending",
    "rejected",
  ]);
  await vscode.commands.executeCommand("aside.rejectFile", uri);
  await holds(LIST.replace("two", "TWO"), editor.document);
});

inside("the cursor goes from change to change, and decides at its place", async () => {
  const editor = await document("walk.txt", LIST);
  await change("walk.txt", ["two", "TWO"], ["nine", "NINE"]);
  await until(
    "changes to go to",
    async () => (await lenses(editor.document.uri)).length || undefined,
  );
  editor.selection = new vscode.Selection(0, 0, 0, 0);
  await vscode.commands.executeCommand("aside.nextHunk");
  strictEqual(vscode.window.activeTextEditor?.selection.active.line, 1);
  await vscode.commands.executeCommand("aside.nextHunk");
  strictEqual(vscode.window.activeTextEditor?.selection.active.line, 8);
  await vscode.commands.executeCommand("aside.rejectHunk");
  await holds(LIST.replace("two", "TWO"), editor.document);
  await vscode.commands.executeCommand("aside.acceptFile");
  await until(
    "end of the review",
    async () => !(await lenses(editor.document.uri)).length || undefined,
  );
  await holds(LIST.replace("two", "TWO"), editor.document);
});

inside("the changes of a file are shown side by side", async () => {
  const editor = await document("beside.txt", LIST);
  await change("beside.txt", ["two", "TWO"]);
  await until("a change", async () => (await lenses(editor.document.uri)).length || undefined);
  await vscode.commands.executeCommand("aside.diffFile", editor.document.uri);
  const input = await until("a diff", () => {
    const now = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    return now instanceof vscode.TabInputTextDiff ? now : undefined;
  });
  const original = await vscode.workspace.openTextDocument(input.original);
  strictEqual(original.getText(), LIST);
  strictEqual(input.modified.toString(), editor.document.uri.toString());
  await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
});

inside("a turn is taken back, and what was typed since stays", async () => {
  const editor = await document("back.txt", LIST);
  const conversation = await change("back.txt", ["five", "FIVE"]);
  await type(editor, 0, " kept");
  const api = await aside();
  const { sessionId } = conversation;
  const turnId = conversation.events.find(({ turnId }) => turnId)?.turnId ?? "";
  const { rewindId } = await api.request("session/rewind", { sessionId, turnId });
  await holds(LIST.replace("one", "one kept"), editor.document);
  await api.request("session/unrewind", { rewindId: rewindId ?? "" });
  await holds(LIST.replace("one", "one kept").replace("five", "FIVE"), editor.document);
});

inside("permission is asked in the chat, while the host works on", async () => {
  const script = await model();
  const editor = await document("asked.txt", LIST);
  script.reply(call("r1", "read_file", { path: "asked.txt" }));
  script.reply(edit("e1", "asked.txt", ["two", "TWO"]));
  script.reply(say("Done."));
  await vscode.commands.executeCommand("aside.openChat");
  const conversation = await talk("ask");
  const turn = conversation.turn("Shout two.");
  const session = { id: conversation.sessionId };
  await vscode.commands.executeCommand("aside.sessions.open", { session });
  press("Allow once");
  await turn;
  await holds(LIST.replace("two", "TWO"), editor.document);
});

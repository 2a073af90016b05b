/** Shows files, lets the user choose some, and writes at the cursor. */
import { Range, Uri, window, workspace } from "vscode";
import type { Range as LspRange } from "../protocol";

/** Schemes of documents that the view may have shown. */
const SHOWABLE = new Set(["file", "untitled", "vscode-remote"]);

/** Shows a file, at a place where one is given. */
export async function openFile(address: string, place?: LspRange): Promise<void> {
  const uri = Uri.parse(address);
  if (!SHOWABLE.has(uri.scheme)) {
    void window.showWarningMessage(`Aside does not open addresses such as ${uri.scheme}:.`);
    return;
  }
  try {
    const document = await workspace.openTextDocument(uri);
    const selection =
      place === undefined
        ? undefined
        : document.validateRange(
            new Range(
              place.start.line,
              place.start.character,
              place.start.line,
              place.start.character,
            ),
          );
    await window.showTextDocument(document, {
      preview: true,
      ...(selection === undefined ? {} : { selection }),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    void window.showWarningMessage(`${uri.fsPath} cannot be shown: ${why}`);
  }
}

/** Lets the user choose files. */
export async function pickFiles(): Promise<Uri[]> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const chosen = await window.showOpenDialog({
    canSelectMany: true,
    openLabel: "Add to Chat",
    ...(folder === undefined ? {} : { defaultUri: folder }),
  });
  return chosen ?? [];
}

/** Writes where the cursor of the editor that was used last is. */
export async function insertAtCursor(text: string): Promise<void> {
  const editor = window.activeTextEditor ?? window.visibleTextEditors[0];
  if (editor === undefined) {
    void window.showWarningMessage("No editor is open to write into.");
    return;
  }
  const written = await editor.edit((edit) => {
    for (const selection of editor.selections) {
      edit.replace(selection, text);
    }
  });
  if (!written) {
    void window.showWarningMessage("This editor cannot be written into.");
    return;
  }
  await window.showTextDocument(editor.document, editor.viewColumn ?? 1);
}

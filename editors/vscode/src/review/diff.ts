/** Shows changes side by side. */
import { commands, Uri, window, workspace } from "vscode";
import { nameOf } from "../chat/attach";
import type { Server } from "../server/server";
import { placeOf } from "./hunks";
import type { PendingFile, Review } from "./store";
import type { Texts } from "./texts";

/** Shows all that waits in a file against the file as it was. */
export async function showFileDiff(file: Uri, review: Review, texts: Texts): Promise<void> {
  const pending = review.file(file);
  if (pending === undefined) {
    void window.showInformationMessage(`No changes wait in ${nameOf(file)}.`);
    return;
  }
  const { left, right, words } = compared(pending, texts);
  await compare(left, right, `${nameOf(file)} (${words})`);
}

/** Shows all that waits, in all files, in one tab. */
export async function showAllDiffs(review: Review, texts: Texts): Promise<void> {
  const resources = review.files().map((pending) => {
    const { left, right } = compared(pending, texts);
    return [pending.uri, left, right];
  });
  if (resources.length > 0) {
    await commands.executeCommand("vscode.changes", "Aside: Pending Changes", resources);
  }
}

/** What stands on both sides of a file's diff. */
function compared(pending: PendingFile, texts: Texts): { left: Uri; right: Uri; words: string } {
  const { uri, edits } = pending;
  const base = texts.ofFile(uri, "base");
  const last = edits.at(-1);
  if (edits.every((edit) => edit.status === "proposed")) {
    // A file that is only to be made cannot be opened yet: its base is empty.
    const isNew = edits.some((edit) => edit.kind === "create");
    const right = texts.ofFile(uri, "proposed");
    return { left: isNew ? base : uri, right, words: "as it is ↔ proposed" };
  }
  if (last?.kind === "delete" && last.status !== "proposed") {
    const [left, right] = texts.ofEdit(last, uri);
    return { left, right, words: "deleted" };
  }
  return { left: base, right: uri, words: "before ↔ with pending changes" };
}

/** Shows what one edit changed, whether it waits or not. */
export async function showEditDiff(
  editId: string,
  server: Server,
  review: Review,
  texts: Texts,
): Promise<void> {
  const pending = review.edit(editId);
  if (pending !== undefined) {
    await showFileDiff(Uri.parse(placeOf(pending)), review, texts);
    return;
  }
  const { edits } = await server.request("edit/list", {});
  const edit = edits.find((one) => one.id === editId);
  if (edit === undefined) {
    void window.showInformationMessage("This change is too old to be shown.");
    return;
  }
  const file = Uri.parse(edit.newUri ?? edit.uri);
  const [before, after] = texts.ofEdit(edit, file);
  await compare(before, after, `${workspace.asRelativePath(file)} (${edit.status})`);
}

async function compare(left: Uri, right: Uri, title: string): Promise<void> {
  await commands.executeCommand("vscode.diff", left, right, title, { preview: true });
}

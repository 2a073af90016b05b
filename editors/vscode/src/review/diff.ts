/** Shows changes side by side. */
import { commands, Uri, window, workspace } from "vscode";
import { nameOf } from "../chat/attach";
import type { FileEdit } from "../protocol";
import type { Server } from "../server/server";
import { placeOf } from "./hunks";
import type { Review } from "./store";
import type { Texts } from "./texts";

/** Shows all that waits in a file against the file as it was. */
export async function showFileDiff(file: Uri, review: Review, texts: Texts): Promise<void> {
  const pending = review.file(file);
  if (pending === undefined) {
    void window.showInformationMessage(`No changes wait in ${nameOf(file)}.`);
    return;
  }
  const proposed = pending.edits.every((edit) => edit.status === "proposed");
  const gone = pending.edits.some((edit) => edit.kind === "delete" && edit.status !== "proposed");
  const base = texts.ofFile(file, "base");
  if (proposed) {
    // A file that is only to be made cannot be opened yet: its base is empty.
    const isNew = pending.edits.some((edit) => edit.kind === "create");
    const now = isNew ? base : file;
    await compare(now, texts.ofFile(file, "proposed"), `${nameOf(file)} (as it is ↔ proposed)`);
  } else if (gone) {
    const edit = pending.edits.at(-1) as FileEdit;
    const [before, after] = texts.ofEdit(edit, file);
    await compare(before, after, `${nameOf(file)} (deleted)`);
  } else {
    await compare(base, file, `${nameOf(file)} (before ↔ with pending changes)`);
  }
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

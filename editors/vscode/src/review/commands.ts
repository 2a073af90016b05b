/** Accepting, rejecting, and going from change to change. */
import {
  commands,
  type Disposable,
  Position,
  Range,
  Selection,
  TextEditorRevealType,
  Uri,
  window,
} from "vscode";
import { nameOf } from "../chat/attach";
import type { EditResolveParams } from "../protocol";
import { ServerError } from "../server/errors";
import type { Server } from "../server/server";
import { showAllDiffs, showFileDiff } from "./diff";
import { hunkAt, neighbour } from "./hunks";
import type { PendingFile, Review } from "./store";
import type { Texts } from "./texts";
import type { Node } from "./tree";

type Method = "edit/accept" | "edit/reject";

/** What a command is given: a hunk's id, a file, a line of the list, or nothing. */
type Target = string | Uri | Node | undefined;

/** Registers the commands of the review. */
export function reviewCommands(server: Server, review: Review, texts: Texts): Disposable[] {
  const resolve = async (method: Method, params: EditResolveParams) => {
    try {
      review.take((await server.request(method, params)).edits);
    } catch (error) {
      const why = error instanceof ServerError ? error.message : String(error);
      void window.showWarningMessage(why);
    }
  };
  const one = (method: Method) => async (target: Target) => {
    const id = hunkId(target, review);
    if (id !== undefined) {
      await resolve(method, { hunkIds: [id] });
    }
  };
  const file = (method: Method) => async (target: Target) => {
    const pending = fileOf(target, review);
    if (pending !== undefined) {
      await resolve(method, { editIds: pending.edits.map((edit) => edit.id) });
    }
  };
  const all = (method: Method) => async () => {
    const editIds = review.files().flatMap((one) => one.edits.map((edit) => edit.id));
    if (editIds.length === 0) {
      return;
    }
    if (method === "edit/reject" && !(await isMeant(review))) {
      return;
    }
    await resolve(method, { editIds });
  };
  const go = (step: "next" | "previous") => () => goTo(step, review);
  return [
    commands.registerCommand("aside.acceptHunk", one("edit/accept")),
    commands.registerCommand("aside.rejectHunk", one("edit/reject")),
    commands.registerCommand("aside.acceptFile", file("edit/accept")),
    commands.registerCommand("aside.rejectFile", file("edit/reject")),
    commands.registerCommand("aside.acceptAll", all("edit/accept")),
    commands.registerCommand("aside.rejectAll", all("edit/reject")),
    commands.registerCommand("aside.nextHunk", go("next")),
    commands.registerCommand("aside.previousHunk", go("previous")),
    commands.registerCommand("aside.diffAll", () => showAllDiffs(review, texts)),
    commands.registerCommand("aside.diffFile", async (target: Target) => {
      const pending = fileOf(target, review);
      if (pending !== undefined) {
        await showFileDiff(pending.uri, review, texts);
      }
    }),
  ];
}

/** Rejecting everything loses work: it is asked about once more. */
async function isMeant(review: Review): Promise<boolean> {
  const files = review.files().length;
  const chosen = await window.showWarningMessage(
    `Reject all changes in ${files === 1 ? "1 file" : `${files} files`}?`,
    { modal: true, detail: "The text from before the agent's changes comes back." },
    "Reject All",
  );
  return chosen === "Reject All";
}

function hunkId(target: Target, review: Review): string | undefined {
  if (typeof target === "string") {
    return target;
  }
  if (target !== undefined && "hunk" in target) {
    return target.hunk.hunk.id;
  }
  const editor = window.activeTextEditor;
  const hunks = editor === undefined ? [] : (review.file(editor.document.uri)?.hunks ?? []);
  const line = editor?.selection.active.line ?? 0;
  return hunks[hunkAt(hunks, line)]?.hunk.id;
}

function fileOf(target: Target, review: Review): PendingFile | undefined {
  if (target instanceof Uri) {
    return review.file(target);
  }
  if (typeof target === "object" && "file" in target) {
    return review.file(target.file.uri);
  }
  const active = window.activeTextEditor?.document.uri;
  const found = active === undefined ? undefined : review.file(active);
  if (found === undefined && active !== undefined) {
    void window.showInformationMessage(`No changes wait in ${nameOf(active)}.`);
  }
  return found;
}

async function goTo(step: "next" | "previous", review: Review): Promise<void> {
  const editor = window.activeTextEditor;
  const here = editor === undefined ? undefined : review.file(editor.document.uri);
  const files = review.files();
  const [first] = files;
  if (here === undefined || editor === undefined) {
    const place = first?.hunks[0];
    if (first !== undefined) {
      await reveal(first.uri, place?.range.start.line ?? 0);
    }
    return;
  }
  const line = editor.selection.active.line;
  const target = neighbour(here.hunks, line, step);
  if (target === undefined) {
    return;
  }
  // Past the last change of a file comes the next file that has some.
  const wraps = step === "next" ? target.range.start.line <= line : target.range.start.line >= line;
  if (wraps && files.length > 1) {
    const index = files.findIndex((file) => file.uri.toString() === here.uri.toString());
    const other = files.at((index + (step === "next" ? 1 : -1)) % files.length);
    const hunk = step === "next" ? other?.hunks[0] : other?.hunks.at(-1);
    if (other !== undefined && hunk !== undefined) {
      await reveal(other.uri, hunk.range.start.line);
      return;
    }
  }
  await reveal(here.uri, target.range.start.line);
}

async function reveal(uri: Uri, line: number): Promise<void> {
  const editor = await window.showTextDocument(uri, { preview: false });
  const at = new Position(Math.min(line, editor.document.lineCount - 1), 0);
  editor.selection = new Selection(at, at);
  editor.revealRange(new Range(at, at), TextEditorRevealType.InCenterIfOutsideViewport);
}

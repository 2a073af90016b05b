/** The documents that changes are compared with: the file as it was, as proposed, and empty ones. */
import {
  type Disposable,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  workspace,
} from "vscode";
import type { FileEdit } from "../protocol";
import { baseText, proposedText, sides } from "./base";
import type { Review } from "./store";

/** The scheme of these documents. */
export const SCHEME = "aside-base";

/** Texts of edits that are not pending any more, kept for the diffs that show them. */
const MAX_KEPT = 20;

type Side = "base" | "proposed" | "before" | "after";

/** Gives the texts. */
export class Texts implements TextDocumentContentProvider, Disposable {
  private readonly emitter = new EventEmitter<Uri>();
  private readonly shown = new Set<string>();
  private readonly kept = new Map<string, FileEdit>();
  private readonly disposables: Disposable[];
  readonly onDidChange = this.emitter.event;

  constructor(private readonly review: Review) {
    this.disposables = [
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      review.onChange(() => this.refresh()),
      workspace.onDidCloseTextDocument(({ uri }) => this.shown.delete(uri.toString())),
    ];
  }

  /** The address of a file's text without what waits, or with what is proposed. */
  ofFile(file: Uri, side: "base" | "proposed"): Uri {
    return address(file, { side });
  }

  /** The addresses of the two sides of an edit's own diff. */
  ofEdit(edit: FileEdit, file: Uri): [Uri, Uri] {
    this.kept.delete(edit.id);
    this.kept.set(edit.id, edit);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= MAX_KEPT) {
        break;
      }
      this.kept.delete(oldest);
    }
    return [
      address(file, { side: "before", edit: edit.id }),
      address(file, { side: "after", edit: edit.id }),
    ];
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    this.shown.add(uri.toString());
    const { side, edit: id, file: original } = read(uri);
    if (side === "before" || side === "after") {
      const edit = this.review.edit(id) ?? this.kept.get(id);
      return edit === undefined ? "" : sides(edit.diff)[side];
    }
    const file = Uri.parse(original);
    const edits = this.review.file(file)?.edits ?? [];
    const text = await textOf(file);
    if (side === "proposed") {
      return edits.some((edit) => edit.kind === "delete") ? "" : proposedText(text ?? "", edits);
    }
    if (text === undefined) {
      // A file that the agent deleted: its hunks have all that it was.
      return edits.flatMap((edit) => edit.hunks.map((hunk) => hunk.oldText)).join("");
    }
    return baseText(text, edits);
  }

  dispose(): void {
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
    this.emitter.dispose();
  }

  private refresh(): void {
    for (const shown of this.shown) {
      this.emitter.fire(Uri.parse(shown));
    }
  }
}

/** What a document's editor shows, or the file holds; undefined where there is none. */
async function textOf(file: Uri): Promise<string | undefined> {
  try {
    return (await workspace.openTextDocument(file)).getText();
  } catch {
    return undefined;
  }
}

function address(file: Uri, what: { side: Side; edit?: string }): Uri {
  const query = new URLSearchParams({ ...what, file: file.toString() });
  return Uri.from({ scheme: SCHEME, path: file.path, query: query.toString() });
}

function read(uri: Uri): { side: string; edit: string; file: string } {
  const query = new URLSearchParams(uri.query);
  return {
    side: query.get("side") ?? "",
    edit: query.get("edit") ?? "",
    file: query.get("file") ?? "",
  };
}

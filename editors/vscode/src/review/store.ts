/** The edits that wait for the user, as the server has them, moved along while the user types. */
import {
  commands,
  type Disposable,
  EventEmitter,
  type TextDocument,
  type TextDocumentChangeEvent,
  Uri,
  window,
  workspace,
} from "vscode";
import type { FileEdit, FileEditStatus } from "../protocol";
import type { Server } from "../server/server";
import { followEdit, isPending, type PendingHunk, pendingHunks, placeOf } from "./hunks";

/** How long the user has to be still before the server is asked where the hunks are now. */
const STILL_MS = 250;

/** The states of edits in which something may wait. */
const STATUSES: FileEditStatus[] = ["proposed", "applied", "partial"];

/** What waits for the user in one file. */
export interface PendingFile {
  uri: Uri;
  /** Oldest first. */
  edits: FileEdit[];
  hunks: PendingHunk[];
}

/** All that waits. */
export class Review implements Disposable {
  private edits = new Map<string, FileEdit>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly disposables: Disposable[] = [];
  private readonly changes = new EventEmitter<void>();
  /** Something else waits, or elsewhere. */
  readonly onChange = this.changes.event;

  constructor(private readonly server: Server) {
    this.disposables.push(
      server.onConnection((connection) => {
        if (connection.status === "ready") {
          void this.readAll();
        }
      }),
      server.onChatEvent(({ event }) => {
        if (event.type === "editUpdated") {
          this.put(event.edit);
          this.tell();
        }
      }),
      workspace.onDidChangeTextDocument((event) => this.typed(event)),
      window.onDidChangeActiveTextEditor(() => this.tellContext()),
    );
  }

  /** The files in which something waits, in the order of their names. */
  files(): PendingFile[] {
    const files = new Map<string, FileEdit[]>();
    for (const edit of this.edits.values()) {
      const key = Uri.parse(placeOf(edit)).toString();
      files.set(key, [...(files.get(key) ?? []), edit]);
    }
    return [...files]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, edits]) => fileOf(Uri.parse(key), edits));
  }

  /** What waits in a file; undefined where nothing does. */
  file(uri: Uri): PendingFile | undefined {
    const key = uri.toString();
    const edits = [...this.edits.values()].filter(
      (edit) => Uri.parse(placeOf(edit)).toString() === key,
    );
    return edits.length === 0 ? undefined : fileOf(uri, edits);
  }

  /** An edit that waits. */
  edit(id: string): FileEdit | undefined {
    return this.edits.get(id);
  }

  /** How many hunks wait, and edits without any. */
  get count(): number {
    return [...this.edits.values()].reduce(
      (sum, edit) =>
        sum + Math.max(1, edit.hunks.filter((hunk) => hunk.status === "pending").length),
      0,
    );
  }

  /** Takes over what an answer of the server said of edits. */
  take(edits: readonly FileEdit[]): void {
    for (const edit of edits) {
      this.put(edit);
    }
    this.tell();
  }

  dispose(): void {
    for (const timer of this.timers.values()) {
      clearTimeout(timer);
    }
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
    this.changes.dispose();
  }

  private async readAll(): Promise<void> {
    try {
      const pages = await Promise.all(
        STATUSES.map((status) => this.server.request("edit/list", { status })),
      );
      this.edits = new Map();
      for (const edit of pages.flatMap((page) => page.edits).sort(byAge)) {
        this.put(edit);
      }
      this.tell();
    } catch (error) {
      this.server.log.warn(`Pending changes cannot be read: ${String(error)}`);
    }
  }

  private async readFile(uri: string): Promise<void> {
    if (this.server.connection.status !== "ready") {
      return;
    }
    try {
      this.take((await this.server.request("edit/list", { uri })).edits);
    } catch (error) {
      this.server.log.warn(`The pending changes of ${uri} cannot be read: ${String(error)}`);
    }
  }

  private put(edit: FileEdit): void {
    if (isPending(edit)) {
      this.edits.set(edit.id, edit);
    } else {
      this.edits.delete(edit.id);
    }
  }

  private typed({ document, contentChanges }: TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) {
      return;
    }
    const edits = this.file(document.uri)?.edits ?? [];
    if (edits.length === 0) {
      return;
    }
    // Until the server has said where the hunks are, they move with the lines around them.
    for (const edit of edits.filter((one) => isOlder(one, document))) {
      this.edits.set(edit.id, followEdit(edit, contentChanges));
    }
    if (contentChanges.some(({ range, text }) => !range.isSingleLine || /[\r\n]/.test(text))) {
      this.changes.fire();
    }
    const uri = placeOf(edits[0] as FileEdit);
    clearTimeout(this.timers.get(uri));
    this.timers.set(
      uri,
      setTimeout(() => {
        this.timers.delete(uri);
        void this.readFile(uri);
      }, STILL_MS),
    );
  }

  private tell(): void {
    void commands.executeCommand("setContext", "aside.hasPending", this.edits.size > 0);
    this.tellContext();
    this.changes.fire();
  }

  private tellContext(): void {
    const uri = window.activeTextEditor?.document.uri;
    const here = uri !== undefined && this.file(uri) !== undefined;
    void commands.executeCommand("setContext", "aside.editorHasPending", here);
  }
}

/** Whether an edit's ranges count in a version of the document before the one that is there now. */
function isOlder(edit: FileEdit, document: TextDocument): boolean {
  return edit.version === undefined || edit.version < document.version;
}

function fileOf(uri: Uri, edits: FileEdit[]): PendingFile {
  const sorted = [...edits].sort(byAge);
  return { uri, edits: sorted, hunks: pendingHunks(sorted) };
}

/** Ids sort by age. */
function byAge(a: FileEdit, b: FileEdit): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

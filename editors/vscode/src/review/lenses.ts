/** Accept and reject above each change, and at the top of its file. */
import {
  CodeLens,
  type CodeLensProvider,
  type Disposable,
  EventEmitter,
  languages,
  Range,
  type TextDocument,
  workspace,
} from "vscode";
import type { Review } from "./store";

/** The code lenses of what waits. */
export class Lenses implements CodeLensProvider, Disposable {
  private readonly emitter = new EventEmitter<void>();
  private readonly disposables: Disposable[];
  readonly onDidChangeCodeLenses = this.emitter.event;

  constructor(private readonly review: Review) {
    this.disposables = [
      review.onChange(() => this.emitter.fire()),
      languages.registerCodeLensProvider([{ scheme: "file" }, { scheme: "untitled" }], this),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("aside.review")) {
          this.emitter.fire();
        }
      }),
    ];
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    if (workspace.getConfiguration("aside.review").get("codeLens") === false) {
      return [];
    }
    const file = this.review.file(document.uri);
    if (file === undefined) {
      return [];
    }
    const { uri } = document;
    const top = new Range(0, 0, 0, 0);
    const count = file.hunks.length;
    const lenses = [
      lens(top, `Aside: ${count === 1 ? "1 change" : `${count} changes`}`, "aside.review.focus"),
      lens(top, "Accept All", "aside.acceptFile", uri),
      lens(top, "Reject All", "aside.rejectFile", uri),
      lens(top, "Diff", "aside.diffFile", uri),
    ];
    const last = Math.max(0, document.lineCount - 1);
    for (const { hunk, range } of file.hunks) {
      const line = Math.min(range.start.line, last);
      const at = new Range(line, 0, line, 0);
      lenses.push(
        lens(at, "Accept", "aside.acceptHunk", hunk.id),
        lens(at, "Reject", "aside.rejectHunk", hunk.id),
        lens(at, "Diff", "aside.diffFile", uri),
      );
    }
    return lenses;
  }

  dispose(): void {
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
    this.emitter.dispose();
  }
}

function lens(range: Range, title: string, command: string, argument?: unknown): CodeLens {
  const args = argument === undefined ? {} : { arguments: [argument] };
  return new CodeLens(range, { title, command, ...args });
}

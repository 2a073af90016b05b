/** Shows in the text what waits for the user: new lines, and what was there before. */
import {
  type DecorationOptions,
  type Disposable,
  MarkdownString,
  OverviewRulerLane,
  Range,
  TabInputTextDiff,
  type TextEditor,
  ThemeColor,
  window,
  workspace,
} from "vscode";
import type { PendingHunk } from "./hunks";
import type { Review } from "./store";
import { hoverText, oldTextHint } from "./words";

/** The decorations of all visible editors. */
export class Decorations implements Disposable {
  private readonly added = window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new ThemeColor("diffEditor.insertedLineBackground"),
    overviewRulerColor: new ThemeColor("editorOverviewRuler.addedForeground"),
    overviewRulerLane: OverviewRulerLane.Left,
  });
  private readonly removed = window.createTextEditorDecorationType({
    isWholeLine: true,
    borderColor: new ThemeColor("editorGutter.deletedBackground"),
    borderStyle: "dashed",
    borderWidth: "1px 0 0 0",
    overviewRulerColor: new ThemeColor("editorOverviewRuler.deletedForeground"),
    overviewRulerLane: OverviewRulerLane.Left,
  });
  private readonly proposed = window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new ThemeColor("diffEditor.removedLineBackground"),
    overviewRulerColor: new ThemeColor("editorOverviewRuler.modifiedForeground"),
    overviewRulerLane: OverviewRulerLane.Left,
  });
  /** What was there before, behind the first new line. */
  private readonly ghost = window.createTextEditorDecorationType({
    after: { color: new ThemeColor("editorGhostText.foreground"), margin: "0 0 0 3em" },
  });
  private readonly disposables: Disposable[];

  constructor(private readonly review: Review) {
    this.disposables = [
      this.added,
      this.removed,
      this.proposed,
      this.ghost,
      review.onChange(() => this.drawAll()),
      window.onDidChangeVisibleTextEditors(() => this.drawAll()),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("aside.review")) {
          this.drawAll();
        }
      }),
    ];
  }

  dispose(): void {
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
  }

  private drawAll(): void {
    for (const editor of window.visibleTextEditors) {
      this.draw(editor);
    }
  }

  private draw(editor: TextEditor): void {
    const hunks = isInDiff(editor) ? [] : (this.review.file(editor.document.uri)?.hunks ?? []);
    const inline = workspace.getConfiguration("aside.review").get("inlineOldText") !== false;
    const added: DecorationOptions[] = [];
    const removed: DecorationOptions[] = [];
    const proposed: DecorationOptions[] = [];
    const ghost: DecorationOptions[] = [];
    for (const pending of hunks) {
      const isProposal = pending.edit.status === "proposed";
      const isEmpty = pending.range.end.line <= pending.range.start.line;
      const range = this.lines(editor, pending);
      const hoverMessage = hover(editor, pending);
      const target = isEmpty ? removed : isProposal ? proposed : added;
      target.push({ range, hoverMessage });
      const hint = oldTextHint(pending);
      if (inline && hint !== "") {
        const end = editor.document.lineAt(range.start.line).range.end;
        ghost.push({
          range: new Range(end, end),
          renderOptions: { after: { contentText: hint } },
        });
      }
    }
    editor.setDecorations(this.added, added);
    editor.setDecorations(this.removed, removed);
    editor.setDecorations(this.proposed, proposed);
    editor.setDecorations(this.ghost, ghost);
  }

  /** The lines of a hunk; of one without new lines the line below the place. */
  private lines(editor: TextEditor, { range }: PendingHunk): Range {
    const last = editor.document.lineCount - 1;
    const from = Math.min(range.start.line, last);
    const to = Math.min(Math.max(range.end.line - 1, from), last);
    return new Range(from, 0, to, editor.document.lineAt(to).text.length);
  }
}

/** Whether an editor is a side of a diff, which shows what has changed by itself. */
function isInDiff(editor: TextEditor): boolean {
  const group = window.tabGroups.all.find((one) => one.viewColumn === editor.viewColumn);
  const input = group?.activeTab?.input;
  return editor.viewColumn === undefined || input instanceof TabInputTextDiff;
}

function hover(editor: TextEditor, pending: PendingHunk): MarkdownString {
  const text = new MarkdownString(hoverText(pending, editor.document.languageId), true);
  text.isTrusted = {
    enabledCommands: ["aside.acceptHunk", "aside.rejectHunk", "aside.diffFile"],
  };
  return text;
}

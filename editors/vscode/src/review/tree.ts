/** The list of all changes that wait, by file. */
import {
  type Command,
  type Disposable,
  EventEmitter,
  Range,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  window,
  workspace,
} from "vscode";
import type { PendingHunk } from "./hunks";
import type { PendingFile, Review } from "./store";
import { hunkLabel } from "./words";

/** A line of the list. */
export type Node = { file: PendingFile } | { file: PendingFile; hunk: PendingHunk };

/** The view of it. */
export class ReviewTree implements TreeDataProvider<Node>, Disposable {
  private readonly emitter = new EventEmitter<void>();
  private readonly view: TreeView<Node>;
  private readonly disposables: Disposable[];
  readonly onDidChangeTreeData = this.emitter.event;

  constructor(private readonly review: Review) {
    this.view = window.createTreeView("aside.review", { treeDataProvider: this });
    this.disposables = [this.view, review.onChange(() => this.refresh())];
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) {
      return this.review.files().map((file) => ({ file }));
    }
    return "hunk" in node ? [] : node.file.hunks.map((hunk) => ({ file: node.file, hunk }));
  }

  getTreeItem(node: Node): TreeItem {
    return "hunk" in node ? hunkItem(node.file, node.hunk) : fileItem(node.file);
  }

  dispose(): void {
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
    this.emitter.dispose();
  }

  private refresh(): void {
    const { count } = this.review;
    this.view.badge =
      count === 0 ? undefined : { value: count, tooltip: `${count} changes wait for you` };
    this.emitter.fire();
  }
}

function fileItem(file: PendingFile): TreeItem {
  const state =
    file.hunks.length === 0 ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Expanded;
  const item = new TreeItem(file.uri, state);
  item.id = file.uri.toString();
  item.contextValue = "file";
  item.iconPath = ThemeIcon.File;
  item.description = fileDescription(file);
  item.command = diff(file);
  item.accessibilityInformation = {
    label: `${workspace.asRelativePath(file.uri)}, ${item.description}`,
  };
  return item;
}

function fileDescription(file: PendingFile): string {
  const kinds = new Set(file.edits.map((edit) => edit.kind));
  const words = [
    kinds.has("create") ? "new" : "",
    kinds.has("delete") ? "deleted" : "",
    kinds.has("rename") ? "moved" : "",
    file.edits.some((edit) => edit.status === "proposed") ? "proposed" : "",
    file.hunks.length === 1
      ? "1 change"
      : file.hunks.length > 1
        ? `${file.hunks.length} changes`
        : "",
  ];
  return words.filter((word) => word !== "").join(", ");
}

function hunkItem(file: PendingFile, pending: PendingHunk): TreeItem {
  const { label, description } = hunkLabel(pending);
  const item = new TreeItem(label, TreeItemCollapsibleState.None);
  item.id = pending.hunk.id;
  item.contextValue = "hunk";
  item.description = description;
  const icon =
    pending.hunk.newText === ""
      ? "diff-removed"
      : pending.hunk.oldText === ""
        ? "diff-added"
        : "diff-modified";
  item.iconPath = new ThemeIcon(icon);
  item.command = isThere(pending) ? show(file, pending) : diff(file);
  return item;
}

/** Whether there is a document that has the hunk: not where the file is gone, or is yet to be made. */
function isThere({ edit }: PendingHunk): boolean {
  return edit.status === "proposed" ? edit.kind !== "create" : edit.kind !== "delete";
}

function show(file: PendingFile, { range }: PendingHunk): Command {
  const at = new Range(range.start.line, 0, range.start.line, 0);
  const options = { selection: at, preserveFocus: true };
  return { command: "vscode.open", title: "Open", arguments: [file.uri, options] };
}

function diff(file: PendingFile): Command {
  return { command: "aside.diffFile", title: "Diff", arguments: [file.uri] };
}

/** The sessions as a tree view. */
import {
  type Disposable,
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  window,
} from "vscode";
import type { Session } from "../protocol";
import { description } from "./list";
import type { Sessions } from "./store";

/** A line of the tree: a session, or the one that reads more of them. */
export type Node = { session: Session } | { more: true };

/** The view. */
export class SessionTree implements TreeDataProvider<Node>, Disposable {
  private readonly emitter = new EventEmitter<void>();
  private readonly view: TreeView<Node>;
  private readonly disposables: Disposable[];
  readonly onDidChangeTreeData = this.emitter.event;

  constructor(
    private readonly sessions: Sessions,
    /** The one that the chat shows. */
    private readonly shown: () => string | undefined,
  ) {
    this.view = window.createTreeView("aside.sessions", { treeDataProvider: this });
    this.disposables = [this.view, sessions.onChange(() => this.refresh())];
  }

  getChildren(node?: Node): Node[] {
    if (node !== undefined) {
      return [];
    }
    const all: Node[] = this.sessions.shown.map((session) => ({ session }));
    return this.sessions.hasMore && all.length > 0 ? [...all, { more: true }] : all;
  }

  getTreeItem(node: Node): TreeItem {
    if ("more" in node) {
      const item = new TreeItem("More…", TreeItemCollapsibleState.None);
      item.command = { command: "aside.sessions.more", title: "More" };
      return item;
    }
    return sessionItem(node.session, node.session.id === this.shown());
  }

  /** Draws the tree again. */
  refresh(): void {
    const { search } = this.sessions;
    this.view.description = search === "" ? "" : `“${search}”`;
    this.emitter.fire();
  }

  dispose(): void {
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
    this.emitter.dispose();
  }
}

function sessionItem(session: Session, isShown: boolean): TreeItem {
  const item = new TreeItem(session.title || "New session", TreeItemCollapsibleState.None);
  item.id = session.id;
  item.description = description(session, Date.now());
  item.contextValue = `session ${session.pinned ? "pinned" : "unpinned"} ${session.archived ? "archived" : "current"}`;
  item.iconPath = icon(session, isShown);
  item.command = { command: "aside.sessions.open", title: "Open", arguments: [{ session }] };
  const tip = new MarkdownString();
  tip.appendText(`${session.title}\n${session.model}, ${session.permissionMode}\n`);
  tip.appendText(`${session.turnCount} turns, ${new Date(session.updatedAt).toLocaleString()}`);
  item.tooltip = tip;
  const pinned = session.pinned ? ", pinned" : "";
  item.accessibilityInformation = { label: `${session.title}, ${item.description}${pinned}` };
  return item;
}

function icon(session: Session, isShown: boolean): ThemeIcon {
  switch (session.status) {
    case "running":
      return new ThemeIcon("loading~spin");
    case "waiting":
      return new ThemeIcon("bell-dot", new ThemeColor("notificationsWarningIcon.foreground"));
    default:
      return new ThemeIcon(session.pinned ? "pinned" : isShown ? "comment-discussion" : "comment");
  }
}

/** Shows a text that can only be read, in a tab of its own. */
import { commands, type Disposable, EventEmitter, Uri, window, workspace } from "vscode";

const SCHEME = "aside-page";

/** The texts that are shown, by their names: few, and each replaces the one before. */
const pages = new Map<string, string>();
const changes = new EventEmitter<Uri>();

/** Lets pages be shown. */
export function servePages(): Disposable[] {
  return [
    changes,
    workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changes.event,
      provideTextDocumentContent: (uri) => pages.get(uri.path) ?? "",
    }),
  ];
}

/** Shows Markdown as it is read. */
export async function showMarkdown(name: string, text: string): Promise<void> {
  const uri = put(`/${name}.md`, text);
  try {
    await commands.executeCommand("markdown.showPreview", uri);
  } catch {
    // The editor's own preview may be switched off.
    await window.showTextDocument(uri, { preview: true });
  }
}

/** Shows text as it is. */
export async function showText(name: string, text: string): Promise<void> {
  await window.showTextDocument(put(`/${name}.txt`, text), { preview: true });
}

function put(path: string, text: string): Uri {
  const uri = Uri.from({ scheme: SCHEME, path });
  pages.set(path, text);
  changes.fire(uri);
  return uri;
}

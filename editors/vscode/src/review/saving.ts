/**
 * Saves what the agent changed, so that commands, which see files and not buffers, see it too. What
 * the user has not saved stays unsaved.
 */
import { TabInputText, Uri, window, workspace } from "vscode";
import type {
  ApplyWorkspaceEditParams,
  ApplyWorkspaceEditResult,
  HandlerResult,
} from "vscode-languageclient/node";

/** How long saving may hold up the answer to the server: formatters may be slow. */
const LIMIT_MS = 2_000;

type Answer = HandlerResult<ApplyWorkspaceEditResult, void>;

/** Which files are saved. */
type Policy = "never" | "closed" | "unchanged";

/** Makes an edit of the server, and saves what may be saved. */
export async function applyAndSave(
  params: ApplyWorkspaceEditParams,
  apply: () => Answer,
): Promise<Awaited<Answer>> {
  const files = filesToSave(params);
  const result = await apply();
  if ("applied" in result && result.applied && files.length > 0) {
    await Promise.race([saveAll(files), waited(LIMIT_MS)]);
  }
  return result;
}

/** The addresses of the texts that an edit changes. */
export function changedTexts({ edit }: ApplyWorkspaceEditParams): string[] {
  const versioned = (edit.documentChanges ?? []).flatMap((change) =>
    "textDocument" in change ? [change.textDocument.uri] : [],
  );
  return [...new Set([...versioned, ...Object.keys(edit.changes ?? {})])];
}

function filesToSave(params: ApplyWorkspaceEditParams): string[] {
  const policy = workspace.getConfiguration("aside.review").get<Policy>("saveEdits", "unchanged");
  if (policy === "never") {
    return [];
  }
  const unsaved = new Set(
    workspace.textDocuments.filter((one) => one.isDirty).map((one) => one.uri.toString()),
  );
  const open = policy === "closed" ? openInTabs() : new Set<string>();
  return changedTexts(params)
    .map((address) => Uri.parse(address))
    .filter((uri) => uri.scheme === "file")
    .map((uri) => uri.toString())
    .filter((uri) => !unsaved.has(uri) && !open.has(uri));
}

function openInTabs(): Set<string> {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  return new Set(
    tabs.flatMap(({ input }) => (input instanceof TabInputText ? [input.uri.toString()] : [])),
  );
}

async function saveAll(files: readonly string[]): Promise<void> {
  const documents = workspace.textDocuments.filter((one) => files.includes(one.uri.toString()));
  await Promise.allSettled(documents.map((document) => document.save()));
}

function waited(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

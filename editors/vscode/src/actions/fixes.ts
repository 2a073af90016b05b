/** Offers, where an editor shows what is wrong, to have the agent mend it. */
import { CodeAction, CodeActionKind, type Disposable, languages } from "vscode";
import { DIAGNOSTICS } from "../server/client";
import type { Server } from "../server/server";

/** Registers the offer; it is made while the server runs. */
export function offerFixes(server: Server): Disposable {
  return languages.registerCodeActionsProvider(
    [{ scheme: "file" }, { scheme: "untitled" }],
    {
      provideCodeActions(_document, _range, { diagnostics }) {
        const others = diagnostics.filter((one) => one.source !== DIAGNOSTICS);
        if (others.length === 0 || server.connection.status !== "ready") {
          return [];
        }
        const action = new CodeAction("Fix with Aside", CodeActionKind.QuickFix);
        action.diagnostics = others;
        action.command = { command: "aside.fixHere", title: "Fix with Aside" };
        return [action];
      },
    },
    { providedCodeActionKinds: [CodeActionKind.QuickFix] },
  );
}

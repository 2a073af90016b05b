/** Puts the extension together: one server, one chat view, one review for the window. */
import { commands, type ExtensionContext, window, workspace } from "vscode";
import { offerFixes } from "./actions/fixes";
import { keyCommands } from "./actions/keys";
import { mcpCommands } from "./actions/mcp";
import { servePages } from "./actions/pages";
import { pickerCommands } from "./actions/pickers";
import { programCommands } from "./actions/program";
import { selectionCommands } from "./actions/selection";
import { trustCommands } from "./actions/trust";
import { turnCommands } from "./actions/turns";
import { usageCommands } from "./actions/usage";
import { type Api, apiOf } from "./api";
import { CHAT, ChatView } from "./chat/view";
import { watchContexts } from "./contexts";
import { notifyWhenDone } from "./done";
import type {
  ChatElicitParams,
  ChatElicitResult,
  ChatRequestPermissionParams,
  ChatRequestPermissionResult,
} from "./protocol";
import { Notifications } from "./questions/notify";
import { Questions } from "./questions/open";
import { reviewCommands } from "./review/commands";
import { Decorations } from "./review/decorations";
import { showEditDiff } from "./review/diff";
import { Lenses } from "./review/lenses";
import { Review } from "./review/store";
import { Texts } from "./review/texts";
import { ReviewTree } from "./review/tree";
import { answerEditorRequests } from "./server/editor";
import { Server } from "./server/server";
import { sessionCommands } from "./sessions/commands";
import { Sessions } from "./sessions/store";
import { SessionTree } from "./sessions/tree";
import { StatusBar } from "./status";

const FIRST_START = "greeted";

/** The editor's own setting for those who want no walkthrough at first. */
const WALKTHROUGHS = "workbench.welcomePage.walkthroughs.openOnInstall";

let running: Server | undefined;

/** Called by the editor once. */
export async function activate(context: ExtensionContext): Promise<Api> {
  const log = window.createOutputChannel("Aside", { log: true });
  const server = new Server(context, log);
  running = server;

  const questions = new Questions();
  server.onSetup((client) => {
    answerEditorRequests(client);
    client.onRequest<ChatRequestPermissionResult, void>(
      "chat/requestPermission",
      (params: ChatRequestPermissionParams, token) => questions.permission(params, token),
    );
    client.onRequest<ChatElicitResult, void>("chat/elicit", (params: ChatElicitParams, token) =>
      questions.elicit(params, token),
    );
  });

  const sessions = new Sessions(server);
  const review = new Review(server);
  const texts = new Texts(review);
  const chat = new ChatView(context, server, questions, (editId) =>
    showEditDiff(editId, server, review, texts),
  );
  const notifications = new Notifications(questions, () => chat.isVisible);
  const sessionTree = new SessionTree(sessions, () => chat.sessionId);

  context.subscriptions.push(
    log,
    server,
    sessions,
    review,
    texts,
    chat,
    notifications,
    sessionTree,
    new ReviewTree(review),
    new Decorations(review),
    new Lenses(review),
    new StatusBar(server, sessions, chat),
    window.registerWebviewViewProvider(CHAT, chat),
    commands.registerCommand("aside.openChat", () => chat.focus()),
    chat.onVisible(() => notifications.update()),
    chat.onSession(() => sessionTree.refresh()),
    server.onConnection((connection) => {
      if (connection.status !== "ready") {
        questions.dropAll();
      }
    }),
    notifyWhenDone(server, sessions, chat),
    ...watchContexts(server, sessions),
    ...reviewCommands(server, review, texts),
    ...sessionCommands(server, sessions, chat),
    ...selectionCommands(server, chat),
    offerFixes(server),
    ...pickerCommands(server, sessions, chat),
    ...keyCommands(server),
    ...trustCommands(server),
    ...turnCommands(server, sessions, chat),
    ...mcpCommands(server),
    ...servePages(),
    ...usageCommands(server),
    ...programCommands(server, context.extension.id),
  );

  await server.start();
  if (context.globalState.get(FIRST_START) !== true) {
    await context.globalState.update(FIRST_START, true);
    if (workspace.getConfiguration().get(WALKTHROUGHS) !== false) {
      await commands.executeCommand("aside.openWalkthrough");
    }
  }
  return apiOf(server);
}

/** Called by the editor when the window closes: the server is given a moment to end. */
export async function deactivate(): Promise<void> {
  await running?.end();
}

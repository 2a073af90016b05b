/** What can be done with sessions. */
import { commands, type Disposable, Uri, window } from "vscode";
import { told } from "../actions/told";
import type { ChatView } from "../chat/view";
import type { ExportFormat, Params, Session } from "../protocol";
import type { Server } from "../server/server";
import { searchSessions } from "./search";
import type { Sessions } from "./store";
import type { Node } from "./tree";

/** Characters of a title, as the server limits them. */
const MAX_TITLE = 200;

const FORMATS: { label: string; description: string; format: ExportFormat }[] = [
  { label: "Markdown", description: "A page for people", format: "markdown" },
  { label: "JSON", description: "For programs", format: "json" },
];

/** Registers the commands of sessions. */
export function sessionCommands(server: Server, sessions: Sessions, chat: ChatView): Disposable[] {
  const update = async (change: Params<"session/update">) =>
    sessions.put(await server.request("session/update", change));
  const on = (name: string, act: (session: Session) => Promise<void>) =>
    commands.registerCommand(`aside.sessions.${name}`, (node?: Node) =>
      told(async () => {
        const session =
          node !== undefined && "session" in node ? node.session : await pick(sessions);
        if (session !== undefined) {
          await act(session);
        }
      }),
    );
  const plain = (name: string, act: () => Promise<void>) =>
    commands.registerCommand(`aside.sessions.${name}`, () => told(act));
  return [
    commands.registerCommand("aside.newSession", () => told(() => chat.show(undefined))),
    on("open", (session) => chat.show(session.id)),
    on("pin", ({ id }) => update({ sessionId: id, pinned: true })),
    on("unpin", ({ id }) => update({ sessionId: id, pinned: false })),
    on("archive", ({ id }) => update({ sessionId: id, archived: true })),
    on("unarchive", ({ id }) => update({ sessionId: id, archived: false })),
    on("rename", async ({ id, title }) => {
      const said = await window.showInputBox({
        title: "Rename Session",
        value: title,
        validateInput: (text) =>
          text.trim() === "" || [...text].length > MAX_TITLE
            ? `A title has 1 to ${MAX_TITLE} characters.`
            : undefined,
      });
      if (said !== undefined) {
        await update({ sessionId: id, title: said.trim() });
      }
    }),
    on("delete", async ({ id, title }) => {
      const chosen = await window.showWarningMessage(
        `Delete the session “${title}”?`,
        {
          modal: true,
          detail: "Its conversation, and what is needed to undo its edits, go with it.",
        },
        "Delete",
      );
      if (chosen === "Delete") {
        await server.request("session/delete", { sessionId: id });
        sessions.remove(id);
        if (chat.sessionId === id) {
          await chat.show(undefined);
        }
      }
    }),
    on("fork", async ({ id }) => {
      const copy = await server.request("session/fork", { sessionId: id });
      sessions.put(copy);
      await chat.show(copy.id);
    }),
    on("export", async ({ id }) => {
      const chosen = await window.showQuickPick(FORMATS, { title: "Export as" });
      if (chosen !== undefined) {
        const { uri } = await server.request("session/export", {
          sessionId: id,
          format: chosen.format,
        });
        await window.showTextDocument(Uri.parse(uri), { preview: false });
      }
    }),
    plain("search", async () => {
      if (!server.can("session/search")) {
        await filter(sessions);
        return;
      }
      const id = await searchSessions(server);
      if (id !== undefined) {
        await chat.show(id);
      }
    }),
    plain("filter", () => filter(sessions)),
    plain("clearSearch", () => sessions.read({ query: "" })),
    plain("showArchived", () => sessions.read({ archived: true })),
    plain("hideArchived", () => sessions.read({ archived: false })),
    plain("refresh", () => sessions.read()),
    plain("more", () => sessions.more()),
  ];
}

async function filter(sessions: Sessions): Promise<void> {
  const query = await window.showInputBox({
    title: "Filter Sessions",
    placeHolder: "A part of the title",
    value: sessions.search,
  });
  if (query !== undefined) {
    await sessions.read({ query: query.trim() });
  }
}

async function pick(sessions: Sessions): Promise<Session | undefined> {
  const items = sessions.shown.map((session) => ({
    label: session.title || "New session",
    description: session.model,
    session,
  }));
  return (await window.showQuickPick(items, { title: "Sessions" }))?.session;
}

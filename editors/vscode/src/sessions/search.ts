/** Looks for words in all sessions, while they are written. */
import { type QuickPickItem, window } from "vscode";
import type { SearchHit } from "../protocol";
import { serverError } from "../server/errors";
import type { Server } from "../server/server";

/** How long the user has to pause before it is looked. */
const PAUSE_MS = 150;

/** Hits that are shown. */
const MAX_HITS = 50;

interface HitItem extends QuickPickItem {
  sessionId?: string;
}

const NONE: HitItem = { label: "No session has these words.", alwaysShow: true };

/** The session that the user chose among those that were found; undefined where none. */
export function searchSessions(server: Server): Promise<string | undefined> {
  const box = window.createQuickPick<HitItem>();
  box.title = "Search Sessions";
  box.placeholder = "Words that were said, or of a title";
  box.matchOnDescription = true;
  box.matchOnDetail = true;
  let timer: NodeJS.Timeout | undefined;
  const look = async (query: string) => {
    box.busy = true;
    try {
      const { hits } = await server.request("session/search", { query, limit: MAX_HITS });
      // What was written meanwhile is looked for by itself.
      if (query === box.value.trim()) {
        box.items = hits.length > 0 ? hits.map(asItem) : [NONE];
      }
    } catch (error) {
      box.placeholder = serverError(error).message;
      box.items = [];
    } finally {
      box.busy = false;
    }
  };
  box.onDidChangeValue((value) => {
    clearTimeout(timer);
    const query = value.trim();
    if (query === "") {
      box.items = [];
    } else {
      timer = setTimeout(() => void look(query), PAUSE_MS);
    }
  });
  return new Promise((resolve) => {
    box.onDidAccept(() => {
      resolve(box.selectedItems[0]?.sessionId);
      box.hide();
    });
    box.onDidHide(() => {
      clearTimeout(timer);
      box.dispose();
      resolve(undefined);
    });
    box.show();
  });
}

function asItem(hit: SearchHit): HitItem {
  return {
    label: hit.title,
    detail: hit.snippet.replace(/\s+/g, " "),
    sessionId: hit.sessionId,
    // The server has found it, whatever the editor's own matching thinks of it.
    alwaysShow: true,
  };
}

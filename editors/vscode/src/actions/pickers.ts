/** Lets the user choose model, permission mode and effort. */
import {
  ConfigurationTarget,
  commands,
  type Disposable,
  type QuickPickItem,
  window,
  workspace,
} from "vscode";
import type { ChatView } from "../chat/view";
import type { ModelInfo, PermissionMode, Session, SessionUpdateParams } from "../protocol";
import type { Server } from "../server/server";
import type { Sessions } from "../sessions/store";
import { told } from "./told";

const MODES: Record<PermissionMode, { label: string; detail: string }> = {
  ask: { label: "Ask", detail: "Asks before everything but reading." },
  acceptEdits: { label: "Accept edits", detail: "Edits files unasked, and asks before the rest." },
  readOnly: { label: "Read only", detail: "Only reads; refuses all else." },
  full: { label: "Full", detail: "Does everything unasked, inside the workspace." },
};

const EFFORTS = ["none", "minimal", "low", "medium", "high", "max"];

/** Registers the pickers. */
export function pickerCommands(server: Server, sessions: Sessions, chat: ChatView): Disposable[] {
  const current = async (): Promise<Session | undefined> => {
    const id = chat.sessionId;
    return id === undefined ? undefined : sessions.fetch(id);
  };
  /** Changes the session that is shown; with none shown, one that begins with the choice. */
  const set = async (change: Omit<SessionUpdateParams, "sessionId">) => {
    const sessionId = chat.sessionId;
    if (sessionId !== undefined) {
      sessions.put(await server.request("session/update", { sessionId, ...change }));
      return;
    }
    const session = await server.request("session/create", change);
    sessions.put(session);
    await chat.show(session.id);
  };
  return [
    commands.registerCommand("aside.chooseModel", () =>
      told(async () => {
        const session = await current();
        const model = await pickModel(server, session?.model);
        if (model !== undefined) {
          await set({ model });
        }
      }),
    ),
    commands.registerCommand("aside.chooseMode", () =>
      told(async () => {
        const session = await current();
        const items = Object.entries(MODES).map(([mode, words]) => ({
          ...words,
          mode: mode as PermissionMode,
          description: mode === session?.permissionMode ? "in force" : "",
        }));
        const chosen = await window.showQuickPick(items, {
          title: "What may the agent do unasked?",
        });
        if (chosen !== undefined) {
          await set({ permissionMode: chosen.mode });
        }
      }),
    ),
    commands.registerCommand("aside.chooseEffort", () => told(chooseEffort)),
  ];
}

async function pickModel(server: Server, now: string | undefined): Promise<string | undefined> {
  const loading = server.request("model/list", {}).then(({ models }) => modelItems(models, now));
  const chosen = await window.showQuickPick(loading, {
    title: "Model",
    placeHolder: "provider/model",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen === undefined) {
    return undefined;
  }
  if (chosen.action === "other") {
    return window.showInputBox({
      title: "Model",
      value: now ?? "",
      placeHolder: "provider/model",
      validateInput: (text) =>
        /^[^/\s]+\/\S+$/.test(text) ? undefined : "A model is named provider/model.",
    });
  }
  if (chosen.action === "unavailable") {
    const answer = await window.showWarningMessage(
      chosen.detail ?? "",
      "Add a Key",
      "Choose Anyway",
    );
    if (answer === "Add a Key") {
      await commands.executeCommand("aside.addKey", chosen.provider);
    }
    return answer === "Choose Anyway" ? chosen.id : undefined;
  }
  return chosen.id;
}

interface ModelItem extends QuickPickItem {
  id: string;
  provider: string;
  action: "choose" | "unavailable" | "other";
}

function modelItems(models: ModelInfo[], now: string | undefined): ModelItem[] {
  const items = models.map((model): ModelItem => {
    const size = model.contextWindow > 0 ? `${Math.round(model.contextWindow / 1000)}k` : "";
    const can = [size, model.reasoning ? "reasons" : "", model.vision ? "sees" : ""];
    return {
      id: model.id,
      provider: model.provider,
      label: `${model.id === now ? "$(check) " : ""}${model.available ? "" : "$(circle-slash) "}${model.id}`,
      description: can.filter((word) => word !== "").join(", "),
      action: model.available ? "choose" : "unavailable",
      ...(model.reason === undefined ? {} : { detail: model.reason }),
    };
  });
  return [...items, { id: "", provider: "", label: "$(edit) Another…", action: "other" }];
}

async function chooseEffort(): Promise<void> {
  const settings = workspace.getConfiguration("aside");
  const now = settings.get<string | null>("reasoning_effort");
  const items = [
    { label: "The model's own", value: undefined },
    ...EFFORTS.map((value) => ({ label: value, value })),
  ].map((item) => ({ ...item, description: item.value === (now ?? undefined) ? "in force" : "" }));
  const chosen = await window.showQuickPick(items, { title: "How much are models to think?" });
  if (chosen !== undefined) {
    await settings.update("reasoning_effort", chosen.value, ConfigurationTarget.Global);
  }
}

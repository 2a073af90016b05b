/** Lets the user choose model, agent, permission mode and effort. */
import { commands, type Disposable, type QuickPickItem, window } from "vscode";
import type { ChatView } from "../chat/view";
import type { Choice } from "../port";
import type { Effort, ModelInfo, PermissionMode, Session } from "../protocol";
import type { Server } from "../server/server";
import type { Sessions } from "../sessions/store";
import { told } from "./told";

const MODES: Record<PermissionMode, { label: string; detail: string }> = {
  ask: { label: "Ask", detail: "Asks before everything but reading." },
  acceptEdits: { label: "Accept edits", detail: "Edits files unasked, and asks before the rest." },
  readOnly: { label: "Read only", detail: "Only reads; refuses all else." },
  full: { label: "Full", detail: "Does everything unasked, inside the workspace." },
};

/** Registers the pickers. */
export function pickerCommands(server: Server, sessions: Sessions, chat: ChatView): Disposable[] {
  const current = async (): Promise<Session | undefined> => {
    const id = chat.sessionId;
    return id === undefined ? undefined : sessions.fetch(id);
  };
  /** Changes the session that is shown, or what the one will be that is being written to. */
  const set = async (choice: Choice) => {
    const sessionId = chat.sessionId;
    if (sessionId === undefined) {
      await chat.choose(choice);
    } else {
      sessions.put(await server.request("session/update", { sessionId, ...choice }));
    }
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
    commands.registerCommand("aside.chooseEffort", () =>
      told(async () => {
        const effort = await pickEffort(server, await current());
        if (effort !== undefined) {
          await set({ effort });
        }
      }),
    ),
    commands.registerCommand("aside.chooseAgent", () =>
      told(async () => {
        const now = (await current())?.agent;
        const { agents } = await server.request("agent/list", {});
        const items = agents.map(({ name, description }) => ({
          label: name,
          description: name === now ? "in force" : "",
          detail: description,
        }));
        const chosen = await window.showQuickPick(items, { title: "Agent" });
        if (chosen !== undefined) {
          await set({ agent: chosen.label });
        }
      }),
    ),
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

async function pickEffort(
  server: Server,
  session: Session | undefined,
): Promise<Effort | undefined> {
  const { models } = await server.request("model/list", {});
  // Of a model that is not known everything may be tried.
  const known = models.find((model) => model.id === session?.model)?.efforts;
  const efforts = known ?? (["minimal", "low", "medium", "high"] satisfies Effort[]);
  if (efforts.length === 0) {
    void window.showInformationMessage("This model takes no word about how much to think.");
    return undefined;
  }
  const now = session?.effort ?? "default";
  const all: Effort[] = ["default", ...efforts.filter((effort) => effort !== "default")];
  const items = all.map((effort) => ({
    label: effort === "default" ? "the model's own" : effort,
    description: effort === now ? "in force" : "",
    effort,
  }));
  const chosen = await window.showQuickPick(items, { title: "How much is the model to think?" });
  return chosen?.effort;
}

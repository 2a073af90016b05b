/** Model, agent, mode and effort: of the session that is shown, or chosen for the next one. */
import { signal } from "@preact/signals";
import type { ModelInfo, PermissionMode, Session } from "../../../../protocol/ts/aside";
import type { Method } from "../port";
import type { Rpc } from "./rpc";

/** What a session can be told. What is absent is the default. */
export interface Choice {
  model?: string;
  agent?: string;
  permissionMode?: PermissionMode;
  /** Only where the server knows it. */
  effort?: string;
}

/** A template that a session can work by. */
export interface AgentChoice {
  name: string;
  description: string;
}

export class Options {
  /** All models, once they are known. */
  readonly models = signal<readonly ModelInfo[] | undefined>(undefined);
  readonly agents = signal<readonly AgentChoice[]>([]);
  /** What the next new session is to be. */
  readonly chosen = signal<Choice>({});
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  async refresh(can: (method: string) => boolean): Promise<void> {
    await Promise.allSettled([this.#models(can), this.#agents(can)]);
  }

  async #models(can: (method: string) => boolean): Promise<void> {
    if (can("model/list")) {
      this.models.value = (await this.#rpc.request("model/list", {})).models;
    }
  }

  async #agents(can: (method: string) => boolean): Promise<void> {
    if (!can("agent/list")) {
      this.agents.value = [];
      return;
    }
    const result: unknown = await this.#rpc.request("agent/list" as Method, {});
    this.agents.value = agentsOf(result);
  }
}

/** What a session says of itself. */
export function choiceOf(session: Session): Choice {
  const { model, agent, permissionMode } = session;
  const effort = effortOf(session);
  return effort === undefined
    ? { model, agent, permissionMode }
    : { model, agent, permissionMode, effort };
}

/** The efforts that a model knows, where the server tells them. */
export function effortsOf(model: ModelInfo | undefined): string[] {
  const efforts: unknown = model && "efforts" in model ? model.efforts : undefined;
  return Array.isArray(efforts) ? efforts.filter((one) => typeof one === "string") : [];
}

function effortOf(session: Session): string | undefined {
  const effort: unknown = "effort" in session ? session.effort : undefined;
  return typeof effort === "string" ? effort : undefined;
}

function agentsOf(result: unknown): AgentChoice[] {
  if (typeof result !== "object" || result === null || !("agents" in result)) {
    return [];
  }
  const { agents } = result;
  if (!Array.isArray(agents)) {
    return [];
  }
  return agents.flatMap((agent: unknown) => {
    if (typeof agent !== "object" || agent === null || !("name" in agent)) {
      return [];
    }
    const description = "description" in agent ? agent.description : "";
    return typeof agent.name === "string"
      ? [{ name: agent.name, description: typeof description === "string" ? description : "" }]
      : [];
  });
}

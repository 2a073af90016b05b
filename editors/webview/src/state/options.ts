/** Model, agent, mode and effort: of the session that is shown, or chosen for the next one. */
import { signal } from "@preact/signals";
import type { AgentInfo, ModelInfo, Session } from "../../../../protocol/ts/aside";
import type { Choice } from "../port";
import type { Rpc } from "./rpc";

export class Options {
  /** All models, once they are known. */
  readonly models = signal<readonly ModelInfo[] | undefined>(undefined);
  readonly agents = signal<readonly AgentInfo[]>([]);
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
    this.agents.value = can("agent/list") ? (await this.#rpc.request("agent/list", {})).agents : [];
  }
}

/** What a session says of itself. */
export function choiceOf(session: Session): Choice {
  const { model, agent, permissionMode, effort } = session;
  return effort === undefined
    ? { model, agent, permissionMode }
    : { model, agent, permissionMode, effort };
}

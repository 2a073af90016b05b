/** Keeps what the user was writing, by session, until it is sent; also over a restart. */
import type { Memento } from "vscode";
import type { Draft } from "../port";
import { draftOf } from "./messages";

const KEY = "drafts";

/** Drafts that are kept; the ones changed last stay. */
const MAX_DRAFTS = 50;

/** Characters of an attachment's own data in a kept draft: pictures are not kept. */
const MAX_DATA = 64 * 1024;

/** The drafts of a workspace. That of a session which does not exist yet is under "". */
export class Drafts {
  private drafts: Map<string, Draft>;

  constructor(private readonly memory: Memento) {
    const kept = memory.get<unknown>(KEY);
    this.drafts = new Map(
      Object.entries(typeof kept === "object" && kept !== null ? kept : {}).flatMap(
        ([session, value]) => {
          const draft = draftOf(value);
          return draft === undefined ? [] : [[session, draft] as const];
        },
      ),
    );
  }

  /** All of them, by session. */
  all(): Record<string, Draft> {
    return Object.fromEntries(this.drafts);
  }

  /** Keeps a draft; an empty one is forgotten. */
  save(sessionId: string, draft: Draft): void {
    this.drafts.delete(sessionId);
    if (draft.text !== "" || draft.attachments.length > 0) {
      this.drafts.set(sessionId, draft);
    }
    for (const oldest of this.drafts.keys()) {
      if (this.drafts.size <= MAX_DRAFTS) {
        break;
      }
      this.drafts.delete(oldest);
    }
    void this.memory.update(KEY, this.small());
  }

  private small(): Record<string, Draft> {
    return Object.fromEntries(
      [...this.drafts].map(([session, draft]) => [
        session,
        {
          text: draft.text,
          attachments: draft.attachments.filter(({ block }) => {
            const data = block.type === "image" ? block.data : "text" in block ? block.text : "";
            return (data ?? "").length <= MAX_DATA;
          }),
        },
      ]),
    );
  }
}

/** Messages for a view that is not there yet. Pure. */
import type { ToView } from "../port";

/** How many are kept; they are what the user asked for, so never many. */
const MAX_WAITING = 20;

/** Messages in their order. */
export class Waiting {
  private messages: ToView[] = [];

  add(message: ToView): void {
    this.messages = [...this.messages, message].slice(-MAX_WAITING);
  }

  /** The user goes on elsewhere: a view that comes only then must not take the cursor away. */
  leave(): void {
    this.messages = this.messages.filter(({ type }) => type !== "focus");
  }

  /** All of them, once. */
  take(): ToView[] {
    const all = this.messages;
    this.messages = [];
    return all;
  }
}

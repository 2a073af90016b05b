/** When a server that ended by itself is started again, and when that is given up. */

/** Milliseconds before each start, in order; after the last one it is given up. */
export const DELAYS_MS: readonly number[] = [250, 1_000, 2_000, 4_000, 8_000];

/** A server that ran for so long counts as healthy: what was before is forgotten. */
export const HEALTHY_MS = 60_000;

/** Counts the ends of a server that nobody asked for. */
export class Backoff {
  private ends = 0;

  /** Which start comes next, from 1. */
  get attempt(): number {
    return this.ends;
  }

  /**
   * The server ended by itself after `ranMs`, which is 0 where it never answered. Says how many
   * milliseconds to wait before it is started again; undefined where that is in vain.
   */
  next(ranMs: number): number | undefined {
    if (ranMs >= HEALTHY_MS) {
      this.ends = 0;
    }
    const delay = DELAYS_MS[this.ends];
    this.ends += 1;
    return delay;
  }

  /** The user starts it: earlier ends do not count. */
  reset(): void {
    this.ends = 0;
  }
}

/**
 * Which entries are in the page: a window of a bounded number that moves as the user scrolls.
 * Pure. Numbers are those that entries keep when older ones come (`index - origin`).
 */

/** Entries that are drawn when the end is shown. */
export const AT_END = 60;
/** Entries by which the window moves. */
export const STEP = 30;
/** Entries that are drawn at most. */
export const MAX_DRAWN = 150;

/** From `from`, to `to` (not included); or to the end, whatever comes, where `to` is absent. */
export interface Window {
  from: number;
  to: number | undefined;
}

/** The numbers of all entries that are known: from `first`, to `end` (not included). */
export interface Known {
  first: number;
  end: number;
}

/** The window at the end. */
export function atEnd({ first, end }: Known): Window {
  return { from: Math.max(first, end - AT_END), to: undefined };
}

/** The window at the beginning of what is known. */
export function atStart({ first, end }: Known): Window {
  const to = first + AT_END;
  return { from: first, to: to >= end ? undefined : to };
}

/** What is really drawn. Where the end is followed for long, the beginning is let go. */
export function drawn(window: Window, known: Known): { from: number; to: number } {
  // The session was read anew and is shorter now.
  if (window.from >= known.end && window.to === undefined) {
    return { from: atEnd(known).from, to: known.end };
  }
  const to = Math.min(window.to ?? known.end, known.end);
  const least = window.to === undefined ? to - MAX_DRAWN : window.from;
  return { from: Math.min(to, Math.max(window.from, least, known.first)), to };
}

/** The window after a move up; the same one where there is nothing above. */
export function up(window: Window, known: Known): Window {
  const now = drawn(window, known);
  const from = Math.max(known.first, now.from - STEP);
  if (from === now.from) {
    return window;
  }
  const to = now.to - from > MAX_DRAWN ? from + MAX_DRAWN : window.to;
  return { from, to };
}

/** The window after a move down; the same one where it is at the end. */
export function down(window: Window, known: Known): Window {
  if (window.to === undefined) {
    return window;
  }
  const now = drawn(window, known);
  const to = now.to + STEP;
  const from = Math.max(now.from, Math.min(to, known.end) - MAX_DRAWN);
  return { from, to: to >= known.end ? undefined : to };
}

/** The list of sessions, kept up by events instead of being read anew. Pure. */
import type { Session } from "../protocol";

/** What a list shows of all sessions. */
export interface Filter {
  query: string;
  archived: boolean;
}

/** Whether a session belongs into a list. */
export function fits(session: Session, filter: Filter): boolean {
  return (
    session.archived === filter.archived &&
    session.title.toLowerCase().includes(filter.query.toLowerCase())
  );
}

/** Pinned ones first, then the ones changed last, as the server sorts. */
export function sorted(sessions: Iterable<Session>): Session[] {
  return [...sessions].sort(
    (a, b) =>
      Number(b.pinned) - Number(a.pinned) ||
      compare(b.updatedAt, a.updatedAt) ||
      compare(b.id, a.id),
  );
}

/** The list after a session has changed; undefined where that looks the same. */
export function changed(
  sessions: readonly Session[],
  session: Session,
  filter: Filter,
): Session[] | undefined {
  const old = sessions.find((one) => one.id === session.id);
  if (!fits(session, filter)) {
    return old === undefined ? undefined : sessions.filter((one) => one.id !== session.id);
  }
  if (old !== undefined && looks(old) === looks(session)) {
    return undefined;
  }
  return sorted([...sessions.filter((one) => one.id !== session.id), session]);
}

/** The sessions once their server is gone: what ran there runs no more. */
export function atRest(sessions: Iterable<Session>): Session[] {
  return [...sessions].map((session) => ({ ...session, status: "idle" }));
}

/** The page behind a list, without those that have moved into it meanwhile. */
export function appended(sessions: readonly Session[], page: readonly Session[]): Session[] {
  const known = new Set(sessions.map((one) => one.id));
  return [...sessions, ...page.filter((one) => !known.has(one.id))];
}

/** Words on a session: when it was used, what it does. */
export function description(session: Session, now: number): string {
  const state =
    session.status === "running"
      ? "running, "
      : session.status === "waiting"
        ? "waits for you, "
        : "";
  return `${state}${age(session.updatedAt, now)}`;
}

/** How long ago a time was, in one word or two. */
export function age(time: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  if (Number.isNaN(seconds)) {
    return "";
  }
  if (seconds < 60) {
    return "now";
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min`;
  }
  if (seconds < 86_400) {
    return `${Math.floor(seconds / 3600)} h`;
  }
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? "1 day" : `${days} days`;
}

function looks(session: Session): string {
  const { title, status, pinned, archived, updatedAt, model, permissionMode } = session;
  return JSON.stringify([title, status, pinned, archived, updatedAt, model, permissionMode]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

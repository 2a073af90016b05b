/** Links open in the browser or in the editor, and never in the view. */
import type { Chat } from "../state/chat";

/** Where a link leads: out, to a file at a line, or nowhere. */
export type Target =
  | { kind: "external"; url: string }
  | { kind: "file"; uri: string; line: number | undefined }
  | { kind: "none" };

/** Reads the address of a link as Markdown has it. */
export function targetOf(href: string, workspaceUri: string | undefined): Target {
  const address = href.trim();
  if (/^(https?:|mailto:)/i.test(address)) {
    return { kind: "external", url: address };
  }
  if (address === "" || address.startsWith("#")) {
    return { kind: "none" };
  }
  if (/^file:\/\//i.test(address)) {
    return file(address);
  }
  // `main.rs:10` is a file and a line, and not the scheme `main.rs`.
  if (/^[a-z][a-z+-]*:(?!\d+$)/i.test(address)) {
    return { kind: "none" };
  }
  if (address.startsWith("//")) {
    return { kind: "none" };
  }
  if (address.startsWith("/")) {
    return file(`file://${address}`);
  }
  return workspaceUri === undefined
    ? { kind: "none" }
    : file(`${workspaceUri.replace(/\/$/, "")}/${address.replace(/^\.\//, "")}`);
}

function file(address: string): Target {
  const found = /^(.*?)(?:#L(\d+)(?:-L?\d+)?|:(\d+)(?::\d+)?)?$/.exec(address);
  const line = found?.[2] ?? found?.[3];
  return {
    kind: "file",
    uri: found?.[1] ?? address,
    line: line === undefined ? undefined : Number(line),
  };
}

/** Handles a click anywhere in the view: the one place where a link does something. */
export function openLink(event: MouseEvent, chat: Chat): void {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (link === null) {
    return;
  }
  event.preventDefault();
  const target = targetOf(link.getAttribute("href") ?? "", chat.workspaceUri.value);
  if (target.kind === "external") {
    chat.send({ type: "openExternal", url: target.url });
  } else if (target.kind === "file") {
    openFile(chat, target.uri, target.line);
  }
}

function openFile(chat: Chat, uri: string, line: number | undefined): void {
  if (line === undefined || line < 1) {
    chat.send({ type: "openFile", uri });
    return;
  }
  const start = { line: line - 1, character: 0 };
  chat.send({ type: "openFile", uri, range: { start, end: start } });
}

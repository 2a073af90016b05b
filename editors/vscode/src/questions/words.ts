/** What notifications say of a question. */
import { visible } from "../../../webview/src/ui/visible";
import type {
  ChatElicitParams,
  ChatRequestPermissionParams,
  Effect,
  PermissionOption,
  ToolCall,
} from "../protocol";

/** How much of a command or a path a notification shows. */
const MAX_TEXT = 300;

/** How much of the reason: it ends in what is to be known of the call. The editor cuts at 1000. */
const MAX_REASON = 650;

/** What the agent wants to do, and why it asks. */
export function permissionText(request: ChatRequestPermissionParams): string {
  const what = whatOf(request);
  const why = cut(request.reason, MAX_REASON);
  return what === "" ? why : `${cut(what)} — ${why}`;
}

/** The answers that may be given without the chat: what is not seen whole is not allowed there. */
export function answersHere(request: ChatRequestPermissionParams): PermissionOption[] {
  const isWhole = isSeenWhole(request);
  return request.options.filter(({ kind }) => isWhole || kind.startsWith("reject"));
}

/** The answers that have room in a notification: those for this once, where there are such. */
export function shortOptions(options: readonly PermissionOption[]): PermissionOption[] {
  const once = options.filter(({ kind }) => kind === "allowOnce" || kind === "rejectOnce");
  return (once.length > 0 ? once : options).slice(0, 2);
}

/** A command as it is, since its title is only how it begins; else the title, or the effects. */
function whatOf({ item, effects }: ChatRequestPermissionParams): string {
  if (item.type === "toolCall") {
    const { command } = item.arguments;
    if (isShell(item) && typeof command === "string") {
      return command.trim();
    }
    if (item.title !== "") {
      return item.title;
    }
  }
  return effects
    .map(effectText)
    .filter((text) => text !== "")
    .join(", ");
}

/** Whether it is the shell: any other tool may call an argument `command`. */
function isShell(item: ToolCall): boolean {
  return item.source.type === "builtin" && item.kind === "execute" && item.name === "bash";
}

function isSeenWhole(request: ChatRequestPermissionParams): boolean {
  const what = whatOf(request);
  const isCut = cut(what).endsWith("…") || cut(request.reason, MAX_REASON).endsWith("…");
  return !isCut && !hasMore(request);
}

/** Whether there are arguments that the text does not have. Titles of edits and reads name the file. */
function hasMore({ item }: ChatRequestPermissionParams): boolean {
  if (item.type !== "toolCall" || (item.source.type === "builtin" && item.kind !== "execute")) {
    return false;
  }
  return Object.keys(item.arguments).some((name) => !(isShell(item) && name === "command"));
}

/** The question, and who has it. */
export function elicitationText(request: ChatElicitParams): string {
  const who = request.server === undefined ? "Aside" : `Aside (${request.server})`;
  return `${who} asks: ${cut(request.message)}`;
}

function effectText(effect: Effect): string {
  switch (effect.type) {
    case "readPath":
      return `read ${effect.path}`;
    case "writePath":
      return `write ${effect.path}`;
    case "runProgram":
      return `run ${[effect.program, ...effect.arguments].join(" ")}`;
    case "network":
      return `reach ${effect.host}`;
    case "mcpTool":
      return `call ${effect.tool} of ${effect.server}`;
    default:
      return "";
  }
}

function cut(text: string, most = MAX_TEXT): string {
  const line = visible(
    text
      .trim()
      .replace(/\s*\n\s*/g, " ⏎ ")
      .replace(/\s+/g, " "),
  );
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/** What notifications say of a question. */
import type {
  ChatElicitParams,
  ChatRequestPermissionParams,
  Effect,
  PermissionOption,
} from "../protocol";

/** How much of a command or a path a notification shows. */
const MAX_TEXT = 300;

/** What the agent wants to do, and why it asks. */
export function permissionText(request: ChatRequestPermissionParams): string {
  const title = request.item.type === "toolCall" ? request.item.title : "";
  const effects = request.effects.map(effectText).filter((text) => text !== "");
  const what = title === "" ? effects.join(", ") : title;
  return what === "" ? cut(request.reason) : `${cut(what)} — ${cut(request.reason)}`;
}

/** The answers that have room in a notification: those for this once, where there are such. */
export function shortOptions(options: readonly PermissionOption[]): PermissionOption[] {
  const once = options.filter(({ kind }) => kind === "allowOnce" || kind === "rejectOnce");
  return (once.length > 0 ? once : options).slice(0, 2);
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

function cut(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}

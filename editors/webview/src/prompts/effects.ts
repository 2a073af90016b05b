/** What a tool call would do, in words: pure. */
import type { Effect } from "../../../../protocol/ts/aside";
import { place } from "../ui/format";

/** One effect: what sort of thing, and what exactly. */
export interface Described {
  verb: string;
  object: string;
}

/** `workspaceUri` shortens the paths that are in it. */
export function describe(effect: Effect, workspaceUri: string | undefined): Described {
  switch (effect.type) {
    case "readPath":
      return { verb: "Read", object: shortened(effect.path, workspaceUri) };
    case "writePath":
      return { verb: "Write", object: shortened(effect.path, workspaceUri) };
    case "runProgram":
      return { verb: "Run", object: [effect.program, ...effect.arguments].map(quoted).join(" ") };
    case "network":
      return { verb: "Connect to", object: effect.host };
    case "mcpTool":
      return {
        verb: effect.readOnly ? "Call (reads only)" : "Call",
        object: `${effect.tool} of ${effect.server}`,
      };
    default:
      return { verb: "Do", object: JSON.stringify(effect) };
  }
}

function shortened(path: string, workspaceUri: string | undefined): string {
  return workspaceUri === undefined || !path.startsWith("/")
    ? path
    : place(`file://${encodeURI(path)}`, workspaceUri);
}

/** A word of a command, in quotes where it would otherwise be more than one. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

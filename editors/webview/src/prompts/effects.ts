/** What a tool call would do, in words: pure. */
import type { Effect } from "../../../../protocol/ts/aside";

/** One effect: what sort of thing, and what exactly. */
export interface Described {
  verb: string;
  object: string;
}

export function describe(effect: Effect): Described {
  switch (effect.type) {
    case "readPath":
      return { verb: "Read", object: effect.path };
    case "writePath":
      return { verb: "Write", object: effect.path };
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

/** A word of a command, in quotes where it would otherwise be more than one. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

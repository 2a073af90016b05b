/** What a question says of the call that it is about, so that no call can look like another: pure. */
import type { ChatRequestPermissionParams } from "../../../../protocol/ts/aside";
import { visible } from "../ui/visible";

/** What is asked for. */
export interface Asked {
  title: string;
  /** The command that would run, where one would. */
  command: string | undefined;
  /** Names and values that nothing else of the question shows. */
  arguments: { name: string; value: string }[];
}

/** Only the shell is asked for as what runs a command, whatever others call
 * their arguments. A preview shows what an edit is made of. */
export function askedFor({ item, preview }: ChatRequestPermissionParams): Asked {
  if (item.type !== "toolCall") {
    return { title: "Tool call?", command: undefined, arguments: [] };
  }
  const { command } = item.arguments;
  const isShell = item.source.type === "builtin" && item.kind === "execute" && item.name === "bash";
  const runs = isShell && typeof command === "string";
  const shown = (preview ?? []).length > 0 ? [] : Object.entries(item.arguments);
  return {
    title: runs ? "Run this command?" : `${visible(item.title || item.name)}?`,
    command: runs ? visible(command) : undefined,
    arguments: shown
      .filter(([name]) => !(runs && name === "command"))
      .map(([name, value]) => ({
        name: visible(name),
        value: visible(typeof value === "string" ? value : JSON.stringify(value, null, 2)),
      })),
  };
}

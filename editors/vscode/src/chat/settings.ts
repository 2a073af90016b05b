/** What of the editor's settings concerns the chat view. */
import { workspace } from "vscode";
import type { ViewSettings } from "../port";

/** As they are now. */
export function viewSettings(): ViewSettings {
  const said = workspace.getConfiguration("aside.chat");
  return {
    sendOn: said.get<string>("sendOn") === "modEnter" ? "modEnter" : "enter",
    unfold: {
      reasoning: said.get<boolean>("unfoldReasoning") === true,
      tools: said.get<boolean>("unfoldTools") === true,
    },
  };
}

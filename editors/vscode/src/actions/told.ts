/** Does something for the user, and says in a notification what failed. */
import { commands, window } from "vscode";
import { serverError } from "../server/errors";

/** Runs it; what it throws is shown with what can be done about it. */
export async function told(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    const { code, message } = serverError(thrown);
    const remedy =
      code === "noModel" || code === "auth"
        ? { title: "Add a Key", command: "aside.addKey" }
        : { title: "Show Log", command: "aside.showLog" };
    const chosen = await window.showErrorMessage(message, remedy);
    if (chosen !== undefined) {
      await commands.executeCommand(chosen.command);
    }
  }
}

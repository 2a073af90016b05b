/** Shows open questions as notifications while the chat view, which shows them too, is hidden. */
import { commands, type Disposable, env, Uri, window } from "vscode";
import { visible } from "../../../webview/src/ui/visible";
import { isWebAddress } from "../chat/messages";
import type { ChatElicitParams, ChatRequestPermissionParams } from "../protocol";
import type { Question, Questions } from "./open";
import { answersHere, elicitationText, permissionText, shortOptions } from "./words";

const LATE = "Aside: this was answered already, or is not asked any more.";

/** The notifications of questions. */
export class Notifications implements Disposable {
  /** The questions that have a notification, so that each has one. */
  private readonly shown = new Set<string>();

  constructor(
    private readonly questions: Questions,
    private readonly viewIsVisible: () => boolean,
  ) {
    questions.listen({
      asked: () => this.update(),
      settled: (requestId) => this.shown.delete(requestId),
    });
  }

  /** The chat view was shown or hidden, or there is a new question. */
  update(): void {
    if (this.viewIsVisible()) {
      return;
    }
    for (const question of this.questions.all()) {
      const { requestId } = question.request;
      if (!this.shown.has(requestId)) {
        this.shown.add(requestId);
        void this.show(question);
      }
    }
  }

  dispose(): void {
    this.shown.clear();
  }

  private show(question: Question): Promise<void> {
    return question.kind === "permission"
      ? this.showPermission(question.request)
      : this.showElicitation(question.request);
  }

  private async showPermission(request: ChatRequestPermissionParams): Promise<void> {
    const { requestId } = request;
    const buttons: { title: string; id?: string }[] = shortOptions(answersHere(request)).map(
      ({ label, id }) => ({ title: visible(label), id }),
    );
    buttons.push({ title: "More…" });
    const chosen = await window.showWarningMessage(permissionText(request), ...buttons);
    // A notification that is closed is no answer: the chat still has the question.
    if (chosen !== undefined) {
      const id = chosen.id ?? (await this.chooseOption(request));
      if (id !== undefined && !this.questions.answerPermission(requestId, { optionId: id })) {
        window.setStatusBarMessage(LATE, 5_000);
      }
    }
  }

  /** All answers that may be given here, with the whole of their labels. */
  private async chooseOption(request: ChatRequestPermissionParams): Promise<string | undefined> {
    const inChat = { label: "Show in Chat", id: undefined };
    const items = answersHere(request).map(({ label, id }) => ({ label: visible(label), id }));
    const chosen = await window.showQuickPick([...items, inChat], {
      title: permissionText(request),
    });
    if (chosen === inChat) {
      await commands.executeCommand("aside.openChat");
    }
    return chosen?.id;
  }

  private async showElicitation(request: ChatElicitParams): Promise<void> {
    const { requestId, url } = request;
    const page = url !== undefined && isWebAddress(url) ? url : undefined;
    const answer = page === undefined ? "Answer in Chat" : "Open Page";
    const chosen = await window.showInformationMessage(elicitationText(request), answer, "Decline");
    if (chosen === undefined) {
      return;
    }
    if (!this.questions.isOpen(requestId)) {
      window.setStatusBarMessage(LATE, 5_000);
    } else if (chosen === "Decline") {
      this.questions.answerElicitation(requestId, { action: "decline" });
    } else if (page === undefined) {
      await commands.executeCommand("aside.openChat");
    } else {
      await env.openExternal(Uri.parse(page, true));
      this.questions.answerElicitation(requestId, { action: "accept" });
    }
  }
}

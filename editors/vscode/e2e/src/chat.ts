// The chat view as its user sees it: it lies in a frame inside a frame of the editor's page.
import type { Frame, FrameLocator, Locator, Page } from "playwright-core";
import { PATIENCE_MS, TRY_MS, until } from "./waiting.ts";
import type { Workbench } from "./workbench.ts";

/** The frame of a webview, and the one in it that has its content. */
const OUTER = 'iframe.webview.ready[src*="extensionId=aside.aside"]';
const INNER = "#active-frame";

export class Chat {
  readonly page: Page;
  readonly workbench: Workbench;
  readonly frame: FrameLocator;

  constructor(page: Page, workbench: Workbench) {
    this.page = page;
    this.workbench = workbench;
    this.frame = page.frameLocator(OUTER).frameLocator(INNER);
  }

  /** Shows the view, and waits until one can write. */
  async open(): Promise<void> {
    await this.openView();
    await this.input().waitFor();
    await until(
      "view that is connected",
      async () => (await this.input().isEnabled()) || undefined,
    );
    // The view takes the focus once it is drawn: what is typed before then would go astray. What
    // the editor does beside it, as at its start or when a notification ends, may take it first.
    await until("chat that has the focus", async () => {
      const isFocused = await this.inputFocused(TRY_MS).then(
        () => true,
        () => false,
      );
      if (!isFocused) await this.openView();
      return isFocused || undefined;
    });
  }

  /** Shows the view, whatever is in it. */
  async openView(): Promise<void> {
    await this.workbench.command("Aside: Open Chat");
    await this.frame.locator("body").waitFor();
  }

  /** Shows the files instead. */
  async hide(): Promise<void> {
    await this.workbench.command("View: Show Explorer");
    await this.page.locator(OUTER).first().waitFor({ state: "hidden" });
  }

  /** The frame itself, to look into with code. */
  async innerFrame(): Promise<Frame> {
    const element = await this.page.frameLocator(OUTER).locator(INNER).elementHandle();
    const frame = await element?.contentFrame();
    if (!frame) throw new Error("the chat has no frame");
    return frame;
  }

  input(): Locator {
    return this.frame.getByRole("textbox", { name: "Message", exact: true });
  }

  async write(text: string): Promise<void> {
    await this.input().fill(text);
  }

  async draft(): Promise<string> {
    return this.input().inputValue();
  }

  async send(text: string): Promise<void> {
    await this.write(text);
    await this.sendDraft();
  }

  /** Sends what is written, once there is somebody to send it to. */
  async sendDraft(): Promise<void> {
    const button = this.frame.getByRole("button", { name: /^(Send|Queue the message)$/ });
    await until("server to send to", async () => (await button.isEnabled()) || undefined);
    await this.input().press("Enter");
  }

  async inputFocused(limit = PATIENCE_MS): Promise<void> {
    const look = async () => {
      const focused = this.input().and(this.frame.locator(":focus"));
      return (await focused.count()) > 0 || undefined;
    };
    await until("focus where one writes", look, limit);
  }

  log(): Locator {
    return this.frame.getByRole("log");
  }

  async transcriptText(): Promise<string> {
    return this.log().innerText();
  }

  answers(): Locator {
    return this.log().getByRole("article", { name: "Answer" });
  }

  /** Waits for an answer that has this text. */
  async answered(text: string): Promise<void> {
    await this.answers().filter({ hasText: text }).last().waitFor();
  }

  /** Waits for what the user said. */
  async said(text: string): Promise<void> {
    await this.log()
      .getByRole("article", { name: "Your message" })
      .filter({ hasText: text })
      .waitFor();
  }

  stopButton(): Locator {
    return this.frame.getByRole("button", { name: "Stop", exact: true });
  }

  /** Whether a turn runs: what is sent now would wait. */
  async isBusy(): Promise<boolean> {
    const queue = this.frame.getByRole("button", { name: "Queue the message", exact: true });
    return this.stopButton().or(queue).isVisible();
  }

  async stop(): Promise<void> {
    await this.stopButton().click();
  }

  /** Waits until no turn runs. */
  async idle(): Promise<void> {
    await until("end of the turn", async () => !(await this.isBusy()) || undefined);
  }

  async isEmpty(): Promise<void> {
    await until("empty chat", async () => (await this.answers().count()) === 0 || undefined);
  }

  /** Waits until the transcript does not have this text any more. */
  async lacks(text: string): Promise<void> {
    await until(`chat without "${text}"`, async () => {
      return !(await this.transcriptText()).includes(text) || undefined;
    });
  }

  /** Waits for a message that waits its turn. */
  async queued(text: string): Promise<void> {
    const waiting = this.frame.getByRole("list", { name: "Messages that wait" });
    await waiting.getByText(text).first().waitFor();
  }

  /** The question for permission that is open. */
  question(): Locator {
    return this.frame.getByRole("alertdialog");
  }

  async refuse(words: string): Promise<void> {
    await this.question().getByRole("textbox").fill(words);
    await this.question().getByRole("textbox").press("Enter");
  }

  /** Waits for an explanation, wherever in the view. */
  async explains(what: RegExp): Promise<void> {
    await this.frame.getByText(what).first().waitFor();
  }

  /** Whether a message is in the transcript, or back where it was written. */
  async draftOrSaid(text: string): Promise<boolean> {
    const words = (await this.log().count()) > 0 ? await this.transcriptText() : "";
    return words.includes(text) || (await this.draft()) === text;
  }

  /** Unfolds the last tool call whose line has this text. */
  async unfoldTool(...words: string[]): Promise<void> {
    let line = this.log().locator(".tool > .fold-head");
    for (const word of words) line = line.filter({ hasText: word });
    if ((await line.last().getAttribute("aria-expanded")) !== "true") {
      await line.last().click();
    }
  }

  /** Shows all of the plan. */
  async unfoldPlan(): Promise<void> {
    await this.frame.getByRole("button", { name: /^Plan \d/ }).click();
  }

  /** Shows the end of the transcript. */
  async toEnd(): Promise<void> {
    await this.log().evaluate((log) => log.scrollTo(0, log.scrollHeight));
  }

  /** Presses Tab until this has the focus. */
  async tabTo(target: Locator): Promise<void> {
    for (let presses = 0; presses < 60; presses += 1) {
      if ((await target.and(this.frame.locator(":focus")).count()) > 0) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error("60 presses of Tab do not lead there");
  }

  /** Makes the side bar this wide, in pixels. */
  async widen(width: number): Promise<void> {
    const box = await this.page.locator(".part.sidebar").boundingBox();
    if (!box) throw new Error("there is no side bar");
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + width, y, { steps: 4 });
    await this.page.mouse.up();
  }
}

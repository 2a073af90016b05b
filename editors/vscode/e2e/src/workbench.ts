// The editor around the chat: commands, files, what an editor shows, notifications.

import type { Locator, Page } from "playwright-core";
import { expectLines } from "./texts.ts";
import { TRY_MS, until } from "./waiting.ts";

/** How far down a list an entry may be. */
const MAX_STEPS = 10;

/** The editor as its user sees it. */
export class Workbench {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Waits until extensions work. */
  async ready(): Promise<void> {
    await this.page.locator(".monaco-workbench").waitFor();
    await this.page
      .locator(".part.statusbar")
      .getByRole("button", { name: /Aside/ })
      .first()
      .waitFor();
  }

  /** Runs a command by its title, as the palette shows it. */
  async command(title: string): Promise<void> {
    await this.choose(`>${title}`, title);
  }

  /** Opens a file of the workspace, and puts the cursor into it. */
  async openFile(name: string): Promise<void> {
    await this.choose(name, name);
    await this.editor(name).locator(".view-lines").waitFor();
  }

  /** Writes into the box at the top, and takes the entry that is named so. */
  async choose(text: string, entry: string): Promise<void> {
    const box = this.page.locator(".quick-input-widget");
    const input = box.locator("input").first();
    const named = new RegExp(`^${entry.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}([, ]|$)`);
    // What starts beside it may take the focus and so close the box: then once more.
    await until(`entry "${entry}" of the box at the top`, async () => {
      if (!(await input.isVisible())) await this.page.keyboard.press("F1");
      await input.fill(text, { timeout: TRY_MS });
      const row = box.getByRole("option", { name: named }).first();
      await row.waitFor({ timeout: TRY_MS });
      for (let steps = 0; steps < MAX_STEPS; steps += 1) {
        const classes = await row.getAttribute("class", { timeout: TRY_MS });
        if (classes?.split(" ").includes("focused")) {
          await this.page.keyboard.press("Enter");
          return true;
        }
        await this.page.keyboard.press("ArrowDown");
      }
      return undefined;
    });
  }

  /** The editor that shows this file. */
  editor(name: string): Locator {
    return this.page
      .locator(`.editor-group-container .monaco-editor[data-uri$="/${name}"]`)
      .first();
  }

  /** What of a file the editor shows: all of it, if it is short. */
  async text(name: string): Promise<string> {
    const lines = await this.editor(name)
      .locator(".view-lines > .view-line")
      .evaluateAll((all) =>
        all
          .map((line) => ({
            top: Number.parseFloat((line as HTMLElement).style.top),
            text: line.textContent ?? "",
          }))
          .sort((a, b) => a.top - b.top)
          .map((line) => line.text),
      );
    return lines.join("\n").replaceAll("\u00a0", " ");
  }

  /** Waits until the editor shows these lines. */
  async shows(name: string, wanted: string): Promise<void> {
    await expectLines(`text in ${name}`, wanted, () => this.text(name));
  }

  /** Puts the cursor at the end of a line, counted from 1, and types. */
  async typeAtEndOf(name: string, line: number, text: string, pace = 0): Promise<void> {
    await this.editor(name).locator(".view-lines").click();
    await this.page.keyboard.press("Control+Home");
    for (let down = 1; down < line; down += 1) {
      await this.page.keyboard.press("ArrowDown");
    }
    await this.page.keyboard.press("End");
    await this.page.keyboard.type(text, { delay: pace });
  }

  /** The message at the corner that has this text. */
  toast(text: string | RegExp): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
  }

  /** Shows the beginning of a file. */
  async top(name: string): Promise<void> {
    await this.editor(name).locator(".view-lines").click();
    await this.page.keyboard.press("Control+Home");
  }

  /** Opens a view of the side bar, by its title. */
  async unfold(title: string): Promise<Locator> {
    // The header may have words on what is in the view.
    const name = new RegExp(`^${title}\\b.*Section$`);
    const header = this.page.getByRole("button", { name });
    if ((await header.getAttribute("aria-expanded")) !== "true") await header.click();
    return this.page.locator(".pane", { has: header });
  }

  /** Opens a session by its title, in the list of sessions. */
  async openSession(title: string): Promise<void> {
    const pane = await this.unfold("Sessions");
    await pane.getByRole("treeitem", { name: title }).first().click();
  }

  /** Takes an entry of the menu that is open. */
  async menu(name: string): Promise<void> {
    const entry = this.page.getByRole("menuitem", { name });
    await entry.waitFor();
    // A menu that has just opened takes no clicks.
    await until("end of the menu", async () => {
      await entry.hover({ timeout: TRY_MS });
      await this.page.keyboard.press("Enter");
      return (await entry.count()) === 0 || undefined;
    });
  }

  /** Undoes the last turn, and says yes to what is asked. */
  async undoTurn(): Promise<void> {
    await this.command("Aside: Undo Last Turn\u2026");
    const dialog = this.page.locator(".monaco-dialog-box");
    await dialog.getByRole("button", { name: "Files and Conversation" }).click();
  }

  async shot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }
}

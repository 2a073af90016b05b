// A test: a world, the editor open on its workspace, and the chat beside it.
import { join } from "node:path";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { endBrowser, keepFailure, newPage, type Seen } from "./browser.ts";
import { Chat } from "./chat.ts";
import { said } from "./places.ts";
import { within } from "./waiting.ts";
import { Workbench } from "./workbench.ts";
import { World } from "./world.ts";

/** How long a whole test may take. */
const TEST_MS = 150_000;

export interface Scene {
  world: World;
  page: Page;
  workbench: Workbench;
  chat: Chat;
}

export interface SceneOptions extends Seen {
  /** Files of the workspace. */
  files?: Record<string, string>;
  /** Called before the editor is opened. */
  before?: (world: World) => Promise<void> | void;
  /** The server of VS Code; the one that all share unless given. */
  url?: () => string;
  /** Does not open the chat, nor wait for the server. */
  isBare?: boolean;
  /** Does not open the editor either. */
  isPlain?: boolean;
}

after(endBrowser);

/** Registers a test. */
export function scene(
  name: string,
  options: SceneOptions,
  play: (scene: Scene) => Promise<void>,
): void {
  test(name, { timeout: TEST_MS }, async () => {
    const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    const world = await World.make(slug, options.files ?? {});
    await options.before?.(world);
    const log = join(world.folder, "console.log");
    const { page, context } = await newPage(log, options);
    try {
      const server = options.url?.() ?? said("ASIDE_E2E_URL");
      const workbench = new Workbench(page);
      const chat = new Chat(page, workbench);
      if (!options.isPlain) {
        await page.goto(`${server}/?folder=${encodeURIComponent(world.workspace)}`);
      }
      if (!options.isBare && !options.isPlain) {
        await workbench.ready();
        await chat.open();
      }
      await play({ world, page, workbench, chat });
    } catch (error) {
      await keepFailure(slug, page);
      throw error;
    } finally {
      await within("end of the page", context.close());
      await world.end();
    }
  });
}

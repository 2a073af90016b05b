// Opens a page that runs the tests of `suite` inside the extension host, and reads how they went.
import { strictEqual } from "node:assert";
import { join } from "node:path";
import { here, said } from "../src/places.ts";
import { scene } from "../src/scene.ts";
import { within } from "../src/waiting.ts";
import { MARK, PRESS } from "./suite/harness.ts";

/** How long all tests inside may take together. */
const ALL_MS = 140_000;

const editor = () => said("ASIDE_E2E_INSIDE_URL");

scene(
  "inside the extension host",
  { url: editor, isPlain: true },
  async ({ page, world, chat }) => {
    const authority = `vscode-remote://${new URL(editor()).host}`;
    const folder = join(here(), "inside");
    const payload = JSON.stringify([
      ["extensionDevelopmentPath", `${authority}${folder}/extension`],
      ["extensionTestsPath", `${authority}${folder}/suite/index.ts`],
    ]);
    await page.exposeFunction("codeAutomationLog", (_kind: string, words: unknown[]) => {
      const line = words.map(String).join(" ");
      if (line.startsWith(PRESS)) {
        const answer = chat.question().getByRole("button", { name: line.slice(PRESS.length) });
        answer
          .first()
          .click()
          .catch((error: unknown) => console.log(`${MARK} ${error}`));
      } else if (line.startsWith(MARK)) {
        console.log(line);
      }
    });
    const ended = new Promise<number>((resolve) => {
      page.exposeFunction("codeAutomationExit", (code: number) => resolve(code));
    });
    const query = new URLSearchParams({ folder: world.workspace, payload });
    await page.goto(`${editor()}/?${query}`);
    strictEqual(await within("end of the tests inside", ended, ALL_MS), 0);
  },
);

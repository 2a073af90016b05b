// The pictures of the README: a real conversation, in a light and a dark theme.
import { join } from "node:path";
import { out } from "../src/places.ts";
import { type Scene, scene } from "../src/scene.ts";
import { call, type Part, say } from "../src/script.ts";

const PARSER = `/** Reads durations such as "1h 30m" and gives seconds. */
export function parseDuration(text: string): number {
  let total = 0;
  for (const part of text.split(" ")) {
    const value = Number.parseInt(part, 10);
    const unit = part.at(-1);
    if (unit === "h") total += value * 3600;
    if (unit === "m") total += value * 60;
    if (unit === "s") total += value;
  }
  return total;
}

/** Shows seconds as a person would say them. */
export function formatDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? \`\${hours} h \${minutes} min\` : \`\${minutes} min\`;
}
`;

const TEST = `import { strictEqual, throws } from "node:assert";
import { test } from "node:test";
import { parseDuration } from "./duration.ts";

test("hours and minutes", () => strictEqual(parseDuration("1h 30m"), 5400));
test("nonsense is refused", () => throws(() => parseDuration("soon")));
`;

const UNITS: [string, string][] = [
  [
    `  let total = 0;
  for`,
    `  const units = new Map([["h", 3600], ["m", 60], ["s", 1]]);
  let total = 0;
  for`,
  ],
  [
    `    const value = Number.parseInt(part, 10);
    const unit = part.at(-1);
    if (unit === "h") total += value * 3600;
    if (unit === "m") total += value * 60;
    if (unit === "s") total += value;`,
    `    const [, value, unit] = /^(\\d+)([hms])$/.exec(part) ?? [];
    const factor = units.get(unit ?? "");
    if (value === undefined || factor === undefined) {
      throw new RangeError(\`"\${part}" is not a duration\`);
    }
    total += Number(value) * factor;`,
  ],
];

const ENTRIES = ["Find out why “soon” is 0 seconds", "Refuse what is no duration", "Run the tests"];

function plan(id: string, done: number): Part {
  const status = (index: number) =>
    index < done ? "completed" : index === done ? "in_progress" : "pending";
  const entries = ENTRIES.map((text, index) => ({ text, status: status(index) }));
  return call(id, "update_plan", { entries });
}

async function converse({ world, chat, workbench, page }: Scene): Promise<void> {
  await workbench.openFile("duration.ts");
  await chat.widen(520);
  world.script.reply(
    { reasoning: "The parser adds NaN, or nothing, for what it does not know." },
    say("I will look at the parser first."),
    plan("p1", 0),
    call("r1", "read_file", { path: "src/duration.ts" }),
  );
  const edits = UNITS.map(([old_text, new_text]) => ({ old_text, new_text }));
  world.script.reply(plan("p2", 1), call("e1", "edit_file", { path: "src/duration.ts", edits }));
  const test = { command: "node --test src/duration.test.ts 2>&1 | grep -E '^. (pass|fail)'" };
  world.script.reply(plan("p3", 2), call("b1", "bash", test));
  world.script.reply(plan("p4", 3), say(ANSWER));
  await chat.send(
    'parseDuration("soon") gives 0. It should throw. Please fix it, and run the tests.',
  );
  await chat.answered("throws a RangeError");
  await chat.idle();
  await chat.unfoldTool("duration.ts", "edit");
  await workbench.top("duration.ts");
  await chat.input().focus();
  await page.mouse.move(900, 700);
}

const ANSWER = `\`parseDuration\` now throws a \`RangeError\` for what is no duration, and names the part:

\`\`\`ts
parseDuration("1h 30m"); // 5400
parseDuration("soon");   // RangeError: "soon" is not a duration
\`\`\`

Both tests pass. The two changes wait in **duration.ts** for you to keep or undo.`;

for (const [name, theme] of [
  ["light", "Light Modern"],
  ["dark", "Dark Modern"],
]) {
  const settings = { "workbench.colorTheme": theme, "editor.fontSize": 13 };
  const files = {
    "src/duration.ts": PARSER,
    "src/duration.test.ts": TEST,
    ".vscode/settings.json": JSON.stringify(settings),
  };
  const free = { ASIDE_PERMISSION_MODE: "full" };
  scene(
    `picture of a conversation, ${name}`,
    { files, scale: 1.5, before: (world) => world.setVariables(free) },
    async (stage) => {
      await converse(stage);
      await stage.workbench.shot(join(out("images"), `vscode-${name}.png`));
    },
  );
}

// The pictures of the README: a real conversation, in a light and a dark theme.
import { join } from "node:path";
import { out } from "../src/places.ts";
import { type Scene, scene } from "../src/scene.ts";
import { call, type Part, say } from "../src/script.ts";

const PARSER = `"""Reads and shows durations."""

UNITS = {"h": 3600, "m": 60, "s": 1}


def parse(text: str) -> int:
    """The seconds of a duration such as "1h 30m"."""
    total = 0
    for part in text.split():
        if part[:-1].isdigit() and part[-1] in UNITS:
            total += int(part[:-1]) * UNITS[part[-1]]
    return total


def show(seconds: int) -> str:
    """A duration as a person would say it."""
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
`;

const TEST = `import unittest

from duration import parse


class Parse(unittest.TestCase):
    def test_hours_and_minutes(self):
        self.assertEqual(parse("1h 30m"), 5400)

    def test_nonsense(self):
        with self.assertRaises(ValueError):
            parse("soon")
`;

const CHANGES: [string, string][] = [
  [
    `    """The seconds of a duration such as "1h 30m"."""
`,
    `    """The seconds of a duration such as "1h 30m", or a ValueError."""
`,
  ],
  [
    `        if part[:-1].isdigit() and part[-1] in UNITS:
            total += int(part[:-1]) * UNITS[part[-1]]
`,
    `        number, unit = part[:-1], part[-1]
        if not number.isdigit() or unit not in UNITS:
            raise ValueError(f"{part!r} is no duration")
        total += int(number) * UNITS[unit]
`,
  ],
];

const ENTRIES = [
  "Find out why “soon” is 0 seconds",
  "Refuse what is no duration",
  "Run the tests",
  "Add a line to the changelog",
];

function plan(id: string, done: number): Part {
  const status = (index: number) =>
    index < done ? "completed" : index === done ? "inProgress" : "pending";
  const entries = ENTRIES.map((text, index) => ({ text, status: status(index) }));
  return call(id, "update_plan", { entries });
}

async function converse({ world, chat, workbench, page }: Scene): Promise<void> {
  const path = "duration.py";
  await workbench.openFile(path);
  await chat.widen(560);
  world.script.reply(
    { reasoning: "The parser passes over what it does not know." },
    say("I will look at the parser first."),
    plan("p1", 0),
    call("r1", "read_file", { path }),
  );
  const edits = CHANGES.map(([old_text, new_text]) => ({ old_text, new_text }));
  world.script.reply(plan("p2", 1), call("e1", "edit_file", { path, edits }));
  const test = { command: "python3 -m unittest -q test_duration" };
  world.script.reply(plan("p3", 2), call("b1", "bash", test));
  world.script.reply(plan("p4", 3));
  world.script.reply(say(ANSWER));
  await chat.send(
    'parse("soon") gives 0. It should raise an error. Please fix it and run the tests.',
  );
  await chat.answered("now raises");
  await chat.idle();
  await chat.unfoldTool(path, "Edit");
  await chat.unfoldPlan();
  await workbench.top(path);
  await chat.toEnd();
  await chat.input().focus();
  await page.mouse.move(900, 700);
}

const ANSWER = `\`parse\` now raises a \`ValueError\` that names the part:

\`\`\`python
parse("1h 30m")  # 5400
parse("soon")    # ValueError: 'soon' is no duration
\`\`\`

Both tests pass. Shall I add a line to the changelog, too?`;

for (const [name, theme] of [
  ["light", "Light Modern"],
  ["dark", "Dark Modern"],
]) {
  const settings = { "workbench.colorTheme": theme, "editor.fontSize": 13 };
  const files = {
    "duration.py": PARSER,
    "test_duration.py": TEST,
    ".vscode/settings.json": JSON.stringify(settings),
  };
  const free = { ASIDE_PERMISSION_MODE: "full" };
  scene(
    `picture of a conversation, ${name}`,
    { files, scale: 1.5, height: 900, before: (world) => world.setVariables(free) },
    async (stage) => {
      await converse(stage);
      await stage.workbench.shot(join(out("images"), `vscode-${name}.png`));
    },
  );
}

// A session of the length that is asked for, as a server would tell it page by page, and a stream.

const TIME = "2026-01-31T12:00:00Z";
const USAGE = { inputTokens: 1000, cachedInputTokens: 0, outputTokens: 100, reasoningTokens: 0 };
const SESSION = "00000000-0000-7000-8000-000000000000";
/** Items of one turn. */
const PER_TURN = 5;

const ANSWER = `The function reads the file **once**, and keeps what it saw.

- It opens \`src/main.rs\` and looks for the old text.
- What it finds is replaced, and the rest stays.

\`\`\`rust
fn main() {
    let text = std::fs::read_to_string("a.txt");
    println!("{text:?}");
}
\`\`\`

That is all there is to it.
`;

const MODEL = {
  provider: "openai",
  contextWindow: 128_000,
  maxOutput: 8000,
  vision: true,
  reasoning: true,
  tools: true,
  available: true,
};
const MODELS = [
  { ...MODEL, id: "openai/scripted", name: "Scripted", efforts: ["low", "high"] },
  { ...MODEL, id: "openai/plain", name: "Plain", efforts: [] },
  { ...MODEL, id: "openai/none", name: "None", available: false, reason: "There is no key." },
];
const AGENTS = [
  { name: "default", description: "For all work.", source: "builtin" },
  { name: "review", description: "Looks for faults.", source: "builtin" },
];

const id = (number) => `00000000-0000-7000-8001-${String(number).padStart(12, "0")}`;
const turnId = (number) => `00000000-0000-7000-8002-${String(number).padStart(12, "0")}`;

function item(number) {
  const base = { id: id(number), turnId: turnId(Math.floor(number / PER_TURN)), createdAt: TIME };
  switch (number % PER_TURN) {
    case 0:
      return {
        ...base,
        type: "userMessage",
        content: [{ type: "text", text: `Question ${number}: what does this do?` }],
      };
    case 1:
      return { ...base, type: "reasoning", text: "I should look first.", status: "completed" };
    case 2:
    case 3:
      return {
        ...base,
        type: "toolCall",
        name: "read_file",
        source: { type: "builtin" },
        kind: "read",
        title: `Read src/file${number}.rs`,
        arguments: { path: `src/file${number}.rs` },
        status: "completed",
        output: [{ type: "text", text: "1\tfn main() {}\n".repeat(20) }],
        editIds: [],
        locations: [],
        durationMs: 12,
      };
    default:
      return { ...base, type: "assistantMessage", text: ANSWER, status: "completed" };
  }
}

/** Answers the requests of a view about a session of so many items. */
export function answerer(length) {
  const session = {
    id: SESSION,
    title: `A session of ${length} items`,
    workspaceUri: "file:///project",
    createdAt: TIME,
    updatedAt: TIME,
    model: "openai/scripted",
    agent: "default",
    permissionMode: "ask",
    status: "idle",
    pinned: false,
    archived: false,
    turnCount: Math.ceil(length / PER_TURN),
    usage: USAGE,
  };
  return {
    session,
    methods: [
      "session/get",
      "session/items",
      "session/update",
      "chat/events",
      "chat/send",
      "edit/list",
      "model/list",
      "agent/list",
    ],
    answer(method, params) {
      switch (method) {
        case "session/get":
          return session;
        case "session/items": {
          const end = params.before === undefined ? length : Number(params.before);
          const start = Math.max(0, end - Math.min(params.limit ?? 50, 200));
          const items = Array.from({ length: end - start }, (_, index) => item(start + index));
          const turns = [...new Set(items.map((one) => one.turnId))].map((one) => ({
            id: one,
            sessionId: SESSION,
            status: "completed",
            stopReason: "endTurn",
            createdAt: TIME,
            completedAt: TIME,
            usage: USAGE,
          }));
          return { items, turns, seq: 0, ...(start > 0 ? { prevCursor: String(start) } : {}) };
        }
        case "edit/list":
          return { edits: [] };
        case "model/list":
          return { models: MODELS };
        case "agent/list":
          return { agents: AGENTS };
        case "session/update":
          Object.assign(session, params);
          return session;
        default:
          return { events: [], nextSeq: params.afterSeq ?? 0 };
      }
    },
  };
}

/** The events of an answer that comes in so many pieces: what begins it, the pieces, what ends it. */
export function stream(pieces) {
  const turn = { id: turnId(999_999), sessionId: SESSION, createdAt: TIME, usage: USAGE };
  const message = {
    id: id(999_999_999),
    turnId: turn.id,
    createdAt: TIME,
    type: "assistantMessage",
  };
  const text = ANSWER.repeat(Math.ceil((pieces * 20) / ANSWER.length));
  const deltas = Array.from({ length: pieces }, (_, index) =>
    text.slice(index * 20, index * 20 + 20),
  );
  const events = [
    { type: "turnStarted", turn: { ...turn, status: "running" } },
    { type: "itemStarted", item: { ...message, text: "", status: "inProgress" } },
    ...deltas.map((delta) => ({ type: "itemDelta", itemId: message.id, text: delta })),
    { type: "itemCompleted", item: { ...message, text: deltas.join(""), status: "completed" } },
    {
      type: "turnCompleted",
      turn: { ...turn, status: "completed", stopReason: "endTurn", completedAt: TIME },
    },
  ];
  return events.map((event, index) => ({
    type: "event",
    event: { sessionId: SESSION, seq: index + 1, turnId: turn.id, event },
  }));
}

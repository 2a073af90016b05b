// Generated from the Rust types by `cargo xtask codegen`; do not edit.

/** The version of the protocol. */
export const PROTOCOL_VERSION = 1;

/** An agent template. */
export interface AgentInfo {
  /** The name, as in a session's `agent`. */
  name: string;
  /** What it is for, a sentence. */
  description: string;
  /** Where it comes from. */
  source: AgentSource;
}

/** Params of `agent/list`; there are none. */
export type AgentListParams = Record<string, never>;

/** Result of `agent/list`. */
export interface AgentListResult {
  /** All templates, the one of new sessions first. */
  agents: AgentInfo[];
}

/** Where an agent template comes from. */
export type AgentSource =
  /** It is part of Aside. */
  | "builtin";

/**
 * What a client can do. A client that does not announce itself is spoken to in standard
 * LSP only.
 */
export interface AsideClientCapabilities {
  /** Which `editor/*` requests it answers. */
  editor?: EditorCapability[];
  /** Answers `chat/elicit`. */
  elicitation?: boolean;
  /** Wants `chat/event` notifications. */
  events?: boolean;
  /** Answers `chat/requestPermission`. */
  permission?: boolean;
  /** Draws pending hunks itself. */
  review?: boolean;
}

/** What the server can do. */
export interface AsideServerCapabilities {
  /** The version of the protocol; 1. */
  protocolVersion: 1;
  /** The methods that the server answers. */
  methods: string[];
  /** The server's own version. */
  version: string;
}

/** A place that is protected whatever rules say. */
export interface BuiltInDenial {
  /** What is refused: `writePath`, or `readPath` for reading and writing. */
  effect: string;
  /** The places, as patterns of rules. */
  patterns: string[];
  /** A sentence: what they are. */
  reason: string;
}

/** Something to choose. */
export interface Candidate {
  /** What it is called. */
  label: string;
  /** What it is, in a few words. */
  detail: string;
  /** What takes the place of the trigger and the query. */
  insert: string;
  /** The `resource` block that goes with the message. */
  resource?: ContentBlock;
}

/** Params of `chat/cancel`. */
export interface ChatCancelParams {
  /** Which session. */
  sessionId: string;
  /** Which turn, running or queued; the running one where absent. */
  turnId?: string;
}

/** Result of `chat/cancel`. */
export interface ChatCancelResult {
  /** Whether there was a turn to cancel. */
  cancelled: boolean;
}

/** Params of `chat/elicit`: a question that a tool or an MCP server has for the user. */
export interface ChatElicitParams {
  /** Identifies the question. */
  requestId: string;
  /** The session that asks. */
  sessionId: string;
  /** For people. */
  message: string;
  /** JSON schema of the answer: an object of plain values. */
  schema?: unknown;
  /** The MCP server that asks. */
  server?: string;
  /** A page that the user is to visit instead. */
  url?: string;
}

/** Result of `chat/elicit`. */
export interface ChatElicitResult {
  /** What the user did. */
  action: ElicitAction;
  /** What was filled in, where accepted. */
  content?: Record<string, unknown>;
}

/** Params of the notification `chat/event`. Events of one session arrive in order. */
export interface ChatEvent {
  /** The session it happened in. */
  sessionId: string;
  /**
   * Rises by one per session and never repeats; a gap is possible only across a restart
   * of the server.
   */
  seq: number;
  /** What happened. */
  event: Event;
  /** The turn it happened in, if in one. */
  turnId?: string;
}

/** Params of `chat/events`. */
export interface ChatEventsParams {
  /** Which session. */
  sessionId: string;
  /** Only events after this one; 0 for all. */
  afterSeq: number;
}

/** Result of `chat/events`. */
export interface ChatEventsResult {
  /** One page in order; empty when there are no more. */
  events: ChatEvent[];
  /** The `afterSeq` of the next page. */
  nextSeq: number;
}

/** Params of `chat/requestPermission`, which the server sends. */
export interface ChatRequestPermissionParams {
  /** Identifies the question. */
  requestId: string;
  /** The session whose turn asks. */
  sessionId: string;
  /** The turn that asks. */
  turnId: string;
  /** The tool call that waits. */
  item: Item;
  /** A sentence: why it is asked. */
  reason: string;
  /** What the call would do that nothing allows yet. */
  effects: Effect[];
  /** The answers that the user may choose from. */
  options: PermissionOption[];
  /** What its edits would change. */
  preview?: FileEdit[];
}

/** Result of `chat/requestPermission`. */
export type ChatRequestPermissionResult =
  /** The user chose. */
  | {
    /** The `id` of the option. */
    optionId: string;
    /** What the user wants instead, for the model. */
    feedback?: string;
  }
  /** The user dismissed the question. */
  | {
    /** Always true. */
    cancelled: true;
  };

/** Params of `chat/send`. */
export interface ChatSendParams {
  /** The message. */
  content: ContentBlock[];
  /** The client's own id of the message: sent twice, it is one message. */
  clientMessageId?: string;
  /** What to do while a turn runs; `queue` where absent. */
  delivery?: Delivery;
  /** Which session; a new one where absent. */
  sessionId?: string;
}

/** Result of `chat/send`. It comes at once; events may come before it. */
export interface ChatSendResult {
  /** The session, perhaps a new one. */
  sessionId: string;
  /** The turn that the message started, waits in or joined. */
  turnId: string;
  /** Whether that turn runs. */
  status: ChatSendStatus;
}

/** What became of a message. */
export type ChatSendStatus =
  /** Its turn runs. */
  | "running"
  /** Its turn waits for the one before. */
  | "queued";

/** Params of `command/list`: none. */
export type CommandListParams = Record<string, never>;

/** Result of `command/list`. */
export interface CommandListResult {
  /** What may be written at the beginning of a message. */
  commands: SlashCommand[];
}

/** A block of content. */
export type ContentBlock =
  /** Plain text or Markdown. */
  | {
    type: "text";
    /** The text. */
    text: string;
  }
  /** A picture. */
  | {
    type: "image";
    /** For example `image/png`. */
    mimeType: string;
    /** The bytes in base64. */
    data: string;
  }
  /** A file, or a part of it. */
  | {
    type: "resource";
    /** Which file. */
    uri: Uri;
    /** Which part of it; the whole where absent. */
    range?: Range;
    /** Its text, where it was sent along or read. */
    text?: string;
  };

/** Params of `context/complete`. */
export interface ContextCompleteParams {
  /** What was typed. */
  trigger: ContextTrigger;
  /** What stands between the trigger and the cursor. */
  query: string;
  /** The session, whose MCP servers are meant; all where absent. */
  sessionId?: string;
}

/** Result of `context/complete`. */
export interface ContextCompleteResult {
  /** In the order in which they are to be shown. */
  candidates: Candidate[];
}

/** What was typed to be offered something. */
export type ContextTrigger =
  /** Something to attach: open documents, files, folders, resources of MCP servers. */
  | "@"
  /** A slash command. */
  | "/";

/** How full the model's context is. */
export interface ContextUsage {
  /** Tokens that the next request starts from. */
  usedTokens: number;
  /** Tokens that the model takes; 0 where unknown. */
  windowTokens: number;
}

/** What a message does while a turn runs. */
export type Delivery =
  /** It waits and becomes a turn of its own. */
  | "queue"
  /**
   * It joins the running turn before its next request to the model; with none running, it
   * starts one. If the turn ends before that, it becomes a turn of its own.
   */
  | "steer";

/** Params of `edit/amend`. */
export interface EditAmendParams {
  /** Which hunk; it is pending. */
  hunkId: string;
  /** What its new text is to be, whole lines. */
  newText: string;
}

/**
 * Params of `edit/list`; without any, all edits of the workspace, the newest
 * [`MAX_LISTED_EDITS`] of them.
 */
export interface EditListParams {
  /** Only those of this session. */
  sessionId?: string;
  /** Only those that are so far. */
  status?: FileEditStatus;
  /** Only those of this file. */
  uri?: Uri;
}

/** Edits, the oldest first. */
export interface EditListResult {
  /** The edits. */
  edits: FileEdit[];
}

/**
 * Which hunks to keep or take back. At least one field is given; a hunk is meant if `editIds` or
 * `hunkIds` names it, where either is given, and if it is of the file, turn and session named.
 */
export interface EditResolveParams {
  /** These edits. */
  editIds?: string[];
  /** These hunks. */
  hunkIds?: string[];
  /** All of this session. */
  sessionId?: string;
  /** All of this turn. */
  turnId?: string;
  /** All of this file. */
  uri?: Uri;
}

/** What an editor can tell the server when it is asked by an `editor/*` request. */
export type EditorCapability =
  /** Diagnostics of all its language servers. */
  | "diagnostics"
  /** Where a symbol is defined. */
  | "definition"
  /** Where a symbol is used. */
  | "references"
  /** What is known of a symbol. */
  | "hover"
  /** The symbols of a document. */
  | "documentSymbols"
  /** The symbols of the workspace. */
  | "workspaceSymbols"
  /** What the user has selected. */
  | "selection"
  /** Which documents are open. */
  | "openDocuments";

/**
 * Params of `editor/diagnostics`. The result is an array of LSP's `PublishDiagnosticsParams`,
 * one for each document that has any; for one document an array of its `Diagnostic` will do.
 */
export interface EditorDiagnosticsParams {
  /** Which document; all that are known where absent. */
  textDocument?: TextDocument;
}

/** Params of `editor/documentSymbols`. The result is that of `textDocument/documentSymbol`. */
export interface EditorDocumentParams {
  /** Which document. */
  textDocument: TextDocument;
}

/**
 * Params of `editor/definition`, `editor/references` and `editor/hover`. The results are those
 * of LSP's requests of these names.
 */
export interface EditorPlaceParams {
  /** Which document. */
  textDocument: TextDocument;
  /** Where in it. */
  position: Position;
}

/** What a tool call would do. */
export type Effect =
  /** Reads a path. */
  | {
    type: "readPath";
    /** Absolute. */
    path: string;
  }
  /** Writes, creates, deletes or moves a path. */
  | {
    type: "writePath";
    /** Absolute. */
    path: string;
  }
  /** Runs a program. */
  | {
    type: "runProgram";
    /** Its name or path. */
    program: string;
    /** Its arguments. */
    arguments: string[];
  }
  /** Talks to a host. */
  | {
    type: "network";
    /** Its name or address. */
    host: string;
  }
  /** Calls an MCP server's tool. */
  | {
    type: "mcpTool";
    /** The server. */
    server: string;
    /** The tool. */
    tool: string;
    /** What the server says of it. */
    readOnly: boolean;
  };

/** How much a model is to think before it answers. */
export type Effort =
  /** As its own setting says; no session or model is shown with it. */
  | "default"
  /** As little as it can. */
  | "minimal"
  /** Little. */
  | "low"
  /** The middle. */
  | "medium"
  /** Much. */
  | "high";

/** What the user did with a question. */
export type ElicitAction =
  /** Filled in. */
  | "accept"
  /** Refused to answer. */
  | "decline"
  /** Dismissed it. */
  | "cancel";

/** The stable codes in `data.code` of a JSON-RPC error. */
export type ErrorCode =
  /** What was named does not exist. */
  | "notFound"
  /** The request is not what the method takes. */
  | "invalid"
  /** Something else is at work there; try again when it is done. */
  | "busy"
  /** No usable model is set up. */
  | "noModel"
  /** The provider refuses the key. */
  | "auth"
  /** The provider limits the rate. */
  | "rateLimited"
  /** The provider failed or cannot be reached. */
  | "provider"
  /** What was to be changed is no longer what it was. */
  | "conflict"
  /** It is not permitted. */
  | "denied"
  /** The database failed. */
  | "storage"
  /** A fault in the server. */
  | "internal";

/** The `data` of a JSON-RPC error. The error's `message` is a sentence that says what to do. */
export interface ErrorData {
  /** What kind of failure. */
  code: ErrorCode;
}

/**
 * What happened. Each turn ends with exactly one `turnCompleted`, after all other events of
 * the turn; each item that starts ends with exactly one `itemCompleted`.
 */
export type Event =
  /** A turn runs. */
  | {
    type: "turnStarted";
    /** The turn. */
    turn: Turn;
  }
  /** A turn has ended. */
  | {
    type: "turnCompleted";
    /** The turn, its stop reason set. */
    turn: Turn;
  }
  /** An item begins. */
  | {
    type: "itemStarted";
    /** The item so far. */
    item: Item;
  }
  /** An item is final. */
  | {
    type: "itemCompleted";
    /** The whole item; it counts, whatever the deltas were. */
    item: Item;
  }
  /** An item streams on. */
  | {
    type: "itemDelta";
    /** Which item. */
    itemId: string;
  } & (
    /** More of a message or of reasoning. */
    | {
      text: string;
    }
    /** More of a tool call's arguments, as the model writes them. */
    | {
      argumentsText: string;
    }
    /** More of a tool call's output. */
    | {
      outputText: string;
    }
  )
  /** An item has a new status or title. */
  | {
    type: "itemUpdated";
    /** The item now. */
    item: Item;
  }
  /** An edit is new or has a new status. */
  | {
    type: "editUpdated";
    /** The edit now. */
    edit: FileEdit;
  }
  /** The agent's plan is new or has changed. */
  | {
    type: "planUpdated";
    /** The whole plan, in order. */
    entries: PlanEntry[];
  }
  /** Tokens were spent. */
  | {
    type: "usageUpdated";
    /** All requests of the turn so far. */
    usage: Usage;
    /** How full the model's context is. */
    context: ContextUsage;
  }
  /** The session has changed. */
  | {
    type: "sessionUpdated";
    /** The session now. */
    session: Session;
  }
  /** The user is asked for permission. */
  | {
    type: "permissionRequested";
    /** Which question. */
    requestId: string;
    /** The tool call that waits. */
    item: Item;
  }
  /** The question is settled. */
  | {
    type: "permissionResolved";
    /** Which question. */
    requestId: string;
    /** The tool call that waited. */
    item: Item;
    /** How it was settled. */
    outcome: PermissionOutcome;
  }
  /** A request to the provider failed and is made again. */
  | {
    type: "retrying";
    /** Which attempt comes next, from 2. */
    attempt: number;
    /** How many attempts there are at most. */
    maxAttempts: number;
    /** Milliseconds until then. */
    delayMs: number;
    /** A sentence: what failed. */
    reason: string;
  }
  /** Something that the user should know. */
  | {
    type: "notice";
    /** How bad it is. */
    level: NoticeLevel;
    /** A sentence. */
    message: string;
  };

/** What a conversation is written as. */
export type ExportFormat =
  /** A page for people. */
  | "markdown"
  /** An object with `session`, `turns` and `items`, as the methods give them. */
  | "json";

/** One change to one file. */
export interface FileEdit {
  /** UUIDv7. */
  id: string;
  /** The session that made it. */
  sessionId: string;
  /** The turn that made it. */
  turnId: string;
  /** The tool call that made it. */
  itemId: string;
  /** Which file. */
  uri: Uri;
  /** What sort of change. */
  kind: FileEditKind;
  /** How far it is. */
  status: FileEditStatus;
  /**
   * SHA-256, in hexadecimal, of the text that `diff` and `oldRange` refer to: the file as it
   * would be without this edit's pending hunks. What the user changes elsewhere in the file is
   * in it.
   */
  baseHash: string;
  /** The pending hunks as a unified diff; of a resolved edit, the change as it was made. */
  diff: string;
  /** The change in pieces. */
  hunks: Hunk[];
  /** The file's new place, for a rename. */
  newUri?: Uri;
  /**
   * The version of the document that the hunks' `newRange` refers to; absent where it is
   * not open.
   */
  version?: number;
}

/** What sort of change an edit is. */
export type FileEditKind =
  /** Makes a file. */
  | "create"
  /** Changes a file's text. */
  | "modify"
  /** Deletes a file. */
  | "delete"
  /** Moves a file, perhaps changing its text. */
  | "rename";

/** How far an edit is. */
export type FileEditStatus =
  /** Not made yet. */
  | "proposed"
  /** Made; not reviewed. */
  | "applied"
  /** Made and kept by the user. */
  | "accepted"
  /** Taken back by the user. */
  | "rejected"
  /** Some hunks are kept and some taken back. */
  | "partial"
  /** Not made, since the file had changed. */
  | "conflicted"
  /** Undone. */
  | "reverted";

/** A piece of an edit. A hunk keeps its id until it is resolved. */
export interface Hunk {
  /** Identifies it. */
  id: string;
  /** Where the old text is in the base. */
  oldRange: Range;
  /** Where the new text is in the document now. */
  newRange: Range;
  /** The text before. */
  oldText: string;
  /** The text after. */
  newText: string;
  /** How far it is. */
  status: HunkStatus;
}

/** How far a hunk is. */
export type HunkStatus =
  /** Waits for the user. */
  | "pending"
  /** Kept. */
  | "accepted"
  /** Taken back. */
  | "rejected";

/** One thing in a turn. */
export type Item = {
  /** UUIDv7. */
  id: string;
  /** The turn it belongs to. */
  turnId: string;
  /** RFC 3339, UTC. */
  createdAt: string;
} & (
  /** What the user said. */
  | {
    type: "userMessage";
    /** Text, pictures and resources in order. */
    content: ContentBlock[];
    /** The client's own id, by which a message sent twice is known. */
    clientMessageId?: string;
  }
  /** What the model said. */
  | {
    type: "assistantMessage";
    /** Markdown. */
    text: string;
    /** How far it is. */
    status: MessageStatus;
  }
  /** What the model thought, where the provider shows it. */
  | {
    type: "reasoning";
    /** Markdown. */
    text: string;
    /** How far it is. */
    status: MessageStatus;
  }
  /** A tool call and its result. */
  | ToolCall & {
    type: "toolCall";
  }
  /** A summary that stands for older items. */
  | {
    type: "compaction";
    /** The summary. */
    summary: string;
    /** How many items it stands for. */
    droppedItems: number;
  }
);

/** A command in the background. */
export interface Job {
  /** Names it within its session. */
  id: string;
  /** What runs; cut where it is very long. */
  command: string;
  /** Whether it works. */
  status: JobStatus;
  /** When it began: RFC 3339, UTC. */
  startedAt: string;
  /** What it returned, if it ended by itself. */
  exitCode?: number;
}

/** Params of `job/list`. */
export interface JobListParams {
  /** Which session. */
  sessionId: string;
}

/** The commands of a session that work in the background, and the last ones that did. */
export interface JobListResult {
  /** The oldest first. */
  jobs: Job[];
}

/** Whether a command in the background works. */
export type JobStatus =
  /** It works. */
  | "running"
  /** It ended by itself. */
  | "completed"
  /** It was ended: stopped, out of time, by a signal, or by the sandbox. */
  | "stopped";

/** Params of `job/stop`. */
export interface JobStopParams {
  /** Which session. */
  sessionId: string;
  /** Which command. */
  jobId: string;
}

/** A rule of permission, and where it stands. */
export interface ListedRule {
  /**
   * Which effects it speaks of: `readPath`, `writePath`, `runProgram`, `network`, `mcpTool`, or
   * `*` for all of them.
   */
  effect: string;
  /**
   * Which of these. Of paths a glob, from the root, from `~`, or from each folder of the
   * workspace; of programs the words of a command, such as `git push *`; a host, such as
   * `*.example.org`; a server and its tool, such as `files/read_*`.
   */
  pattern: string;
  /** What it says. */
  decision: PermissionDecision;
  /** How far it reaches. */
  scope: PermissionScope;
  /** Who keeps it. */
  source: PermissionSource;
  /** The file that it stands in, unless it is in the workspace's database. */
  file?: string;
}

/** A part of a named document. */
export interface Location {
  /** Which document. */
  uri: Uri;
  /** Which part of it. */
  range: Range;
}

/** Params of `mcp/event`: a server has another status, or other lists. */
export interface McpEvent {
  /** The server as it is now. */
  server: McpServer;
}

/** Params of `mcp/list`: none. */
export type McpListParams = Record<string, never>;

/** Result of `mcp/list`. */
export interface McpListResult {
  /** All servers, by their names. */
  servers: McpServer[];
}

/** A prompt of an MCP server. */
export interface McpPrompt {
  /** Its name. */
  name: string;
  /** What it is for, in the server's words. */
  description: string;
}

/** A resource of an MCP server. */
export interface McpResource {
  /** Its URI. */
  uri: string;
  /** Its name. */
  name: string;
}

/** Params of `mcp/restart`. */
export interface McpRestartParams {
  /** The server's name. */
  name: string;
}

/** An MCP server. */
export interface McpServer {
  /** Its name. */
  name: string;
  /** What it does. */
  status: McpStatus;
  /** How it is reached. */
  transport: McpTransport;
  /** Where it is configured: a path, or a word such as `settings`. */
  origin: string;
  /** Its tools, as of the last time that it listed them. */
  tools: McpTool[];
  /** Its prompts. */
  prompts: McpPrompt[];
  /** Its resources. */
  resources: McpResource[];
  /** Why it failed. */
  error?: string;
}

/** Params of `mcp/setEnabled`. */
export interface McpSetEnabledParams {
  /** The server's name. */
  name: string;
  /** Whether it may be started, until the program ends. */
  enabled: boolean;
}

/** What an MCP server does. */
export type McpStatus =
  /** It is switched off. */
  | "disabled"
  /** Nobody needed it yet. */
  | "stopped"
  /** It starts. */
  | "starting"
  /** It answers. */
  | "ready"
  /** It could not be started, or ended too often. */
  | "failed"
  /** It wants a login. */
  | "needsAuth";

/** A tool of an MCP server. */
export interface McpTool {
  /** The name by which models call it, `mcp__server__tool`. */
  name: string;
  /** What it does, in the server's words. */
  description: string;
  /** Whether the server says that it changes nothing. */
  readOnly: boolean;
}

/** How an MCP server is reached. */
export type McpTransport =
  /** A program that is started. */
  | "stdio"
  /** Streamable HTTP. */
  | "http";

/** How far a streamed message is. */
export type MessageStatus =
  /** Still streaming. */
  | "inProgress"
  /** Whole. */
  | "completed"
  /** Cut short by a cancel, a failure or a crash; what came is kept. */
  | "interrupted";

/** A model. */
export interface ModelInfo {
  /** `provider/model`. */
  id: string;
  /** The provider's name. */
  provider: string;
  /** For people. */
  name: string;
  /** Tokens that it takes; 0 where unknown. */
  contextWindow: number;
  /** Tokens that it answers at most; 0 where unknown. */
  maxOutput: number;
  /** Whether it sees pictures. */
  vision: boolean;
  /** Whether it reasons before it answers. */
  reasoning: boolean;
  /** Whether it calls tools. */
  tools: boolean;
  /** Whether it can be used with the settings in force. */
  available: boolean;
  /**
   * How much it can be told to think: none where it takes no word about it, absent where that
   * is not known.
   */
  efforts?: Effort[];
  /** A sentence: why it cannot be used and what to do. */
  reason?: string;
}

/** Params of `model/list`; there are none. */
export type ModelListParams = Record<string, never>;

/** Result of `model/list`. */
export interface ModelListResult {
  /** All models that are known; others may be named too. */
  models: ModelInfo[];
}

/** What the requests of one day to one model used. */
export interface ModelUsage {
  /** A day in UTC, for example `2026-01-31`. */
  day: string;
  /** `provider/model`. */
  model: string;
  /** How many requests were made. */
  requests: number;
  /** What they used. */
  usage: Usage;
  /** Whether the server did not count the tokens of some of them, so that they are estimated. */
  estimated?: boolean;
}

/** How bad a notice is. */
export type NoticeLevel =
  /** For information. */
  | "info"
  /** Something is not as it should be. */
  | "warning"
  /** Something failed. */
  | "error";

/** What happens with a tool call before the user is asked. */
export type PermissionDecision =
  /** It is done unasked. */
  | "allow"
  /** The user is asked. */
  | "ask"
  /** It is refused. */
  | "deny";

/** Params of `permission/explain`. */
export interface PermissionExplainParams {
  /** The tool. */
  tool: string;
  /** Its arguments. */
  arguments?: Record<string, unknown>;
  /** The session that would make the call; a new one if not given. */
  sessionId?: string;
}

/** Result of `permission/explain`: what would happen with the call before the user is asked. */
export interface PermissionExplainResult {
  /** What would happen. */
  decision: PermissionDecision;
  /** A sentence: why. */
  reason: string;
  /** What the call would do. */
  effects: Effect[];
  /** What is said to each effect, in the same order. */
  judgements: PermissionJudgement[];
  /** The rule that decided, if one did. */
  rule?: PermissionRule;
}

/** What is said to one effect. */
export interface PermissionJudgement {
  /** What would happen if it were the only one. */
  decision: PermissionDecision;
  /** A sentence: why. */
  reason: string;
  /** The rule that decided, if one did. */
  rule?: PermissionRule;
}

/** Params of `permission/list`. */
export interface PermissionListParams {
  /** The rules of this session too. */
  sessionId?: string;
}

/** Result of `permission/list` and `permission/update`. */
export interface PermissionListResult {
  /** The rules in force, those of the session first, then the workspace's, then the user's. */
  rules: ListedRule[];
  /** What is refused before any rule. */
  builtIn: BuiltInDenial[];
}

/** How much an agent may do unasked. Reading inside the workspace is never asked about. */
export type PermissionMode =
  /** Ask before each effect other than reading. */
  | "ask"
  /** Edit files unasked; ask before the rest. */
  | "acceptEdits"
  /** Read only; refuse the rest. */
  | "readOnly"
  /** Do all unasked, inside the workspace. */
  | "full";

/** One answer that the user may choose. */
export interface PermissionOption {
  /** Identifies it in the answer. */
  id: string;
  /** For people. */
  label: string;
  /** What choosing it means. */
  kind: PermissionOptionKind;
}

/** What an answer means. */
export type PermissionOptionKind =
  /** Do it. */
  | "allowOnce"
  /** Do it, and do not ask again in this session for what the label says. */
  | "allowSession"
  /** Do it, and do not ask again in this workspace for what the label says. */
  | "allowAlways"
  /** Do not do it. */
  | "rejectOnce"
  /** Do not do it, and refuse what the label says in this workspace. */
  | "rejectAlways";

/** How a question for permission was settled. */
export type PermissionOutcome =
  /** The user allowed it. */
  | "allowed"
  /** The user refused. */
  | "rejected"
  /** The user dismissed the question, or the turn was cancelled. */
  | "cancelled"
  /** Nobody answered in time, or nobody can be asked: it counts as refused. */
  | "expired";

/**
 * A rule of permission. Built-in denials go before all rules, then come rules that deny, that ask
 * and that allow, then the session's permission mode.
 */
export interface PermissionRule {
  /**
   * Which effects it speaks of: `readPath`, `writePath`, `runProgram`, `network`, `mcpTool`, or
   * `*` for all of them.
   */
  effect: string;
  /**
   * Which of these. Of paths a glob, from the root, from `~`, or from each folder of the
   * workspace; of programs the words of a command, such as `git push *`; a host, such as
   * `*.example.org`; a server and its tool, such as `files/read_*`.
   */
  pattern: string;
  /** What it says. */
  decision: PermissionDecision;
  /** How far it reaches. */
  scope: PermissionScope;
}

/** How far a rule of permission reaches. */
export type PermissionScope =
  /** One session. */
  | "session"
  /** All sessions of the workspace. */
  | "workspace"
  /** All workspaces of the user. */
  | "user";

/** Who keeps a rule of permission. */
export type PermissionSource =
  /** Aside: it came from an answer or from `permission/update`, which can remove it too. */
  | "stored"
  /** The settings: it is removed in their file. */
  | "settings";

/** Params of `permission/update`. All is done or nothing; what is removed goes first. */
export interface PermissionUpdateParams {
  /** Rules to add; one that is there already stays as it is. */
  add?: PermissionRule[];
  /** Rules to remove. */
  remove?: PermissionRule[];
  /** The session whose rules are changed; needed for those of scope `session`. */
  sessionId?: string;
}

/** One entry of the agent's plan. */
export interface PlanEntry {
  /** What is to be done. */
  text: string;
  /** How far it is. */
  status: PlanStatus;
}

/** How far an entry of the plan is. */
export type PlanStatus =
  /** Not begun. */
  | "pending"
  /** Begun. */
  | "inProgress"
  /** Done. */
  | "completed";

/** A place in a document. */
export interface Position {
  /** The line, from 0. */
  line: number;
  /** The column, from 0, in units of the negotiated position encoding. */
  character: number;
}

/** How a provider is. */
export interface ProviderStatus {
  /** Its name, as in `provider/model`. */
  name: string;
  /** Whether its settings are complete and its last request, if any, worked. */
  available: boolean;
  /** A sentence: what is wrong and what to do. */
  reason?: string;
}

/** A part of a document. */
export interface Range {
  /** Where it starts. */
  start: Position;
  /** Where it ends; this position is not included. */
  end: Position;
}

/** A message, or a title, in which the words are. */
export interface SearchHit {
  /** The session. */
  sessionId: string;
  /** The session's title. */
  title: string;
  /** Some words around those that were looked for. */
  snippet: string;
  /** How well it fits: the greater the better, and good for nothing but the order. */
  score: number;
  /** The message; where it is the title, the first of the session. Absent where there is none. */
  itemId?: string;
}

/** Params of `server/status`; there are none. */
export type ServerStatusParams = Record<string, never>;

/** Result of `server/status`. */
export interface ServerStatusResult {
  /** The server's version. */
  version: string;
  /** Milliseconds since it started. */
  uptimeMs: number;
  /** The providers that are set up, and those that could be. */
  providers: ProviderStatus[];
  /**
   * Absolute path of the workspace's database, which may not be open yet; absent where
   * there is none.
   */
  databasePath?: string;
  /** Resident bytes; absent where the operating system does not say. */
  memoryBytes?: number;
}

/** One conversation in one workspace. */
export interface Session {
  /** UUIDv7, so that ids sort by age. */
  id: string;
  /** For people; taken from the first message until it is set. */
  title: string;
  /** The workspace it belongs to. */
  workspaceUri: Uri;
  /** RFC 3339, UTC. */
  createdAt: string;
  /** RFC 3339, UTC. */
  updatedAt: string;
  /** `provider/model`. */
  model: string;
  /** The name of the agent template; `default` unless another was chosen. */
  agent: string;
  /** What the agent may do unasked. */
  permissionMode: PermissionMode;
  /** Whether a turn runs. */
  status: SessionStatus;
  /** Pinned sessions are listed first. */
  pinned: boolean;
  /** Archived sessions are kept, and listed when asked for. */
  archived: boolean;
  /** How many turns it has. */
  turnCount: number;
  /** All its turns. */
  usage: Usage;
  /** How much its model is to think; the model's own setting where absent. */
  effort?: Effort;
  /** The MCP servers that it may use, by their names; all where absent. */
  mcpServers?: string[];
  /** The session it was made from. */
  parentId?: string;
  /** The project it was put in. */
  projectId?: string;
}

/** Params of `session/create`. */
export interface SessionCreateParams {
  /** The name of an agent template; `default` where absent. */
  agent?: string;
  /** How much its model is to think; `default` where absent. */
  effort?: Effort;
  /** The MCP servers that it may use, by their names; all where absent. */
  mcpServers?: string[];
  /** `provider/model`; the default model where absent. */
  model?: string;
  /** What the agent may do unasked; the default mode where absent. */
  permissionMode?: PermissionMode;
  /** The project to put it in. */
  projectId?: string;
  /** The title; taken from the first message where absent. */
  title?: string;
}

/** Params of `session/delete`. */
export interface SessionDeleteParams {
  /** Which session. */
  sessionId: string;
}

/** Params of `session/export`. */
export interface SessionExportParams {
  /** Which session. */
  sessionId: string;
  /** What is written. */
  format: ExportFormat;
}

/** Result of `session/export`. */
export interface SessionExportResult {
  /** The file, in Aside's own folder; one that was there is replaced. */
  uri: Uri;
}

/** Params of `session/fork`. */
export interface SessionForkParams {
  /** Which session is copied. */
  sessionId: string;
  /** The last turn of the copy; the last one that is completed where absent. */
  turnId?: string;
}

/** Params of `session/get`. */
export interface SessionGetParams {
  /** Which session. */
  sessionId: string;
}

/** Params of `session/items`. With neither cursor, the newest page is meant. */
export interface SessionItemsParams {
  /** Which session. */
  sessionId: string;
  /** A page's `nextCursor`: the page of items newer than that page. */
  after?: string;
  /** A page's `prevCursor`: the page of items older than that page. */
  before?: string;
  /** How many items at most; the server has a limit of its own. */
  limit?: number;
}

/** Result of `session/items`. */
export interface SessionItemsResult {
  /** Oldest first; partial items are included. */
  items: Item[];
  /** The turns that these items belong to, oldest first. */
  turns: Turn[];
  /** The last event that this page reflects. */
  seq: number;
  /** Where the page of newer items begins; absent on the newest page. */
  nextCursor?: string;
  /** Where the page of older items begins; absent on the oldest page. */
  prevCursor?: string;
}

/** Params of `session/list`. Sessions come pinned ones first, then the newest first. */
export interface SessionListParams {
  /** Only archived ones, or only those that are not. */
  archived?: boolean;
  /** The `nextCursor` of the page before; the first page where absent. */
  cursor?: string;
  /** How many sessions at most; the server has a limit of its own. */
  limit?: number;
  /** Only pinned ones, or only those that are not. */
  pinned?: boolean;
  /** Only those of a project. */
  projectId?: string;
  /** Only those whose title contains this text. */
  query?: string;
}

/** Result of `session/list`. */
export interface SessionListResult {
  /** One page. */
  sessions: Session[];
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string;
}

/**
 * Params of `session/rewind`: back to before a turn.
 *
 * Files and conversation both go back unless one of the two fields is `true` alone, which
 * leaves the other as it is, or is `false`.
 */
export interface SessionRewindParams {
  /** Which session. */
  sessionId: string;
  /** The first turn that is taken back. */
  turnId: string;
  /** Whether the turns go from the conversation. */
  conversation?: boolean;
  /** Only says what would happen. */
  dryRun?: boolean;
  /** Whether the files that the agent touched go back. */
  files?: boolean;
}

/** What a rewind did, or would do. */
export interface SessionRewindResult {
  /** The edits that were taken back. */
  reverted: FileEdit[];
  /** The edits that were not, since later work would have been lost. */
  conflicts: FileEdit[];
  /** What `session/unrewind` takes; absent in a dry run and where nothing was done. */
  rewindId?: string;
}

/** Params of `session/search`. */
export interface SessionSearchParams {
  /**
   * Words. All of them must be there, each as a word or the beginning of one; no character
   * means anything but itself.
   */
  query: string;
  /** How many hits at most; the server has a limit of its own. */
  limit?: number;
}

/** Result of `session/search`. */
export interface SessionSearchResult {
  /** The best first; titles come before messages. */
  hits: SearchHit[];
}

/** Whether a session's turn runs. */
export type SessionStatus =
  /** No turn runs. */
  | "idle"
  /** A turn runs. */
  | "running"
  /** A turn waits for the user. */
  | "waiting";

/** Params of `session/unrewind`. */
export interface SessionUnrewindParams {
  /** Which rewind. */
  rewindId: string;
}

/** Params of `session/update`. What is absent stays as it is. */
export interface SessionUpdateParams {
  /** Which session. */
  sessionId: string;
  /** Another agent template. */
  agent?: string;
  /** Archives it or takes it back. */
  archived?: boolean;
  /** Another effort, from the next turn on; `default` for the model's own setting. */
  effort?: Effort;
  /** Other MCP servers, by their names. */
  mcpServers?: string[];
  /** Another model, `provider/model`, from the next turn on. */
  model?: string;
  /** Another permission mode, at once. */
  permissionMode?: PermissionMode;
  /** Pins or unpins it. */
  pinned?: boolean;
  /** Another project. */
  projectId?: string;
  /** A new title. */
  title?: string;
}

/** An argument of a slash command. */
export interface SlashArgument {
  /** Its name. */
  name: string;
  /** What it is. */
  description: string;
  /** Whether the command needs it. */
  required: boolean;
}

/** A slash command. */
export interface SlashCommand {
  /** What is written behind the slash: `server:prompt` for a prompt of an MCP server. */
  name: string;
  /** What it does. */
  description: string;
  /** What it takes, in order: words, or `name=value`; the last takes the rest of the line. */
  arguments: SlashArgument[];
}

/** Why a turn stopped. */
export type StopReason =
  /** The model is done. */
  | "endTurn"
  /** The answer reached its token limit. */
  | "maxTokens"
  /** The turn reached its limit of model requests. */
  | "maxIterations"
  /** The model or a filter refused. */
  | "refusal"
  /** The user cancelled. */
  | "cancelled"
  /** The server stopped while the turn ran. */
  | "interrupted"
  /** Something failed. */
  | "error";

/** Names a document, as LSP's `TextDocumentIdentifier`. */
export interface TextDocument {
  /** Which document. */
  uri: Uri;
}

/** A tool call: what was asked, how it went and what came out. */
export interface ToolCall {
  /** The tool's name as the model called it. */
  name: string;
  /** Where the tool comes from. */
  source: ToolSource;
  /** What sort of thing the tool does. */
  kind: ToolKind;
  /** One line for people. */
  title: string;
  /** The arguments; empty where the model's text was not a JSON object. */
  arguments: Record<string, unknown>;
  /** How far it is. */
  status: ToolStatus;
  /** The result: what the model was told, first. */
  output: ContentBlock[];
  /** The edits it made. */
  editIds: string[];
  /** The places it read or changed. */
  locations: Location[];
  /** Milliseconds from `running` to its end. */
  durationMs?: number;
}

/** A tool. */
export interface ToolInfo {
  /** The name that models call. */
  name: string;
  /** Markdown: what it does and when to use it. */
  description: string;
  /** Where it comes from. */
  source: ToolSource;
  /** What sort of thing it does. */
  kind: ToolKind;
  /** JSON schema of the arguments. */
  inputSchema: Record<string, unknown>;
  /** What happens when it is called. */
  permission: PermissionDecision;
}

/** What sort of thing a tool does. */
export type ToolKind =
  /** Reads files. */
  | "read"
  /** Changes files. */
  | "edit"
  /** Deletes files. */
  | "delete"
  /** Moves files. */
  | "move"
  /** Searches the workspace. */
  | "search"
  /** Runs programs. */
  | "execute"
  /** Reads from the network. */
  | "fetch"
  /** Only for the model's own order. */
  | "think"
  /** Anything else; also a tool that does not exist. */
  | "other";

/** Params of `tool/list`. */
export interface ToolListParams {
  /** The session whose tools and permissions are meant; a new one's where absent. */
  sessionId?: string;
}

/** Result of `tool/list`. */
export interface ToolListResult {
  /** All tools that a model is offered. */
  tools: ToolInfo[];
}

/** Where a tool comes from. */
export type ToolSource =
  /** Built in. */
  | {
    type: "builtin";
  }
  /** From an MCP server. */
  | {
    type: "mcp";
    /** The server's name. */
    server: string;
  };

/** How far a tool call is. */
export type ToolStatus =
  /** Waits for its turn. */
  | "pending"
  /** Waits for the user's permission. */
  | "waiting"
  /** Acts. */
  | "running"
  /** Done. */
  | "completed"
  /** Tried and failed. */
  | "failed"
  /** Not permitted. */
  | "rejected"
  /** Cancelled by the user. */
  | "cancelled"
  /** The server stopped while it ran; its effect is unknown. */
  | "interrupted";

/** One setting of a workspace. */
export interface TrustEntry {
  /** The setting, for example `hooks[0]` or `mcpServers.fetch`. */
  name: string;
  /** What it says, for people; of what runs, the command. */
  value: string;
}

/** Params of `trust/get`. */
export type TrustGetParams = Record<string, never>;

/** Params of `trust/set`. */
export interface TrustSetParams {
  /** Whether what the workspace brings along is to be active. */
  trusted: boolean;
  /** The hash of what the user was shown, needed to trust it: nothing else is trusted. */
  hash?: string;
}

/** Result of `trust/get` and `trust/set`: what the workspace brings along and whether it counts. */
export interface TrustState {
  /** Path of the workspace's first folder. */
  workspace: string;
  /** Whether it counts. */
  status: TrustStatus;
  /** The files that trust is about, by their paths in the workspace. */
  files: string[];
  /** What is active where the workspace is trusted, and would be where it is not. */
  entries: TrustEntry[];
  /** Those that changed since the workspace was trusted. */
  changed?: string[];
  /** Over the names and bytes of all files; absent where there are none or they are refused. */
  hash?: string;
  /** Why the files cannot be trusted as they are. */
  reason?: string;
  /** What is wrong with the files, in sentences for people. */
  warnings?: string[];
}

/** Whether what a workspace brings along counts. */
export type TrustStatus =
  /** It brings nothing along. */
  | "nothing"
  /** The user said nothing of it. */
  | "untrusted"
  /** It changed since the user trusted it. */
  | "changed"
  /** It is active. */
  | "trusted"
  /** It cannot be trusted as it is. */
  | "refused";

/** One turn. */
export interface Turn {
  /** UUIDv7. */
  id: string;
  /** The session it belongs to. */
  sessionId: string;
  /** How far it is. */
  status: TurnStatus;
  /** RFC 3339, UTC. */
  createdAt: string;
  /** All its requests. */
  usage: Usage;
  /** RFC 3339, UTC; present when it is completed. */
  completedAt?: string;
  /** What failed, where `stopReason` is `error`. */
  error?: TurnError;
  /** RFC 3339, UTC; absent while it is queued. */
  startedAt?: string;
  /** Why it stopped; present when it is completed. */
  stopReason?: StopReason;
}

/** A failure that ended a turn. */
export interface TurnError {
  /** What kind of failure. */
  code: ErrorCode;
  /** A sentence that says what to do. */
  message: string;
  /** Whether the same prompt may work later. */
  retryable: boolean;
}

/** How far a turn is. */
export type TurnStatus =
  /** Waits for the turn before it. */
  | "queued"
  /** Runs. */
  | "running"
  /** Has ended, well or not. */
  | "completed";

/** A URI as it stands on the wire; nothing is parsed or normalised. */
export type Uri = string;

/** Tokens, and their price where it is known. */
export interface Usage {
  /** All input tokens, cached ones included. */
  inputTokens: number;
  /** Input tokens read from a cache. */
  cachedInputTokens: number;
  /** All output tokens, reasoning included. */
  outputTokens: number;
  /** Output tokens spent on reasoning. */
  reasoningTokens: number;
  /** US dollars; absent where the price is unknown. */
  costUsd?: number;
}

/** Params of `usage/get`. */
export interface UsageGetParams {
  /** Only of this session; of all of the workspace, deleted ones included, where absent. */
  sessionId?: string;
  /** Only from then on: a time (RFC 3339, UTC) or a day, such as `2026-01-31`. */
  since?: string;
}

/** Result of `usage/get`. */
export interface UsageGetResult {
  /** By day and model, the newest day first. */
  days: ModelUsage[];
  /** All of them together. */
  total: Usage;
}

/** The requests that the server answers, by method. */
export interface ClientRequests {
  /** Lists the agent templates. */
  "agent/list": { params?: AgentListParams; result: AgentListResult };
  /** Cancels a turn; what came so far is kept. */
  "chat/cancel": { params: ChatCancelParams; result: ChatCancelResult };
  /** Replays events after a reconnect. */
  "chat/events": { params: ChatEventsParams; result: ChatEventsResult };
  /** Sends a message; the answer comes in events. */
  "chat/send": { params: ChatSendParams; result: ChatSendResult };
  /** Lists the slash commands. */
  "command/list": { params?: CommandListParams; result: CommandListResult };
  /** Offers what may stand behind an `@` or a `/`. */
  "context/complete": { params: ContextCompleteParams; result: ContextCompleteResult };
  /** Keeps pending hunks; makes them where they were only proposed. */
  "edit/accept": { params?: EditResolveParams; result: EditListResult };
  /** Changes what a pending hunk says, and tells the model. */
  "edit/amend": { params: EditAmendParams; result: FileEdit };
  /** Lists edits, with their hunks where they are now. */
  "edit/list": { params?: EditListParams; result: EditListResult };
  /** Takes pending hunks back. */
  "edit/reject": { params?: EditResolveParams; result: EditListResult };
  /** Lists the commands that work in the background of a session. */
  "job/list": { params: JobListParams; result: JobListResult };
  /** Stops a command that works in the background. */
  "job/stop": { params: JobStopParams; result: null };
  /** Lists the MCP servers. */
  "mcp/list": { params?: McpListParams; result: McpListResult };
  /** Ends an MCP server and starts it again. */
  "mcp/restart": { params: McpRestartParams; result: McpServer };
  /** Switches an MCP server on or off. */
  "mcp/setEnabled": { params: McpSetEnabledParams; result: McpServer };
  /** Lists the models that are known. */
  "model/list": { params?: ModelListParams; result: ModelListResult };
  /** Says what would happen with a call, and which rule decides. */
  "permission/explain": { params: PermissionExplainParams; result: PermissionExplainResult };
  /** Lists the rules of permission in force. */
  "permission/list": { params?: PermissionListParams; result: PermissionListResult };
  /** Adds and removes rules of permission. */
  "permission/update": { params?: PermissionUpdateParams; result: PermissionListResult };
  /** Says how the server is. */
  "server/status": { params?: ServerStatusParams; result: ServerStatusResult };
  /** Starts a session. */
  "session/create": { params?: SessionCreateParams; result: Session };
  /** Deletes a session and all that is in it. */
  "session/delete": { params: SessionDeleteParams; result: null };
  /** Writes a conversation into a file. */
  "session/export": { params: SessionExportParams; result: SessionExportResult };
  /** Copies a session's conversation into a new one. */
  "session/fork": { params: SessionForkParams; result: Session };
  /** Reads a session. */
  "session/get": { params: SessionGetParams; result: Session };
  /** Reads a page of a session's items. */
  "session/items": { params: SessionItemsParams; result: SessionItemsResult };
  /** Lists sessions, pinned ones first, then the newest first. */
  "session/list": { params?: SessionListParams; result: SessionListResult };
  /** Takes files, conversation or both back to before a turn. */
  "session/rewind": { params: SessionRewindParams; result: SessionRewindResult };
  /** Looks for words in messages and titles. */
  "session/search": { params: SessionSearchParams; result: SessionSearchResult };
  /** Takes a rewind back. */
  "session/unrewind": { params: SessionUnrewindParams; result: SessionRewindResult };
  /** Changes a session. */
  "session/update": { params: SessionUpdateParams; result: Session };
  /** Lists the tools that a model is offered. */
  "tool/list": { params?: ToolListParams; result: ToolListResult };
  /** Says what the workspace brings along, and whether the user trusts it. */
  "trust/get": { params?: TrustGetParams; result: TrustState };
  /** Trusts what the workspace brings along, as it was shown, or trusts it no more. */
  "trust/set": { params: TrustSetParams; result: TrustState };
  /** Says what models were sent and what it cost, by day and model. */
  "usage/get": { params?: UsageGetParams; result: UsageGetResult };
}

/** The requests that the server sends, by method. */
export interface ServerRequests {
  /** Asks the user a question of a tool or an MCP server. */
  "chat/elicit": { params: ChatElicitParams; result: ChatElicitResult };
  /** Asks the user for permission. */
  "chat/requestPermission": { params: ChatRequestPermissionParams; result: ChatRequestPermissionResult };
  /** Asks where a symbol is defined. */
  "editor/definition": { params: EditorPlaceParams; result: unknown };
  /** Asks for the diagnostics of the editor's language servers. */
  "editor/diagnostics": { params?: EditorDiagnosticsParams; result: unknown };
  /** Asks for the symbols of a document. */
  "editor/documentSymbols": { params: EditorDocumentParams; result: unknown };
  /** Asks where a symbol is used. */
  "editor/references": { params: EditorPlaceParams; result: unknown };
}

/** The notifications that the server sends, by method. */
export interface ServerNotifications {
  /** Tells what happens in a session. */
  "chat/event": { params: ChatEvent };
  /** Tells that an MCP server has another status, or other lists. */
  "mcp/event": { params: McpEvent };
}

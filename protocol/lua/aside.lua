---@meta aside
-- Generated from the Rust types by `cargo xtask codegen`; do not edit.

--- An agent template.
---@class aside.AgentInfo
---@field name string The name, as in a session's `agent`.
---@field description string What it is for, a sentence.
---@field source aside.AgentSource Where it comes from.

--- Params of `agent/list`; there are none.
---@class aside.AgentListParams

--- Result of `agent/list`.
---@class aside.AgentListResult
---@field agents aside.AgentInfo[] All templates, the one of new sessions first.

--- Where an agent template comes from.
---@alias aside.AgentSource
---| "builtin" # It is part of Aside.

--- What a client can do. A client that does not announce itself is spoken to in standard
--- LSP only.
---@class aside.AsideClientCapabilities
---@field editor? aside.EditorCapability[] Which `editor/*` requests it answers.
---@field elicitation? boolean Answers `chat/elicit`.
---@field events? boolean Wants `chat/event` notifications.
---@field permission? boolean Answers `chat/requestPermission`.
---@field review? boolean Draws pending hunks itself.

--- What the server can do.
---@class aside.AsideServerCapabilities
---@field protocolVersion 1 The version of the protocol; 1.
---@field methods string[] The methods that the server answers.
---@field version string The server's own version.

--- A place that is protected whatever rules say.
---@class aside.BuiltInDenial
---@field effect string What is refused: `writePath`, or `readPath` for reading and writing.
---@field patterns string[] The places, as patterns of rules.
---@field reason string A sentence: what they are.

--- Something to choose.
---@class aside.Candidate
---@field label string What it is called.
---@field detail string What it is, in a few words.
---@field insert string What takes the place of the trigger and the query.
---@field resource? aside.ContentBlock The `resource` block that goes with the message.

--- Params of `chat/cancel`.
---@class aside.ChatCancelParams
---@field sessionId string Which session.
---@field turnId? string Which turn, running or queued; the running one where absent.

--- Result of `chat/cancel`.
---@class aside.ChatCancelResult
---@field cancelled boolean Whether there was a turn to cancel.

--- Params of `chat/elicit`: a question that a tool or an MCP server has for the user.
---@class aside.ChatElicitParams
---@field requestId string Identifies the question.
---@field sessionId string The session that asks.
---@field message string For people.
---@field schema? any JSON schema of the answer: an object of plain values.
---@field server? string The MCP server that asks.
---@field url? string A page that the user is to visit instead.

--- Result of `chat/elicit`.
---@class aside.ChatElicitResult
---@field action aside.ElicitAction What the user did.
---@field content? table<string, any> What was filled in, where accepted.

--- Params of the notification `chat/event`. Events of one session arrive in order.
---@class aside.ChatEvent
---@field sessionId string The session it happened in.
---@field seq integer Rises by one per session and never repeats; a gap is possible only across a restart of the server.
---@field event aside.Event What happened.
---@field turnId? string The turn it happened in, if in one.

--- Params of `chat/events`.
---@class aside.ChatEventsParams
---@field sessionId string Which session.
---@field afterSeq integer Only events after this one; 0 for all.

--- Result of `chat/events`.
---@class aside.ChatEventsResult
---@field events aside.ChatEvent[] One page in order; empty when there are no more.
---@field nextSeq integer The `afterSeq` of the next page.

--- Params of `chat/requestPermission`, which the server sends.
---@class aside.ChatRequestPermissionParams
---@field requestId string Identifies the question.
---@field sessionId string The session whose turn asks.
---@field turnId string The turn that asks.
---@field item aside.Item The tool call that waits.
---@field reason string A sentence: why it is asked.
---@field effects aside.Effect[] What the call would do that nothing allows yet.
---@field options aside.PermissionOption[] The answers that the user may choose from.
---@field preview? aside.FileEdit[] What its edits would change.

--- The user chose.
---@class aside.ChatRequestPermissionResult.optionId
---@field optionId string The `id` of the option.
---@field feedback? string What the user wants instead, for the model.

--- The user dismissed the question.
---@class aside.ChatRequestPermissionResult.cancelled
---@field cancelled true Always true.

--- Result of `chat/requestPermission`.
---@alias aside.ChatRequestPermissionResult
---| aside.ChatRequestPermissionResult.optionId
---| aside.ChatRequestPermissionResult.cancelled

--- Params of `chat/send`.
---@class aside.ChatSendParams
---@field content aside.ContentBlock[] The message.
---@field clientMessageId? string The client's own id of the message: sent twice, it is one message.
---@field delivery? aside.Delivery What to do while a turn runs; `queue` where absent.
---@field sessionId? string Which session; a new one where absent.

--- Result of `chat/send`. It comes at once; events may come before it.
---@class aside.ChatSendResult
---@field sessionId string The session, perhaps a new one.
---@field turnId string The turn that the message started, waits in or joined.
---@field status aside.ChatSendStatus Whether that turn runs.

--- What became of a message.
---@alias aside.ChatSendStatus
---| "running" # Its turn runs.
---| "queued" # Its turn waits for the one before.

--- Params of `command/list`: none.
---@class aside.CommandListParams

--- Result of `command/list`.
---@class aside.CommandListResult
---@field commands aside.SlashCommand[] What may be written at the beginning of a message.

--- Plain text or Markdown.
---@class aside.ContentBlock.text
---@field type "text"
---@field text string The text.

--- A picture.
---@class aside.ContentBlock.image
---@field type "image"
---@field mimeType string For example `image/png`.
---@field data string The bytes in base64.

--- A file, or a part of it.
---@class aside.ContentBlock.resource
---@field type "resource"
---@field uri aside.Uri Which file.
---@field range? aside.Range Which part of it; the whole where absent.
---@field text? string Its text, where it was sent along or read.

--- A block of content.
---@alias aside.ContentBlock
---| aside.ContentBlock.text
---| aside.ContentBlock.image
---| aside.ContentBlock.resource

--- Params of `context/complete`.
---@class aside.ContextCompleteParams
---@field trigger aside.ContextTrigger What was typed.
---@field query string What stands between the trigger and the cursor.
---@field sessionId? string The session, whose MCP servers are meant; all where absent.

--- Result of `context/complete`.
---@class aside.ContextCompleteResult
---@field candidates aside.Candidate[] In the order in which they are to be shown.

--- What was typed to be offered something.
---@alias aside.ContextTrigger
---| "@" # Something to attach: open documents, files, folders, resources of MCP servers.
---| "/" # A slash command.

--- How full the model's context is.
---@class aside.ContextUsage
---@field usedTokens integer Tokens that the next request starts from.
---@field windowTokens integer Tokens that the model takes; 0 where unknown.

--- What a message does while a turn runs.
---@alias aside.Delivery
---| "queue" # It waits and becomes a turn of its own.
---| "steer" # It joins the running turn before its next request to the model; with none running, it starts one. If the turn ends before that, it becomes a turn of its own.

--- Params of `edit/amend`.
---@class aside.EditAmendParams
---@field hunkId string Which hunk; it is pending.
---@field newText string What its new text is to be, whole lines.

--- Params of `edit/list`; without any, all edits of the workspace, the newest
--- [`MAX_LISTED_EDITS`] of them.
---@class aside.EditListParams
---@field sessionId? string Only those of this session.
---@field status? aside.FileEditStatus Only those that are so far.
---@field uri? aside.Uri Only those of this file.

--- Edits, the oldest first.
---@class aside.EditListResult
---@field edits aside.FileEdit[] The edits.

--- Which hunks to keep or take back. At least one field is given; a hunk is meant if `editIds` or
--- `hunkIds` names it, where either is given, and if it is of the file, turn and session named.
---@class aside.EditResolveParams
---@field editIds? string[] These edits.
---@field hunkIds? string[] These hunks.
---@field sessionId? string All of this session.
---@field turnId? string All of this turn.
---@field uri? aside.Uri All of this file.

--- What an editor can tell the server when it is asked by an `editor/*` request.
---@alias aside.EditorCapability
---| "diagnostics" # Diagnostics of all its language servers.
---| "definition" # Where a symbol is defined.
---| "references" # Where a symbol is used.
---| "hover" # What is known of a symbol.
---| "documentSymbols" # The symbols of a document.
---| "workspaceSymbols" # The symbols of the workspace.
---| "selection" # What the user has selected.
---| "openDocuments" # Which documents are open.

--- Params of `editor/diagnostics`. The result is an array of LSP's `PublishDiagnosticsParams`,
--- one for each document that has any; for one document an array of its `Diagnostic` will do.
---@class aside.EditorDiagnosticsParams
---@field textDocument? aside.TextDocument Which document; all that are known where absent.

--- Params of `editor/documentSymbols`. The result is that of `textDocument/documentSymbol`.
---@class aside.EditorDocumentParams
---@field textDocument aside.TextDocument Which document.

--- Params of `editor/definition`, `editor/references` and `editor/hover`. The results are those
--- of LSP's requests of these names.
---@class aside.EditorPlaceParams
---@field textDocument aside.TextDocument Which document.
---@field position aside.Position Where in it.

--- Reads a path.
---@class aside.Effect.readPath
---@field type "readPath"
---@field path string Absolute.

--- Writes, creates, deletes or moves a path.
---@class aside.Effect.writePath
---@field type "writePath"
---@field path string Absolute.

--- Runs a program.
---@class aside.Effect.runProgram
---@field type "runProgram"
---@field program string Its name or path.
---@field arguments string[] Its arguments.

--- Talks to a host.
---@class aside.Effect.network
---@field type "network"
---@field host string Its name or address.

--- Calls an MCP server's tool.
---@class aside.Effect.mcpTool
---@field type "mcpTool"
---@field server string The server.
---@field tool string The tool.
---@field readOnly boolean What the server says of it.

--- What a tool call would do.
---@alias aside.Effect
---| aside.Effect.readPath
---| aside.Effect.writePath
---| aside.Effect.runProgram
---| aside.Effect.network
---| aside.Effect.mcpTool

--- How much a model is to think before it answers.
---@alias aside.Effort
---| "default" # As its own setting says; no session or model is shown with it.
---| "minimal" # As little as it can.
---| "low" # Little.
---| "medium" # The middle.
---| "high" # Much.

--- What the user did with a question.
---@alias aside.ElicitAction
---| "accept" # Filled in.
---| "decline" # Refused to answer.
---| "cancel" # Dismissed it.

--- The stable codes in `data.code` of a JSON-RPC error.
---@alias aside.ErrorCode
---| "notFound" # What was named does not exist.
---| "invalid" # The request is not what the method takes.
---| "busy" # Something else is at work there; try again when it is done.
---| "noModel" # No usable model is set up.
---| "auth" # The provider refuses the key.
---| "rateLimited" # The provider limits the rate.
---| "provider" # The provider failed or cannot be reached.
---| "conflict" # What was to be changed is no longer what it was.
---| "denied" # It is not permitted.
---| "storage" # The database failed.
---| "internal" # A fault in the server.

--- The `data` of a JSON-RPC error. The error's `message` is a sentence that says what to do.
---@class aside.ErrorData
---@field code aside.ErrorCode What kind of failure.

--- A turn runs.
---@class aside.Event.turnStarted
---@field type "turnStarted"
---@field turn aside.Turn The turn.

--- A turn has ended.
---@class aside.Event.turnCompleted
---@field type "turnCompleted"
---@field turn aside.Turn The turn, its stop reason set.

--- An item begins.
---@class aside.Event.itemStarted
---@field type "itemStarted"
---@field item aside.Item The item so far.

--- An item is final.
---@class aside.Event.itemCompleted
---@field type "itemCompleted"
---@field item aside.Item The whole item; it counts, whatever the deltas were.

--- More of a message or of reasoning.
---@class aside.Event.itemDelta.text
---@field type "itemDelta"
---@field itemId string Which item.
---@field text string

--- More of a tool call's arguments, as the model writes them.
---@class aside.Event.itemDelta.argumentsText
---@field type "itemDelta"
---@field itemId string Which item.
---@field argumentsText string

--- More of a tool call's output.
---@class aside.Event.itemDelta.outputText
---@field type "itemDelta"
---@field itemId string Which item.
---@field outputText string

--- An item has a new status or title.
---@class aside.Event.itemUpdated
---@field type "itemUpdated"
---@field item aside.Item The item now.

--- An edit is new or has a new status.
---@class aside.Event.editUpdated
---@field type "editUpdated"
---@field edit aside.FileEdit The edit now.

--- The agent's plan is new or has changed.
---@class aside.Event.planUpdated
---@field type "planUpdated"
---@field entries aside.PlanEntry[] The whole plan, in order.

--- Tokens were spent.
---@class aside.Event.usageUpdated
---@field type "usageUpdated"
---@field usage aside.Usage All requests of the turn so far.
---@field context aside.ContextUsage How full the model's context is.

--- The session has changed.
---@class aside.Event.sessionUpdated
---@field type "sessionUpdated"
---@field session aside.Session The session now.

--- The user is asked for permission.
---@class aside.Event.permissionRequested
---@field type "permissionRequested"
---@field requestId string Which question.
---@field item aside.Item The tool call that waits.

--- The question is settled.
---@class aside.Event.permissionResolved
---@field type "permissionResolved"
---@field requestId string Which question.
---@field item aside.Item The tool call that waited.
---@field outcome aside.PermissionOutcome How it was settled.

--- A request to the provider failed and is made again.
---@class aside.Event.retrying
---@field type "retrying"
---@field attempt integer Which attempt comes next, from 2.
---@field maxAttempts integer How many attempts there are at most.
---@field delayMs integer Milliseconds until then.
---@field reason string A sentence: what failed.

--- Something that the user should know.
---@class aside.Event.notice
---@field type "notice"
---@field level aside.NoticeLevel How bad it is.
---@field message string A sentence.

--- What happened. Each turn ends with exactly one `turnCompleted`, after all other events of
--- the turn; each item that starts ends with exactly one `itemCompleted`.
---@alias aside.Event
---| aside.Event.turnStarted
---| aside.Event.turnCompleted
---| aside.Event.itemStarted
---| aside.Event.itemCompleted
---| aside.Event.itemDelta.text
---| aside.Event.itemDelta.argumentsText
---| aside.Event.itemDelta.outputText
---| aside.Event.itemUpdated
---| aside.Event.editUpdated
---| aside.Event.planUpdated
---| aside.Event.usageUpdated
---| aside.Event.sessionUpdated
---| aside.Event.permissionRequested
---| aside.Event.permissionResolved
---| aside.Event.retrying
---| aside.Event.notice

--- What a conversation is written as.
---@alias aside.ExportFormat
---| "markdown" # A page for people.
---| "json" # An object with `session`, `turns` and `items`, as the methods give them.

--- One change to one file.
---@class aside.FileEdit
---@field id string UUIDv7.
---@field sessionId string The session that made it.
---@field turnId string The turn that made it.
---@field itemId string The tool call that made it.
---@field uri aside.Uri Which file.
---@field kind aside.FileEditKind What sort of change.
---@field status aside.FileEditStatus How far it is.
---@field baseHash string SHA-256, in hexadecimal, of the text that `diff` and `oldRange` refer to: the file as it would be without this edit's pending hunks. What the user changes elsewhere in the file is in it.
---@field diff string The pending hunks as a unified diff; of a resolved edit, the change as it was made.
---@field hunks aside.Hunk[] The change in pieces.
---@field newUri? aside.Uri The file's new place, for a rename.
---@field version? integer The version of the document that the hunks' `newRange` refers to; absent where it is not open.

--- What sort of change an edit is.
---@alias aside.FileEditKind
---| "create" # Makes a file.
---| "modify" # Changes a file's text.
---| "delete" # Deletes a file.
---| "rename" # Moves a file, perhaps changing its text.

--- How far an edit is.
---@alias aside.FileEditStatus
---| "proposed" # Not made yet.
---| "applied" # Made; not reviewed.
---| "accepted" # Made and kept by the user.
---| "rejected" # Taken back by the user.
---| "partial" # Some hunks are kept and some taken back.
---| "conflicted" # Not made, since the file had changed.
---| "reverted" # Undone.

--- A piece of an edit. A hunk keeps its id until it is resolved.
---@class aside.Hunk
---@field id string Identifies it.
---@field oldRange aside.Range Where the old text is in the base.
---@field newRange aside.Range Where the new text is in the document now.
---@field oldText string The text before.
---@field newText string The text after.
---@field status aside.HunkStatus How far it is.

--- How far a hunk is.
---@alias aside.HunkStatus
---| "pending" # Waits for the user.
---| "accepted" # Kept.
---| "rejected" # Taken back.

--- What the user said.
---@class aside.Item.userMessage
---@field id string UUIDv7.
---@field turnId string The turn it belongs to.
---@field createdAt string RFC 3339, UTC.
---@field type "userMessage"
---@field content aside.ContentBlock[] Text, pictures and resources in order.
---@field clientMessageId? string The client's own id, by which a message sent twice is known.

--- What the model said.
---@class aside.Item.assistantMessage
---@field id string UUIDv7.
---@field turnId string The turn it belongs to.
---@field createdAt string RFC 3339, UTC.
---@field type "assistantMessage"
---@field text string Markdown.
---@field status aside.MessageStatus How far it is.

--- What the model thought, where the provider shows it.
---@class aside.Item.reasoning
---@field id string UUIDv7.
---@field turnId string The turn it belongs to.
---@field createdAt string RFC 3339, UTC.
---@field type "reasoning"
---@field text string Markdown.
---@field status aside.MessageStatus How far it is.

--- A tool call and its result.
---@class aside.Item.toolCall : aside.ToolCall
---@field id string UUIDv7.
---@field turnId string The turn it belongs to.
---@field createdAt string RFC 3339, UTC.
---@field type "toolCall"

--- A summary that stands for older items.
---@class aside.Item.compaction
---@field id string UUIDv7.
---@field turnId string The turn it belongs to.
---@field createdAt string RFC 3339, UTC.
---@field type "compaction"
---@field summary string The summary.
---@field droppedItems integer How many items it stands for.

--- One thing in a turn.
---@alias aside.Item
---| aside.Item.userMessage
---| aside.Item.assistantMessage
---| aside.Item.reasoning
---| aside.Item.toolCall
---| aside.Item.compaction

--- A command in the background.
---@class aside.Job
---@field id string Names it within its session.
---@field command string What runs; cut where it is very long.
---@field status aside.JobStatus Whether it works.
---@field startedAt string When it began: RFC 3339, UTC.
---@field exitCode? integer What it returned, if it ended by itself.

--- Params of `job/list`.
---@class aside.JobListParams
---@field sessionId string Which session.

--- The commands of a session that work in the background, and the last ones that did.
---@class aside.JobListResult
---@field jobs aside.Job[] The oldest first.

--- Whether a command in the background works.
---@alias aside.JobStatus
---| "running" # It works.
---| "completed" # It ended by itself.
---| "stopped" # It was ended: stopped, out of time, by a signal, or by the sandbox.

--- Params of `job/stop`.
---@class aside.JobStopParams
---@field sessionId string Which session.
---@field jobId string Which command.

--- A rule of permission, and where it stands.
---@class aside.ListedRule
---@field effect string Which effects it speaks of: `readPath`, `writePath`, `runProgram`, `network`, `mcpTool`, or `*` for all of them.
---@field pattern string Which of these. Of paths a glob, from the root, from `~`, or from each folder of the workspace; of programs the words of a command, such as `git push *`; a host, such as `*.example.org`; a server and its tool, such as `files/read_*`.
---@field decision aside.PermissionDecision What it says.
---@field scope aside.PermissionScope How far it reaches.
---@field source aside.PermissionSource Who keeps it.
---@field file? string The file that it stands in, unless it is in the workspace's database.

--- A part of a named document.
---@class aside.Location
---@field uri aside.Uri Which document.
---@field range aside.Range Which part of it.

--- Params of `mcp/event`: a server has another status, or other lists.
---@class aside.McpEvent
---@field server aside.McpServer The server as it is now.

--- Params of `mcp/list`: none.
---@class aside.McpListParams

--- Result of `mcp/list`.
---@class aside.McpListResult
---@field servers aside.McpServer[] All servers, by their names.

--- A prompt of an MCP server.
---@class aside.McpPrompt
---@field name string Its name.
---@field description string What it is for, in the server's words.

--- A resource of an MCP server.
---@class aside.McpResource
---@field uri string Its URI.
---@field name string Its name.

--- Params of `mcp/restart`.
---@class aside.McpRestartParams
---@field name string The server's name.

--- An MCP server.
---@class aside.McpServer
---@field name string Its name.
---@field status aside.McpStatus What it does.
---@field transport aside.McpTransport How it is reached.
---@field origin string Where it is configured: a path, or a word such as `settings`.
---@field tools aside.McpTool[] Its tools, as of the last time that it listed them.
---@field prompts aside.McpPrompt[] Its prompts.
---@field resources aside.McpResource[] Its resources.
---@field error? string Why it failed.

--- Params of `mcp/setEnabled`.
---@class aside.McpSetEnabledParams
---@field name string The server's name.
---@field enabled boolean Whether it may be started, until the program ends.

--- What an MCP server does.
---@alias aside.McpStatus
---| "disabled" # It is switched off.
---| "stopped" # Nobody needed it yet.
---| "starting" # It starts.
---| "ready" # It answers.
---| "failed" # It could not be started, or ended too often.
---| "needsAuth" # It wants a login.

--- A tool of an MCP server.
---@class aside.McpTool
---@field name string The name by which models call it, `mcp__server__tool`.
---@field description string What it does, in the server's words.
---@field readOnly boolean Whether the server says that it changes nothing.

--- How an MCP server is reached.
---@alias aside.McpTransport
---| "stdio" # A program that is started.
---| "http" # Streamable HTTP.

--- How far a streamed message is.
---@alias aside.MessageStatus
---| "inProgress" # Still streaming.
---| "completed" # Whole.
---| "interrupted" # Cut short by a cancel, a failure or a crash; what came is kept.

--- A model.
---@class aside.ModelInfo
---@field id string `provider/model`.
---@field provider string The provider's name.
---@field name string For people.
---@field contextWindow integer Tokens that it takes; 0 where unknown.
---@field maxOutput integer Tokens that it answers at most; 0 where unknown.
---@field vision boolean Whether it sees pictures.
---@field reasoning boolean Whether it reasons before it answers.
---@field tools boolean Whether it calls tools.
---@field available boolean Whether it can be used with the settings in force.
---@field efforts? aside.Effort[] How much it can be told to think: none where it takes no word about it, absent where that is not known.
---@field reason? string A sentence: why it cannot be used and what to do.

--- Params of `model/list`; there are none.
---@class aside.ModelListParams

--- Result of `model/list`.
---@class aside.ModelListResult
---@field models aside.ModelInfo[] All models that are known; others may be named too.

--- What the requests of one day to one model used.
---@class aside.ModelUsage
---@field day string A day in UTC, for example `2026-01-31`.
---@field model string `provider/model`.
---@field requests integer How many requests were made.
---@field usage aside.Usage What they used.
---@field estimated? boolean Whether the server did not count the tokens of some of them, so that they are estimated.

--- How bad a notice is.
---@alias aside.NoticeLevel
---| "info" # For information.
---| "warning" # Something is not as it should be.
---| "error" # Something failed.

--- What happens with a tool call before the user is asked.
---@alias aside.PermissionDecision
---| "allow" # It is done unasked.
---| "ask" # The user is asked.
---| "deny" # It is refused.

--- Params of `permission/explain`.
---@class aside.PermissionExplainParams
---@field tool string The tool.
---@field arguments? table<string, any> Its arguments.
---@field sessionId? string The session that would make the call; a new one if not given.

--- Result of `permission/explain`: what would happen with the call before the user is asked.
---@class aside.PermissionExplainResult
---@field decision aside.PermissionDecision What would happen.
---@field reason string A sentence: why.
---@field effects aside.Effect[] What the call would do.
---@field judgements aside.PermissionJudgement[] What is said to each effect, in the same order.
---@field rule? aside.PermissionRule The rule that decided, if one did.

--- What is said to one effect.
---@class aside.PermissionJudgement
---@field decision aside.PermissionDecision What would happen if it were the only one.
---@field reason string A sentence: why.
---@field rule? aside.PermissionRule The rule that decided, if one did.

--- Params of `permission/list`.
---@class aside.PermissionListParams
---@field sessionId? string The rules of this session too.

--- Result of `permission/list` and `permission/update`.
---@class aside.PermissionListResult
---@field rules aside.ListedRule[] The rules in force, those of the session first, then the workspace's, then the user's.
---@field builtIn aside.BuiltInDenial[] What is refused before any rule.

--- How much an agent may do unasked. Reading inside the workspace is never asked about.
---@alias aside.PermissionMode
---| "ask" # Ask before each effect other than reading.
---| "acceptEdits" # Edit files unasked; ask before the rest.
---| "readOnly" # Read only; refuse the rest.
---| "full" # Do all unasked, inside the workspace.

--- One answer that the user may choose.
---@class aside.PermissionOption
---@field id string Identifies it in the answer.
---@field label string For people.
---@field kind aside.PermissionOptionKind What choosing it means.

--- What an answer means.
---@alias aside.PermissionOptionKind
---| "allowOnce" # Do it.
---| "allowSession" # Do it, and do not ask again in this session for what the label says.
---| "allowAlways" # Do it, and do not ask again in this workspace for what the label says.
---| "rejectOnce" # Do not do it.
---| "rejectAlways" # Do not do it, and refuse what the label says in this workspace.

--- How a question for permission was settled.
---@alias aside.PermissionOutcome
---| "allowed" # The user allowed it.
---| "rejected" # The user refused.
---| "cancelled" # The user dismissed the question, or the turn was cancelled.
---| "expired" # Nobody answered in time, or nobody can be asked: it counts as refused.

--- A rule of permission. Built-in denials go before all rules, then come rules that deny, that ask
--- and that allow, then the session's permission mode.
---@class aside.PermissionRule
---@field effect string Which effects it speaks of: `readPath`, `writePath`, `runProgram`, `network`, `mcpTool`, or `*` for all of them.
---@field pattern string Which of these. Of paths a glob, from the root, from `~`, or from each folder of the workspace; of programs the words of a command, such as `git push *`; a host, such as `*.example.org`; a server and its tool, such as `files/read_*`.
---@field decision aside.PermissionDecision What it says.
---@field scope aside.PermissionScope How far it reaches.

--- How far a rule of permission reaches.
---@alias aside.PermissionScope
---| "session" # One session.
---| "workspace" # All sessions of the workspace.
---| "user" # All workspaces of the user.

--- Who keeps a rule of permission.
---@alias aside.PermissionSource
---| "stored" # Aside: it came from an answer or from `permission/update`, which can remove it too.
---| "settings" # The settings: it is removed in their file.

--- Params of `permission/update`. All is done or nothing; what is removed goes first.
---@class aside.PermissionUpdateParams
---@field add? aside.PermissionRule[] Rules to add; one that is there already stays as it is.
---@field remove? aside.PermissionRule[] Rules to remove.
---@field sessionId? string The session whose rules are changed; needed for those of scope `session`.

--- One entry of the agent's plan.
---@class aside.PlanEntry
---@field text string What is to be done.
---@field status aside.PlanStatus How far it is.

--- How far an entry of the plan is.
---@alias aside.PlanStatus
---| "pending" # Not begun.
---| "inProgress" # Begun.
---| "completed" # Done.

--- A place in a document.
---@class aside.Position
---@field line integer The line, from 0.
---@field character integer The column, from 0, in units of the negotiated position encoding.

--- How a provider is.
---@class aside.ProviderStatus
---@field name string Its name, as in `provider/model`.
---@field available boolean Whether its settings are complete and its last request, if any, worked.
---@field reason? string A sentence: what is wrong and what to do.

--- A part of a document.
---@class aside.Range
---@field start aside.Position Where it starts.
---@field end aside.Position Where it ends; this position is not included.

--- A message, or a title, in which the words are.
---@class aside.SearchHit
---@field sessionId string The session.
---@field title string The session's title.
---@field snippet string Some words around those that were looked for.
---@field score number How well it fits: the greater the better, and good for nothing but the order.
---@field itemId? string The message; where it is the title, the first of the session. Absent where there is none.

--- Params of `server/status`; there are none.
---@class aside.ServerStatusParams

--- Result of `server/status`.
---@class aside.ServerStatusResult
---@field version string The server's version.
---@field uptimeMs integer Milliseconds since it started.
---@field providers aside.ProviderStatus[] The providers that are set up, and those that could be.
---@field databasePath? string Absolute path of the workspace's database, which may not be open yet; absent where there is none.
---@field memoryBytes? integer Resident bytes; absent where the operating system does not say.

--- One conversation in one workspace.
---@class aside.Session
---@field id string UUIDv7, so that ids sort by age.
---@field title string For people; taken from the first message until it is set.
---@field workspaceUri aside.Uri The workspace it belongs to.
---@field createdAt string RFC 3339, UTC.
---@field updatedAt string RFC 3339, UTC.
---@field model string `provider/model`.
---@field agent string The name of the agent template; `default` unless another was chosen.
---@field permissionMode aside.PermissionMode What the agent may do unasked.
---@field status aside.SessionStatus Whether a turn runs.
---@field pinned boolean Pinned sessions are listed first.
---@field archived boolean Archived sessions are kept, and listed when asked for.
---@field turnCount integer How many turns it has.
---@field usage aside.Usage All its turns.
---@field effort? aside.Effort How much its model is to think; the model's own setting where absent.
---@field mcpServers? string[] The MCP servers that it may use, by their names; all where absent.
---@field parentId? string The session it was made from.
---@field projectId? string The project it was put in.

--- Params of `session/create`.
---@class aside.SessionCreateParams
---@field agent? string The name of an agent template; `default` where absent.
---@field effort? aside.Effort How much its model is to think; `default` where absent.
---@field mcpServers? string[] The MCP servers that it may use, by their names; all where absent.
---@field model? string `provider/model`; the default model where absent.
---@field permissionMode? aside.PermissionMode What the agent may do unasked; the default mode where absent.
---@field projectId? string The project to put it in.
---@field title? string The title; taken from the first message where absent.

--- Params of `session/delete`.
---@class aside.SessionDeleteParams
---@field sessionId string Which session.

--- Params of `session/export`.
---@class aside.SessionExportParams
---@field sessionId string Which session.
---@field format aside.ExportFormat What is written.

--- Result of `session/export`.
---@class aside.SessionExportResult
---@field uri aside.Uri The file, in Aside's own folder; one that was there is replaced.

--- Params of `session/fork`.
---@class aside.SessionForkParams
---@field sessionId string Which session is copied.
---@field turnId? string The last turn of the copy; the last one that is completed where absent.

--- Params of `session/get`.
---@class aside.SessionGetParams
---@field sessionId string Which session.

--- Params of `session/items`. With neither cursor, the newest page is meant.
---@class aside.SessionItemsParams
---@field sessionId string Which session.
---@field after? string A page's `nextCursor`: the page of items newer than that page.
---@field before? string A page's `prevCursor`: the page of items older than that page.
---@field limit? integer How many items at most; the server has a limit of its own.

--- Result of `session/items`.
---@class aside.SessionItemsResult
---@field items aside.Item[] Oldest first; partial items are included.
---@field turns aside.Turn[] The turns that these items belong to, oldest first.
---@field seq integer The last event that this page reflects.
---@field nextCursor? string Where the page of newer items begins; absent on the newest page.
---@field prevCursor? string Where the page of older items begins; absent on the oldest page.

--- Params of `session/list`. Sessions come pinned ones first, then the newest first.
---@class aside.SessionListParams
---@field archived? boolean Only archived ones, or only those that are not.
---@field cursor? string The `nextCursor` of the page before; the first page where absent.
---@field limit? integer How many sessions at most; the server has a limit of its own.
---@field pinned? boolean Only pinned ones, or only those that are not.
---@field projectId? string Only those of a project.
---@field query? string Only those whose title contains this text.

--- Result of `session/list`.
---@class aside.SessionListResult
---@field sessions aside.Session[] One page.
---@field nextCursor? string Where the next page begins; absent on the last one.

--- Params of `session/rewind`: back to before a turn.
---
--- Files and conversation both go back unless one of the two fields is `true` alone, which
--- leaves the other as it is, or is `false`.
---@class aside.SessionRewindParams
---@field sessionId string Which session.
---@field turnId string The first turn that is taken back.
---@field conversation? boolean Whether the turns go from the conversation.
---@field dryRun? boolean Only says what would happen.
---@field files? boolean Whether the files that the agent touched go back.

--- What a rewind did, or would do.
---@class aside.SessionRewindResult
---@field reverted aside.FileEdit[] The edits that were taken back.
---@field conflicts aside.FileEdit[] The edits that were not, since later work would have been lost.
---@field rewindId? string What `session/unrewind` takes; absent in a dry run and where nothing was done.

--- Params of `session/search`.
---@class aside.SessionSearchParams
---@field query string Words. All of them must be there, each as a word or the beginning of one; no character means anything but itself.
---@field limit? integer How many hits at most; the server has a limit of its own.

--- Result of `session/search`.
---@class aside.SessionSearchResult
---@field hits aside.SearchHit[] The best first; titles come before messages.

--- Whether a session's turn runs.
---@alias aside.SessionStatus
---| "idle" # No turn runs.
---| "running" # A turn runs.
---| "waiting" # A turn waits for the user.

--- Params of `session/unrewind`.
---@class aside.SessionUnrewindParams
---@field rewindId string Which rewind.

--- Params of `session/update`. What is absent stays as it is.
---@class aside.SessionUpdateParams
---@field sessionId string Which session.
---@field agent? string Another agent template.
---@field archived? boolean Archives it or takes it back.
---@field effort? aside.Effort Another effort, from the next turn on; `default` for the model's own setting.
---@field mcpServers? string[] Other MCP servers, by their names.
---@field model? string Another model, `provider/model`, from the next turn on.
---@field permissionMode? aside.PermissionMode Another permission mode, at once.
---@field pinned? boolean Pins or unpins it.
---@field projectId? string Another project.
---@field title? string A new title.

--- An argument of a slash command.
---@class aside.SlashArgument
---@field name string Its name.
---@field description string What it is.
---@field required boolean Whether the command needs it.

--- A slash command.
---@class aside.SlashCommand
---@field name string What is written behind the slash: `server:prompt` for a prompt of an MCP server.
---@field description string What it does.
---@field arguments aside.SlashArgument[] What it takes, in order: words, or `name=value`; the last takes the rest of the line.

--- Why a turn stopped.
---@alias aside.StopReason
---| "endTurn" # The model is done.
---| "maxTokens" # The answer reached its token limit.
---| "maxIterations" # The turn reached its limit of model requests.
---| "refusal" # The model or a filter refused.
---| "cancelled" # The user cancelled.
---| "interrupted" # The server stopped while the turn ran.
---| "error" # Something failed.

--- Names a document, as LSP's `TextDocumentIdentifier`.
---@class aside.TextDocument
---@field uri aside.Uri Which document.

--- A tool call: what was asked, how it went and what came out.
---@class aside.ToolCall
---@field name string The tool's name as the model called it.
---@field source aside.ToolSource Where the tool comes from.
---@field kind aside.ToolKind What sort of thing the tool does.
---@field title string One line for people.
---@field arguments table<string, any> The arguments; empty where the model's text was not a JSON object.
---@field status aside.ToolStatus How far it is.
---@field output aside.ContentBlock[] The result: what the model was told, first.
---@field editIds string[] The edits it made.
---@field locations aside.Location[] The places it read or changed.
---@field durationMs? integer Milliseconds from `running` to its end.

--- A tool.
---@class aside.ToolInfo
---@field name string The name that models call.
---@field description string Markdown: what it does and when to use it.
---@field source aside.ToolSource Where it comes from.
---@field kind aside.ToolKind What sort of thing it does.
---@field inputSchema table<string, any> JSON schema of the arguments.
---@field permission aside.PermissionDecision What happens when it is called.

--- What sort of thing a tool does.
---@alias aside.ToolKind
---| "read" # Reads files.
---| "edit" # Changes files.
---| "delete" # Deletes files.
---| "move" # Moves files.
---| "search" # Searches the workspace.
---| "execute" # Runs programs.
---| "fetch" # Reads from the network.
---| "think" # Only for the model's own order.
---| "other" # Anything else; also a tool that does not exist.

--- Params of `tool/list`.
---@class aside.ToolListParams
---@field sessionId? string The session whose tools and permissions are meant; a new one's where absent.

--- Result of `tool/list`.
---@class aside.ToolListResult
---@field tools aside.ToolInfo[] All tools that a model is offered.

--- Built in.
---@class aside.ToolSource.builtin
---@field type "builtin"

--- From an MCP server.
---@class aside.ToolSource.mcp
---@field type "mcp"
---@field server string The server's name.

--- Where a tool comes from.
---@alias aside.ToolSource
---| aside.ToolSource.builtin
---| aside.ToolSource.mcp

--- How far a tool call is.
---@alias aside.ToolStatus
---| "pending" # Waits for its turn.
---| "waiting" # Waits for the user's permission.
---| "running" # Acts.
---| "completed" # Done.
---| "failed" # Tried and failed.
---| "rejected" # Not permitted.
---| "cancelled" # Cancelled by the user.
---| "interrupted" # The server stopped while it ran; its effect is unknown.

--- One setting of a workspace.
---@class aside.TrustEntry
---@field name string The setting, for example `hooks[0]` or `mcpServers.fetch`.
---@field value string What it says, for people; of what runs, the command.

--- Params of `trust/get`.
---@class aside.TrustGetParams

--- Params of `trust/set`.
---@class aside.TrustSetParams
---@field trusted boolean Whether what the workspace brings along is to be active.
---@field hash? string The hash of what the user was shown, needed to trust it: nothing else is trusted.

--- Result of `trust/get` and `trust/set`: what the workspace brings along and whether it counts.
---@class aside.TrustState
---@field workspace string Path of the workspace's first folder.
---@field status aside.TrustStatus Whether it counts.
---@field files string[] The files that trust is about, by their paths in the workspace.
---@field entries aside.TrustEntry[] What is active where the workspace is trusted, and would be where it is not.
---@field changed? string[] Those that changed since the workspace was trusted.
---@field hash? string Over the names and bytes of all files; absent where there are none or they are refused.
---@field reason? string Why the files cannot be trusted as they are.
---@field warnings? string[] What is wrong with the files, in sentences for people.

--- Whether what a workspace brings along counts.
---@alias aside.TrustStatus
---| "nothing" # It brings nothing along.
---| "untrusted" # The user said nothing of it.
---| "changed" # It changed since the user trusted it.
---| "trusted" # It is active.
---| "refused" # It cannot be trusted as it is.

--- One turn.
---@class aside.Turn
---@field id string UUIDv7.
---@field sessionId string The session it belongs to.
---@field status aside.TurnStatus How far it is.
---@field createdAt string RFC 3339, UTC.
---@field usage aside.Usage All its requests.
---@field completedAt? string RFC 3339, UTC; present when it is completed.
---@field error? aside.TurnError What failed, where `stopReason` is `error`.
---@field startedAt? string RFC 3339, UTC; absent while it is queued.
---@field stopReason? aside.StopReason Why it stopped; present when it is completed.

--- A failure that ended a turn.
---@class aside.TurnError
---@field code aside.ErrorCode What kind of failure.
---@field message string A sentence that says what to do.
---@field retryable boolean Whether the same prompt may work later.

--- How far a turn is.
---@alias aside.TurnStatus
---| "queued" # Waits for the turn before it.
---| "running" # Runs.
---| "completed" # Has ended, well or not.

--- A URI as it stands on the wire; nothing is parsed or normalised.
---@alias aside.Uri string

--- Tokens, and their price where it is known.
---@class aside.Usage
---@field inputTokens integer All input tokens, cached ones included.
---@field cachedInputTokens integer Input tokens read from a cache.
---@field outputTokens integer All output tokens, reasoning included.
---@field reasoningTokens integer Output tokens spent on reasoning.
---@field costUsd? number US dollars; absent where the price is unknown.

--- Params of `usage/get`.
---@class aside.UsageGetParams
---@field sessionId? string Only of this session; of all of the workspace, deleted ones included, where absent.
---@field since? string Only from then on: a time (RFC 3339, UTC) or a day, such as `2026-01-31`.

--- Result of `usage/get`.
---@class aside.UsageGetResult
---@field days aside.ModelUsage[] By day and model, the newest day first.
---@field total aside.Usage All of them together.

--- The requests that the server answers, by method.
---@class aside.ClientRequests
---@field ["agent/list"] fun(params?: aside.AgentListParams): aside.AgentListResult Lists the agent templates.
---@field ["chat/cancel"] fun(params: aside.ChatCancelParams): aside.ChatCancelResult Cancels a turn; what came so far is kept.
---@field ["chat/events"] fun(params: aside.ChatEventsParams): aside.ChatEventsResult Replays events after a reconnect.
---@field ["chat/send"] fun(params: aside.ChatSendParams): aside.ChatSendResult Sends a message; the answer comes in events.
---@field ["command/list"] fun(params?: aside.CommandListParams): aside.CommandListResult Lists the slash commands.
---@field ["context/complete"] fun(params: aside.ContextCompleteParams): aside.ContextCompleteResult Offers what may stand behind an `@` or a `/`.
---@field ["edit/accept"] fun(params?: aside.EditResolveParams): aside.EditListResult Keeps pending hunks; makes them where they were only proposed.
---@field ["edit/amend"] fun(params: aside.EditAmendParams): aside.FileEdit Changes what a pending hunk says, and tells the model.
---@field ["edit/list"] fun(params?: aside.EditListParams): aside.EditListResult Lists edits, with their hunks where they are now.
---@field ["edit/reject"] fun(params?: aside.EditResolveParams): aside.EditListResult Takes pending hunks back.
---@field ["job/list"] fun(params: aside.JobListParams): aside.JobListResult Lists the commands that work in the background of a session.
---@field ["job/stop"] fun(params: aside.JobStopParams): nil Stops a command that works in the background.
---@field ["mcp/list"] fun(params?: aside.McpListParams): aside.McpListResult Lists the MCP servers.
---@field ["mcp/restart"] fun(params: aside.McpRestartParams): aside.McpServer Ends an MCP server and starts it again.
---@field ["mcp/setEnabled"] fun(params: aside.McpSetEnabledParams): aside.McpServer Switches an MCP server on or off.
---@field ["model/list"] fun(params?: aside.ModelListParams): aside.ModelListResult Lists the models that are known.
---@field ["permission/explain"] fun(params: aside.PermissionExplainParams): aside.PermissionExplainResult Says what would happen with a call, and which rule decides.
---@field ["permission/list"] fun(params?: aside.PermissionListParams): aside.PermissionListResult Lists the rules of permission in force.
---@field ["permission/update"] fun(params?: aside.PermissionUpdateParams): aside.PermissionListResult Adds and removes rules of permission.
---@field ["server/status"] fun(params?: aside.ServerStatusParams): aside.ServerStatusResult Says how the server is.
---@field ["session/create"] fun(params?: aside.SessionCreateParams): aside.Session Starts a session.
---@field ["session/delete"] fun(params: aside.SessionDeleteParams): nil Deletes a session and all that is in it.
---@field ["session/export"] fun(params: aside.SessionExportParams): aside.SessionExportResult Writes a conversation into a file.
---@field ["session/fork"] fun(params: aside.SessionForkParams): aside.Session Copies a session's conversation into a new one.
---@field ["session/get"] fun(params: aside.SessionGetParams): aside.Session Reads a session.
---@field ["session/items"] fun(params: aside.SessionItemsParams): aside.SessionItemsResult Reads a page of a session's items.
---@field ["session/list"] fun(params?: aside.SessionListParams): aside.SessionListResult Lists sessions, pinned ones first, then the newest first.
---@field ["session/rewind"] fun(params: aside.SessionRewindParams): aside.SessionRewindResult Takes files, conversation or both back to before a turn.
---@field ["session/search"] fun(params: aside.SessionSearchParams): aside.SessionSearchResult Looks for words in messages and titles.
---@field ["session/unrewind"] fun(params: aside.SessionUnrewindParams): aside.SessionRewindResult Takes a rewind back.
---@field ["session/update"] fun(params: aside.SessionUpdateParams): aside.Session Changes a session.
---@field ["tool/list"] fun(params?: aside.ToolListParams): aside.ToolListResult Lists the tools that a model is offered.
---@field ["trust/get"] fun(params?: aside.TrustGetParams): aside.TrustState Says what the workspace brings along, and whether the user trusts it.
---@field ["trust/set"] fun(params: aside.TrustSetParams): aside.TrustState Trusts what the workspace brings along, as it was shown, or trusts it no more.
---@field ["usage/get"] fun(params?: aside.UsageGetParams): aside.UsageGetResult Says what models were sent and what it cost, by day and model.

--- The requests that the server sends, by method.
---@class aside.ServerRequests
---@field ["chat/elicit"] fun(params: aside.ChatElicitParams): aside.ChatElicitResult Asks the user a question of a tool or an MCP server.
---@field ["chat/requestPermission"] fun(params: aside.ChatRequestPermissionParams): aside.ChatRequestPermissionResult Asks the user for permission.
---@field ["editor/definition"] fun(params: aside.EditorPlaceParams): any Asks where a symbol is defined.
---@field ["editor/diagnostics"] fun(params?: aside.EditorDiagnosticsParams): any Asks for the diagnostics of the editor's language servers.
---@field ["editor/documentSymbols"] fun(params: aside.EditorDocumentParams): any Asks for the symbols of a document.
---@field ["editor/references"] fun(params: aside.EditorPlaceParams): any Asks where a symbol is used.

--- The notifications that the server sends, by method.
---@class aside.ServerNotifications
---@field ["chat/event"] fun(params: aside.ChatEvent) Tells what happens in a session.
---@field ["mcp/event"] fun(params: aside.McpEvent) Tells that an MCP server has another status, or other lists.

//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    (
        "text of one message of a model",
        crate::limits::MAX_TEXT_BYTES as u64,
        "bytes",
    ),
    (
        "arguments of one tool call",
        crate::limits::MAX_ARGUMENT_BYTES as u64,
        "bytes",
    ),
    (
        "name of a tool that a model calls",
        crate::limits::MAX_NAME_BYTES as u64,
        "bytes",
    ),
    (
        "a provider's id of a tool call",
        crate::limits::MAX_CALL_ID_BYTES as u64,
        "bytes",
    ),
    (
        "messages for a running turn that wait",
        crate::steer::MAX_WAITING_STEERS as u64,
        "messages",
    ),
    (
        "pattern of a rule of permission",
        crate::permission::MAX_PATTERN_BYTES as u64,
        "bytes",
    ),
    (
        "words in a pattern of commands",
        crate::permission::MAX_PATTERN_WORDS as u64,
        "words",
    ),
    (
        "parts of a path that patterns are compared with",
        crate::permission::MAX_PATH_PARTS as u64,
        "parts",
    ),
    (
        "rules of permission that one answer makes",
        crate::permission::MAX_RULES_OF_ANSWER as u64,
        "rules",
    ),
    (
        "effects that a question for permission names",
        crate::permission::MAX_NAMED_EFFECTS as u64,
        "effects",
    ),
    (
        "a path or command in a question for permission",
        crate::permission::MAX_NAMED_BYTES as u64,
        "bytes",
    ),
    (
        "reasons in a question for permission",
        crate::permission::MAX_REASONS as u64,
        "sentences",
    ),
    (
        "one answer of a model",
        crate::limits::MAX_ANSWER_BYTES as u64,
        "bytes",
    ),
    (
        "items in one answer",
        crate::limits::MAX_ANSWER_ITEMS as u64,
        "items",
    ),
    (
        "tool calls made of one answer",
        crate::limits::MAX_ANSWER_CALLS as u64,
        "calls",
    ),
    (
        "what only the provider understands of one answer",
        crate::limits::MAX_OPAQUE_BYTES as u64,
        "bytes",
    ),
    (
        "remarks of the provider about one answer",
        crate::limits::MAX_ANSWER_NOTES as u64,
        "remarks",
    ),
    (
        "times an answer is asked for again after a part of it was seen",
        crate::limits::MAX_PARTIAL_RETRIES as u64,
        "times",
    ),
    (
        "one tool's output to the model",
        crate::limits::MAX_OUTPUT_BYTES as u64,
        "bytes",
    ),
    (
        "one diagnostic's message to the model",
        crate::world::MAX_MESSAGE_BYTES as u64,
        "bytes",
    ),
    (
        "diagnostics of one file that are compared after an edit",
        crate::compare::MAX_COMPARED as u64,
        "diagnostics",
    ),
    (
        "how long an editor may take to report of files before an edit",
        crate::driver::SURVEY_LIMIT.as_millis() as u64,
        "ms",
    ),
    (
        "how often an editor is asked what it reports after an edit",
        crate::driver::SURVEY_INTERVAL.as_millis() as u64,
        "ms",
    ),
    (
        "files of one call of which an editor is asked what it reports",
        crate::driver::MAX_SURVEYED as u64,
        "files",
    ),
    (
        "diagnostics that the model is told of after an edit",
        crate::driver::MAX_TOLD as u64,
        "diagnostics",
    ),
    (
        "output that one tool call streams",
        crate::outputs::MAX_STREAMED_BYTES as u64,
        "bytes",
    ),
    (
        "pieces of output that wait to be told",
        crate::outputs::MAX_WAITING_OUTPUTS as u64,
        "pieces",
    ),
    (
        "entries of a plan",
        crate::plan::MAX_PLAN_ENTRIES as u64,
        "entries",
    ),
    (
        "tools that a session offers beside those that all do",
        crate::toolbox::MAX_OFFERED as u64,
        "tools",
    ),
    (
        "refused repetitions before a turn ends",
        crate::limits::MAX_REPEAT_REFUSALS as u64,
        "calls",
    ),
    (
        "times one change is computed anew over what the user types",
        crate::limits::MAX_REBASES as u64,
        "times",
    ),
    (
        "places shown of a conflict, or of what the user changed",
        crate::rebase::MAX_SHOWN_PLACES as u64,
        "places",
    ),
    (
        "text shown of each of these places",
        crate::rebase::MAX_PLACE_BYTES as u64,
        "bytes",
    ),
    (
        "attempts to edit kept of one tool call",
        crate::attempt::MAX_ATTEMPTS as u64,
        "attempts",
    ),
    (
        "files whose texts are kept as a model saw them",
        crate::seen::MAX_SEEN_FILES as u64,
        "files",
    ),
    (
        "texts kept as a model saw them",
        crate::seen::MAX_SEEN_BYTES as u64,
        "bytes",
    ),
    (
        "notes that wait for the next request to a model",
        crate::notes::MAX_NOTES_BYTES as u64,
        "bytes",
    ),
    (
        "a title made from the first message",
        crate::title::MAX_TITLE_CHARS as u64,
        "characters",
    ),
];

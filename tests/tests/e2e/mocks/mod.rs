//! Turns against model servers that nobody here wrote, in each wire format.
//!
//! They run where `ASIDE_TEST_AIMOCK` and `ASIDE_TEST_LLMOCK` name the programs, which is what
//! `cargo xtask mocks` and `cargo xtask test` see to.

/// A module of tests, one for each format.
macro_rules! in_each_format {
    ($name:ident, $check:path) => {
        mod $name {
            use super::super::Format;

            in_each_format!(@test chat, Format::Chat, $name, $check);
            in_each_format!(@test responses, Format::Responses, $name, $check);
            in_each_format!(@test messages, Format::Messages, $name, $check);
            in_each_format!(@test gemini, Format::Gemini, $name, $check);
            in_each_format!(@test azure, Format::Azure, $name, $check);
        }
    };
    (@test $test:ident, $format:expr, $name:ident, $check:path) => {
        #[tokio::test]
        async fn $test() {
            let name = concat!(stringify!($name), "::", stringify!($test));
            $check($format, name).await;
        }
    };
}

mod aimock;
mod faults;
mod llmock;
mod opaque;
mod script;
mod verdict;

use std::path::PathBuf;

use aside_tests::editor::{Client, Editor};
use aside_tests::mocks::{Mock, Tap};
use aside_tests::process::run;
use aside_tests::rules::{Restarts, check_events, kind, text};
use aside_tests::world::{SECRET, World};
use serde_json::Value;

use self::script::{BEFORE, FILE};
use crate::common::{check_sentence, check_types, output};

/// Names the program of npm's `@copilotkit/aimock`.
const AIMOCK: &str = "ASIDE_TEST_AIMOCK";

/// Names the program of PyPI's `llmock`.
const LLMOCK: &str = "ASIDE_TEST_LLMOCK";

/// A way to speak with a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Chat,
    Responses,
    Messages,
    Gemini,
    /// Chat Completions at a deployment of one's own.
    Azure,
}

impl Format {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [
        Self::Chat,
        Self::Responses,
        Self::Messages,
        Self::Gemini,
        Self::Azure,
    ];

    /// The model that is asked. All of them are of families that reason.
    pub(crate) fn model(self) -> &'static str {
        match self {
            Self::Chat => "openai-chat/gpt-5-mini",
            Self::Responses => "openai-responses/gpt-5-mini",
            Self::Messages => "anthropic/claude-sonnet-4-5",
            Self::Gemini => "gemini/gemini-2.5-flash",
            Self::Azure => "azure/our-gpt",
        }
    }

    /// Whether OpenAI's own variables say where the model is.
    pub(crate) fn is_openai(self) -> bool {
        matches!(self, Self::Chat | Self::Responses)
    }

    /// The variable that holds the key.
    fn key(self) -> &'static str {
        match self {
            Self::Chat | Self::Responses => "OPENAI_API_KEY",
            Self::Messages => "ANTHROPIC_API_KEY",
            Self::Gemini => "GEMINI_API_KEY",
            Self::Azure => "AZURE_OPENAI_API_KEY",
        }
    }

    /// Has the program talk in this format with the server at this URL, and with nobody else.
    pub(crate) fn settle(self, world: &mut World, url: &str, prefix: &str) {
        world.unset("OPENAI_BASE_URL");
        world.unset("OPENAI_API_KEY");
        world.set("ASIDE_MODEL", self.model());
        let base = match self {
            Self::Chat | Self::Responses => "OPENAI_BASE_URL",
            Self::Messages => "ANTHROPIC_BASE_URL",
            Self::Gemini => "GOOGLE_GEMINI_BASE_URL",
            Self::Azure => "AZURE_OPENAI_ENDPOINT",
        };
        world.set(base, format!("{url}{prefix}"));
        world.set(self.key(), SECRET);
        if self == Self::Azure {
            world.set("AZURE_OPENAI_DEPLOYMENT", "our-gpt");
            world.set("AZURE_OPENAI_API_VERSION", "2024-10-21");
        }
    }
}

/// The path of Azure's deployments, which only some servers know.
const DEPLOYMENT: &str = "/openai/deployments/our-gpt/";

/// The program that this variable names, or `None` after a word about it.
fn program(variable: &str, test: &str) -> Option<PathBuf> {
    let program = std::env::var_os(variable);
    if program.is_none() {
        eprintln!("not run: {test} ({variable} is not set)");
    }
    program.map(PathBuf::from)
}

/// A workspace whose model is a server of somebody else's, with a tap before it.
struct Place {
    mock: Mock,
    tap: Tap,
    world: World,
}

/// What came of one turn, in the editor or in the shell.
struct Outcome {
    /// The completed turn.
    turn: Value,
    /// The events of its session.
    events: Vec<Value>,
}

impl Place {
    /// Settings that many tests of faults want: short waits.
    const QUICK: &str = "[providers]\nretry_base_ms = 20\nmax_retries = 4\n";

    /// An editor that saves what the model changes.
    async fn open(&self) -> Editor {
        let client = Client {
            saves: Some(str::to_owned),
            ..Client::full(&self.world)
        };
        Editor::open(&self.world, client).await
    }

    /// One turn in a new session of an editor, with the file as it was.
    async fn turn(&self, editor: &Editor, prompt: &str) -> Outcome {
        let path = self.world.path(FILE);
        if editor.read(|state| state.buffers.contains_key(&path)) {
            editor.close_file(&path);
        }
        self.world.write(FILE, BEFORE);
        let session = editor.create_free().await;
        let turn = editor.turn(&session, prompt).await;
        let events = editor.checked_events(&session);
        check_types(&events);
        Outcome { turn, events }
    }

    /// One turn in the shell, with the file as it was.
    async fn run(&self, prompt: &str) -> Outcome {
        self.world.write(FILE, BEFORE);
        let arguments = ["run", "--json", "--permission-mode", "acceptEdits", prompt];
        let done = run(&self.world, &arguments, "").await;
        let parse = |line: &str| -> Value {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line} {done:?}"))
        };
        let events: Vec<Value> = done.stdout.lines().map(parse).collect();
        check_events(&events, Restarts::None);
        check_types(&events);
        let last = events
            .last()
            .unwrap_or_else(|| panic!("no events: {done:?}"));
        assert_eq!(kind(last), "turnCompleted", "{last:#}");
        let turn = last["event"]["turn"].clone();
        assert!(!done.stderr.contains(SECRET), "{done:?}");
        Outcome { turn, events }
    }
}

impl Outcome {
    /// The completed items but the user's own, in the order in which they began.
    fn items(&self) -> Vec<Value> {
        let ended = |id: &str| {
            self.events
                .iter()
                .find(|event| kind(event) == "itemCompleted" && text(event, "/event/item/id") == id)
        };
        self.events
            .iter()
            .filter(|event| kind(event) == "itemStarted")
            .filter_map(|event| ended(text(event, "/event/item/id")))
            .map(|event| event["event"]["item"].clone())
            .filter(|item| item["type"] != "userMessage")
            .collect()
    }

    /// The items in short: their type, and the name of a tool or the text, and how they ended
    /// where that is not the usual way.
    fn story(&self) -> Vec<String> {
        let shown = |item: &Value| {
            let what = item["name"].as_str().or(item["text"].as_str());
            let line = format!("{} {}", text(item, "/type"), what.unwrap_or_default());
            match item["status"].as_str() {
                None | Some("completed") => line,
                Some(status) => format!("{line} ({status})"),
            }
        };
        self.items().iter().map(shown).collect()
    }

    /// The `retrying` events, each of which says why.
    fn retryings(&self) -> Vec<Value> {
        let is_retry = |event: &&Value| kind(event) == "retrying";
        let events = self.events.iter().filter(is_retry);
        let retryings: Vec<Value> = events.map(|event| event["event"].clone()).collect();
        for (nth, retrying) in retryings.iter().enumerate() {
            check_sentence(text(retrying, "/reason"));
            let attempt = retrying["attempt"].as_u64().unwrap();
            let most = retrying["maxAttempts"].as_u64().unwrap();
            assert!((2..=most).contains(&attempt), "{nth}: {retrying:#}");
        }
        retryings
    }

    /// How often a request was made again.
    fn retries(&self) -> usize {
        self.retryings().len()
    }

    /// Fails unless the model came to its end.
    #[track_caller]
    fn expect_good(&self, what: &str) {
        let shown = || format!("{what}: {:#}\n{:#?}", self.turn, self.story());
        assert_eq!(self.turn["stopReason"], "endTurn", "{}", shown());
    }

    /// Fails unless the model came to its end with this story. What broke off stands before it
    /// and is left out: calls in it failed and never ran, and text of it is said again.
    #[track_caller]
    fn expect_story(&self, story: &[&str], what: &str) {
        self.expect_good(what);
        let is_broken =
            |line: &str| line.ends_with(" (interrupted)") || line.ends_with(" (failed)");
        let mut whole = self.story();
        whole.retain(|line| !is_broken(line));
        whole.dedup();
        assert_eq!(whole, story, "{what}: {:#?}", self.story());
        for item in self.items() {
            let says = output(&item);
            let is_told = says.starts_with("This call was not made");
            assert_eq!(item["status"] == "failed", is_told, "{what}: {item:#}");
        }
    }
}

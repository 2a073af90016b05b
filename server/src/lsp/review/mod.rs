//! Pending hunks in plain LSP: hints on their lines, code actions and code lenses.
//!
//! What is shown follows the document: an edit's event, and the user's typing in a document that
//! has pending hunks, let it be looked at anew a moment later. Clients that draw hunks themselves
//! are left alone.
mod pending;
mod profile;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aside_protocol::Event;
use ropey::Rope;
use tower_lsp::lsp_types::request::CodeLensRefresh;
use tower_lsp::lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams,
    CodeActionProviderCapability, CodeLens, CodeLensOptions, ServerCapabilities, Url,
};

use super::documents::uri_to_path;
use super::shared::Shared;
use super::transport::request_with_timeout;
use pending::Pending;
pub use pending::SOURCE;
pub use profile::ReviewProfile;

/// How long after a change the hints follow: typing is not followed letter by letter.
const REFRESH_DELAY: Duration = Duration::from_millis(150);

/// How many documents may wait to be looked at; further ones are looked at when they change next.
pub const MAX_WAITING_DOCUMENTS: usize = 1_024;

/// What is shown, by document.
#[derive(Default)]
pub struct Review {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many hints each document shows. One whose hints went stays here until it is closed:
    /// the user may redo what was undone.
    shown: HashMap<Url, usize>,
    /// Documents that are looked at in a moment, or just now.
    waiting: HashMap<Url, Look>,
    /// Whether there ever were hints.
    has_shown: bool,
}

/// How far a document that something happened to is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// In a moment.
    Soon,
    /// Just now.
    Now,
    /// Once more, since something happened meanwhile.
    Again,
}

impl Review {
    /// Whether a document is to be looked at; if not, it no longer waits.
    fn look(&self, uri: &Url) -> bool {
        let mut state = self.lock();
        match state.waiting.get(uri) {
            Some(Look::Soon | Look::Again) => true,
            Some(Look::Now) | None => {
                state.waiting.remove(uri);
                false
            }
        }
    }

    fn looking(&self, uri: &Url) {
        self.lock().waiting.insert(uri.clone(), Look::Now);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says what the server offers for review.
pub fn announce(profile: ReviewProfile, capabilities: &mut ServerCapabilities) {
    if profile.draws_itself {
        return;
    }
    capabilities.code_action_provider =
        Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::from(pending::ALL_IN_FILE),
            ]),
            ..CodeActionOptions::default()
        }));
    if profile.lenses {
        capabilities.code_lens_provider = Some(CodeLensOptions {
            resolve_provider: Some(false),
        });
    }
}

/// An edit has a new state.
pub fn on_event(shared: &Arc<Shared>, event: &Event) {
    let Event::EditUpdated { edit } = event else {
        return;
    };
    for uri in [Some(&edit.uri), edit.new_uri.as_ref()]
        .into_iter()
        .flatten()
    {
        let Ok(uri) = Url::parse(&uri.0) else {
            continue;
        };
        // Editors know a document by their own spelling of its URI.
        let open = uri_to_path(&uri).and_then(|path| shared.documents.find(&path));
        let uri = match open {
            Some(open) => {
                let uri = open.uri().clone();
                shared.review.lock().shown.entry(uri.clone()).or_default();
                uri
            }
            None => uri,
        };
        follow(shared, uri);
    }
}

/// A document was opened: hunks may be left from before.
pub async fn on_open(shared: &Arc<Shared>, uri: &Url) {
    // An editor may keep the hints of a buffer that it gives another name (Neovim).
    if shared.review.lock().has_shown {
        let client = &shared.client;
        client
            .publish_diagnostics(uri.clone(), Vec::new(), None)
            .await;
    }
    follow(shared, uri.clone());
}

/// A document changed; its hunks may have moved, gone or come back.
pub fn on_change(shared: &Arc<Shared>, uri: &Url) {
    let has_edits = shared.review.lock().shown.contains_key(uri);
    if has_edits {
        follow(shared, uri.clone());
    }
}

/// A document was closed.
pub async fn on_close(shared: &Arc<Shared>, uri: &Url) {
    let shown = shared.review.lock().shown.remove(uri);
    if shown.is_some_and(|count| count > 0) {
        shared
            .client
            .publish_diagnostics(uri.clone(), Vec::new(), None)
            .await;
    }
}

/// The code actions of a place.
pub async fn actions(shared: &Arc<Shared>, params: CodeActionParams) -> Vec<CodeActionOrCommand> {
    let uri = params.text_document.uri;
    let hunks = hunks(shared, &uri).await;
    let only = params.context.only.as_deref();
    let actions = pending::actions(&hunks, &uri, params.range, only);
    if profile(shared).action_literals {
        return actions
            .into_iter()
            .map(CodeActionOrCommand::CodeAction)
            .collect();
    }
    pending::as_commands(actions)
}

/// The code lenses of a document.
pub async fn lenses(shared: &Arc<Shared>, uri: &Url) -> Vec<CodeLens> {
    let hunks = hunks(shared, uri).await;
    hunks.iter().flat_map(Pending::lenses).collect()
}

fn profile(shared: &Shared) -> ReviewProfile {
    shared
        .profile()
        .map_or_else(ReviewProfile::default, |profile| profile.review)
}

/// The hunks that wait in a document; none where that cannot be known now.
async fn hunks(shared: &Arc<Shared>, uri: &Url) -> Vec<Pending> {
    if profile(shared).draws_itself {
        return Vec::new();
    }
    let Some(path) = uri_to_path(uri) else {
        return Vec::new();
    };
    // Without a folder there is no engine, and without a database there are no edits.
    let Ok(engine) = shared.engine() else {
        return Vec::new();
    };
    match engine.pending_edits(&path).await {
        Ok(edits) => {
            let open = shared.documents.find(&path);
            let last_line = open.and_then(|open| open.text().ok().map(last_line));
            pending::pending(&edits, last_line)
        }
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "pending hunks cannot be read now");
            Vec::new()
        }
    }
}

/// The last line that every editor has: not the empty one behind a final line ending.
fn last_line(text: &Rope) -> u32 {
    let lines = text.len_lines();
    let is_empty = lines > 1 && text.line(lines - 1).len_chars() == 0;
    u32::try_from(lines - 1 - usize::from(is_empty)).unwrap_or(u32::MAX)
}

/// Looks at a document in a moment, once for all that happens until then.
fn follow(shared: &Arc<Shared>, uri: Url) {
    let profile = profile(shared);
    if profile.draws_itself || !(profile.diagnostics || profile.lenses) {
        return;
    }
    {
        let mut state = shared.review.lock();
        if let Some(look) = state.waiting.get_mut(&uri) {
            *look = Look::Again;
            return;
        }
        if state.waiting.len() >= MAX_WAITING_DOCUMENTS {
            return;
        }
        state.waiting.insert(uri.clone(), Look::Soon);
    }
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        // What happens while a large document is looked at is looked at once more, not at once
        // and side by side. This ends when the user stops typing.
        while shared.review.look(&uri) {
            tokio::time::sleep(REFRESH_DELAY).await;
            shared.review.looking(&uri);
            refresh(&shared, uri.clone()).await;
        }
    });
}

async fn refresh(shared: &Arc<Shared>, uri: Url) {
    let profile = profile(shared);
    // A closed document has nowhere to show hints; opening it brings them.
    let path: Option<PathBuf> = uri_to_path(&uri);
    let is_open = path.is_some_and(|path| shared.documents.find(&path).is_some());
    let hunks = match is_open {
        true => hunks(shared, &uri).await,
        false => Vec::new(),
    };
    let before = {
        let mut state = shared.review.lock();
        state.has_shown |= !hunks.is_empty();
        let before = state.shown.remove(&uri);
        if is_open && (before.is_some() || !hunks.is_empty()) {
            state.shown.insert(uri.clone(), hunks.len());
        }
        before.unwrap_or_default()
    };
    if before == 0 && hunks.is_empty() {
        return;
    }
    if profile.diagnostics {
        let diagnostics = hunks.iter().map(Pending::diagnostic).collect();
        shared
            .client
            .publish_diagnostics(uri, diagnostics, None)
            .await;
    }
    if profile.lenses && profile.refreshes_lenses {
        let limit = shared.settings().editor.request_timeout();
        // Whether the editor does so is its own affair.
        let _ = request_with_timeout::<CodeLensRefresh>(&shared.client, (), limit).await;
    }
}

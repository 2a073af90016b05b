//! One command: what it printed so far, and how it ended.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::end::End;
use crate::command::explained::Confined;
use crate::command::told::with_line;
use crate::command::transcript::{Excerpt, Transcript};

/// A command at work, or one that has ended.
#[derive(Debug)]
pub(crate) struct Job {
    /// By this models and clients know it once it is in the background.
    pub(crate) id: Arc<str>,
    /// As it was given.
    pub(crate) command: String,
    /// When it began.
    pub(crate) started_at: SystemTime,
    began: Instant,
    confined: Confined,
    stop: CancellationToken,
    changed: watch::Sender<()>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    transcript: Transcript,
    /// The file with all of the output, as the command sees it.
    whole: Option<String>,
    end: Option<(End, Duration)>,
    /// What more is to be said of its end.
    notes: String,
    /// Up to where the model was shown the output.
    told: u64,
    /// Whether the model was told of its end.
    is_told: bool,
}

/// What is new of a command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct News {
    /// What it printed.
    pub(crate) text: String,
    /// How it ended, if it did.
    pub(crate) end: Option<End>,
    /// What more is to be said of its end, in lines; empty for nothing.
    pub(crate) notes: String,
    /// How long it worked so far, or in all.
    pub(crate) elapsed: Duration,
}

impl Job {
    pub(crate) fn new(id: &str, command: &str, limit: usize, confined: Confined) -> Arc<Self> {
        Arc::new(Self {
            id: Arc::from(id),
            command: command.to_owned(),
            started_at: SystemTime::now(),
            began: Instant::now(),
            confined,
            stop: CancellationToken::new(),
            changed: watch::Sender::new(()),
            state: Mutex::new(State {
                transcript: Transcript::new(limit),
                whole: None,
                end: None,
                notes: String::new(),
                told: 0,
                is_told: false,
            }),
        })
    }

    /// Ends it with all that it started; its end is told as usual.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Fires when it is to end.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.stop
    }

    /// How it ended, if it did.
    pub(crate) fn end(&self) -> Option<End> {
        let state = self.lock();
        state.end.as_ref().map(|(end, _)| end.clone())
    }

    /// Whether the model was told how it ended.
    pub(crate) fn is_told(&self) -> bool {
        self.lock().is_told
    }

    /// Whether there is something that the model was not shown.
    fn has_news(&self) -> bool {
        let state = self.lock();
        state.end.is_some() || state.transcript.len() > state.told
    }

    /// What it printed since `from`.
    pub(crate) fn since(&self, from: u64) -> Excerpt {
        self.lock().transcript.since(from)
    }

    /// What the model was not shown yet; it counts as shown then.
    pub(crate) fn take_news(&self) -> News {
        let mut state = self.lock();
        let excerpt = state.transcript.since(state.told);
        state.told = excerpt.end;
        state.is_told = state.end.is_some();
        let how_to_see = match &state.whole {
            Some(name) => format!(
                "All of it is in $TMPDIR/{name}: look at parts of it with grep, head, tail or sed."
            ),
            None => "Run it with less output to see more.".to_owned(),
        };
        let end = state.end.clone();
        let text = excerpt.text(&how_to_see);
        let why = end
            .as_ref()
            .map(|(end, _)| self.confined.explain(&text, end));
        News {
            notes: with_line(&why.unwrap_or_default(), &state.notes),
            text,
            elapsed: end
                .as_ref()
                .map_or_else(|| self.began.elapsed(), |(_, elapsed)| *elapsed),
            end: end.map(|(end, _)| end),
        }
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&self) -> End {
        let mut changes = self.changed.subscribe();
        loop {
            if let Some(end) = self.end() {
                return end;
            }
            // The sender lives as long as the job.
            let _ = changes.changed().await;
        }
    }

    /// Waits until there is something that the model was not shown.
    pub(crate) async fn news(&self) {
        let mut changes = self.changed.subscribe();
        while !self.has_news() {
            let _ = changes.changed().await;
        }
    }

    /// Waits until it has printed more than `seen` bytes, or has ended.
    pub(crate) async fn more(&self, seen: u64) {
        let mut changes = self.changed.subscribe();
        loop {
            {
                let state = self.lock();
                if state.end.is_some() || state.transcript.len() > seen {
                    return;
                }
            }
            let _ = changes.changed().await;
        }
    }

    /// All that was printed, while `more` bytes fit beside it.
    pub(super) fn whole(&self, more: usize) -> Option<String> {
        self.lock().transcript.whole(more)
    }

    pub(super) fn push(&self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.lock().transcript.push(text);
        self.changed.send_replace(());
    }

    /// All of its output is in this file.
    pub(super) fn is_in(&self, name: &str) {
        self.lock().whole = Some(name.to_owned());
    }

    pub(super) fn finish(&self, end: End, notes: String) {
        {
            let mut state = self.lock();
            state.end = Some((end, self.began.elapsed()));
            state.notes = notes;
        }
        self.changed.send_replace(());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

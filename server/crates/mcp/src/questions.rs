//! The questions of a server that wait for the user or a model: meanwhile it is not silent.
use std::sync::Mutex;

use tokio::time::Instant;

use crate::signals::lock;

/// The questions of one server.
#[derive(Default)]
pub(crate) struct Questions(Mutex<State>);

#[derive(Default)]
struct State {
    open: usize,
    /// When the last one was over.
    over: Option<Instant>,
}

impl Questions {
    /// A question waits until what is given here is dropped.
    pub(crate) fn begin(&self) -> Question<'_> {
        lock(&self.0).open += 1;
        Question(self)
    }

    /// Until when one waited: until now if one waits still, nothing if there was none.
    pub(crate) fn waited_until(&self) -> Option<Instant> {
        let state = lock(&self.0);
        match state.open {
            0 => state.over,
            1.. => Some(Instant::now()),
        }
    }
}

/// A question that waits.
pub(crate) struct Question<'a>(&'a Questions);

impl Drop for Question<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.0.0);
        state.open -= 1;
        state.over = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, advance};

    use super::Questions;

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_not_silent_and_has_its_time_anew_after_that() {
        let questions = Questions::default();
        assert_eq!(questions.waited_until(), None);
        let first = questions.begin();
        let second = questions.begin();
        advance(Duration::from_secs(600)).await;
        assert_eq!(questions.waited_until(), Some(Instant::now()));
        drop(first);
        advance(Duration::from_secs(60)).await;
        assert_eq!(questions.waited_until(), Some(Instant::now()));
        drop(second);
        let answered = Instant::now();
        advance(Duration::from_secs(60)).await;
        assert_eq!(questions.waited_until(), Some(answered));
    }
}

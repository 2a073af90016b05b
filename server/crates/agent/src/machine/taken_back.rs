//! Taking back what a call has made before one of its changes failed: all or none.
//!
//! Once begun it is finished, also after a cancel. What cannot be taken back, since the user
//! works in the same lines, is left, and the model is told so.
use super::calls::Stage;
use super::texts;
use super::{Action, ApplyEnd, Step};
use crate::event::EditOutcome;
use crate::host::{Document, FileChange};
use crate::limits::MAX_REBASES;
use crate::rebase::{Rebased, inverse, rebase};

/// How far the changes of a call are taken back, the last one first.
#[derive(Debug, Clone)]
pub(super) struct TakingBack {
    /// Which change.
    edit: usize,
    /// What takes it back, as it was computed last.
    inverse: FileChange,
    /// How often that was computed anew.
    rebases: u32,
    /// Why.
    reason: String,
}

impl Step<'_> {
    /// Takes back what is made, then fails the call.
    pub(super) fn take_back(&mut self, call: usize, reason: String) {
        let end = self.state.calls[call].next;
        self.take_back_before(call, end, reason);
    }

    /// Goes on with the last change before `end`.
    fn take_back_before(&mut self, call: usize, end: usize, reason: String) {
        for edit in (0..end).rev() {
            let planned = &self.state.calls[call].changes[edit];
            let Some(applied) = &planned.made else {
                continue;
            };
            match inverse(&planned.change, applied) {
                None => self.is_back(call, edit),
                Some(inverse) => {
                    self.push_inverse(
                        call,
                        TakingBack {
                            edit,
                            inverse,
                            rebases: 0,
                            reason,
                        },
                    );
                    return;
                }
            }
        }
        let text = texts::taken_back(&reason, &self.state.calls[call].changes);
        self.keep_made(call);
        self.fail_call(call, text);
    }

    fn push_inverse(&mut self, call: usize, back: TakingBack) {
        let change = Box::new(back.inverse.clone());
        self.state.calls[call].stage = Stage::TakingBack(Box::new(back));
        self.actions.push(Action::TakeBack { call, change });
    }

    /// The host has made an inverse, or not.
    pub(super) fn taken_back(&mut self, call: usize, end: ApplyEnd) {
        let Stage::TakingBack(back) = &self.state.calls[call].stage else {
            return;
        };
        let back = TakingBack::clone(back);
        match end {
            ApplyEnd::Made(_) => self.is_back(call, back.edit),
            ApplyEnd::Stale { now, .. } if back.rebases < MAX_REBASES => {
                if let Some(anew) = self.anew(call, &back, now) {
                    self.push_inverse(call, anew);
                    return;
                }
            }
            ApplyEnd::Stale { .. } | ApplyEnd::Failed(_) | ApplyEnd::NotBegun => {}
        }
        self.take_back_before(call, back.edit, back.reason);
    }

    /// The inverse over what the user did meanwhile, if it is still to be made.
    fn anew(&mut self, call: usize, back: &TakingBack, now: Document) -> Option<TakingBack> {
        match rebase(&back.inverse, now) {
            Ok(Rebased::Make(inverse)) => Some(TakingBack {
                inverse,
                rebases: back.rebases + 1,
                ..back.clone()
            }),
            Ok(Rebased::There(_) | Rebased::Ended(..)) => {
                self.is_back(call, back.edit);
                None
            }
            Err(_) => None,
        }
    }

    fn is_back(&mut self, call: usize, edit: usize) {
        self.state.calls[call].changes[edit].made = None;
        self.resolve_edit(call, edit, EditOutcome::Failed);
    }
}

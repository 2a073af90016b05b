//! What a provider wants to see again: where in its answer it stood, and so where it goes back.
use aside_llm::{Opaque, Place, StopReason};

use super::Step;
use super::answer::{Answer, Flow};
use crate::event::TurnEvent;
use crate::item::{ItemBody, MessageStatus};
use crate::limits::{MAX_ANSWER_BYTES, MAX_OPAQUE_BYTES};

impl Step<'_> {
    pub(super) fn opaque(&mut self, answer: &mut Answer, place: Place, opaque: Opaque) -> Flow {
        let size = opaque.origin.len().saturating_add(opaque.json.len());
        answer.bytes = answer.bytes.saturating_add(size);
        if answer.bytes > MAX_ANSWER_BYTES {
            return Flow::Full;
        }
        let of_all = answer.opaque_bytes.saturating_add(size);
        let kept = if of_all > MAX_OPAQUE_BYTES {
            answer.dropped_opaque = true;
            None
        } else {
            answer.opaque_bytes = of_all;
            Some(opaque)
        };
        match place {
            Place::Part => {
                let open = answer.open.map(|(_, record)| record);
                match (open, kept) {
                    (Some(record), kept) => self.attach(record, kept),
                    (None, kept) => answer.waiting.extend(kept),
                }
                self.close_text(answer, MessageStatus::Completed);
            }
            Place::Call(index) => {
                let mut calls = self.state.calls.iter();
                let known = calls.rfind(|call| call.index == index);
                if let Some(record) = known.map(|call| call.record) {
                    self.attach(record, kept);
                    return Flow::Open;
                }
                let mut nameless = answer.nameless.iter_mut();
                // What belongs to a call that is not kept is not kept either.
                if let Some(call) = nameless.find(|call| call.index == index) {
                    call.attached = kept.or(call.attached.take());
                }
            }
            Place::Alone => {
                self.close_text(answer, MessageStatus::Completed);
                answer.waiting.extend(kept);
            }
        }
        Flow::Open
    }

    fn attach(&mut self, record: usize, opaque: Option<Opaque>) {
        let replay = self.state.records[record].replay.as_mut();
        if let (Some(replay), Some(opaque)) = (replay, opaque) {
            // Of one part the last one counts, since it may be the whole of what came in pieces.
            replay.attached = Some(opaque);
        }
    }

    /// Keeps what stood after the last part of an answer that is whole. An answer that says
    /// nothing is not sent back, save where the provider wants just that to go on; nor is what
    /// stood at the place where an answer was cut, since its other half may be missing.
    pub(super) fn keep_waiting(&mut self, answer: &mut Answer) {
        let after = std::mem::take(&mut answer.waiting);
        let of_answer = &self.state.records[answer.first..];
        let is_wanted = match answer.stop {
            Some(StopReason::Paused) => true,
            Some(StopReason::EndTurn | StopReason::ToolCalls) => {
                of_answer.iter().any(|record| match &record.item.body {
                    ItemBody::AssistantMessage { .. } | ItemBody::ToolCall(_) => true,
                    ItemBody::Reasoning { .. }
                    | ItemBody::UserMessage { .. }
                    | ItemBody::Compaction { .. } => false,
                })
            }
            Some(
                StopReason::MaxTokens
                | StopReason::ContextFull
                | StopReason::Refusal
                | StopReason::Filtered,
            )
            | None => false,
        };
        if after.is_empty() || !is_wanted {
            return;
        }
        let Some(record) = self.state.records[answer.first..].last_mut() else {
            return;
        };
        record.replay.get_or_insert_default().after = after;
        let record = record.clone();
        match &record.item.body {
            // It is stored when the call ends.
            ItemBody::ToolCall(_) => {}
            ItemBody::AssistantMessage { .. }
            | ItemBody::Reasoning { .. }
            | ItemBody::UserMessage { .. }
            | ItemBody::Compaction { .. } => self.emit(TurnEvent::ItemNoted(record)),
        }
    }
}

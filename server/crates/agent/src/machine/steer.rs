//! What the user says while the turn runs: it joins the conversation before the next request.
use super::{Phase, Step};
use crate::event::TurnEvent;
use crate::item::{Item, ItemBody, ItemRecord};
use crate::steer::Steer;

impl Step<'_> {
    /// A message came. One that comes too late is not taken in.
    pub(super) fn steered(&mut self, steer: Steer) {
        match self.state.phase {
            Phase::Ready | Phase::Answering(_) | Phase::Waiting | Phase::Working => {
                self.state.steers.push(steer);
            }
            Phase::Stopping(_) | Phase::Finished => {}
        }
    }

    /// Puts the messages that wait behind all that there is so far.
    pub(super) fn take_steers(&mut self) {
        for steer in std::mem::take(&mut self.state.steers) {
            let record = ItemRecord {
                item: Item {
                    id: self.context.clock.new_id(),
                    turn_id: self.state.setup.turn_id.clone(),
                    created_at: self.context.clock.now(),
                    body: ItemBody::UserMessage {
                        content: steer.content,
                        client_message_id: steer.client_message_id,
                    },
                },
                replay: None,
            };
            self.emit(TurnEvent::ItemStarted(record.clone()));
            self.emit(TurnEvent::ItemCompleted(record.clone()));
            self.state.records.push(record);
        }
    }
}

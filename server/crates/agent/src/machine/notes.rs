//! What the user did to the agent's edits, told to the model with the next request.
use super::Step;
use crate::event::TurnEvent;
use crate::item::Replay;

impl Step<'_> {
    /// Takes the notes that wait into the newest record that no request has held yet, so that
    /// what was sent once stays as it was. Without such a record they go on waiting.
    pub(super) fn take_notes(&mut self) {
        let newest = self.state.calls.last().map(|call| call.record);
        let record = match newest {
            Some(record) => self.state.records.get_mut(record),
            None if self.state.requests == 0 => self.state.setup.prompt.as_mut(),
            None => None,
        };
        let Some(record) = record else {
            return;
        };
        let Some(notes) = self.context.notes.take() else {
            return;
        };
        let replay = record.replay.get_or_insert_with(Replay::default);
        replay.notes = Some(match replay.notes.take() {
            Some(before) => format!("{before}\n{notes}"),
            None => notes,
        });
        let record = record.clone();
        self.emit(TurnEvent::ItemNoted(record));
    }
}

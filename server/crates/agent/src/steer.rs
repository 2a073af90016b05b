//! Messages for a turn that runs.
use crate::item::ContentBlock;

/// How many messages for a running turn wait at most.
pub const MAX_WAITING_STEERS: usize = 64;

/// A message of the user's for a turn that runs already. Whoever sends it has stored it; the turn
/// takes it in with its next request to the model, as an item of its own, in the order in which
/// they were sent. One that the turn does not take in stays with the sender.
#[derive(Debug, Clone, PartialEq)]
pub struct Steer {
    /// What the user says.
    pub content: Vec<ContentBlock>,
    /// The client's own id of the message.
    pub client_message_id: Option<String>,
}

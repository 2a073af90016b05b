//! A session's actor: the one place where a session changes. Everything that happens to a
//! session is a message here, handled in order.
mod edits;
mod events;
mod log;
mod requests;
mod review;
mod steer;
mod turns;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use aside_agent::event::{SinkError, TurnEvent, TurnOutcome};
use aside_agent::item::{ContentBlock, ItemRecord};
use aside_agent::notes::Notes;
use aside_agent::prefix::PrefixWatch;
use aside_agent::seen::Seen;
use aside_agent::toolbox::Offered;
use aside_protocol::{ChatCancelResult, ChatSendResult, Delivery, Session, SessionUpdateParams};
use aside_store::{SessionRow, Store, TurnRow};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::error::EngineError;
use super::limits::{IDLE_LIMIT, MAILBOX};
use super::permissions::SessionApprover;
use super::{Engine, NewSession};
use edits::{ActingEdit, WaitingAttempt};
use log::{Entry, EventLog};
use steer::Steering;

pub use requests::check_title;
pub use review::{Hold, Outcome};
pub use steer::turn_of;

/// An answer to a request.
pub type Reply<T> = oneshot::Sender<Result<T, EngineError>>;

/// What can happen to a session.
#[allow(
    clippy::large_enum_variant,
    reason = "events of turns are large, and are most of what is sent"
)]
pub enum Message {
    /// A prompt.
    Send(SendRequest, Reply<ChatSendResult>),
    /// Cancel a turn, the running one if none is named.
    Cancel(Option<String>, Reply<ChatCancelResult>),
    /// Change the session.
    Update(Box<SessionUpdateParams>, Reply<Session>),
    /// Remove it.
    Delete(Reply<()>),
    /// Store what is pending, so that the database shows everything.
    Sync(oneshot::Sender<()>),
    /// Hold the session for a review of its edits.
    BeginReview(Hold, Reply<SessionRow>),
    /// Record what came of a review.
    RecordReview(Box<Outcome>, Reply<()>),
    /// The review is over.
    EndReview(oneshot::Sender<()>),
    /// Something in the running turn; answered when it is durable, if anyone wants to know.
    Turn(TurnEvent, Option<oneshot::Sender<Result<(), SinkError>>>),
    /// The running turn ended; `None` after a bug.
    TurnDone(Option<TurnOutcome>),
}

/// A prompt.
pub struct SendRequest {
    /// What the user says.
    pub content: Vec<ContentBlock>,
    /// What to do while a turn runs.
    pub delivery: Delivery,
    /// The client's id of the message.
    pub client_message_id: Option<String>,
}

/// Where a session's messages go.
pub type Mailbox = mpsc::Sender<Message>;

/// Starts the actor of a session. With `new`, the session is created by its first message.
pub fn spawn(engine: Arc<Engine>, session_id: Arc<str>, new: Option<NewSession>) -> Mailbox {
    let (mailbox, messages) = mpsc::channel(MAILBOX);
    let own = mailbox.downgrade();
    tokio::spawn(run(engine, session_id, new, messages, own));
    mailbox
}

async fn run(
    engine: Arc<Engine>,
    session_id: Arc<str>,
    new: Option<NewSession>,
    mut messages: mpsc::Receiver<Message>,
    own: mpsc::WeakSender<Message>,
) {
    let mut actor = match Actor::load(&engine, &session_id, new, own).await {
        Ok(actor) => actor,
        Err(error) => {
            engine.forget_if(&session_id, || true);
            messages.close();
            while let Some(message) = messages.recv().await {
                refuse(message, &error);
            }
            return;
        }
    };
    loop {
        match actor.next(&mut messages).await {
            Some(message) => {
                if actor.handle(message).await == After::Stop {
                    engine.forget_if(&session_id, || true);
                    break;
                }
            }
            None => {
                if engine.forget_if(&session_id, || messages.is_empty()) {
                    break;
                }
            }
        }
    }
    messages.close();
    let gone = EngineError::new(
        aside_protocol::ErrorCode::NotFound,
        format!("there is no session {session_id}; session/list names those there are"),
    );
    while let Some(message) = messages.recv().await {
        if actor.is_deleted {
            refuse(message, &gone);
        } else {
            actor.handle(message).await;
        }
    }
    if let Err(error) = actor.log.release().await {
        tracing::error!(session = &*session_id, %error, "the session was not released");
    }
}

/// Answers a message that cannot be handled.
fn refuse(message: Message, error: &EngineError) {
    match message {
        Message::Send(_, reply) => drop(reply.send(Err(error.clone()))),
        Message::Cancel(_, reply) => drop(reply.send(Err(error.clone()))),
        Message::Update(_, reply) => drop(reply.send(Err(error.clone()))),
        Message::Delete(reply) => drop(reply.send(Err(error.clone()))),
        Message::Sync(reply) | Message::EndReview(reply) => drop(reply.send(())),
        Message::BeginReview(_, reply) => drop(reply.send(Err(error.clone()))),
        Message::RecordReview(_, reply) => drop(reply.send(Err(error.clone()))),
        Message::Turn(_, None) | Message::TurnDone(_) => {}
        Message::Turn(_, Some(ack)) => drop(ack.send(Err(SinkError(error.to_string())))),
    }
}

/// Whether the actor goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    GoOn,
    Stop,
}

/// A turn that runs.
struct Running {
    row: TurnRow,
    turn_id: Arc<str>,
    cancel: CancellationToken,
    usage: aside_llm::Usage,
    /// How much each of its models can be sent at once, by the model's id.
    windows: HashMap<String, u64>,
    /// Items that started and did not complete, and where their rows of events start.
    open: HashMap<String, (ItemRecord, i64)>,
    /// Edits about to be made.
    edits: HashMap<String, ActingEdit>,
    /// Attempts whose edits are not made yet.
    attempts: Vec<WaitingAttempt>,
    /// What the user says to it.
    steering: Steering,
}

struct Actor {
    engine: Arc<Engine>,
    session_id: Arc<str>,
    own: mpsc::WeakSender<Message>,
    row: SessionRow,
    usage: aside_llm::Usage,
    approver: Arc<SessionApprover>,
    log: EventLog,
    /// What the model has seen of files since this server took up the session.
    seen: Arc<Seen>,
    /// What the last request was, to know when a cache cannot be used again.
    prefix: Arc<std::sync::Mutex<PrefixWatch>>,
    /// Tools that the session offers beside those that all do.
    offered: Offered,
    /// What the user did to the agent's edits and the model does not know yet.
    notes: Notes,
    /// Whether notes are stored that the model may not have been told.
    has_stored_notes: bool,
    queue: VecDeque<TurnRow>,
    running: Option<Running>,
    /// The review that holds the session.
    review: Option<Hold>,
    is_deleted: bool,
}

impl Actor {
    async fn load(
        engine: &Arc<Engine>,
        session_id: &Arc<str>,
        new: Option<NewSession>,
        own: mpsc::WeakSender<Message>,
    ) -> Result<Self, EngineError> {
        let store: Store = engine.store().await?;
        let row = match new {
            Some(new) => engine.create_row(session_id, new, &store).await?,
            None => store.get_session(&**session_id).await?,
        };
        let mode = crate::wire::parse_mode(&row.permission_mode);
        let approver = SessionApprover::begin(
            session_id,
            engine.front(),
            store.clone(),
            engine.permissions(),
            mode,
        );
        let mut actor = Self {
            engine: Arc::clone(engine),
            session_id: Arc::clone(session_id),
            own,
            usage: crate::wire::parse_usage(&row.usage),
            row,
            approver: Arc::new(approver.await?),
            log: EventLog::new(Arc::clone(session_id), store, engine.front()),
            seen: Arc::default(),
            prefix: Arc::default(),
            offered: Offered::default(),
            notes: Notes::default(),
            has_stored_notes: false,
            queue: VecDeque::new(),
            running: None,
            review: None,
            is_deleted: false,
        };
        actor.load_notes().await?;
        Ok(actor)
    }

    /// The next message; `None` when nobody needs the actor any longer.
    async fn next(&mut self, messages: &mut mpsc::Receiver<Message>) -> Option<Message> {
        loop {
            let idle =
                self.running.is_none() && self.review.is_none() && self.log.flush_at().is_none();
            let wake = match self.log.flush_at() {
                Some(at) => at,
                None => tokio::time::Instant::now() + IDLE_LIMIT,
            };
            tokio::select! {
                biased;
                message = messages.recv() => return message,
                () = tokio::time::sleep_until(wake) => {
                    if idle {
                        return None;
                    }
                    if let Err(error) = self.log.flush().await {
                        tracing::warn!(session = &*self.session_id, %error, "streamed text is not stored yet");
                    }
                }
            }
        }
    }

    async fn handle(&mut self, message: Message) -> After {
        match message {
            Message::Send(request, reply) => {
                let result = self.send(request).await;
                let _ = reply.send(result);
            }
            Message::Cancel(turn_id, reply) => {
                let result = self.cancel(turn_id).await;
                let _ = reply.send(result);
            }
            Message::Update(params, reply) => {
                let result = self.update(*params).await;
                let _ = reply.send(result);
            }
            Message::Delete(reply) => {
                let result = self.delete().await;
                let after = match result {
                    Ok(()) => After::Stop,
                    Err(_) => After::GoOn,
                };
                let _ = reply.send(result);
                return after;
            }
            Message::Sync(reply) => {
                if let Err(error) = self.log.flush().await {
                    tracing::warn!(session = &*self.session_id, %error, "pending events are not stored yet");
                }
                let _ = reply.send(());
            }
            Message::BeginReview(hold, reply) => {
                let result = self.begin_review(hold).await;
                if let Err(Ok(_)) = reply.send(result) {
                    self.end_review().await;
                }
            }
            Message::RecordReview(outcome, reply) => {
                let result = self.record_review(*outcome).await;
                let _ = reply.send(result);
            }
            Message::EndReview(reply) => {
                self.end_review().await;
                let _ = reply.send(());
            }
            Message::Turn(event, ack) => {
                let result = self.on_turn_event(event).await;
                if let Some(ack) = ack {
                    let _ = ack.send(result.map_err(|error| SinkError(error.to_string())));
                }
            }
            Message::TurnDone(outcome) => self.end_turn(outcome).await,
        }
        After::GoOn
    }

    /// The session as clients see it.
    fn session(&self) -> Session {
        crate::wire::session(&self.row)
    }

    fn session_updated(&self) -> Entry {
        Entry {
            turn_id: None,
            item_id: None,
            event: aside_protocol::Event::SessionUpdated {
                session: self.session(),
            },
        }
    }
}

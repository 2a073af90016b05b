//! A database with many long sessions, and how fast a server lists and reads them.
use std::collections::HashMap;
use std::time::{Duration, Instant};

use aside_store::{
    EventRow, ItemRow, ItemsQuery, MAX_PAGE, SessionFilter, SessionRow, Store, StoreOptions,
    TurnRow, Write,
};
use serde_json::json;

use crate::measure::Kind;
use crate::model::scripted;
use crate::place::Place;
use crate::server::Server;

/// How many sessions there are.
pub(crate) const SESSIONS: usize = 1000;
/// How many items each has.
pub(crate) const ITEMS: usize = 200;
/// Turns that are stored in one transaction.
const BATCH: usize = 200;
/// Requests of each sort in each round.
const REQUESTS: usize = 200;
/// How far apart the sessions are that are read one after the other; shares no factor with
/// their number, so that all differ.
const STRIDE: usize = 37;

/// The database.
pub(crate) struct Crowd {
    place: Place,
    sessions: Vec<SessionRow>,
}

/// A real turn, of which all are copies.
struct Pattern {
    session: SessionRow,
    turn: TurnRow,
    items: Vec<ItemRow>,
    events: Vec<EventRow>,
}

impl Crowd {
    /// Has a server do one scripted turn, and fills its database with copies.
    pub(crate) fn seed() -> Self {
        let place = Place::new();
        {
            let model = scripted(None);
            let mut server = Server::start(Kind::Aside, &place, &model.url());
            server.open_document();
            server.prepare();
            server.turn();
        }
        let database = place.database();
        let options = StoreOptions {
            servers_dir: database.with_file_name("servers"),
            path: database,
            server_id: new_id(),
            busy_timeout: Duration::from_secs(5),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let store = Store::open(options).expect("the database opens").store;
        let sessions = runtime.block_on(fill(&store));
        Self { place, sessions }
    }

    /// Starts a server and has it list the sessions, then give the newest page of many. Gives
    /// the time of each request.
    pub(crate) fn measure(&self) -> (Vec<Duration>, Vec<Duration>) {
        let mut server = Server::start(Kind::Aside, &self.place, "http://127.0.0.1:9/v1");
        // The first one opens the database.
        server.request("session/list", json!({}));
        let list = (0..REQUESTS).map(|_| {
            let start = Instant::now();
            let (came, page) = server.request("session/list", json!({}));
            assert!(page["nextCursor"].is_string(), "{page:#}");
            came - start
        });
        let list = list.collect();
        let items = (0..REQUESTS).map(|number| {
            let session = &self.sessions[number * STRIDE % SESSIONS];
            let start = Instant::now();
            let (came, page) = server.request("session/items", json!({"sessionId": session.id}));
            assert!(page["prevCursor"].is_string(), "{page:#}");
            came - start
        });
        (list, items.collect())
    }
}

/// Turns of all sessions alternate, so that each session lies scattered, as in real use.
async fn fill(store: &Store) -> Vec<SessionRow> {
    let pattern = Pattern::read(store).await;
    let sessions: Vec<SessionRow> = (0..SESSIONS)
        .map(|number| pattern.session(number))
        .collect();
    let mut next_seq = HashMap::new();
    for batch in sessions.chunks(BATCH) {
        let writes = batch.iter().cloned().map(Write::CreateSession).collect();
        store.write(writes).await.expect("sessions are stored");
        for session in batch {
            let lease = store.acquire(&*session.id).await.expect("a lease");
            next_seq.insert(session.id.clone(), lease.next_seq);
        }
    }
    for _ in 0..ITEMS / pattern.items.len() {
        for batch in sessions.chunks(BATCH) {
            let mut writes = Vec::new();
            for session in batch {
                let seq = next_seq.get_mut(&session.id).expect("it was leased");
                pattern.copy(&session.id, seq, &mut writes);
            }
            store.write(writes).await.expect("turns are stored");
        }
    }
    for (id, next) in next_seq {
        store.release(id, next - 1).await.expect("the lease ends");
    }
    store.close().await.expect("the database closes");
    sessions
}

impl Pattern {
    async fn read(store: &Store) -> Self {
        let filter = SessionFilter {
            limit: 1,
            ..SessionFilter::default()
        };
        let listed = store.list_sessions(filter).await.expect("the sessions");
        let session = listed.sessions.into_iter().next().expect("a session");
        let query = ItemsQuery {
            session_id: session.id.clone(),
            limit: MAX_PAGE,
            ..ItemsQuery::default()
        };
        let page = store.items_page(query).await.expect("the items");
        let events = store.events_after(&*session.id, 0, MAX_PAGE).await;
        let mut events = events.expect("the events");
        events.retain(|event| event.json.contains("\"itemCompleted\""));
        Self {
            session,
            turn: page.turns.into_iter().next().expect("a turn"),
            items: page.items,
            events,
        }
    }

    fn session(&self, number: usize) -> SessionRow {
        SessionRow {
            id: new_id(),
            title: format!("Session {number}"),
            updated_at: format!("2026-01-01T{:02}:{:02}:00Z", number / 60, number % 60),
            turn_count: i64::try_from(ITEMS / self.items.len()).expect("a small number"),
            ..self.session.clone()
        }
    }

    /// Adds the turn again, under new ids.
    fn copy(&self, session_id: &str, seq: &mut i64, writes: &mut Vec<Write>) {
        let mut ids = HashMap::from([(self.session.id.clone(), session_id.to_owned())]);
        ids.insert(self.turn.id.clone(), new_id());
        ids.extend(self.items.iter().map(|item| (item.id.clone(), new_id())));
        let renamed = |json: &str| {
            let replace = |json: String, (old, new): (&String, &String)| json.replace(old, new);
            ids.iter().fold(json.to_owned(), replace)
        };
        let turn_id = ids[&self.turn.id].clone();
        writes.push(Write::UpsertTurn(TurnRow {
            id: turn_id.clone(),
            session_id: session_id.to_owned(),
            ..self.turn.clone()
        }));
        for item in &self.items {
            writes.push(Write::UpsertItem(ItemRow {
                id: ids[&item.id].clone(),
                session_id: session_id.to_owned(),
                turn_id: turn_id.clone(),
                json: renamed(&item.json),
                first_seq: *seq,
                ..item.clone()
            }));
        }
        for event in &self.events {
            writes.push(Write::Event(EventRow {
                session_id: session_id.to_owned(),
                seq: *seq,
                turn_id: Some(turn_id.clone()),
                item_id: event.item_id.as_ref().map(|id| ids[id].clone()),
                json: renamed(&event.json),
            }));
            *seq += 1;
        }
    }
}

fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

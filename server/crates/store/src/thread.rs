//! The one thread that owns the connection, and the handle by which jobs reach it.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};

use crate::audit::HeadFile;
use crate::error::{Result, StoreError};
use crate::lock::{self, Guard, ServerLock};
use crate::open::{self, Database};

/// How many jobs may wait for the thread before callers wait to hand over theirs.
pub(crate) const QUEUE: usize = 256;

/// Where the database is and who opens it.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The database file; it and its folder are made where they are missing.
    pub path: PathBuf,
    /// This server's id, new at each start: 1 to 64 letters, digits, `-` or `_`.
    pub server_id: String,
    /// The folder of the servers' lock files; the same for all who share the database, and
    /// for nothing else.
    pub servers_dir: PathBuf,
    /// How long to wait for another program that has the database locked.
    pub busy_timeout: Duration,
}

/// An open store.
#[derive(Debug)]
pub struct Opened {
    /// The handle.
    pub store: Store,
    /// Where a damaged database was moved; the store is then new and empty.
    pub moved_aside: Option<PathBuf>,
}

/// A handle to the database. Clones share one thread, which does one operation after the
/// other in the order they were first polled. An operation whose future is dropped after
/// that is still done. When the last handle is dropped the database is closed.
#[derive(Debug, Clone)]
pub struct Store {
    jobs: mpsc::Sender<Message>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    server_id: String,
    servers_dir: PathBuf,
    path: PathBuf,
}

type Job = Box<dyn FnOnce(&mut Db) + Send>;

enum Message {
    Job(Job),
    Close(oneshot::Sender<Result<()>>),
}

/// What the thread owns.
pub(crate) struct Db {
    /// The connection.
    pub(crate) conn: Connection,
    /// This server.
    pub(crate) me: Me,
    /// The database file.
    pub(crate) path: PathBuf,
    /// Set once damage was met: nothing is written after that.
    damage: Option<String>,
    // Held until the thread ends, and let go of in this order.
    guard: Guard,
    lock: ServerLock,
}

/// This server, as rows name it.
pub(crate) struct Me {
    /// The id in `sessions.owner`.
    pub(crate) server_id: String,
    /// The number in `events.writer`.
    pub(crate) writer: i64,
    servers_dir: PathBuf,
    /// Where the end of the audit log is noted.
    pub(crate) head: HeadFile,
}

impl Store {
    /// Opens the database, or makes it, and starts its thread. Blocks on the file system and
    /// for up to the busy timeout; call it where blocking is allowed.
    pub fn open(options: StoreOptions) -> Result<Opened> {
        let StoreOptions {
            path,
            server_id,
            servers_dir,
            busy_timeout,
        } = options;
        open::make_private_folder(&servers_dir)?;
        let lock = ServerLock::hold(&servers_dir, &server_id)?;
        lock::sweep(&servers_dir);
        let Database {
            conn,
            guard,
            moved_aside,
        } = open::open(&path, busy_timeout)?;
        let db = Db {
            conn,
            me: Me {
                writer: writer_number(&server_id),
                server_id: server_id.clone(),
                servers_dir: servers_dir.clone(),
                head: HeadFile::of(&path),
            },
            path: path.clone(),
            damage: None,
            guard,
            lock,
        };
        let (jobs, queue) = mpsc::channel(QUEUE);
        thread::Builder::new()
            .name("aside-store".to_owned())
            .spawn(move || run(db, queue))?;
        let shared = Arc::new(Shared {
            server_id,
            servers_dir,
            path,
        });
        Ok(Opened {
            store: Self { jobs, shared },
            moved_aside,
        })
    }

    /// This server's id.
    pub fn server_id(&self) -> &str {
        &self.shared.server_id
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Whether the server with this id runs. This server does.
    pub fn is_alive(&self, server_id: &str) -> Result<bool> {
        Ok(server_id == self.shared.server_id
            || lock::is_alive(&self.shared.servers_dir, server_id)?)
    }

    /// Does what was asked before, writes the log back into the database, closes it and
    /// removes this server's lock file. What other handles ask after that is answered by
    /// [`StoreError::Closed`]; closing twice is fine.
    pub async fn close(&self) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        if self.jobs.send(Message::Close(reply)).await.is_err() {
            return Ok(());
        }
        // No answer: another close came first, or the thread is gone, which is as good.
        answer.await.unwrap_or(Ok(()))
    }

    /// Has the thread do a job, after those handed over before.
    pub(crate) async fn call<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Db) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            let result = db.attempt(job);
            // Nobody waits where the future was dropped; the job was done all the same.
            let _ = reply.send(result);
        });
        let sent = self.jobs.send(Message::Job(job)).await;
        sent.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Db {
    /// Runs a job in a transaction that holds the write lock from the start.
    pub(crate) fn writing<T>(
        &mut self,
        job: impl FnOnce(&Transaction<'_>, &Me) -> Result<T>,
    ) -> Result<T> {
        if let Some(detail) = &self.damage {
            return Err(StoreError::corrupt(detail.clone()));
        }
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = job(&tx, &self.me)?;
        tx.commit()?;
        Ok(value)
    }

    /// Runs a job that reads several times and must see one state.
    pub(crate) fn reading<T>(
        &mut self,
        job: impl FnOnce(&Transaction<'_>, &Me) -> Result<T>,
    ) -> Result<T> {
        let tx = self.conn.transaction()?;
        job(&tx, &self.me)
    }

    fn attempt<T>(&mut self, job: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        // A transaction that is open at a panic is rolled back while the stack unwinds.
        let result = catch_unwind(AssertUnwindSafe(|| job(self)))
            .unwrap_or_else(|_| Err(StoreError::internal("an operation of the store panicked")));
        if let Err(StoreError::Corrupt { detail }) = &result
            && self.damage.is_none()
        {
            tracing::error!(%detail, "the database is damaged");
            self.damage = Some(detail.clone());
            open::suspect(&self.path);
        }
        result
    }

    fn shut(self) -> Result<()> {
        let Self {
            conn, guard, lock, ..
        } = self;
        // Another server's reader may keep this from being complete; the log stays valid.
        let written = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        let closed = conn.close().map_err(|(_, error)| error);
        drop(guard);
        drop(lock);
        written.and(closed)?;
        Ok(())
    }
}

impl Me {
    /// Whether the server with this id runs.
    pub(crate) fn is_alive(&self, server_id: &str) -> Result<bool> {
        Ok(server_id == self.server_id || lock::is_alive(&self.servers_dir, server_id)?)
    }

    /// Refuses where another server owns the session, alive or dead.
    pub(crate) fn check_owner(&self, session_id: &str, owner: Option<&str>) -> Result<()> {
        let Some(owner) = owner.filter(|it| *it != self.server_id) else {
            return Ok(());
        };
        let (session_id, owner) = (session_id.to_owned(), owner.to_owned());
        if self.is_alive(&owner)? {
            return Err(StoreError::Busy { session_id, owner });
        }
        Err(StoreError::NeedsRepair { session_id, owner })
    }
}

fn run(mut db: Db, mut queue: mpsc::Receiver<Message>) {
    let mut closer = None;
    while let Some(message) = queue.blocking_recv() {
        match message {
            Message::Job(job) => job(&mut db),
            Message::Close(reply) => {
                closer = Some(reply);
                break;
            }
        }
    }
    drop(queue);
    let result = db.shut();
    if let Err(error) = &result {
        tracing::warn!(%error, "the database was not closed in order");
    }
    if let Some(closer) = closer {
        let _ = closer.send(result);
    }
}

/// A number of 48 bits that stands for a server in rows that are many.
fn writer_number(server_id: &str) -> i64 {
    let digest = Sha256::digest(server_id.as_bytes());
    digest
        .iter()
        .take(6)
        .fold(0, |number, byte| (number << 8) | i64::from(*byte))
}

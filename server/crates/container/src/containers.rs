//! The containers of one workspace.
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::OnceCell;

use crate::config::Config;
use crate::container::{self, Container, Use};
use crate::engine::Engine;
use crate::error::ContainerError;
use crate::layout::{Access, Layout, Network, Place};
use crate::leftovers;
use crate::run::{self, Spec};
use crate::running::Running;
use crate::slot::{Key, State, Warm};
use crate::warm;

/// How often a program is started anew because its container was gone.
const TRIES: usize = 2;
/// How often per [`Config::idle`] idle containers are looked for.
const LOOKS: u32 = 4;
/// The least time between two looks.
const LEAST_LOOK: Duration = Duration::from_secs(1);

/// The containers of one workspace. Nothing is asked of the engine before the first program.
/// Clones are the same.
#[derive(Debug, Clone)]
pub struct Containers(Arc<Shared>);

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    engine: OnceCell<Arc<Engine>>,
    state: Mutex<State>,
    next: AtomicU64,
}

impl Containers {
    /// None yet.
    pub fn new(config: Config) -> Self {
        Self(Arc::new(Shared {
            config,
            engine: OnceCell::new(),
            state: Mutex::new(State::new()),
            next: AtomicU64::new(0),
        }))
    }

    /// The image that programs run in.
    pub fn image(&self) -> &str {
        &self.0.config.image
    }

    /// Finds out whether programs can be run: the engine answers, and has the image.
    ///
    /// # Errors
    /// What is missing, and what to do about it. The next call looks again.
    pub async fn prepare(&self) -> Result<(), ContainerError> {
        self.engine().await.map(|_| ())
    }

    /// Starts a program in the session's container, which is made if there is none. The session's
    /// private folder must exist.
    ///
    /// # Errors
    /// Nothing of the program has run.
    pub async fn run(
        &self,
        session: &str,
        spec: &Spec,
        place: &Place,
    ) -> Result<Running, ContainerError> {
        let engine = self.engine().await?;
        let key = Key {
            session: session.to_owned(),
            access: place.access,
            network: place.network,
        };
        let mut last = ContainerError::Gone;
        for _ in 0..TRIES {
            let held = self.container(&engine, &key, place).await?;
            let container = Arc::clone(&held.0);
            let mark = self.0.mark();
            let (asked, spec) = (Arc::clone(&engine), spec.clone());
            let scratch = place.scratch.clone();
            // What was started is there to be dropped, also if nobody waits for it any more.
            let start = async move { run::start(asked, held, mark, spec, &scratch).await };
            let started = tokio::spawn(start).await;
            match started.unwrap_or(Err(ContainerError::Closed)) {
                // Somebody removed it, or it ended: the next one is new.
                Err(ContainerError::Gone) => {
                    container.retire();
                    self.0.remove(&engine, &container).await;
                    last = ContainerError::Gone;
                }
                started => return started,
            }
        }
        Err(last)
    }

    /// Removes the containers of a session, with all that runs in them.
    pub async fn end_session(&self, session: &str) {
        let slots: Vec<_> = {
            let mut state = self.0.state();
            let keys = state.slots.keys().filter(|key| key.session == session);
            let keys: Vec<Key> = keys.cloned().collect();
            let slots = keys.iter().filter_map(|key| state.slots.remove(key));
            slots.collect()
        };
        let Some(engine) = self.0.engine.get() else {
            return;
        };
        for slot in slots {
            if let Some(container) = slot.lock().await.take() {
                container.retire();
                self.0.remove(engine, &container).await;
            }
        }
    }

    /// Removes the containers in which nothing has run for [`Config::idle`] at that time. Returns
    /// how many.
    pub async fn remove_idle(&self, now: Instant) -> usize {
        remove_idle(&self.0, now).await
    }

    /// How many containers there are.
    pub fn count(&self) -> usize {
        self.0.state().all.len()
    }

    /// How many of them wait for a session.
    pub fn waiting(&self) -> usize {
        self.0.state().warm.len()
    }

    /// Removes all, with all that runs in them. Nothing is started any more.
    pub async fn close(&self) {
        let (all, warm) = {
            let mut state = self.0.state();
            state.is_closed = true;
            state.slots.clear();
            let warm: Vec<Warm> = state.warm.drain(..).collect();
            let is_warm = |id: &str| warm.iter().any(|warm| warm.container.id == id);
            let all = state.all.values().filter(|other| !is_warm(&other.id));
            (all.cloned().collect::<Vec<_>>(), warm)
        };
        let Some(engine) = self.0.engine.get() else {
            return;
        };
        let removed = all.iter().map(|container| {
            container.retire();
            self.0.remove(engine, container)
        });
        let discarded = warm.into_iter();
        let discarded = discarded.map(|warm| warm::discard(&self.0, engine, warm));
        tokio::join!(join_all(removed), join_all(discarded));
    }

    async fn engine(&self) -> Result<Arc<Engine>, ContainerError> {
        let connect = async {
            let engine = Engine::connect(&self.0.config).await?;
            leftovers::remove_all(&engine, &self.0.config.owner).await;
            tokio::spawn(watch(Arc::downgrade(&self.0), self.0.config.idle));
            Ok(Arc::new(engine))
        };
        self.0.engine.get_or_try_init(|| connect).await.cloned()
    }

    async fn container(
        &self,
        engine: &Arc<Engine>,
        key: &Key,
        place: &Place,
    ) -> Result<Use, ContainerError> {
        let wanted = place.clone();
        let looked = tokio::task::spawn_blocking(move || Layout::of(&wanted)).await;
        let layout = looked.map_err(|_| ContainerError::Closed)??;
        let slot = self.0.state().slot(key)?;
        let mut slot = slot.lock().await;
        if let Some(container) = &*slot {
            if container.layout == layout
                && let Some(held) = container.take()
            {
                return Ok(held);
            }
            // Programs that run in it go on; it goes when they have ended and it was idle.
            let old = Arc::clone(container);
            if old.retire_if(0, None) {
                self.0.remove(engine, &old).await;
            }
            *slot = None;
        }
        let is_usual = key.access == Access::ReadWrite && key.network == Network::Off;
        let ready = is_usual.then(|| warm::take(&self.0, &layout, &place.scratch));
        let held = match ready.flatten() {
            Some(held) => held,
            None => {
                let made = self.0.make(engine, layout.clone(), &place.scratch).await?;
                made.take().ok_or(ContainerError::Gone)?
            }
        };
        *slot = Some(Arc::clone(&held.0));
        if is_usual && self.0.config.pool > 0 {
            let (shared, engine) = (Arc::clone(&self.0), Arc::clone(engine));
            let scratch = place.scratch.clone();
            tokio::spawn(async move { warm::fill(shared, engine, layout, &scratch).await });
        }
        Ok(held)
    }
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// What the programs of one run are known by; none is the beginning of another.
    fn mark(&self) -> String {
        format!("{}.{}.", self.config.owner.server, self.number())
    }

    /// Makes a container and counts it. It is made to the end, and counted, also if nobody waits
    /// for it any more.
    pub(crate) async fn make(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        layout: Layout,
        scratch: &Path,
    ) -> Result<Arc<Container>, ContainerError> {
        self.state().begin()?;
        let (shared, engine) = (Arc::clone(self), Arc::clone(engine));
        let scratch = scratch.to_owned();
        let make = tokio::spawn(async move {
            let made = Container::create(&engine, &shared.config, layout, &scratch).await;
            let is_closed = shared.state().made(&made);
            match made {
                Ok(container) if is_closed => {
                    shared.remove(&engine, &container).await;
                    Err(ContainerError::Closed)
                }
                made => made,
            }
        });
        make.await.unwrap_or(Err(ContainerError::Closed))
    }

    pub(crate) async fn remove(&self, engine: &Engine, container: &Container) {
        container::remove(engine, &container.id).await;
        self.state().all.remove(&container.id);
    }
}

/// Removes idle containers from time to time, as long as there are any to come.
async fn watch(shared: std::sync::Weak<Shared>, idle: Duration) {
    let pause = (idle / LOOKS).max(LEAST_LOOK);
    // It ends with what it watches.
    loop {
        tokio::time::sleep(pause).await;
        let Some(shared) = shared.upgrade() else {
            return;
        };
        if shared.state().is_closed {
            return;
        }
        remove_idle(&shared, Instant::now()).await;
    }
}

async fn remove_idle(shared: &Shared, now: Instant) -> usize {
    let (Some(engine), Some(since)) = (shared.engine.get(), now.checked_sub(shared.config.idle))
    else {
        return 0;
    };
    let (warm, idle) = {
        let mut state = shared.state();
        let waiting = state.warm.iter().map(|warm| warm.container.id.clone());
        let waiting: Vec<String> = waiting.collect();
        let others = state.all.values();
        let others = others.filter(|it| !waiting.contains(&it.id));
        let idle = others.filter(|it| it.retire_if(0, Some(since)));
        let idle: Vec<Arc<Container>> = idle.cloned().collect();
        // A slot that is in use is kept.
        state.slots.retain(|_, slot| {
            let held = slot.try_lock();
            let id = held.ok().and_then(|held| Some(held.as_ref()?.id.clone()));
            id.is_none_or(|id| !idle.iter().any(|idle| idle.id == id))
        });
        let warm: Vec<Warm> = match state.last <= since {
            true => state.warm.drain(..).collect(),
            false => Vec::new(),
        };
        (warm, idle)
    };
    let count = idle.len() + warm.len();
    for container in idle {
        shared.remove(engine, &container).await;
    }
    for one in warm {
        warm::discard(shared, engine, one).await;
    }
    count
}

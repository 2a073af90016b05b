//! Which containers there are, and for what.
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Mutex;

use crate::bounds::MAX_CONTAINERS;
use crate::container::Container;
use crate::error::ContainerError;
use crate::layout::{Access, Network};

/// What a container is for. A session has one, and others for calls that may do more or less.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) session: String,
    pub(crate) access: Access,
    pub(crate) network: Network,
}

/// The container of one key; held while it is being made, so that it is made once.
pub(crate) type Slot = Arc<Mutex<Option<Arc<Container>>>>;

/// A container that waits for a session, with the folder that will be the session's.
#[derive(Debug)]
pub(crate) struct Warm {
    pub(crate) container: Arc<Container>,
    pub(crate) folder: PathBuf,
}

/// All containers of a server.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) is_closed: bool,
    pub(crate) slots: HashMap<Key, Slot>,
    pub(crate) warm: Vec<Warm>,
    /// How many of these are being made.
    pub(crate) warming: usize,
    /// All that exist, by their ids.
    pub(crate) all: HashMap<String, Arc<Container>>,
    /// Those that are being made.
    pub(crate) making: usize,
    /// When a program was last started.
    pub(crate) last: Instant,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            is_closed: false,
            slots: HashMap::new(),
            warm: Vec::new(),
            warming: 0,
            all: HashMap::new(),
            making: 0,
            last: Instant::now(),
        }
    }

    pub(crate) fn slot(&mut self, key: &Key) -> Result<Slot, ContainerError> {
        if self.is_closed {
            return Err(ContainerError::Closed);
        }
        self.last = Instant::now();
        Ok(Arc::clone(self.slots.entry(key.clone()).or_default()))
    }

    /// Counts one that is about to be made.
    pub(crate) fn begin(&mut self) -> Result<(), ContainerError> {
        if self.is_closed {
            return Err(ContainerError::Closed);
        }
        if self.all.len() + self.making >= MAX_CONTAINERS {
            return Err(ContainerError::Full(MAX_CONTAINERS));
        }
        self.making += 1;
        Ok(())
    }

    /// Counts one that was made, or was not. Returns whether all are being removed.
    pub(crate) fn made(&mut self, made: &Result<Arc<Container>, ContainerError>) -> bool {
        self.making -= 1;
        if let Ok(container) = made {
            let id = container.id.clone();
            self.all.insert(id, Arc::clone(container));
        }
        self.is_closed
    }
}

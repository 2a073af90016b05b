//! Containers that are ready before a session needs one.
use std::path::Path;
use std::sync::Arc;

use crate::bounds::MAX_WARM;
use crate::container::{Container, Use};
use crate::containers::Shared;
use crate::engine::Engine;
use crate::layout::Layout;
use crate::leftovers;
use crate::slot::Warm;

/// Takes one that fits, and makes its folder the session's. None where there is none, or where the
/// session has a folder with something in it.
#[allow(
    clippy::disallowed_methods,
    reason = "both folders are Aside's own, not the user's"
)]
pub(crate) fn take(shared: &Shared, layout: &Layout, scratch: &Path) -> Option<Use> {
    let warm = {
        let mut state = shared.state();
        let base = scratch.parent();
        let fits = |warm: &Warm| warm.container.layout == *layout && warm.folder.parent() == base;
        let index = state.warm.iter().position(fits)?;
        state.warm.swap_remove(index)
    };
    // It replaces a folder only if that is empty.
    if std::fs::rename(&warm.folder, scratch).is_err() {
        shared.state().warm.push(warm);
        return None;
    }
    warm.container.take()
}

/// Makes as many as the settings want, one after the other.
pub(crate) async fn fill(shared: Arc<Shared>, engine: Arc<Engine>, layout: Layout, scratch: &Path) {
    let Some(base) = scratch.parent() else {
        return;
    };
    leftovers::remove_folders(base, &shared.config.owner);
    retire_others(&shared, &engine, &layout, base).await;
    let wanted = shared.config.pool.min(MAX_WARM);
    for _ in 0..wanted {
        {
            let mut state = shared.state();
            if state.is_closed || state.warm.len() + state.warming >= wanted {
                return;
            }
            state.warming += 1;
        }
        let folder = leftovers::folder(base, &shared.config.owner, shared.number());
        let made = make(&shared, &engine, &layout, &folder).await;
        let mut state = shared.state();
        state.warming -= 1;
        match made {
            Some(container) => state.warm.push(Warm { container, folder }),
            None => return,
        }
    }
}

async fn make(
    shared: &Arc<Shared>,
    engine: &Arc<Engine>,
    layout: &Layout,
    folder: &Path,
) -> Option<Arc<Container>> {
    if let Err(error) = std::fs::create_dir(folder) {
        tracing::warn!(%error, "no container is kept ready");
        return None;
    }
    match shared.make(engine, layout.clone(), folder).await {
        Ok(container) => Some(container),
        Err(error) => {
            tracing::warn!(%error, "no container is kept ready");
            remove_folder(folder);
            None
        }
    }
}

/// Those that no session can use any more, since the workspace is another.
async fn retire_others(shared: &Shared, engine: &Engine, layout: &Layout, base: &Path) {
    let others: Vec<Warm> = {
        let mut state = shared.state();
        let fits =
            |warm: &Warm| warm.container.layout == *layout && warm.folder.parent() == Some(base);
        let (kept, others) = state.warm.drain(..).partition(fits);
        state.warm = kept;
        others
    };
    for warm in others {
        discard(shared, engine, warm).await;
    }
}

/// Removes one, with its folder.
pub(crate) async fn discard(shared: &Shared, engine: &Engine, warm: Warm) {
    warm.container.retire();
    shared.remove(engine, &warm.container).await;
    remove_folder(&warm.folder);
}

#[allow(
    clippy::disallowed_methods,
    reason = "the folder is Aside's own, and empty"
)]
fn remove_folder(folder: &Path) {
    if let Err(error) = std::fs::remove_dir(folder) {
        tracing::debug!(%error, "the folder of a container is gone already");
    }
}

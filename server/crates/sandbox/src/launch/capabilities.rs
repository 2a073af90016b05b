//! What root gives up before it runs a program.
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, remove_capability_from_bounding_set,
    set_capabilities,
};

/// What root keeps: being allowed to work on files of other users, as it is used to in
/// containers. Everything that reaches past files goes.
const KEPT: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID);

/// Gives up what is dangerous. Without privileges there is nothing to give up.
pub(super) fn drop_dangerous() -> Result<(), String> {
    let held = capabilities(None).map_err(|error| format!("capabilities: {error}"))?;
    if (held.permitted | held.inheritable).is_empty() {
        return Ok(());
    }
    if held.effective.contains(CapabilitySet::SETPCAP) {
        for capability in CapabilitySet::all().difference(KEPT).iter() {
            // Kernels that are older than a capability do not know it.
            if remove_capability_from_bounding_set(capability).is_err() {
                tracing::trace!(?capability, "a capability is unknown here");
            }
        }
    }
    let sets = CapabilitySets {
        effective: held.effective & KEPT,
        permitted: held.permitted & KEPT,
        inheritable: CapabilitySet::empty(),
    };
    set_capabilities(None, sets).map_err(|error| format!("capabilities: {error}"))
}

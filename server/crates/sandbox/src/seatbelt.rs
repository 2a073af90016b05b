//! The profile for `sandbox-exec` of macOS, in its Scheme.
use crate::places::Places;
use crate::profile::Network;

/// The program that confines.
pub(crate) const PROGRAM: &str = "/usr/bin/sandbox-exec";

/// The profile's text.
pub(crate) fn profile(_places: &Places, _network: Network) -> String {
    String::new()
}

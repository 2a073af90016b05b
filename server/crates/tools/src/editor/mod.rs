//! The editor as tools: what its other language servers know.
mod definition;
mod diagnostics;
mod document_symbols;
mod places;
mod references;

#[cfg(test)]
pub(crate) use definition::Args as PlaceArgs;
pub(crate) use definition::Definition;
#[cfg(test)]
pub(crate) use diagnostics::Args as DiagnosticsArgs;
pub(crate) use diagnostics::{Diagnostics, MAX_DIAGNOSTICS};
#[cfg(test)]
pub(crate) use document_symbols::Args as SymbolsArgs;
pub(crate) use document_symbols::{DocumentSymbols, MAX_SYMBOLS};
pub(crate) use places::MAX_PLACES;
pub(crate) use references::References;

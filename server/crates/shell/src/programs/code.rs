//! Stub.
use crate::effect::Scope;
use crate::walk::Walker;
use crate::word::Word;

pub(super) fn run(_walker: &mut Walker<'_>, _name: &str, _arguments: &[Word]) -> Option<Scope> {
    None
}

//! `aside lsp`: serves an editor until it leaves.
use super::args::LspArgs;
use super::{Failure, context, runtime};
use crate::settings::{Dirs, Layers};

/// Serves, and ends the process: a thread may still be blocked reading standard input.
pub fn lsp(args: LspArgs) -> Result<u8, Failure> {
    // `--stdio` is what is done anyway.
    let LspArgs { stdio: _ } = args;
    let environment = context::environment();
    let dirs = Dirs::new(&environment);
    let layers = Layers::load(&dirs, None, environment);
    let resolved = layers.resolve();
    crate::logs::start(&dirs, &resolved.settings);
    let code = runtime()?.block_on(crate::lsp::serve(dirs, layers));
    std::process::exit(i32::from(code));
}

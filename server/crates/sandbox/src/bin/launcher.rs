//! The launcher alone, for the tests and benches of this crate; the server's own program is one too.
fn main() {
    aside_sandbox::launch::main(std::env::args_os().skip(1))
}

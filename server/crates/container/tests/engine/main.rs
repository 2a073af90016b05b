//! Programs in containers of a true engine, which `cargo xtask containers` starts.
mod life;
mod programs;
mod walls;
mod world;

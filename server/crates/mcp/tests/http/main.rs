//! Servers of HTTP that answer badly, and those that want a login.
#[path = "../common/mod.rs"]
mod common;

mod faults;
mod logins;
mod site;

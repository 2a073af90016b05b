//! Servers of HTTP that answer badly, and those that want a login.
mod faults;
mod logins;
mod site;

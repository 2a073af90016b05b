//! What is read of servers, without one.
mod lists;
mod messages;
mod names;
mod results;
mod schemas;

//! The store as its users see it, also with several servers on one database, killed
//! servers, full disks and damaged files.
mod damage;
mod items;
mod killed;
mod leases;
mod opening;
mod sessions;
mod support;
mod writes;

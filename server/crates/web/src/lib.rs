//! Pages of the web as Markdown, and search engines.
mod address;
mod allow;
mod body;
mod bounds;
mod client;
mod content;
mod error;
mod fetch;
mod html;
mod lookup;
mod route;
mod search;
mod secret;

pub use allow::AllowedHosts;
pub use bounds::BOUNDS;
pub use client::{Web, WebSettings};
pub use error::{FetchError, SearchError};
pub use fetch::{FetchOptions, Page, Redirects};
pub use lookup::{Looking, Lookup, SystemLookup};
pub use route::host_of;
pub use search::{Hit, SearchProvider};
pub use secret::Secret;

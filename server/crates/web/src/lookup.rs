//! From names to addresses, with nothing between the check of an address and its use.
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::{is_metadata, not_public};

/// Addresses of one name that are looked at.
pub(crate) const MAX_ADDRESSES: usize = 64;

/// Addresses, some time.
pub type Looking<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Finds the addresses of a name.
pub trait Lookup: Send + Sync {
    /// All addresses of the host. The wait is bounded by the one who asks.
    fn lookup<'a>(&'a self, host: &'a str) -> Looking<'a>;
}

/// Asks the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup<'a>(&'a self, host: &'a str) -> Looking<'a> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// An address that is not for a model to reach.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host} is at {address}, which is {what}")]
pub(crate) struct Forbidden {
    pub(crate) host: String,
    pub(crate) address: IpAddr,
    pub(crate) what: &'static str,
}

impl Forbidden {
    /// Whether a page may be fetched from there, on the host's own account.
    pub(crate) fn check(host: &str, address: IpAddr) -> Result<(), Self> {
        match not_public(address) {
            None => Ok(()),
            Some(what) => Err(Self {
                host: host.to_owned(),
                address,
                what,
            }),
        }
    }
}

/// How far the addresses of names are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// They must be public.
    Public,
    /// They may be anything but a cloud's service of credentials: the user allowed the name, not
    /// what its owner makes of it.
    Allowed,
    /// Only these names are looked up without a check: those of the proxies.
    Proxies(Vec<String>),
    /// They are the user's own choice.
    Full,
}

/// Looks names up for the HTTP client. Since the client connects to the very addresses that were
/// checked here, a name that changes its mind gains nothing.
pub(crate) struct Guard {
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) trust: Trust,
}

impl Guard {
    /// The name's addresses. One that may not be reached spoils them all.
    async fn addresses(
        lookup: &dyn Lookup,
        trust: &Trust,
        host: &str,
    ) -> Result<Vec<IpAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let mut addresses = lookup.lookup(host).await?;
        addresses.truncate(MAX_ADDRESSES);
        for address in &addresses {
            let is_trusted = match trust {
                Trust::Public => false,
                Trust::Allowed => !is_metadata(*address),
                Trust::Proxies(names) => names.iter().any(|name| name == host),
                Trust::Full => true,
            };
            if !is_trusted {
                Forbidden::check(host, *address)?;
            }
        }
        if addresses.is_empty() {
            return Err("the name has no address".into());
        }
        Ok(addresses)
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = Arc::clone(&self.lookup);
        let trust = self.trust.clone();
        Box::pin(async move {
            let found = Self::addresses(lookup.as_ref(), &trust, name.as_str()).await?;
            // Port 0 stands for that of the URL.
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            let addresses: Addrs = Box::new(found);
            Ok(addresses)
        })
    }
}

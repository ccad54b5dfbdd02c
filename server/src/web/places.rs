//! How many connections there are at once, in all and from one address.
//!
//! Whoever finds no place among all waits. An address that has its share is turned away instead: it would wait for
//! itself, and everybody else with it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::network::{IpNetwork, limit_key};
use crate::config::HttpSettings;

/// The places that there are. Clones share them.
#[derive(Debug, Clone)]
pub struct Places {
    all: Arc<Semaphore>,
    taken: Arc<Taken>,
    share: usize,
    /// Who brings the connections of others.
    proxies: Arc<[IpNetwork]>,
}

/// Places by what limits count by.
type Taken = Mutex<HashMap<IpAddr, usize>>;

/// A place among all, as long as this is kept.
#[derive(Debug)]
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

/// A place of an address, as long as this is kept.
#[derive(Debug)]
pub struct Share {
    taken: Arc<Taken>,
    /// None for a proxy.
    key: Option<IpAddr>,
}

impl Places {
    /// As many as the settings allow; proxies have no share of their own.
    #[must_use]
    pub fn new(settings: &HttpSettings, proxies: &[IpNetwork]) -> Self {
        Self {
            all: Arc::new(Semaphore::new(settings.max_connections.get())),
            taken: Arc::default(),
            share: settings.max_connections_per_address.get(),
            proxies: proxies.into(),
        }
    }

    /// Waits for a place among all. `None` never comes: nobody closes the house.
    pub async fn any(&self) -> Option<Place> {
        let permit = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Place { _permit: permit })
    }

    /// A place of this address; `None` where it has its share already.
    #[must_use]
    pub fn of(&self, peer: IpAddr) -> Option<Share> {
        let is_proxy = self.proxies.iter().any(|proxy| proxy.contains(peer));
        let key = (!is_proxy).then(|| limit_key(peer));
        if let Some(key) = key {
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            let count = taken.entry(key).or_default();
            if *count >= self.share {
                return None;
            }
            *count += 1;
        }
        let taken = Arc::clone(&self.taken);
        Some(Share { taken, key })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Some(key) = self.key else {
            return;
        };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&key) {
            *count -= 1;
            // Addresses that left are forgotten.
            if *count == 0 {
                taken.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(share: usize) -> Places {
        Places {
            all: Arc::new(Semaphore::new(10)),
            taken: Arc::default(),
            share,
            proxies: ["10.0.0.1".parse().unwrap()].into(),
        }
    }

    #[test]
    fn an_address_has_its_share_and_no_more() {
        let places = places(2);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let first = places.of(address("192.0.2.1")).unwrap();
        let _second = places.of(address("::ffff:192.0.2.1")).unwrap();
        assert!(places.of(address("192.0.2.1")).is_none());
        let _other = places.of(address("192.0.2.2")).unwrap();
        drop(first);
        let _again = places.of(address("192.0.2.1")).unwrap();
        assert!(places.of(address("192.0.2.1")).is_none());
    }

    #[test]
    fn one_customers_network_counts_as_one() {
        let places = places(1);
        let _one = places.of("2001:db8:0:1::1".parse().unwrap()).unwrap();
        assert!(places.of("2001:db8:0:1::2".parse().unwrap()).is_none());
        let _neighbour = places.of("2001:db8:0:2::1".parse().unwrap()).unwrap();
    }

    #[test]
    fn a_proxy_brings_as_many_as_come() {
        let places = places(1);
        let kept: Vec<_> = (0..5)
            .map(|_| places.of("10.0.0.1".parse().unwrap()).unwrap())
            .collect();
        assert_eq!(kept.len(), 5);
        drop(kept);
        assert!(places.taken.lock().unwrap().is_empty());
    }
}

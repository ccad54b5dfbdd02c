//! The one place of the server that draws random numbers, from the operating system's generator.

use uuid::Uuid;

/// Draws random values. Code that decides takes the values themselves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Random;

impl Random {
    /// As many random bytes as are wanted, fit for keys.
    #[must_use]
    pub fn bytes<const N: usize>(self) -> [u8; N] {
        let mut bytes = [0; N];
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the source that the others take their numbers from"
        )]
        rand::Rng::fill_bytes(&mut rand::rng(), &mut bytes);
        bytes
    }

    /// A version 4 UUID.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A number from 0 up to, but not including, 1: jitter.
    #[must_use]
    pub fn fraction(self) -> f64 {
        f64::from(u32::from_be_bytes(self.bytes())) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn ids_are_version_4_and_differ() {
        let (a, b) = (Random.uuid(), Random.uuid());
        assert_eq!(a.get_version_num(), 4);
        assert_ne!(a, b);
        assert!((0.0..1.0).contains(&Random.fraction()));
    }
}

//! Which moments of a film are looked at. Pure.

use std::time::Duration;

/// Most of them: as many as a contact sheet shows.
pub(super) const MOST: u32 = 12;
/// Of a film whose length nobody tells: its beginning, more and more rarely.
const UNKNOWN: [u64; 6] = [0, 2, 5, 15, 30, 60];

/// A time from the beginning of a film.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(Duration);

impl Moment {
    pub(super) fn seconds(self) -> f64 {
        self.0.as_secs_f64()
    }
}

/// The middles of equal pieces of the film, so that neither its first frame nor its last counts; of a short one fewer.
pub(super) fn moments(duration: Option<Duration>) -> Vec<Moment> {
    let Some(duration) = duration.filter(|duration| !duration.is_zero()) else {
        return UNKNOWN
            .map(|second| Moment(Duration::from_secs(second)))
            .to_vec();
    };
    let pieces = u32::try_from(duration.as_millis() / 250)
        .unwrap_or(MOST)
        .clamp(1, MOST);
    (0..pieces)
        .map(|piece| Moment(duration * (2 * piece + 1) / (2 * pieces)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn moments_lie_within_the_film_and_in_order(milliseconds in 1_u64..400_000_000) {
            let duration = Duration::from_millis(milliseconds);
            let moments = moments(Some(duration));
            prop_assert!((1..=MOST as usize).contains(&moments.len()));
            prop_assert!(moments.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(moments.iter().all(|moment| moment.0 > Duration::ZERO && moment.0 < duration));
        }
    }

    #[test]
    fn of_a_film_of_unknown_length_the_beginning_is_looked_at() {
        assert_eq!(moments(None).len(), UNKNOWN.len());
        assert_eq!(moments(Some(Duration::ZERO)), moments(None));
    }
}

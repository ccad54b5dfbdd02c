//! From times that wrap around and jump to how long something plays. Pure.

use super::streams::Mark;

/// Times have 33 bits.
const WRAP: u64 = 1 << 33;
const SECOND: i64 = 90_000;

/// Pictures are stored in another order than they are shown, by less than this.
const REORDERED: i64 = SECOND;

/// A step as long as this is believed whatever lies between.
const SURE_STEP: i64 = 30 * SECOND;

/// How much slower than usual bytes may follow each other before a step is no longer believed.
const SLOWER: u128 = 30;

/// Ticks from `from` to `to`, on the shorter way round.
pub(super) fn step(from: u64, to: u64) -> i64 {
    let forward = to.wrapping_sub(from) % WRAP;
    if forward < WRAP / 2 {
        forward.cast_signed()
    } else {
        -(WRAP - forward).cast_signed()
    }
}

/// Ticks from the first mark to the last. Where the times jump (two recordings in one file) the
/// bytes between tell how long it plays, at the usual rate.
pub(super) fn span(marks: &[Mark]) -> u64 {
    let rate = usual_rate(marks);
    let total: i64 = marks
        .windows(2)
        .map(|pair| {
            let ticks = step(pair[0].time, pair[1].time);
            let bytes = pair[1].place.saturating_sub(pair[0].place);
            let usual = at_rate(bytes, rate);
            let most = i64::try_from(u128::from(usual) * SLOWER)
                .unwrap_or(i64::MAX)
                .saturating_add(SURE_STEP);
            if (-REORDERED..=most).contains(&ticks) {
                ticks
            } else {
                i64::try_from(usual).unwrap_or(i64::MAX)
            }
        })
        .fold(0, i64::saturating_add);
    u64::try_from(total).unwrap_or_default()
}

/// Ticks and the bytes in which they pass: the median over all steps forward that are believed.
fn usual_rate(marks: &[Mark]) -> (u64, u64) {
    let mut steps: Vec<(u64, u64)> = marks
        .windows(2)
        .filter_map(|pair| {
            let ticks = u64::try_from(step(pair[0].time, pair[1].time)).ok()?;
            let bytes = pair[1].place.checked_sub(pair[0].place)?;
            (ticks > 0 && bytes > 0).then_some((ticks, bytes))
        })
        .collect();
    let of = |&(ticks, bytes): &(u64, u64)| u128::from(ticks) << 64 | u128::from(u64::MAX / bytes);
    // Compared by cross products, so that nothing is rounded.
    steps.sort_by(|a, b| {
        let (left, right) = (
            u128::from(a.0) * u128::from(b.1),
            u128::from(b.0) * u128::from(a.1),
        );
        left.cmp(&right).then(of(a).cmp(&of(b)))
    });
    steps.get(steps.len() / 2).copied().unwrap_or((0, 1))
}

fn at_rate(bytes: u64, (ticks, in_bytes): (u64, u64)) -> u64 {
    let ticks = u128::from(bytes) * u128::from(ticks) / u128::from(in_bytes.max(1));
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

/// The latest and the earliest of times that lie close to `around`, as ticks from it: pictures near
/// an end of the file are not in the order in which they are shown.
pub(super) fn extent(around: u64, times: impl Iterator<Item = u64>) -> (i64, i64) {
    times
        .map(|time| step(around, time))
        .filter(|ticks| ticks.abs() <= 10 * SECOND)
        .fold((0, 0), |(least, most), ticks| {
            (least.min(ticks), most.max(ticks))
        })
}

/// How many steps from picture to picture there are, and their usual length in ticks; `None` for
/// fewer than two pictures.
pub(super) fn spacing(marks: &[Mark]) -> Option<(usize, u64)> {
    let first = marks.first()?;
    let mut times: Vec<i64> = marks
        .iter()
        .take_while(|mark| step(first.time, mark.time).abs() < 60 * SECOND)
        .map(|mark| step(first.time, mark.time))
        .collect();
    times.sort_unstable();
    times.dedup();
    let mut steps: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_unstable();
    let median = steps.get(steps.len() / 2)?;
    Some((steps.len(), u64::try_from(*median).ok()?))
}

/// Pictures a second, as their times follow each other: where most steps are equal, their mean, so
/// that those missing at the edges of what was read do not count.
pub(super) fn rate(marks: &[Mark]) -> Option<f64> {
    let (count, median) = spacing(marks)?;
    let first = marks.first()?.time;
    let mut times: Vec<i64> = marks
        .iter()
        .map(|mark| step(first, mark.time))
        .take_while(|ticks| ticks.abs() < 60 * SECOND)
        .collect();
    times.sort_unstable();
    times.dedup();
    let all = times
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).unsigned_abs());
    let even: Vec<u64> = all
        .clone()
        .filter(|ticks| ticks.abs_diff(median) <= 2)
        .collect();
    let (steps, ticks) = if even.len() * 5 >= count * 4 {
        (even.len(), even.iter().sum())
    } else {
        (count, all.sum::<u64>())
    };
    crate::time::rate(u64::try_from(steps).ok()?, 90_000, ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(times: &[u64]) -> Vec<Mark> {
        (0_u64..)
            .step_by(1000)
            .zip(times)
            .map(|(place, &time)| Mark { place, time })
            .collect()
    }

    #[test]
    fn times_wrap_around() {
        let times: Vec<u64> = (0..100)
            .map(|n| (WRAP - 50 * 3600 + n * 3600) % WRAP)
            .collect();
        assert_eq!(span(&marks(&times)), 99 * 3600);
        assert_eq!(step(WRAP - 1, 1), 2);
        assert_eq!(step(1, WRAP - 1), -2);
    }

    #[test]
    fn a_second_recording_in_the_file_is_added() {
        let once: Vec<u64> = (0..50).map(|n| 126_000 + n * 3600).collect();
        let twice = [once.clone(), once.clone()].concat();
        assert_eq!(span(&marks(&twice)), 99 * 3600);
        let far: Vec<u64> = once.iter().map(|time| time + 3_600_000_000).collect();
        assert_eq!(span(&marks(&[once, far].concat())), 99 * 3600);
    }

    #[test]
    fn pictures_in_another_order_count_once() {
        let mut times: Vec<u64> = (0..40).map(|n| n * 3600).collect();
        for group in times.chunks_mut(4) {
            group.rotate_right(1);
        }
        let (first, last) = (times[0], times[39]);
        assert_eq!((first, last), (3 * 3600, 38 * 3600));
        assert_eq!(span(&marks(&times)), last - first);
        assert_eq!(rate(&marks(&times)), Some(25.0));
        assert_eq!(extent(last, times.iter().copied()), (-38 * 3600, 3600));
    }

    #[test]
    fn few_marks_are_no_trouble() {
        assert_eq!(span(&[]), 0);
        assert_eq!(span(&marks(&[5])), 0);
        assert_eq!(rate(&marks(&[5])), None);
        assert_eq!(rate(&marks(&[5, 5])), None);
    }
}

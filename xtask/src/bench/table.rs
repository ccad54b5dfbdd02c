//! Tables as the documentation has them: Markdown, medians of the rounds with the smallest and largest.

use crate::say;

/// Prints a table.
pub(super) fn print(heads: &[&str], rows: &[Vec<String>]) {
    let rule: Vec<&str> = heads.iter().map(|_| "---").collect();
    say::out(&line(heads));
    say::out(&format!("|{}|", rule.join("|")));
    for row in rows {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        say::out(&line(&cells));
    }
}

/// The middle of some figures; of an even number the mean of the two in the middle. NaN of none.
pub(super) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// `median (smallest to largest)`.
pub(super) fn spread(figures: &[f64]) -> String {
    let smallest = figures.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{:.2} ({smallest:.2} to {largest:.2})", median(figures))
}

fn line(cells: &[&str]) -> String {
    format!("| {} |", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::{median, spread};

    #[test]
    fn the_median_is_the_middle() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn the_spread_names_all_three() {
        assert_eq!(spread(&[3.0, 1.0, 2.0]), "2.00 (1.00 to 3.00)");
    }
}

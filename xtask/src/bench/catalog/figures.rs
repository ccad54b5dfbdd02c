//! What many measurements come to, and the table that shows it. Pure.

use std::time::Duration;

/// One line of the table.
#[derive(Debug, Clone)]
pub(super) struct Figures {
    pub(super) engine: &'static str,
    pub(super) what: &'static str,
    sorted: Vec<Duration>,
}

impl Figures {
    /// Of these times.
    pub(super) fn new(engine: &'static str, what: &'static str, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self {
            engine,
            what,
            sorted: times,
        }
    }

    /// The time that so many of a hundred do not exceed.
    pub(super) fn percentile(&self, hundredths: usize) -> Duration {
        let count = self.sorted.len();
        let place = (count * hundredths).div_ceil(100).clamp(1, count.max(1)) - 1;
        self.sorted.get(place).copied().unwrap_or_default()
    }

    fn row(&self) -> [String; 7] {
        [
            self.engine.to_owned(),
            self.what.to_owned(),
            self.sorted.len().to_string(),
            shown(self.percentile(50)),
            shown(self.percentile(90)),
            shown(self.percentile(99)),
            shown(self.percentile(100)),
        ]
    }
}

fn shown(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// All lines as a table of Markdown.
pub(super) fn table(figures: &[Figures]) -> String {
    let head = ["engine", "request", "count", "p50", "p90", "p99", "most"].map(str::to_owned);
    let rows: Vec<[String; 7]> = std::iter::once(head)
        .chain(figures.iter().map(Figures::row))
        .collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..7).map(width).collect();
    let line = |row: &[String; 7]| {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("| {} |", cells.join(" | "))
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    lines.insert(1, format!("| {} |", rule.join(" | ")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times = (1..=200).rev().map(Duration::from_millis).collect();
        let figures = Figures::new("sqlite", "a page", times);
        let of = |hundredths| figures.percentile(hundredths).as_millis();
        assert_eq!((of(50), of(99), of(100)), (100, 198, 200));
        let one = Figures::new("sqlite", "a page", vec![Duration::from_millis(3)]);
        assert_eq!(one.percentile(99).as_millis(), 3);
        let none = Figures::new("sqlite", "a page", vec![]);
        assert_eq!(none.percentile(99), Duration::ZERO);
        let shown = table(&[figures]);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(
            lines[2],
            "| sqlite | a page  | 200   | 100.00 ms | 180.00 ms | 198.00 ms | 200.00 ms |"
        );
    }
}

//! What a look came to: one line a check, and one what to do about it.

use std::fmt::Write as _;

use serde::Serialize;

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is as it should be.
    Ok,
    /// It is not.
    Wrong,
    /// It could not be told from here.
    Unknown,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Wrong => "wrong",
            Self::Unknown => "unknown",
        }
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// What became of it.
    pub verdict: Verdict,
    /// What was found.
    pub sentence: String,
    /// What to do; null where nothing is to be done.
    pub remedy: Option<String>,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What was found.
    pub sentence: String,
    /// What to do.
    pub remedy: String,
}

impl Trouble {
    /// This was found, that is to be done.
    pub fn new(sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            remedy: remedy.into(),
        }
    }
}

/// All checks, in the order in which they were made.
///
/// Version policy: fields and checks are added; none goes away or changes its meaning.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The checks.
    pub checks: Vec<Check>,
}

impl Report {
    /// Notes a check; answers whether it was well.
    pub fn note(&mut self, name: &'static str, found: Result<String, Trouble>) -> bool {
        let (verdict, sentence, remedy) = match found {
            Ok(sentence) => (Verdict::Ok, sentence, None),
            Err(trouble) => (Verdict::Wrong, trouble.sentence, Some(trouble.remedy)),
        };
        self.push(name, verdict, sentence, remedy);
        verdict == Verdict::Ok
    }

    /// Notes what could not be told.
    pub fn unknown(&mut self, name: &'static str, trouble: Trouble) {
        self.push(
            name,
            Verdict::Unknown,
            trouble.sentence,
            Some(trouble.remedy),
        );
    }

    fn push(
        &mut self,
        name: &'static str,
        verdict: Verdict,
        sentence: String,
        remedy: Option<String>,
    ) {
        self.checks.push(Check {
            name,
            verdict,
            sentence,
            remedy,
        });
    }

    /// Whether everything is as it should be.
    #[must_use]
    pub fn all_well(&self) -> bool {
        self.checks.iter().all(|check| check.verdict == Verdict::Ok)
    }

    /// For people: a line a check, and below it what to do.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for check in &self.checks {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{:<8} {:<13} {}",
                check.verdict.word(),
                check.name,
                check.sentence
            );
            if let Some(remedy) = &check.remedy {
                let _ = writeln!(text, "{:<8} {:<13} {remedy}", "", "do:");
            }
        }
        let bad = self
            .checks
            .iter()
            .filter(|check| check.verdict != Verdict::Ok)
            .count();
        let _ = match bad {
            0 => writeln!(text, "All is well."),
            1 => writeln!(text, "One thing is not well."),
            many => writeln!(text, "{many} things are not well."),
        };
        text
    }

    /// For programs: one object.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "all_well": self.all_well(), "checks": self.checks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_as_lines_with_remedies() {
        let mut report = Report::default();
        assert!(report.note("database", Ok("SQLite answers.".to_owned())));
        assert!(report.all_well());
        let skewed = Trouble::new("The clocks differ by 20 min.", "Set this machine's clock.");
        assert!(!report.note("clock", Err(skewed)));
        report.unknown("public URL", Trouble::new("No name.", "Try elsewhere."));
        assert!(!report.all_well());
        insta::assert_snapshot!(report.to_text(), @r"
        ok       database      SQLite answers.
        wrong    clock         The clocks differ by 20 min.
                 do:           Set this machine's clock.
        unknown  public URL    No name.
                 do:           Try elsewhere.
        2 things are not well.
        ");
        insta::assert_snapshot!(report.to_json()["checks"][1], @r#"{"name":"clock","remedy":"Set this machine's clock.","sentence":"The clocks differ by 20 min.","verdict":"wrong"}"#);
    }
}

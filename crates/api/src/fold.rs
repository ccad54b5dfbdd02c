//! Text as it is compared and sorted, by the server and by who lists without it: large and small letters are the same.

/// Folds a text for comparison, letter by letter, so that the fold of a part is a part of the fold.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::fold;

    #[test]
    fn spellings_that_differ_in_case_alone_fold_to_one() {
        for (one, other) in [
            ("Interview Okonkwo", "INTERVIEW OKONKWO"),
            ("Straße", "STRASSE"),
            ("ΜΆΣ", "μάς"),
            ("МОСКВА", "москва"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
        assert_ne!(fold("a"), fold("ä"));
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing_and_parts_stay_parts(a in ".{0,20}", b in ".{0,20}") {
            prop_assert_eq!(fold(&fold(&a)), fold(&a));
            prop_assert_eq!(fold(&format!("{a}{b}")), fold(&a) + &fold(&b));
        }
    }
}

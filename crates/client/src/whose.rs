//! Names of what is kept for one account at one server: they tell accounts apart and say nothing of them.

/// The name for whoever these words name: server, configuration, profile, token.
pub(crate) fn name(whose: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for word in whose {
        hasher.update(&(word.len() as u64).to_le_bytes());
        hasher.update(word.as_bytes());
    }
    hasher.finalize().to_hex().as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn words_that_run_together_name_others() {
        assert_eq!(name(&["a", "b"]), name(&["a", "b"]));
        assert_ne!(name(&["ab", ""]), name(&["a", "b"]));
        assert_ne!(name(&["b", "a"]), name(&["a", "b"]));
    }
}

//! No difference, wherever it is hidden, gets a yes.

use crate::wipe_trials::Trials;

#[tokio::test]
async fn no_hidden_difference_gets_a_yes() {
    Trials::new(1).await.run(100, |_| {}).await;
}

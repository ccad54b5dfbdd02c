//! Has cargo build the server anew when only a migration was added: the macro that embeds them is not told.

fn main() {
    println!("cargo:rerun-if-changed=../migrations/sqlite");
    println!("cargo:rerun-if-changed=../migrations/postgres");
}

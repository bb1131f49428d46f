//! Resolves the capabilities, and says in one line what is missing when the window's page has
//! not been built.

fn main() {
    println!("cargo::rerun-if-changed=../dist");
    if !std::path::Path::new("../dist/index.html").exists() {
        println!(
            "cargo::error=examples/desktop/dist is missing: run `npm ci && npm run build` and \
             `npm run build -w examples/desktop` in the repository's root"
        );
        return;
    }
    tauri_build::build();
}

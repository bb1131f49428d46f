//! Generates the permissions of the plugin's commands, and says in one line what is missing
//! when the phone's page has not been built.

/// Every invoke command of the plugin. A test holds this list, the handler, the permission
/// sets and guest-js together.
#[cfg(feature = "tauri")]
const COMMANDS: &[&str] = &[
    "connection",
    "connection_operator",
    "connection_admin",
    "status",
    "list",
    "register",
    "write",
    "resize",
    "kill",
    "emit",
    "start_pairing",
];

fn main() {
    #[cfg(feature = "tauri")]
    tauri_plugin::Builder::new(COMMANDS).build();

    #[cfg(feature = "phone")]
    {
        println!("cargo::rerun-if-changed=phone/dist");
        if !std::path::Path::new("phone/dist/index.html").exists() {
            println!(
                "cargo::error=phone/dist is missing: run `make js` (npm ci, npm run build), \
                 or build without the feature `phone`"
            );
        }
    }
}

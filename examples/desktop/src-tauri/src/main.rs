//! A desktop application whose terminals live in tabs and on a phone: the plugin in one line.
//! Everything that the window shows is in `examples/desktop/src`.

// No console beside the window on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use tauri_plugin_realtime_hub::{HubHandle, PairingRequest, RealtimeHubExt, qr_text};

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(tauri_plugin_realtime_hub::init())
        .setup(|app| {
            announce(app.realtime_hub());
            Ok(())
        })
        .run(tauri::generate_context!())
}

/// Tells whoever started the application from a terminal where the hub is.
fn announce(hub: &HubHandle) {
    for problem in hub
        .status()
        .map(|status| status.problems)
        .unwrap_or_default()
    {
        eprintln!("{problem}");
    }
    match hub.start_pairing(PairingRequest::default()) {
        Ok(pairing) => println!(
            "{}\nScan it, or open {}\nThe code works once, for two minutes; \
             “Pair a phone” in the window gives a fresh one.",
            qr_text(&pairing.url).unwrap_or_default(),
            pairing.url,
        ),
        Err(error) => eprintln!("no phone can be paired: {error}"),
    }
}

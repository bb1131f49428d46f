//! A desktop application whose terminals live in tabs and on a phone: the plugin in one line.
//! Everything that the window shows is in `examples/desktop/src`.

// No console beside the window on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::io::IsTerminal;

use tauri_plugin_realtime_hub::{HubHandle, PairingRequest, RealtimeHubExt, Result, qr_text};

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(tauri_plugin_realtime_hub::init())
        .setup(|app| {
            // Nowhere else: a pairing code must not get into a log.
            if std::io::stdout().is_terminal() {
                announce(app.realtime_hub())?;
            }
            Ok(())
        })
        .run(tauri::generate_context!())
}

/// Tells whoever started the application from a terminal where the hub is.
fn announce(hub: &HubHandle) -> Result<()> {
    let status = hub.status()?;
    for problem in status.problems {
        println!("{problem}");
    }
    let Some(address) = status.address else {
        return Ok(());
    };
    let pairing = hub.start_pairing(PairingRequest::default())?;
    println!("The hub listens on http://{address}");
    println!("{}", qr_text(&pairing.url).unwrap_or_default());
    println!("Scan it, or open {}", pairing.url);
    if status.external.is_none() {
        println!("It works on this computer only; for a phone, set EXTERNAL_URL to your tunnel's.");
    }
    println!("Once, for two minutes: “Pair a phone” in the window gives a fresh one.");
    Ok(())
}

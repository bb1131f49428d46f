//! What every store of devices must do, asked of each.

use super::*;
use crate::ids::{DeviceId, ProjectId};
use crate::protocol::Role;

fn device(n: u8, projects: Option<&[&str]>) -> StoredDevice {
    StoredDevice {
        device: Device {
            id: DeviceId::new(format!("d{n}")).unwrap(),
            name: format!("Telefon №{n} 📱"),
            role: Role::Viewer,
            projects: projects.map(|p| p.iter().map(|p| ProjectId::new(*p).unwrap()).collect()),
            created_at: 1_700_000_000_000,
        },
        token_hash: [n; 32],
    }
}

fn keeps_what_it_is_given(store: &dyn DeviceStore) {
    assert!(store.devices().unwrap().is_empty());
    assert_eq!(store.hub_id().unwrap(), store.hub_id().unwrap());
    let devices = [device(1, None), device(2, Some(&["a", "b"]))];
    for device in devices.clone() {
        store.add_device(device).unwrap();
    }
    assert_eq!(store.devices().unwrap(), devices);
}

#[test]
fn memory() {
    keeps_what_it_is_given(&memory::MemoryStore::new(HubId::random()));
}

#[cfg(feature = "sqlite")]
mod on_disk {
    use super::*;

    #[test]
    fn sqlite() {
        let folder = tempfile::tempdir().unwrap();
        let opened = open_on_disk(folder.path(), &Events::default()).unwrap();
        keeps_what_it_is_given(&*opened.store);
    }

    #[test]
    fn it_remembers_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let before = open(Some(folder.path()), &Events::default());
        before.store.add_device(device(1, None)).unwrap();
        let hub = before.hub.clone();
        drop(before);
        let after = open(Some(folder.path()), &Events::default());
        assert_eq!(after.hub, hub);
        assert_eq!(after.store.devices().unwrap(), [device(1, None)]);
    }

    #[test]
    fn a_second_instance_runs_on_memory_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(Some(folder.path()), &Events::default());
        let second = open(Some(folder.path()), &Events::default());
        assert_eq!(first.status, StorageStatus::Disk);
        assert_eq!(second.status, StorageStatus::Memory);
        assert!(second.problem.unwrap().contains("another instance"));
        assert_ne!(first.hub, second.hub);
    }

    #[test]
    fn a_damaged_file_is_not_the_end() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("realtime-hub.sqlite3"),
            "not a database, no",
        )
        .unwrap();
        let opened = open(Some(folder.path()), &Events::default());
        assert_eq!(opened.status, StorageStatus::Memory);
        assert!(opened.problem.is_some());
    }
}

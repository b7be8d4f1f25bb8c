//! Where the sockets lie: a folder that only their user can enter, one socket a process.

use std::env;
use std::fs;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// So many sockets are looked at, at most, to find those that nobody listens at any more.
const N_LOOKS: usize = 1000;

/// Where a program of this user may make its socket, the best place first.
fn own_folders(user: u32) -> Vec<PathBuf> {
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let runtime = runtime.filter(|it| it.is_absolute()).map(|it| it.join("boucle"));
    runtime.into_iter().chain([env::temp_dir().join(format!("boucle-{user}"))]).collect()
}

/// Where a program of a user may have made its socket, whatever its environment was.
fn folders_of(user: u32) -> Vec<PathBuf> {
    let usual = [format!("/run/user/{user}/boucle"), format!("/tmp/boucle-{user}")];
    let mut folders = own_folders(user);
    folders.extend(usual.map(PathBuf::from));
    folders
}

/// Whether a folder is one that nobody else can have put something into.
fn check(folder: &Path, user: u32) -> io::Result<()> {
    // A link is none, wherever it leads.
    let data = fs::symlink_metadata(folder)?;
    let shown = folder.display();
    let wrong = |words: &str| {
        io::Error::new(io::ErrorKind::PermissionDenied, format!("the folder {shown} {words}"))
    };
    if !data.is_dir() {
        return Err(wrong("is no folder: move it away"));
    }
    if data.uid() != user {
        return Err(wrong("belongs to another user: set XDG_RUNTIME_DIR to a folder of your own"));
    }
    if data.mode() & 0o777 != 0o700 {
        return Err(wrong("can be entered by others: its mode has to be 700"));
    }
    Ok(())
}

fn name(process: u32) -> String {
    format!("{process}.sock")
}

/// Where this process makes its socket. The folder is made if it is not there; sockets that nobody listens
/// at are taken out of it.
pub(super) fn make_place(process: u32) -> io::Result<PathBuf> {
    let user = rustix::process::geteuid().as_raw();
    let mut first = None;
    for folder in own_folders(user) {
        match make_folder(&folder, user) {
            Ok(()) => {
                remove_stale(&folder);
                let place = folder.join(name(process));
                // One of a process that is gone, and had our number.
                match fs::remove_file(&place) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => return Ok(place),
                }
            }
            Err(error) => {
                first.get_or_insert(error);
            }
        }
    }
    Err(first.expect("there is one folder at least"))
}

fn make_folder(folder: &Path, user: u32) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => check(folder, user),
    }
}

/// Takes out sockets of processes that were ended before they could.
fn remove_stale(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().take(N_LOOKS) {
        let path = entry.path();
        if path.extension().is_some_and(|it| it == "sock") && is_stale(&path) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether nobody listens at a socket.
fn is_stale(path: &Path) -> bool {
    let connected = UnixStream::connect(path);
    connected.is_err_and(|it| it.kind() == io::ErrorKind::ConnectionRefused)
}

/// The sockets that a process of a user may have, in folders that are that user's alone; and what is wrong
/// with the other folders.
pub(super) fn find(process: u32, user: u32) -> (Vec<PathBuf>, Vec<io::Error>) {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for folder in folders_of(user) {
        match check(&folder, user) {
            Ok(()) => {
                let place = folder.join(name(process));
                if !found.contains(&place) && place.symlink_metadata().is_ok() {
                    found.push(place);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => wrong.push(error),
        }
    }
    (found, wrong)
}

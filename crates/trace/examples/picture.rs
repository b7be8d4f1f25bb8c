//! A queue with room for one: recorded, and written as text, picture and page.
//!
//! `cargo run -p boucle-trace --example picture` renews what the book shows;
//! `cargo run -p boucle-trace --example picture FOLDER` writes everything there.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use boucle::sync::Queue;
use boucle::{sleep, spawn};
use boucle_trace::{Trace, record};
use world::println;

/// A producer that rests between two items, and a consumer that waits for them.
pub async fn three_items() {
    let queue = Rc::new(Queue::new(1));
    let items = Rc::clone(&queue);
    let producer = spawn(async move {
        for item in 1..=3 {
            items.put(item).await.expect("the queue is open");
            println!("put {item}");
            sleep(Duration::from_millis(100)).await;
        }
    });
    producer.set_name("producer");
    let consumer = spawn(async move {
        for _ in 1..=3 {
            let item = queue.get().await.expect("the queue is open");
            println!("got {item}");
        }
    });
    consumer.set_name("consumer");
    producer.await.expect("it ends");
    consumer.await.expect("it ends");
}

/// What happened.
pub fn trace() -> Trace {
    record(three_items).named("three items")
}

fn main() {
    let trace = trace();
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/pictures");
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let write = |folder: &Path, name: &str, text: &str| {
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(folder.join(name), text).expect("the file can be written");
    };
    write(folder.as_deref().unwrap_or(&book), "queue.svg", &trace.svg());
    write(folder.as_deref().unwrap_or(&book), "queue.txt", &trace.lanes());
    if let Some(folder) = folder {
        write(&folder, "queue.html", &trace.html());
        write(&folder, "queue.json", &trace.chrome_json());
        trace.save(folder.join("queue.trace"), true).expect("the file can be written");
    }
}

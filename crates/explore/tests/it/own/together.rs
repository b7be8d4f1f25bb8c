//! Tasks that belong together: none is forgotten, none outlives the others, and each result comes once.

use std::rc::Rc;
use std::time::Duration;

use boucle::sync::Event;
use boucle::{
    TaskError, as_completed, call_later, gather, gather_all, interrupt, race, shield, sleep, spawn,
    task_group, timeout,
};

use super::{Inside, holds};

const SECOND: Duration = Duration::from_secs(1);

/// Something that takes two turns.
async fn work(inside: Inside, n: u8) -> u8 {
    let _visit = inside.enter();
    interrupt().await;
    n
}

#[test]
fn gather_has_all_values_or_the_first_failure_and_leaves_nobody_behind() {
    holds(|| async {
        let inside = Inside::default();
        let same = inside.clone();
        let gathered = spawn(async move { gather([1, 2].map(|n| work(same.clone(), n))).await });
        match gathered.await {
            Ok(Ok(values)) => assert_eq!(values, [1, 2]),
            Ok(Err(error)) | Err(error) => assert!(matches!(error, TaskError::Cancelled)),
        }
        // Those that were cancelled are dropped at their next turn.
        interrupt().await;
        boucle::quiescent().await;
        assert_eq!(inside.now(), 0);
    });
}

#[test]
fn gather_all_has_each_result_in_its_place() {
    holds(|| async {
        let inside = Inside::default();
        let results = gather_all([1, 2].map(|n| work(inside.clone(), n))).await;
        for (place, result) in results.into_iter().enumerate() {
            assert!(result.is_err() || result.is_ok_and(|it| usize::from(it) == place + 1));
        }
        assert_eq!(inside.now(), 0);
    });
}

#[test]
fn as_completed_gives_each_result_once() {
    holds(|| async {
        let inside = Inside::default();
        let mut results = as_completed([1, 2].map(|n| work(inside.clone(), n)));
        let mut places = Vec::new();
        while let Some((place, _)) = results.next().await {
            places.push(place);
        }
        places.sort_unstable();
        assert!(places == [0, 1] && inside.now() == 0);
    });
}

#[test]
fn nobody_outlives_a_group() {
    holds(|| async {
        let inside = Inside::default();
        let same = inside.clone();
        let grouped = spawn(async move {
            let ended = task_group(async |group| {
                for n in [1, 2] {
                    drop(group.spawn(work(same.clone(), n)));
                }
            });
            let ended = ended.await;
            assert_eq!(same.now(), 0);
            ended.is_ok()
        });
        assert!(grouped.await.unwrap_or(true));
        boucle::quiescent().await;
        assert_eq!(inside.now(), 0);
    });
}

#[test]
fn a_race_has_one_winner_and_drops_the_others() {
    holds(|| async {
        let inside = Inside::default();
        let (one, other) = (Rc::new(Event::new()), inside.clone());
        let same = Rc::clone(&one);
        let raced = spawn(async move {
            let runners = [0, 1].map(|n| {
                let (event, inside) = (Rc::clone(&same), other.clone());
                async move {
                    let _visit = inside.enter();
                    if n == 0 { event.wait().await } else { sleep(SECOND).await }
                }
            });
            race(runners).await.0
        });
        drop(spawn(async move { one.set() }));
        drop(raced.await);
        assert_eq!(inside.now(), 0);
    });
}

#[test]
fn a_timeout_ends_what_it_limits() {
    holds(|| async {
        let inside = Inside::default();
        let tasks = [1, 3].map(|n| {
            let inside = inside.clone();
            spawn(async move {
                let limited = async move {
                    let _visit = inside.enter();
                    sleep(SECOND * n).await;
                };
                timeout(SECOND * 2, limited).await.is_ok()
            })
        });
        // Where time passes early, the short one may be over too late, and the long one just in time to be seen.
        for task in tasks {
            drop(task.await);
        }
        assert_eq!(inside.now(), 0);
    });
}

#[test]
fn a_shield_lets_go_on_what_it_shields() {
    holds(|| async {
        let inside = Inside::default();
        let same = inside.clone();
        let outer = spawn(async move { shield(work(same, 1)).await });
        let ended = outer.await;
        assert!(!matches!(ended, Ok(Ok(2..))));
        boucle::quiescent().await;
        assert_eq!(inside.now(), 0);
    });
}

#[test]
fn a_callback_is_called_or_was_cancelled() {
    holds(|| async {
        let inside = Inside::default();
        let same = inside.clone();
        let callback = call_later(SECOND, move || drop(same.enter()));
        let cancels = spawn(async move {
            sleep(SECOND / 2).await;
            callback.cancel()
        });
        drop(cancels.await);
        sleep(SECOND).await;
        assert!(inside.most() <= 1);
    });
}

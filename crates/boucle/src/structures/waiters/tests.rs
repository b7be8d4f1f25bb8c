//! The list against a model, its room, and what it costs.

use std::collections::VecDeque;

use super::{Ticket, Waiters};

/// Numbers that look random and are the same in each run.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn it_grants_in_order_whoever_leaves() {
    for seed in 1..=200 {
        let mut state = seed * 0x9e37_79b9;
        let (mut waiters, mut model) = (Waiters::new(), VecDeque::new());
        let mut gone: Vec<Ticket> = Vec::new();
        for n in 0..600 {
            // Seeds differ in how many come for each who goes: some lists grow long and then short.
            let crowd = if n < 300 { 2 + seed % 7 } else { 1 };
            match random(&mut state) % (crowd + 2) {
                0 => {
                    let first = model.pop_front();
                    assert_eq!(waiters.grant(), first.map(|it: (Ticket, u64)| it.1), "seed {seed}");
                    gone.extend(first.map(|it| it.0));
                }
                1 if !model.is_empty() => {
                    let place = random(&mut state) as usize % model.len();
                    let (ticket, value) = model.remove(place).expect("it is there");
                    assert_eq!(waiters.leave(ticket), Some(value), "seed {seed}");
                    gone.push(ticket);
                }
                _ => model.push_back((waiters.enter(n), n)),
            }
            assert_eq!(waiters.len(), model.len());
        }
        assert!(waiters.iter().eq(model.iter().map(|it| &it.1)), "seed {seed}");
        for (ticket, value) in &model {
            assert_eq!(waiters.get(*ticket), Some(value), "seed {seed}");
            assert_eq!(waiters.replace(*ticket, value + 1), *value);
        }
        for ticket in gone {
            assert!(waiters.get(ticket).is_none() && waiters.leave(ticket).is_none());
            assert_eq!(waiters.replace(ticket, 7), 7, "it comes back");
        }
        while let Some((ticket, value)) = model.pop_front() {
            assert_eq!(waiters.grant(), Some(value + 1), "seed {seed}");
            assert!(waiters.leave(ticket).is_none());
        }
        assert!(waiters.is_empty() && waiters.grant().is_none());
    }
}

#[test]
fn room_is_given_back_while_one_of_many_still_waits() {
    for kept in [0, 99_999, 50_000] {
        let mut waiters = Waiters::new();
        let tickets: Vec<_> = (0..100_000).map(|n| waiters.enter(n)).collect();
        for (n, ticket) in tickets.iter().enumerate() {
            assert!(n == kept || waiters.leave(*ticket) == Some(n as u64));
        }
        assert!(waiters.n_slots() <= 96, "{} for one waiter", waiters.n_slots());
        assert_eq!(waiters.get(tickets[kept]), Some(&(kept as u64)));
        assert_eq!(waiters.leave(tickets[kept]), Some(kept as u64));
    }
}

#[test]
fn who_comes_and_goes_while_one_stays_costs_no_room() {
    let mut waiters = Waiters::new();
    let stays = waiters.enter(0);
    let mut last = waiters.enter(1);
    for n in 2..100_000 {
        let next = waiters.enter(n);
        assert_eq!(waiters.leave(last), Some(n - 1));
        last = next;
    }
    assert!(waiters.n_slots() <= 8, "{} for two waiters", waiters.n_slots());
    assert_eq!((waiters.get(stays), waiters.len()), (Some(&0), 2));
}

#[test]
fn all_who_wait_are_granted_and_none_of_those_who_come_meanwhile() {
    let mut waiters = Waiters::new();
    let tickets: Vec<_> = (0..4).map(|n| waiters.enter(n)).collect();
    assert_eq!(waiters.leave(tickets[0]), Some(0));
    let mut granted = waiters.grant_all();
    assert!(waiters.is_empty());
    let mut values = Vec::new();
    for n in granted.by_ref() {
        values.push(n);
        // One comes for each that is granted, and it is too late to give up.
        waiters.enter(n + 10);
        assert_eq!(waiters.leave(tickets[2]), None);
    }
    assert_eq!(values, [1, 2, 3]);
    waiters.reuse(granted);
    assert!(waiters.iter().eq(&[11, 12, 13]));
}

#[test]
fn room_of_few_is_used_again_and_that_of_many_given_back() {
    for (n, is_kept) in [(20, true), (20_000, false)] {
        let mut waiters = Waiters::new();
        let tickets: Vec<_> = (0..n).map(|n| waiters.enter(n)).collect();
        let mut granted = waiters.grant_all();
        assert!(granted.by_ref().eq(0..n));
        waiters.reuse(granted);
        assert_eq!(waiters.n_slots() > 0, is_kept, "{n}");
        assert!(tickets.iter().all(|it| waiters.get(*it).is_none()));
        // It is as new.
        for n in 0..3 {
            waiters.enter(n);
        }
        assert!(waiters.iter().eq(&[0, 1, 2]));
    }
}

#[test]
fn many_who_give_up_cost_in_proportion() {
    // In any order: the first one first, the last one first, or all over the place.
    for step in [1, 39_999, 12_347] {
        let mut waiters = Waiters::new();
        let tickets: Vec<_> = (0..40_000).map(|n| waiters.enter(n)).collect();
        for n in 0..40_000 {
            waiters.leave(tickets[n * step % 40_000]).expect("it waits");
        }
        assert!(waiters.is_empty());
        assert!((1..40_000 / 8).contains(&waiters.n_moves), "{} moves", waiters.n_moves);
    }
}

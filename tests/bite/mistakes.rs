// Mistakes to plant into the stages, one at a time: `build.rs` makes each, `it/bite.rs` runs it.

/// How many stages there are.
const N_STAGES: usize = 14;

/// A mistake, and the stages that it is planted into.
struct Mistake {
    /// What is wrong, as a name.
    name: &'static str,
    /// The stages whose program shows it.
    stages: &'static [usize],
    /// The right text, which each of these stages has once.
    right: &'static str,
    /// The wrong text.
    wrong: &'static str,
}

/// All of them. None makes a task that never returns from a poll: nothing could stop it.
const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "ended_tasks_go_on",
        stages: &[2, 3],
        right: "Poll::Ready(()) => {} // The task has ended.",
        wrong: "Poll::Ready(()) => tasks.push_back(task),",
    },
    Mistake {
        name: "newest_first",
        stages: &[2, 3],
        right: "tasks.push_back(task)",
        wrong: "tasks.push_front(task)",
    },
    Mistake {
        name: "requeue_forgotten",
        stages: &[2, 3],
        right: "Poll::Pending => tasks.push_back(task)",
        wrong: "Poll::Pending => {}",
    },
    Mistake {
        name: "set_is_lost",
        stages: &[2],
        right: "self.done.set(true)",
        wrong: "self.done.set(false)",
    },
    Mistake {
        name: "waiter_never_waits",
        stages: &[2],
        right: "if self.done.get()",
        wrong: "if !self.done.get()",
    },
    Mistake {
        name: "deadline_compared_the_wrong_way",
        stages: &[3, 4, 6],
        right: "while Instant::now() < t",
        wrong: "while Instant::now() > t",
    },
    Mistake {
        name: "interrupt_never_interrupts",
        stages: &[3, 4, 5],
        right: "if turn.take().is_some() { Poll::Pending }",
        wrong: "if turn.take().is_none() { Poll::Pending }",
    },
    Mistake {
        name: "interrupt_never_ends",
        stages: &[3, 4, 5, 6, 7],
        right: "if turn.take().is_some() { Poll::Pending }",
        wrong: "if turn.is_some() { Poll::Pending }",
    },
    Mistake {
        name: "requeue_forgotten",
        stages: &[4, 5, 6, 7],
        right: "Poll::Pending => self.tasks.borrow_mut().push_back(task)",
        wrong: "Poll::Pending => {}",
    },
    Mistake {
        name: "run_task_only_adds",
        stages: &[4, 5, 6, 7],
        right: "        self.add_task(task);\n        self.run();",
        wrong: "        self.add_task(task);",
    },
    Mistake {
        name: "newest_first",
        stages: &[5, 6],
        right: "self.tasks.borrow_mut().push_back(Box::pin(task))",
        wrong: "self.tasks.borrow_mut().push_front(Box::pin(task))",
    },
    Mistake {
        name: "current_is_never_set",
        stages: &[5, 6, 7],
        right: "CURRENT.set(Some(self.clone()));",
        wrong: "",
    },
    Mistake {
        name: "current_is_another_loop",
        stages: &[5, 6, 7],
        right: "CURRENT.set(Some(self.clone()));",
        wrong: "CURRENT.set(Some(Loop::new()));",
    },
    Mistake {
        name: "waiter_waits_for_one_too_many",
        stages: &[6, 7],
        right: "missing: Cell::new(n)",
        wrong: "missing: Cell::new(n + 1)",
    },
    Mistake {
        name: "waiter_is_content_with_one",
        stages: &[6],
        right: "while self.missing.get() > 0",
        wrong: "while self.missing.get() > 1",
    },
    Mistake {
        name: "child_forgets_to_set",
        stages: &[6, 7],
        right: "            waiter.set();\n",
        wrong: "",
    },
    Mistake {
        name: "gather_waits_in_line",
        stages: &[6],
        right: "async move {\n            task.await;\n            waiter.set();\n        });",
        wrong: "async {});\n        task.await;\n        waiter.set();",
    },
    Mistake {
        name: "listen_does_not",
        stages: &[7, 10],
        right: "self.socket.listen(128).map_err(cannot(\"listen\"))",
        wrong: "Ok(())",
    },
    Mistake {
        name: "recv_keeps_the_whole_buffer",
        stages: &[7, 10],
        right: "bytes.truncate(n);",
        wrong: "let _ = n;",
    },
    Mistake {
        name: "accept_waits_for_room_to_write",
        stages: &[7, 10],
        right: "self.when(\"accept a client\", |it| it.readable, Socket::accept)",
        wrong: "self.when(\"accept a client\", |it| it.writable, Socket::accept)",
    },
    Mistake {
        name: "added_tasks_are_not_ready",
        stages: &[8, 9, 10, 11, 12, 13],
        right: "        self.bell(number).wake();\n",
        wrong: "",
    },
    Mistake {
        name: "pending_tasks_are_lost",
        stages: &[8, 9, 10, 11, 12, 13],
        right: "Poll::Pending => _ = self.tasks.borrow_mut().insert(number, task)",
        wrong: "Poll::Pending => {}",
    },
    Mistake {
        name: "set_wakes_nobody",
        stages: &[8, 9, 10, 11, 12, 13],
        right: "            self.bells.take().into_iter().for_each(Waker::wake);\n        }\n    }\n\n    /// Waits until the waiter",
        wrong: "        }\n    }\n\n    /// Waits until the waiter",
    },
    Mistake {
        name: "waiter_keeps_no_bell",
        stages: &[8, 9, 10],
        right: "pause(|bell| self.bells.borrow_mut().push(bell.clone())).await",
        wrong: "pause(|_| {}).await",
    },
    Mistake {
        name: "waiter_asks_at_every_turn",
        stages: &[8, 9],
        right: "pause(|bell| self.bells.borrow_mut().push(bell.clone())).await",
        wrong: "interrupt().await",
    },
    Mistake {
        name: "interrupt_rings_nobody",
        stages: &[8, 10],
        right: "pause(Waker::wake_by_ref).await",
        wrong: "pause(|_| {}).await",
    },
    Mistake {
        name: "newest_first",
        stages: &[8, 12, 13],
        right: "ready.push_back(self.number)",
        wrong: "ready.push_front(self.number)",
    },
    Mistake {
        name: "times_compared_the_wrong_way",
        stages: &[9, 11, 12, 13],
        right: "is_some_and(|it| it.t <= now)",
        wrong: "is_some_and(|it| it.t >= now)",
    },
    Mistake {
        name: "last_time_first",
        stages: &[9, 11, 12, 13],
        right: "pop_first()",
        wrong: "pop_last()",
    },
    Mistake {
        name: "oldest_event_first",
        stages: &[9, 12, 13],
        right: "    /// The time, which is compared first.\n    t: Instant,\n    /// The number of the event; that of an older one is lower.\n    number: usize,\n",
        wrong: "    number: usize,\n    t: Instant,\n",
    },
    Mistake {
        name: "newest_of_one_time_first",
        stages: &[13],
        right: "TimeEvent { t, number }",
        wrong: "TimeEvent { t, number: usize::MAX - number }",
    },
    Mistake {
        name: "run_does_not_wait_for_times",
        stages: &[9],
        right: "if self.times.borrow().is_empty() { break } else { continue }",
        wrong: "break",
    },
    Mistake {
        name: "ready_sockets_ring_nobody",
        stages: &[10],
        right: "waiters.into_iter().flatten().for_each(|(_, waiter)| waiter.set());",
        wrong: "drop(waiters);",
    },
    Mistake {
        name: "sockets_are_never_watched",
        stages: &[10],
        right: "self.poller.modify(&self.socket, Event::new(key, reads, writes))?;",
        wrong: "",
    },
    Mistake {
        name: "loop_never_sleeps",
        stages: &[11, 12, 13],
        right: "next => next.map(|it| it.t.saturating_duration_since(Instant::now())),",
        wrong: "_ => Some(Duration::ZERO),",
    },
    Mistake {
        name: "panic_is_not_caught",
        stages: &[11],
        right: "let poll = catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(cx)));",
        wrong: "let poll: std::thread::Result<_> = Ok(task.as_mut().poll(cx));",
    },
    Mistake {
        name: "panic_is_told_though_it_was_read",
        stages: &[11],
        right: "        self.outcome.is_read.set(self.done());\n",
        wrong: "",
    },
    Mistake {
        name: "panic_is_told_to_nobody",
        stages: &[11],
        right: "            eprintln!(\"task exception was never retrieved: {error}\");\n",
        wrong: "",
    },
    Mistake {
        name: "end_of_a_task_wakes_nobody",
        stages: &[11, 12],
        right: "        outcome.ended.set();\n",
        wrong: "",
    },
    Mistake {
        name: "gather_turns_the_values_round",
        stages: &[11],
        right: "values.push(task.await?)",
        wrong: "values.insert(0, task.await?)",
    },
    Mistake {
        name: "run_until_complete_runs_all",
        stages: &[12],
        right: "self.turns(|| task.done());",
        wrong: "self.run();",
    },
    Mistake {
        name: "stop_is_not_heard",
        stages: &[12, 13],
        right: "if self.stopping.take() {",
        wrong: "if false {",
    },
    Mistake {
        name: "current_is_another_loop",
        stages: &[12, 13],
        right: "CURRENT.set(Some(event_loop.clone()));",
        wrong: "CURRENT.set(Some(Loop::new()));",
    },
    Mistake {
        name: "queue_has_no_limit",
        stages: &[13],
        right: "while self.items.borrow().len() == self.maxsize",
        wrong: "while false",
    },
    Mistake {
        name: "queue_has_room_for_one_too_many",
        stages: &[13],
        right: "while self.items.borrow().len() == self.maxsize",
        wrong: "while self.items.borrow().len() > self.maxsize",
    },
    Mistake {
        name: "put_wakes_nobody",
        stages: &[13],
        right: "        self.items.borrow_mut().push_back(item);\n        self.ring();\n",
        wrong: "        self.items.borrow_mut().push_back(item);\n",
    },
    Mistake {
        name: "get_wakes_nobody",
        stages: &[13],
        right: ".ok_or(ShutDown(()))?;\n        self.ring();\n",
        wrong: ".ok_or(ShutDown(()))?;\n",
    },
];

// Mistakes to plant into the stages, one at a time: `build.rs` makes each, `it/bite.rs` runs it.

/// How many stages there are.
const N_STAGES: usize = 8;

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
        stages: &[7],
        right: "self.socket.listen(128).map_err(cannot(\"listen\"))",
        wrong: "Ok(())",
    },
    Mistake {
        name: "recv_keeps_the_whole_buffer",
        stages: &[7],
        right: "bytes.truncate(n);",
        wrong: "let _ = n;",
    },
    Mistake {
        name: "accept_waits_for_room_to_write",
        stages: &[7],
        right: "self.when(\"accept a client\", |it| it.readable, Socket::accept)",
        wrong: "self.when(\"accept a client\", |it| it.writable, Socket::accept)",
    },
];

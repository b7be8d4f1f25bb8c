//! Where `boucle` differs from asyncio on purpose: the lines, and why.

/// One program that says something else.
pub(super) struct Difference {
    /// Which program.
    pub(super) program: &'static str,
    /// Why it is better so.
    pub(super) reason: &'static str,
    /// The lines that only asyncio says, after `-`, and those that only boucle says, after `+`.
    pub(super) lines: &'static str,
}

/// All of them, in the order of the programs.
pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        program: "cancelled_while_ready",
        reason: "a task whose time has come runs in the turn that sees it; asyncio's runs one turn \
                 later, and is cancelled in between",
        lines: "\
+ 1.000 <<< ready
- 2.000 cancelled True
+ 2.000 cancelled False
",
    },
    Difference {
        program: "refusing",
        reason: "a cancel drops the future, and nobody refuses; asyncio throws an exception into the \
                 task, which can catch it",
        lines: "\
- 1.000 refuses
- 2.000 goes on
- 4.000 cancelled False
+ 1.000 is dropped
+ 4.000 cancelled True
",
    },
    Difference {
        program: "equal_deadlines",
        reason: "those of one deadline wake in the order in which they asked; in asyncio a heap \
                 decides, which knows no order among equals",
        lines: "\
+ 1.000 woke 1
+ 1.000 woke 3
- 1.000 woke 1
- 1.000 woke 3
",
    },
    Difference {
        program: "due_turns",
        reason: "a task whose time has come runs in the turn that sees it; asyncio's runs one turn \
                 later",
        lines: "\
+ 0.200 woke
- 0.250 woke
",
    },
    Difference {
        program: "limit_of_the_same_time",
        reason: "what is ready when its limit comes counts; in asyncio the limit was set first, and \
                 cancels it",
        lines: "\
- 1.000 too late
+ 1.000 in time
",
    },
    Difference {
        program: "limit_of_nothing",
        reason: "what is ready when its limit comes counts, so it is polled once more before it is \
                 given up",
        lines: "\
+ 0.000 goes on
",
    },
    Difference {
        program: "window",
        reason: "those of one deadline wake in the order in which they asked: the jobs of one \
                 instant end in the order in which they began",
        lines: "\
+ 3.000 <<< job2 - duration 3
- 3.000 <<< job2 - duration 3
",
    },
    Difference {
        program: "breathing",
        reason: "a task whose time has come runs in the turn that sees it; asyncio's runs one turn \
                 later",
        lines: "\
- .xxx.xxx.xxx.x.......
+ .xx.xx.xx.xx.xx......
",
    },
];

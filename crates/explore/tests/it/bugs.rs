//! Real bugs of public projects, each written anew on boucle: how soon an exploration finds them, and that it finds
//! nothing once they are mended.

mod aiohttp_4936;
mod aiohttp_9670;
mod anyio_1145;
mod anyio_146;
mod asyncio_256;
mod asyncio_343;
mod asyncpg_467;
mod axum_server_114;
mod bb8_67;
mod coil_3562;
mod cpython_1031;
mod cpython_112202;
mod cpython_90155;
mod duolicious_1616;
mod embassy_6964;
mod httpcore_1093;
mod httpcore_830;
mod iroh_2536;
mod leaky_bucket_35;
mod moka_240;
mod parts;
mod redis_py_2624;
mod shuttle_167;
mod sqlx_622;
mod tokio_3652;

use std::pin::Pin;

use boucle_explore::{Explore, Report};

use self::parts::Case;

/// Executions at the most.
const BUDGET: u64 = 10_000;

/// A bug: what it is called, its program, and how many tasks the exploration may cancel.
struct Bug {
    name: &'static str,
    program: fn(Case) -> Pin<Box<dyn Future<Output = ()>>>,
    cancels: u8,
}

macro_rules! bugs {
    ($($module:ident: $name:literal, $cancels:literal;)*) => {
        [$(Bug {
            name: $name,
            program: |case| Box::pin($module::program(case)),
            cancels: $cancels,
        }),*]
    };
}

/// Pools, locks, queues, timeouts, one who works for many, rates, shutdown.
fn all() -> [Bug; 24] {
    bugs![
        bb8_67: "bb8 67", 1;
        sqlx_622: "sqlx 622", 0;
        aiohttp_9670: "aiohttp 9670", 1;
        aiohttp_4936: "aiohttp 4936", 0;
        asyncpg_467: "asyncpg 467", 0;
        httpcore_830: "httpcore 830", 1;
        httpcore_1093: "httpcore 1093", 1;
        redis_py_2624: "redis-py 2624", 1;
        cpython_1031: "cpython 1031", 1;
        cpython_90155: "cpython 90155", 1;
        cpython_112202: "cpython 112202", 1;
        anyio_1145: "anyio 1145", 0;
        shuttle_167: "shuttle 167", 1;
        embassy_6964: "embassy 6964", 1;
        tokio_3652: "tokio 3652", 1;
        asyncio_256: "asyncio 256", 1;
        anyio_146: "anyio 146", 0;
        iroh_2536: "iroh 2536", 0;
        asyncio_343: "asyncio 343", 0;
        moka_240: "moka 240", 0;
        coil_3562: "coil 3562", 1;
        duolicious_1616: "duolicious 1616", 0;
        leaky_bucket_35: "leaky-bucket 35", 1;
        axum_server_114: "axum-server 114", 0;
    ]
}

impl Bug {
    /// Its orders, with as many cancels as it needs.
    fn explore(&self, mended: bool) -> Report {
        let explore = Explore::new().executions(BUDGET).cancels(self.cancels);
        explore.run(|| (self.program)(Case { mended, cancels: false }))
    }

    /// Its orders, where the program itself cancels a task.
    fn explore_orders(&self, mended: bool) -> Report {
        let explore = Explore::new().executions(BUDGET);
        explore.run(|| (self.program)(Case { mended, cancels: self.cancels > 0 }))
    }
}

#[test]
fn known_bugs_are_found_and_nothing_is_found_once_they_are_mended() {
    let mut table =
        format!("{:<16}{:<10}{:>9}{:>9}{:>9}", "bug", "fault", "found at", "orders", "mended");
    let mut firsts = Vec::new();
    for bug in all() {
        let (report, mended) = (bug.explore(false), bug.explore(true));
        mended.assert_ok();
        firsts.extend(report.first_failure());
        let found = report.first_failure().map_or_else(|| "-".to_owned(), |it| it.to_string());
        let fault = if bug.cancels > 0 { "1 cancel" } else { "" };
        let (n, n_mended) = (report.n_executions(), mended.n_executions());
        table += &format!("\n{:<16}{fault:<10}{found:>9}{n:>9}{n_mended:>9}", bug.name);
    }
    firsts.sort_unstable();
    let (n, median) = (firsts.len(), firsts[firsts.len() / 2]);
    table += &format!("\n\n{n} of 24 are found, half of them within {median} executions");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("known_bugs", table));
    assert!(n >= 20 && median <= 100, "{table}");
}

#[test]
fn orders_alone_find_those_in_which_the_program_cancels_a_task_by_itself() {
    for bug in all().into_iter().filter(|it| it.cancels > 0) {
        let report = bug.explore_orders(false);
        assert!(report.first_failure().is_some(), "{}: {report}", bug.name);
        bug.explore_orders(true).assert_ok();
    }
}

#[test]
fn each_bug_is_told_in_sixty_lines_and_says_where_it_was_reported() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/bugs");
    let files = std::fs::read_dir(folder).expect("it is there");
    let files = files.map(|it| it.expect("it is there").path());
    for file in files.filter(|it| !it.ends_with("parts.rs")) {
        let text = std::fs::read_to_string(&file).expect("it is text");
        let is_code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
        let n = text.lines().filter(is_code).count();
        assert!(n <= 60, "{}: {n} lines of code", file.display());
        assert!(text.contains("//! <https://github.com/"), "{}", file.display());
    }
}

//! Which line of the source runs.

use film::{PROGRAMS, Program, Run, Scene};

/// The lines that are marked at both ends of a program, without those that come again.
fn marked(name: &str) -> Vec<String> {
    let run = Run::of(Program::named(name).expect("it is in the table"));
    let mut player = run.player();
    let mut lines = Vec::new();
    while player.step() {
        if let Some((source, line)) = Scene::new(&run, &player, &[]).mark {
            let line = run.sources[source].lines[line - 1].trim().to_owned();
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        // The middle of a stage that waits by looking is thousands of equal polls.
        if player.position() == 100 {
            player.seek(run.trace.len().saturating_sub(20).max(100));
        }
    }
    lines
}

#[test]
fn a_stage_marks_the_lines_of_its_loop_and_of_its_program() {
    insta::assert_snapshot!(marked("stage2").join("\n"), @r#"
    let mut tasks = VecDeque::from(tasks);
    while let Some(mut task) = tasks.pop_front() {
    match step(&mut task, Waker::noop()) {
    Poll::Ready(()) => {} // The task has ended.
    println!("Hello");
    Poll::Pending => tasks.push_back(task),
    println!("World");
    println!("start");
    println!("finished");
    "#);
}

#[test]
fn a_stage_that_polls_by_hand_marks_its_polls_and_what_it_prints() {
    let lines = marked("stage0");
    for words in ["Box::pin(future)", ".poll(&mut cx)", "Poll::Pending =>", "println!("] {
        assert!(lines.iter().any(|it| it.contains(words)), "{words}: {lines:#?}");
    }
    insta::assert_snapshot!(marked("stage1").join("\n"), @r#"
    let mut task = pin!(task);
    while task.as_mut().poll(&mut cx).is_pending() {}
    println!("Hello");
    println!("World");
    "#);
}

#[test]
fn each_stage_with_a_loop_shows_where_it_takes_steps_and_puts_back() {
    for stage in 2..=7 {
        let lines = marked(&format!("stage{stage}"));
        for words in [".pop_front()", "step(&mut task", "push_back(task)"] {
            assert!(lines.iter().any(|it| it.contains(words)), "stage{stage}: {words}: {lines:#?}");
        }
    }
}

#[test]
fn an_example_marks_where_its_tasks_come_from() {
    let lines = marked("fork");
    assert!(lines.contains(&"spawn(c2());".to_owned()), "{lines:#?}");
}

#[test]
fn an_example_marks_where_its_tasks_sleep() {
    let lines = marked("famine");
    assert!(lines.contains(&"sleep(seconds(0.5)).await;".to_owned()), "{lines:#?}");
}

/// What is said of the line that is marked, when these words are told of the moment.
fn says(name: &str, words: &str) -> (String, &'static str) {
    let run = Run::of(Program::named(name).expect("it is in the table"));
    let mut player = run.player();
    loop {
        assert!(player.step(), "{words} is not told of {name}");
        let scene = Scene::new(&run, &player, &[]);
        if scene.told.as_ref().is_some_and(|it| it.contains(words)) {
            let (source, line) = scene.mark.expect("a line is marked");
            let line = run.sources[source].lines[line - 1].trim().to_owned();
            return (line, scene.mark_says.expect("it says why"));
        }
    }
}

#[test]
fn what_is_said_of_the_line_is_true() {
    // Where a task is at first nobody knows: it runs, and the line is not the one that runs.
    assert_eq!(says("fork", "c1 2 runs").1, "spawned here");
    let sleeps = "sleep(seconds(0.5)).await;".to_owned();
    assert_eq!(says("famine", "famine 2 waits 500 ms"), (sleeps.clone(), "waits here"));
    assert_eq!(says("famine", "famine 2 is woken by a timer"), (sleeps, "goes on from here"));
    assert_eq!(says("stage2", "prints \"start\"").1, "printed here");
    assert_eq!(says("stage2", "task 1 runs").1, "the loop is here");
}

#[test]
fn every_program_can_be_played_and_says_its_idea() {
    for program in PROGRAMS {
        let run = Run::of(program);
        assert!(run.trace.len() > 3, "{}", program.name);
        assert_eq!(&*run.trace.header().program, program.name);
        assert!(!program.idea().contains("//") && !program.idea().starts_with("Stage"));
        let mut player = run.player();
        player.seek_end();
        let end = Scene::new(&run, &player, &[]);
        assert_eq!(end.phase, "over", "{}", program.name);
        assert!(!end.output.is_empty(), "{}", program.name);
    }
}

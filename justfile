# Lists the recipes.
default:
    @just --list

# Runs all checks, as the pipeline does.
check:
    bash .ci/run

# Runs a stage: `just run 3`.
run N:
    cargo run -q -p stage{{N}}

# Shows what changes from one stage to another: `just diff 5 6`.
diff N M:
    -diff -u crates/stage{{N}}/src/lib.rs crates/stage{{M}}/src/lib.rs

# Runs the tests.
test:
    cargo test --workspace

# Runs what takes minutes: the wake storm, under valgrind's helgrind.
slow:
    bash .ci/slow

# Changes boucle in small ways and shows what no test notices: `just mutants sample 10`, `just mutants of sync/lock`.
mutants *ARGS:
    bash .ci/mutants {{ARGS}}

# An hour of connects, echoes and resets: memory and descriptors must stay as they are.
soak:
    cargo test --release -p tests --test it -- --ignored --nocapture net::soak

# Accepts all snapshots as they are now; look at `git diff` afterwards.
accept:
    INSTA_UPDATE=always cargo test -p tests

# Measures boucle beside its peers, in earnest: a quarter of an hour on a quiet machine.
bench:
    cd crates/bench && cargo run --release -- run

# The same, small: only for orders of magnitude.
bench-quick:
    cd crates/bench && cargo run --release -- run --quick

# Measures what it costs that a loop can be watched, where nobody watches: beside a build without that.
seam:
    cd crates/bench && RUSTFLAGS="--cfg boucle_unwatched" cargo build --release --target-dir target/unwatched
    cd crates/bench && cargo run --release -- seam target/unwatched/release/bench

# Says how many executions it takes until known bugs are found, beside shuttle.
known-bugs:
    cd crates/bench/explore && cargo run --release -- bugs 2>/dev/null

# Measures whether boucle is slower than it was: beside a build of crates/bench from another checkout.
against OTHER *ARGS:
    cd crates/bench && cargo run --release -- against {{absolute_path(OTHER)}} {{ARGS}}

# Measures what recording a trace costs, in nanoseconds an event.
trace-cost:
    cargo run -q --release -p boucle-trace --example cost

# Drives the page of film in a real browser; pictures go to target/film, to be looked at.
film-check:
    cargo build -q -p film --bins --example moments
    mkdir -p target/film
    python3 crates/film/check/page.py target/debug/film-road target/film

# Renews the player that the book shows.
player:
    cargo run -q -p film -- stage12 --element docs/src/player --force

# Builds the book into docs/book; needs mdBook.
book:
    mdbook build docs

# Lets other people's tools ask the programs: load, slow clients, curl, OpenSSL, Redis, WebSocket cases.
strangers:
    bash .ci/strangers

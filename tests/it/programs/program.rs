//! The programs' own texts, each as it is: the text is the program and the test subject.

#![expect(dead_code, unreachable_pub, reason = "a program's main is for nobody here")]

#[path = "../../../crates/boucle/examples/echo.rs"]
pub(crate) mod echo;
#[path = "../../../crates/programs/src/bin/fetch.rs"]
pub(super) mod fetch;
#[path = "../../../crates/programs/src/bin/fetch_lines.rs"]
pub(super) mod fetch_lines;
#[path = "../../../crates/programs/src/bin/http_server.rs"]
pub(super) mod http_server;
#[path = "../../../crates/boucle/examples/proxy.rs"]
pub(crate) mod proxy;
#[path = "../../../crates/boucle/examples/resp_server/main.rs"]
pub(crate) mod resp_server;
#[path = "../../../crates/programs/src/bin/websocket_echo.rs"]
pub(super) mod websocket_echo;

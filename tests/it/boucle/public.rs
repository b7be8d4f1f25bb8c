//! What boucle promises to the public is documented, shown in an example, and called by a test.
//!
//! Why is `pub` enough to know what is public? The lint `unreachable_pub` refuses it where nobody
//! outside could reach the item.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use syn::{Attribute, Expr, Fields, GenericArgument, ImplItem, Item, Lit, Meta, PathArguments};
use syn::{ReturnType, Signature, TraitItem, Type, TypeParamBound, Visibility};

use crate::road;

/// The sections of a documentation, in their order.
const SECTIONS: [&str; 5] = ["# Panics", "# Errors", "# Safety", "# Cancel safety", "# Examples"];

/// What no test uses, and why, in the order of the files.
const UNUSED: [(&str, &str); 1] =
    [("RunError::NoSignals", "the whole process of the tests would be without descriptors")];

/// The names of asyncio that a newcomer searches for, of its loops, tasks, times and queues.
const ASYNCIO: &str = "
    run Runner run_until_complete run_forever stop close is_closed is_running
    get_running_loop get_event_loop new_event_loop set_event_loop AbstractEventLoop
    create_task ensure_future gather wait wait_for timeout timeout_at sleep shield as_completed
    TaskGroup current_task all_tasks to_thread run_in_executor run_coroutine_threadsafe
    call_soon call_soon_threadsafe call_later call_at time Handle TimerHandle when
    FIRST_COMPLETED FIRST_EXCEPTION ALL_COMPLETED return_exceptions reschedule
    Task Future get_name set_name get_coro get_stack print_stack cancel cancelled cancelling uncancel
    done result exception set_result add_done_callback print_call_graph
    Queue PriorityQueue LifoQueue put put_nowait get get_nowait task_done join shutdown qsize empty
    full maxsize QueueFull QueueEmpty QueueShutDown
    Lock acquire release locked Event set clear is_set Condition notify notify_all
    Semaphore BoundedSemaphore Barrier abort reset parties n_waiting broken BrokenBarrierError
    CancelledError InvalidStateError TimeoutError KeyboardInterrupt ExceptionGroup
    set_exception_handler call_exception_handler default_exception_handler
    set_debug slow_callback_duration PYTHONASYNCIODEBUG
";

/// What the public may use.
struct Public {
    /// Where it stands.
    file: String,
    /// `Type::method`, `Enum::Variant` or one name alone.
    name: String,
    kind: Kind,
    /// Its documentation, line by line.
    docs: Vec<String>,
    /// What else one may search for.
    aliases: Vec<String>,
    /// The types that its signature returns, the outermost first; for an `async fn` `Future` as well.
    returns: Vec<String>,
}

/// What it is, as far as that decides about its documentation and how a test uses it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function,
    Method,
    Type,
    Variant,
    /// A field, or a method of a trait.
    Part,
}

impl Public {
    /// The last part of its name.
    fn ident(&self) -> &str {
        self.name.rsplit("::").next().expect("a name is not empty")
    }

    /// Says what is wrong with it.
    fn lacks(&self, what: &str) -> String {
        format!("{}: `{}` {what}", self.file, self.name)
    }

    fn has_section(&self, section: &str) -> bool {
        self.docs.iter().any(|line| line == section)
    }

    /// Whether an example of its own ends in something that can fail.
    fn has_example(&self) -> bool {
        let example = self.docs.iter().skip_while(|line| *line != "# Examples");
        example.into_iter().any(|line| line.contains("assert"))
    }
}

/// All that is public in boucle, and which of its types are futures.
struct Boucle {
    public: Vec<Public>,
    futures: BTreeSet<String>,
}

/// Read once for all tests.
static BOUCLE: LazyLock<Boucle> = LazyLock::new(|| {
    let mut boucle = Boucle { public: Vec::new(), futures: BTreeSet::from(["Future".to_owned()]) };
    for path in road::files("crates/boucle/src") {
        let file = path.to_str().expect("a plain name");
        let items = syn::parse_file(&road::read(file)).expect("boucle compiles").items;
        boucle.futures.extend(items.iter().filter_map(future));
        collect(file, items, &mut boucle.public);
    }
    assert!(boucle.public.len() > 150, "only {} public names", boucle.public.len());
    boucle
});

/// The type that this implements `Future` for, if it does.
fn future(item: &Item) -> Option<String> {
    let Item::Impl(it) = item else { return None };
    let (_, path, _) = it.trait_.as_ref()?;
    let name = path.segments.last().filter(|name| name.ident == "Future");
    name.map(|_| names_in(&it.self_ty).remove(0))
}

/// All that is public in boucle.
fn public() -> &'static [Public] {
    &BOUCLE.public
}

/// Adds what is public among `items`.
fn collect(file: &str, items: Vec<Item>, found: &mut Vec<Public>) {
    let mut keep = |name: String, kind, attributes: &[Attribute], signature: Option<&Signature>| {
        let (docs, aliases) = documentation(attributes);
        let returns = signature.map(returned).unwrap_or_default();
        found.push(Public { file: file.to_owned(), name, kind, docs, aliases, returns });
    };
    for item in items {
        match item {
            Item::Fn(it) if is_public(&it.vis) => {
                keep(it.sig.ident.to_string(), Kind::Function, &it.attrs, Some(&it.sig));
            }
            Item::Struct(it) if is_public(&it.vis) => {
                keep(it.ident.to_string(), Kind::Type, &it.attrs, None);
                let Fields::Named(fields) = it.fields else { continue };
                for field in fields.named.iter().filter(|field| is_public(&field.vis)) {
                    let name = field.ident.as_ref().expect("it is named");
                    keep(format!("{}::{name}", it.ident), Kind::Part, &field.attrs, None);
                }
            }
            Item::Enum(it) if is_public(&it.vis) => {
                keep(it.ident.to_string(), Kind::Type, &it.attrs, None);
                for variant in it.variants {
                    let name = format!("{}::{}", it.ident, variant.ident);
                    keep(name, Kind::Variant, &variant.attrs, None);
                }
            }
            Item::Trait(it) if is_public(&it.vis) => {
                keep(it.ident.to_string(), Kind::Type, &it.attrs, None);
                for item in it.items {
                    let TraitItem::Fn(method) = item else { continue };
                    let name = format!("{}::{}", it.ident, method.sig.ident);
                    keep(name, Kind::Part, &method.attrs, None);
                }
            }
            Item::Impl(it) if it.trait_.is_none() => {
                let owner = names_in(&it.self_ty).remove(0);
                for item in it.items {
                    let ImplItem::Fn(method) = item else { continue };
                    if is_public(&method.vis) {
                        let name = format!("{owner}::{}", method.sig.ident);
                        keep(name, Kind::Method, &method.attrs, Some(&method.sig));
                    }
                }
            }
            // A kind of item that this does not know must not slip through.
            Item::Const(it) => assert!(!is_public(&it.vis), "{file}: teach me constants"),
            Item::Static(it) => assert!(!is_public(&it.vis), "{file}: teach me statics"),
            Item::Type(it) => assert!(!is_public(&it.vis), "{file}: teach me type aliases"),
            Item::Union(it) => assert!(!is_public(&it.vis), "{file}: teach me unions"),
            _ => {}
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The lines of an item's documentation, and its aliases.
fn documentation(attributes: &[Attribute]) -> (Vec<String>, Vec<String>) {
    let (mut lines, mut aliases) = (Vec::new(), Vec::new());
    for attribute in attributes.iter().filter(|it| it.path().is_ident("doc")) {
        match &attribute.meta {
            Meta::NameValue(it) => lines.extend(string(&it.value).lines().map(trimmed)),
            Meta::List(it) => {
                if let Ok(Expr::Assign(alias)) = it.parse_args() {
                    aliases.push(string(&alias.right));
                }
            }
            Meta::Path(_) => {}
        }
    }
    (lines, aliases)
}

fn trimmed(line: &str) -> String {
    line.trim().to_owned()
}

/// What stands between the quotes of a literal.
fn string(expression: &Expr) -> String {
    let Expr::Lit(literal) = expression else { panic!("documentation is a literal") };
    let Lit::Str(text) = &literal.lit else { panic!("documentation is a string") };
    text.value()
}

/// The names of the types that a function returns.
fn returned(signature: &Signature) -> Vec<String> {
    let mut names = match &signature.output {
        ReturnType::Default => Vec::new(),
        ReturnType::Type(_, of_type) => names_in(of_type),
    };
    if signature.asyncness.is_some() {
        names.push("Future".to_owned());
    }
    names
}

/// The names in a type, the outermost first.
fn names_in(of_type: &Type) -> Vec<String> {
    let paths: Vec<&syn::Path> = match of_type {
        Type::Path(it) => vec![&it.path],
        Type::ImplTrait(it) => {
            let bounds = it.bounds.iter();
            let paths = bounds.filter_map(|bound| match bound {
                TypeParamBound::Trait(it) => Some(&it.path),
                _ => None,
            });
            paths.collect()
        }
        Type::Reference(it) => return names_in(&it.elem),
        Type::Tuple(it) => return it.elems.iter().flat_map(names_in).collect(),
        Type::Slice(it) => return names_in(&it.elem),
        _ => Vec::new(),
    };
    let mut names = Vec::new();
    for segment in paths.into_iter().filter_map(|path| path.segments.last()) {
        names.push(segment.ident.to_string());
        let PathArguments::AngleBracketed(arguments) = &segment.arguments else { continue };
        for argument in &arguments.args {
            match argument {
                GenericArgument::Type(it) => names.extend(names_in(it)),
                GenericArgument::AssocType(it) => names.extend(names_in(&it.ty)),
                _ => {}
            }
        }
    }
    names
}

/// Whether `text` has `word` and not as a part of a longer one, and `after` one of these.
fn has_word(text: &str, word: &str, after: &[&str]) -> bool {
    let goes_on = |it: char| it.is_alphanumeric() || it == '_';
    text.match_indices(word).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + word.len()..]);
        let fits = after.is_empty() || after.iter().any(|it| before.ends_with(it));
        fits && !before.ends_with(goes_on) && !behind.starts_with(goes_on)
    })
}

/// Fails with all that is wrong, a line each.
#[track_caller]
fn expect_none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{} to mend:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_public_item_has_an_example_that_asserts() {
    // Variants, fields and methods of a trait are seen in the example of their owner.
    let has_own = |it: &&Public| !matches!(it.kind, Kind::Variant | Kind::Part);
    let items = public().iter().filter(has_own);
    let wrong = items.filter(|it| !it.has_example());
    expect_none(wrong.map(|it| it.lacks("has no example with an assertion")).collect());
}

#[test]
fn whatever_returns_a_future_says_what_dropping_it_does() {
    let futures = &BOUCLE.futures;
    assert!(futures.contains("Task") && futures.contains("Sleep"), "{futures:?}");
    let items = public().iter().filter(|it| {
        futures.contains(&it.name) || it.returns.iter().any(|name| futures.contains(name))
    });
    let wrong = items.filter(|it| !it.has_section("# Cancel safety"));
    expect_none(wrong.map(|it| it.lacks("has no `# Cancel safety`")).collect());
}

#[test]
fn whatever_can_fail_says_how() {
    let items = public().iter();
    // A future of a result fails when it is awaited.
    let fails = |it: &&Public| {
        it.returns.iter().find(|name| *name != "Future").is_some_and(|name| name == "Result")
    };
    let wrong = items.filter(fails).filter(|it| !it.has_section("# Errors"));
    expect_none(wrong.map(|it| it.lacks("returns a `Result` and has no `# Errors`")).collect());
}

#[test]
fn the_sections_of_a_documentation_stand_in_one_order() {
    let mut wrong = Vec::new();
    for item in public() {
        let headings = item.docs.iter().filter(|line| line.starts_with("# "));
        // A line that an example hides begins with the same sign.
        let headings =
            headings.filter(|line| line.starts_with(|_| SECTIONS.contains(&line.as_str())));
        let places: Vec<_> =
            headings.map(|line| SECTIONS.iter().position(|it| it == line)).collect();
        if !places.is_sorted_by(|a, b| a < b) {
            wrong.push(item.lacks("has its sections in another order"));
        }
    }
    expect_none(wrong);
}

#[test]
fn every_public_name_is_used_by_a_test() {
    let this = "tests/it/boucle/public.rs";
    let files = road::files("tests/it").into_iter().chain(road::files("crates/explore/tests"));
    let files = files.filter(|it| it.extension().is_some_and(|it| it == "rs"));
    let texts = files.filter(|path| path.to_str() != Some(this)).map(road::read);
    // The stages have names in common with boucle: their tests prove nothing here.
    let texts = texts.filter(|text| text.contains("boucle::"));
    let lines: Vec<_> = texts.flat_map(|it| it.lines().map(trimmed).collect::<Vec<_>>()).collect();
    let code: Vec<_> = lines.iter().filter(|line| !line.starts_with("//")).cloned().collect();
    let code = code.join("\n");

    let is_used = |it: &Public| match it.kind {
        Kind::Variant => has_word(&code, &it.name, &[]),
        Kind::Method => has_word(&code, it.ident(), &[".", "::"]),
        Kind::Function | Kind::Type | Kind::Part => has_word(&code, it.ident(), &[]),
    };
    let excused: Vec<_> = UNUSED.iter().map(|(name, _)| *name).collect();
    let unused: Vec<_> = public().iter().filter(|it| !is_used(it)).collect();
    let wrong = unused.iter().filter(|it| !excused.contains(&it.name.as_str()));
    expect_none(wrong.map(|it| it.lacks("is used by no test")).collect());
    let names: Vec<_> = unused.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, excused, "an excuse that is not needed any more");
}

#[test]
fn the_names_of_asyncio_lead_somewhere() {
    let known: BTreeSet<&str> = public()
        .iter()
        .flat_map(|it| it.aliases.iter().map(String::as_str).chain([it.ident()]))
        .collect();
    let wrong = ASYNCIO.split_whitespace().filter(|name| !known.contains(name));
    expect_none(
        wrong.map(|it| format!("asyncio's `{it}` is no name here, nor an alias")).collect(),
    );
}
